"""What only the screen knows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf

from webphone.contract import Answer, CallRecord, MakeCall
from webphone.phone.past import Past
from webphone.ui.drawn import Drawn

# Pages of the phone itself: over a call only if they were opened there.
MENU, MESSAGES, DEVICES, DIAGNOSIS = "menu", "messages", "devices", "diagnosis"
LADDER, HISTORY, CONTACTS = "ladder", "history", "contacts"
SETTINGS_PAGE, ABOUT, SHORTCUTS = "settings", "about", "shortcuts"
PAGES = (
    *(MENU, MESSAGES, DEVICES, DIAGNOSIS, LADDER, HISTORY, CONTACTS),
    *(SETTINGS_PAGE, ABOUT, SHORTCUTS),
)


PAGE = 50  # calls of the past that are drawn at most

Records = tuple[CallRecord, ...]


def in_utc(moment: float, language: str) -> tuple[str, str]:
    """A day and a time of it, where nobody knows how people here write them."""
    day, _, time = datetime.fromtimestamp(moment, UTC).isoformat().partition("T")
    return day, time[:5]


def by_code(codes: Collection[str], language: str) -> tuple[tuple[str, str], ...]:
    """Countries by their codes, where nobody knows what people here call them."""
    return tuple((code, code) for code in sorted(codes))


def unsaid(seconds: int, language: str) -> str:
    """How long something lasted, for an ear, where nobody knows how it is said."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """How far somebody has come who looks for calls: `found` of the first `at` of `among`."""

    asked: tuple[str, str]  # the words, and the kind
    first_wanted: int  # the place of the first call of the page that is open
    records: Records | Past  # all that there are
    among: Records
    at: int
    found: Records
    began: float
    drawn: int = PAGE

    @property
    def done(self) -> bool:
        """Whether all were looked at."""
        return self.at >= len(self.among)

    @property
    def first(self) -> int:
        """The place of the first call that is shown."""
        last = (max(len(self.found), 1) - 1) // PAGE * PAGE
        return min(self.first_wanted, last)

    @property
    def page(self) -> Records:
        """The calls of the page that is open."""
        return self.found[self.first : self.first + PAGE]

    @property
    def shown(self) -> Records:
        """Those of them that are drawn."""
        return self.page[: self.drawn]

    @property
    def later(self) -> int:
        """How many more will be drawn."""
        return max(0, len(self.page) - self.drawn)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The screen's own state."""

    open: str = ""  # the page that is open over what the phone shows by itself
    over: str = ""  # id of the call that was in front when it was opened
    of: str = ""  # what that page is about: the id of a call, or whom texts are for
    home: str = field(default="", compare=False)  # address of the build's folder, "" where none is
    trying: str = ""  # what is tried on the page of devices: microphone, sound, voice
    lacks: tuple[str, ...] = ()  # the fields that were empty when the sign-in form was sent
    password_seen: bool = False  # what is typed there can be read
    matching: bool = False  # somebody types into the number field, and may be helped
    chosen: int = -1  # which of those who may be meant; -1: none
    transfer_to: str = ""  # what is typed on the page of a transfer
    launched: bool = False  # the phone behind the round button is open
    wide: bool = False  # there is room for two panes
    shut_at: float = inf  # when it was closed last: what came since is news
    read: str = ""  # id of the call record that the person has closed
    attended: str = ""  # id of the call record that the person is at, as long as it is shown
    drafts: Mapping[str, str] = field(default_factory=dict)  # texts typed and not sent yet, by what
    seen: Mapping[str, str] = field(default_factory=dict)  # the last text seen of each thread
    # A moment (seconds since 1970) in a language, as a day and a time of it.
    dates: Callable[[float, str], tuple[str, str]] = field(default=in_utc, compare=False)
    # How so many seconds are said in a language, "" where nobody knows.
    durations: Callable[[int, str], str] = field(default=unsaid, compare=False)
    # Countries in a language, as codes and names in the order of its alphabet.
    places: Callable[[frozenset[str], str], tuple[tuple[str, str], ...]] = field(
        default=by_code, compare=False
    )
    # Each control that begins or ends a call, by what it asks for and of which call: where on the
    # screen it stands, and since when.
    came: Mapping[tuple[str, str], tuple[str, float]] = field(default_factory=dict, compare=False)
    tried: MakeCall | Answer | None = None  # the call that the person began or took last
    # What has begun in the calls that go on, so that its end is told; see lasting.py.
    begun: frozenset[tuple[str, str]] = frozenset()
    # When one of them was pressed last, and when a press did nothing because it came too soon.
    pressed_at: float = field(default=-inf, compare=False)
    ignored_at: float = field(default=-inf, compare=False)
    # When the last key was typed, of a number or in a call, and whether a number was begun and not
    # dialled yet. No snapshot changes by them.
    typed_at: float = field(default=-inf, compare=False)
    unfinished: bool = field(default=False, compare=False)
    # What was drawn last: it is looked up, and says nothing.
    drawn: Drawn = field(default_factory=Drawn, compare=False, repr=False)
    # How far the search among the calls has come; none while nobody looks at them.
    looking: Looking | None = field(default=None, compare=False)
