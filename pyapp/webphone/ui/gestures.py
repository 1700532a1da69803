"""What a person may do on the screen, as values; a node's `on` holds one for each DOM event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from webphone.contract import Command
from webphone.phone.happenings import (
    CallsDeleted,
    CallsWantedBack,
    DevicesWanted,
    ErrorDismissed,
    LadderWanted,
    PeopleDeleted,
    PeopleExported,
    PeopleWantedBack,
    PersonSaved,
    SettingChosen,
    SettingsReset,
    SignedOut,
    WantedHere,
)

# What a gesture brings along from the page: plain values, by name.
Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberEdited:
    """The number field has another text; fields: value, pasted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchMoved:
    """Another one of those who may be meant is chosen, by its place; -1: none."""

    to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchChosen:
    """This one is meant, and is called."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchesClosed:
    """None of them is meant: what is typed stays.

    Fields: stays (the focus is there still, and only the window has lost it).
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitDeleted:
    """The last digit of the number goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRecalled:
    """Call with no number typed: the last dialled number comes back, as on a desk phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPressed:
    """A key of the keyboard, pressed inside the phone.

    Fields: key (as in DOM), typing (in a text field), pressing (on a button), part (of that
    button), modified.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftEdited:
    """A field that is no number's has another text; fields: value."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftKeyPressed:
    """A key in that field; fields as those of KeyPressed."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSent:
    """The person is done with that text."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeChosen:
    """The call of this record came to that; "" takes it back."""

    record: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInSent:
    """The form is sent; fields: what stands in each of its own, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordSeen:
    """What is typed as password is to be read, or not."""

    shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonOpened:
    """A contact comes up to be typed: the one with this `id`, or a new one."""

    id: str = ""
    name: str = ""
    numbers: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileGiven:
    """The person has chosen a file; fields: text, its content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceChosen:
    """The person has set what a device is used for, or `volume`; fields: value."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceTried:
    """The person wants to hear or see what a device does: microphone, sound, voice; "" ends it."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingEntered:
    """The person has set a setting on its screen; fields: value."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOpened:
    """A page of the phone comes up, such as the keypad of a call; `of` is what it is about."""

    page: str
    of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageClosed:
    """The page that is open goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LauncherPressed:
    """The phone behind its round button comes up, or goes."""

    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferTyped:
    """The field for whom a call is transferred to has another text; fields: value, pasted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FarewellRead:
    """The person has seen how this call ended."""

    record: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FarewellVisited:
    """The pointer or the focus goes to what says how a call ended, or away from it.

    Fields: by (key, mouse, touch) where the focus goes there.
    """

    there: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AllRead:
    """The person has seen what an idle phone says: how a call ended, what went wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Several commands by one press, in order."""

    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundAllowed:
    """A press whose only purpose is to be one: browsers play sound only after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """The person wants what a browser gives after a press: notifications headset links mini."""

    what: str


Gesture = (
    NumberEdited
    | MatchMoved
    | MatchChosen
    | MatchesClosed
    | DigitDeleted
    | NumberRecalled
    | KeyPressed
    | DraftEdited
    | DraftKeyPressed
    | DraftSent
    | OutcomeChosen
    | SignInSent
    | PasswordSeen
    | PersonOpened
    | FileGiven
    | PersonSaved
    | PeopleDeleted
    | PeopleWantedBack
    | PeopleExported
    | DeviceChosen
    | DeviceTried
    | SettingEntered
    | SettingChosen
    | SettingsReset
    | PageOpened
    | PageClosed
    | LauncherPressed
    | TransferTyped
    | FarewellRead
    | FarewellVisited
    | AllRead
    | Together
    | SoundAllowed
    | Requested
    | ErrorDismissed
    | WantedHere
    | SignedOut
    | DevicesWanted
    | LadderWanted
    | CallsDeleted
    | CallsWantedBack
    | Command
)
