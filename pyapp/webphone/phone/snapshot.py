"""The phone as the screen sees it: a still snapshot, taken after each turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from webphone.contract import (
    CallRecord,
    CallView,
    Config,
    Device,
    Json,
    Member,
    Party,
    WebPhoneError,
)
from webphone.phone.past import Past
from webphone.phone.spelling import every, words
from webphone.words import ENGLISH, Language, Sentence, Speech

# So many attempts to connect, within two or three seconds, are nothing to be told of.
TRIES = 2
# What stands for a codec where none is needed.
WITHIN_PAGE = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferSnapshot:
    """A transfer that a call is in, or is to be.

    `stage` is what is under way: `consulting` (this call waits while another person is asked: what
    is next is completeTransfer or cancelTransfer), `asking`, `accepted` or `progress` (this call
    is being transferred: cancelTransfer), `requested` (the other side asks us to call `target`:
    completeTransfer does so, cancelTransfer refuses), `following` (that is being done).
    """

    stage: str
    target: str  # name or number of the one whom the call goes to
    consult: str = ""  # id of the call to that one, where there is one here


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Somebody as the page knows them; `photo` is the address of a picture."""

    name: str
    photo: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in the person's own contacts; `words` and `dials` are how they are looked for."""

    id: str
    name: str
    numbers: tuple[str, ...]
    words: str = field(init=False, repr=False, compare=False)
    dials: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Once for each, and not for all of thousands at the first key that is typed.
        object.__setattr__(self, "words", words(self.name, self.numbers))
        object.__setattr__(self, "dials", every(self.numbers))


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSnapshot:
    """One call. Times are `now` values in seconds."""

    view: CallView
    stage: str  # preparing dialling ringing early incoming answering active ended
    started_at: float
    answered_at: float | None
    held_since: float | None
    changing: bool  # a hold or resume waits for its answer
    video_local: bool
    video_remote: bool
    digits: str  # DTMF sent so far
    unstable: bool = False  # media path lost, being found again
    domain: str = ""  # of the other end, where the number alone does not say who it is
    quality: str = ""  # good, fair or poor, "" while nobody knows
    warnings: tuple[str, ...] = ()  # what is wrong with the sound, by the codes of `quality`
    warned: bool = False  # something was wrong with it, if only for a while
    microphone_asked: bool = False  # the browser asks the person, and waits
    question: str = ""  # the phone asks whether it may go on: emergency or redirect
    question_about: str = ""  # and to which address
    transfer: TransferSnapshot | None = None
    contact: Contact | None = None  # who the other end is, as the page knows
    filming: bool = False  # our camera is wanted, by `startVideo` or its button
    sharing: bool = False  # our screen is there
    recovering: bool = False  # it outlived a page, and is not heard here yet
    silenced: bool = False  # nobody in the conference hears it
    speaking: bool = False  # in the conference
    members: tuple[Member, ...] = ()  # the others in the conference of a server
    quiet: bool = False  # it rings, and is to be seen without being announced
    recording: str = ""  # ours: starting on paused saving
    recorded: str = ""  # as the other side says of its own: on paused off
    processed: bool = False  # by the page
    overheard: bool = False  # by the page
    filtered: str = ""  # the strong noise filter: on, off after that, "" before
    record_wish: str = ""  # what it wishes of ours: on off pause nopreference
    # The number of the other end, with the domain if it is not ours, "" where the address has none;
    # and what it is called: display name, or else the number, or else the domain.
    peer_number: str = field(init=False, repr=False, compare=False)
    peer_name: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Each part of the screen that names it asks for them.
        number = _number(self.peer, self.domain)
        object.__setattr__(self, "peer_number", number)
        object.__setattr__(self, "peer_name", self.view.display_name or number or self.domain)

    @property
    def joined(self) -> bool:
        """Whether it is in the conference."""
        return self.view.conference

    @property
    def up(self) -> bool:
        """Whether it is answered and heard here, so that it can be changed."""
        return self.stage == "active" and not self.recovering

    @property
    def peer(self) -> Party:
        """The other end."""
        return self.view.from_ if self.view.direction == "incoming" else self.view.to

    @property
    def muted(self) -> bool:
        """Whether the microphone is closed."""
        return self.view.muted

    @property
    def held_local(self) -> bool:
        """Whether we hold the call."""
        return self.view.held_by in ("local", "both")

    @property
    def held_remote(self) -> bool:
        """Whether the other side holds it."""
        return self.view.held_by in ("remote", "both")

    @property
    def listened_to(self) -> bool:
        """Whether anything is to be said of who listens besides the two ends."""
        theirs = self.recorded or self.record_wish
        return bool(self.recording or theirs or self.processed or self.overheard)

    @property
    def wishes_against(self) -> bool:
        """Whether the other side wishes not to be recorded, and is."""
        return self.record_wish in ("off", "pause") and self.recording in ("on", "paused")

    @property
    def wishes_for(self) -> bool:
        """Whether the other side wishes to be recorded, and is not."""
        return self.record_wish == "on" and self.recording in ("", "paused")

    @property
    def within_page(self) -> bool:
        """Whether the sound takes no network: it is handed over in the page."""
        return self.view.codec == WITHIN_PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedCall:
    """The last call, shown for a few seconds after its end."""

    record: CallRecord
    domain: str = ""  # as of the call

    @property
    def peer_name(self) -> str:
        """Display name of who was at the other end, or else the number, or else the domain."""
        return self.record.display_name or self.peer_number or self.domain

    @property
    def peer_number(self) -> str:
        """The number, with the domain if it is not ours; "" where the address has none."""
        record = self.record
        return _number(record.from_ if record.direction == "incoming" else record.to, self.domain)

    @property
    def words(self) -> Sentence:
        """Why it ended."""
        return self.record.explanation


def _number(party: Party, domain: str) -> str:
    return f"{party.number}@{domain}" if party.number and domain else party.number


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text, ours or theirs; of ours: how far it has come, and why it failed."""

    id: str
    ours: bool
    text: str
    at: str  # ISO 8601 in UTC
    state: str = ""  # of ours: sending sent queued failed
    why: Sentence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """What was written to and fro with one peer, the oldest first."""

    uri: str  # the peer's address of record
    peer: Party
    texts: tuple[Text, ...] = ()

    @property
    def name(self) -> str:
        """Display name, or else the number, or else the address."""
        return self.peer.display_name or self.peer.number or self.uri


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicesSnapshot:
    """Microphones, loudspeakers and cameras of this tab.

    `news` are of the call: what it goes on with. `sinks`: a loudspeaker can be chosen. `hidden`:
    the browser names no microphone before the person has allowed one. `permission` is granted,
    denied, prompt, or "" while nobody knows; `browser` is whose question it is: see browsers.py.
    """

    listed: tuple[Device, ...] = ()
    volume: float = 1.0
    news: Sentence | None = None
    sinks: bool = True
    hidden: bool = False
    permission: str = ""
    browser: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a person tries at their devices just now.

    `stage` is asking, listening, recording, playing or ringing; `level` how loud it is at the
    microphone, in steps of 5 from 0 to 100; `heard`: it was loud enough once.
    """

    stage: str
    level: int = 0
    heard: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Voicemail:
    """What waits in our box; `number` is what is dialled to hear it, "" where nobody knows."""

    waiting: bool
    new: int = 0
    old: int = 0
    urgent: int = 0
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lamp:
    """What a colleague does: unknown, idle, ringing, busy or away; `caller` is who rings there."""

    number: str
    state: str = "unknown"
    caller: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LampNews:
    """What of the lamps an ear is told: some that changed, how many more did, and new voice mail.

    `number` counts, so that the same words are heard again.
    """

    number: int
    lamps: tuple[Lamp, ...] = ()
    more: int = 0
    mail: Voicemail | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a step of a diagnosis came to.

    `verdict` is good, poor, blocked or unknown; `culprit` you, network, server or None; `fix` is ""
    where there is nothing to mend.
    """

    name: str
    verdict: str
    culprit: str | None
    fact: str
    fix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The steps of one so far, and how many it has; `verdict` is of all, "" while it runs."""

    steps: tuple[Found, ...]
    of: int
    verdict: str = ""

    @property
    def running(self) -> bool:
        """Whether more is to come."""
        return not self.verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """A message sent or received; `of` numbers the call or registration it belongs to, from 1."""

    at: float  # a `now` value in seconds
    sent: bool
    what: str  # the method, or status, reason and method
    of: int  # 0 where nobody can tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The last messages, when somebody asked; `copied` is what came of copying them: yes, no."""

    rungs: tuple[Rung, ...]
    copied: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """How a person signs in by hand.

    `stage` is trying, refused, in, or "" where nobody did; `given` are the settings that are the
    person's and not the page's.
    """

    stage: str = ""
    error: WebPhoneError | None = None  # why it failed
    given: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedSnapshot:
    """What all tabs that share one phone show alike. Times are `now` values in seconds."""

    state: str  # one of contract.PHONE_STATES
    calls: tuple[CallSnapshot, ...] = ()
    active: str | None = None  # id of the call that is in front
    farewell: EndedCall | None = None
    unlogged: tuple[EndedCall, ...] = ()  # calls that wait for a note, the oldest first
    server: str = ""  # in use or being tried
    attempt: int = 0
    retry_at: float | None = None  # when the next try to connect starts
    threads: tuple[Thread, ...] = ()  # the one with the newest text first
    voicemail: Voicemail | None = None  # None: nobody has said
    lamps: tuple[Lamp, ...] = ()  # as the setting names them
    lamp_news: LampNews | None = None  # None: nothing has changed yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot(SharedSnapshot):
    """All that the screen is a function of, besides its own View."""

    config: Config
    number: str  # the dialled number
    error: WebPhoneError | None = None  # the last one, until read
    history: tuple[CallRecord, ...] | Past = ()  # newest first
    recalling: bool = False  # more of them are on their way from the browser's memory
    deleted: int = 0  # so many of them may be had back
    people: tuple[Person, ...] = ()  # the contacts, by name
    people_deleted: int = 0  # so many of them may be had back
    people_news: Sentence | None = None  # what came of the last import
    sound_blocked: bool = False
    # What the browser can be asked for by a press, and was not yet; what it can do, or refuses.
    offers: tuple[str, ...] = ()
    devices: DevicesSnapshot = DevicesSnapshot()
    trial: Trial | None = None  # None: nothing is tried at them
    signing: Signing = Signing()
    early: bool = False  # the page may still say who the phone is, or somebody dials already
    guest: str = ""  # the username in a demo when none is set
    proved_at: float | None = None  # when the server was heard last, None: no call would arrive
    language: str = ENGLISH  # that all of it is said in
    diagnosis: Diagnosis | None = None  # None: nobody has asked for one
    ladder: Ladder | None = None  # None: nobody has asked for it
    other_tab: bool = False  # another tab has the phone; what is shown here is its phone
    # Settings as the person chose them, by name, and the names of those that the page has set.
    chosen: Mapping[str, Json] = field(default_factory=dict)
    fixed: frozenset[str] = frozenset()
    living: tuple[CallSnapshot, ...] = field(init=False, repr=False, compare=False)
    foremost: CallSnapshot | None = field(init=False, repr=False, compare=False)
    joined: tuple[CallSnapshot, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Found once, and not by each part of the screen that asks for it: the calls that have not
        # ended; of them that in front; and those that are in the conference.
        living = tuple([call for call in self.calls if call.stage != "ended"])
        object.__setattr__(self, "living", living)
        object.__setattr__(self, "foremost", _foremost(living, self.active))
        joined = tuple([call for call in living if call.view.conference])
        object.__setattr__(self, "joined", joined)

    @property
    def speech(self) -> Language:
        """What to say its sentences in: the language, and with it the words of the page."""
        strings = self.config.strings
        return Speech(self.language, strings) if strings else self.language

    @property
    def settings(self) -> Config:
        """The settings in force."""
        return self.config.in_force(self.guest)

    @property
    def user(self) -> str:
        """Who this phone is to the server, "" for nobody."""
        return self.settings.username

    @property
    def unreachable(self) -> bool:
        """Whether calls do not arrive that should, for longer than a moment."""
        lost = self.state in ("connecting", "reconnecting") and self.attempt > TRIES
        wanted = self.config.auto_register and self.config.complete and not self.other_tab
        return wanted and (lost or self.state == "failed")

    @property
    def shared(self) -> SharedSnapshot:
        """What the other tabs show of it."""
        return SharedSnapshot(**{name: getattr(self, name) for name in _SHARED})

    def showing(self, other: SharedSnapshot) -> Snapshot:
        """This tab with the phone of another one; calls that this tab still has stay."""
        theirs = {name: getattr(other, name) for name in _SHARED}
        return replace(
            self,
            **theirs
            | {
                "calls": self.calls + other.calls,
                "active": self.active or other.active,
                "farewell": self.farewell or other.farewell,
                "unlogged": self.unlogged + other.unlogged,
                "other_tab": True,
                "proved_at": None,
            },
        )


def _foremost(living: tuple[CallSnapshot, ...], active: str | None) -> CallSnapshot | None:
    """The call with the ear, else one that rings, else the last."""
    ringing = None
    for call in living:
        if call.view.id == active:
            return call
        if ringing is None and call.stage == "incoming":
            ringing = call
    return ringing or (living[-1] if living else None)


_SHARED = tuple(item.name for item in fields(SharedSnapshot))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a phone stands with the server: what a tab must know that takes it over."""

    instance: str  # what the server knows it by
    connected: bool  # or on the way there
    registered: bool  # or to be
