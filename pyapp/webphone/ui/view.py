"""What only the screen knows, and what each gesture on it means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import inf

from webphone.border import ascii_digits
from webphone.contract import Answer, Command, DialpadPress, Hangup, Hold, MakeCall, Mute, Reject
from webphone.contract import Resume as ResumeCall
from webphone.phone.happenings import Asked, ErrorDismissed, Happening, NumberTyped, WantedHere
from webphone.phone.numbers import printed
from webphone.phone.snapshot import CallSnapshot, Snapshot

KEYS = "123456789*0#"
BURST = 1.0  # seconds: what follows a typed key sooner was meant for what is being typed
THOUGHT = 10.0  # seconds: who paused for less may still be typing
ENDING = {"answer", "hangup", "end-and-answer"}  # parts that begin or end a call

# What a gesture brings along from the page: plain values, by name.
Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The screen's own state."""

    keypad: str = ""  # id of the call whose keypad is open
    read: str = ""  # id of the call record that the person has closed
    # When the last key was typed, of a number or in a call, and whether a number was begun and not
    # dialled yet. No snapshot changes by them.
    typed_at: float = field(default=-inf, compare=False)
    unfinished: bool = field(default=False, compare=False)


# --- Gestures -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberEdited:
    """The number field has another text; fields: value, pasted."""


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
class KeypadOpened:
    """The keypad of this call comes up."""

    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeypadClosed:
    """The keypad goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FarewellRead:
    """The person has seen how this call ended."""

    record: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Several commands by one press, in order."""

    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundAllowed:
    """A press whose only purpose is to be one: browsers play sound only after it."""


Gesture = (
    NumberEdited
    | DigitDeleted
    | NumberRecalled
    | KeyPressed
    | KeypadOpened
    | KeypadClosed
    | FarewellRead
    | Together
    | SoundAllowed
    | ErrorDismissed
    | WantedHere
    | Command
)


def act(
    view: View, gesture: Gesture, snapshot: Snapshot, fields: Fields | None = None, now: float = 0.0
) -> tuple[View, list[Happening]]:
    """The screen's new state, and what the phone must hear of the gesture."""
    told = fields or {}
    if snapshot.config.disabled:
        return view, []
    if _types(gesture, told):
        view = replace(view, typed_at=now, unfinished=view.unfinished or not living(snapshot))
    match gesture:
        case Command():
            return _dialled(view, gesture), [Asked(command=gesture)]
        case Together(commands=commands):
            return view, [Asked(command=command) for command in commands]
        case ErrorDismissed() | WantedHere():
            return view, [gesture]
        case NumberEdited():
            number = str(told.get("value", ""))
            return view, [NumberTyped(number=cleaned(number) if told.get("pasted") else number)]
        case DigitDeleted():
            return view, [NumberTyped(number=snapshot.number[:-1])]
        case NumberRecalled():
            return view, [NumberTyped(number=number) for number in last_dialled(snapshot)]
        case KeypadOpened(call=call):
            return replace(view, keypad=call), []
        case KeypadClosed():
            return replace(view, keypad=""), []
        case FarewellRead(record=record):
            return replace(view, read=record), []
        case KeyPressed():
            return _key(view, snapshot, told)
        case SoundAllowed():
            return view, []


# --- Typing ---------------------------------------------------------------------------------------


def typing(view: View, now: float) -> bool:
    """Whether a person is typing, as far as the keys tell."""
    return now - view.typed_at < BURST


def hasty(view: View, gesture: Gesture, snapshot: Snapshot, told: Fields, now: float) -> bool:
    """Whether a key would answer or end a call but was meant for what was being typed.

    Fingers are faster than eyes: the screen has changed under them, or the focus has moved.
    """
    call = waiting(snapshot) or foremost(snapshot)
    if not isinstance(gesture, KeyPressed) or call is None:
        return False
    rings = call.stage == "incoming"
    key, parts = told.get("key"), set(str(told.get("part", "")).split())
    if told.get("pressing") and key in ("Enter", " "):
        concerned = bool(parts & ENDING)
    else:
        concerned = rings and key in ("Enter", "Escape")
    thinking = view.unfinished and now - view.typed_at < THOUGHT
    surprised = rings and now - call.started_at < BURST and thinking
    return concerned and (typing(view, now) or surprised)


def _dialled(view: View, command: Command) -> View:
    return replace(view, unfinished=False) if isinstance(command, MakeCall) else view


def _types(gesture: Gesture, told: Fields) -> bool:
    """Whether the gesture is a key or a text of a number."""
    if isinstance(gesture, KeyPressed):
        key = str(told.get("key", ""))
        types = (len(key) == 1 and key != " ") or key in ("Backspace", "Delete")
        return types and not told.get("modified")
    return isinstance(gesture, NumberEdited)


# --- Which call -----------------------------------------------------------------------------------


def living(snapshot: Snapshot) -> list[CallSnapshot]:
    """The calls that have not ended."""
    return [call for call in snapshot.calls if call.stage != "ended"]


def foremost(snapshot: Snapshot) -> CallSnapshot | None:
    """The call in front: the one with the ear, else a ringing one, else the last."""
    calls = living(snapshot)
    active = [call for call in calls if call.view.id == snapshot.active]
    ringing = [call for call in calls if call.stage == "incoming"]
    return next(iter([*active, *ringing, *reversed(calls)]), None)


def waiting(snapshot: Snapshot) -> CallSnapshot | None:
    """A call that rings while another is in front."""
    first = foremost(snapshot)
    return next(iter(all_waiting(snapshot, first)), None)


def all_waiting(snapshot: Snapshot, first: CallSnapshot | None) -> list[CallSnapshot]:
    """Every call that rings while `first` is in front."""
    return [call for call in living(snapshot) if call.stage == "incoming" and call is not first]


def farewell_shown(view: View, snapshot: Snapshot) -> bool:
    """Whether the screen shows how the last call ended."""
    farewell = snapshot.farewell
    return (
        farewell is not None
        and not living(snapshot)
        and snapshot.config.show_status
        and farewell.record.id != view.read
    )


def last_dialled(snapshot: Snapshot) -> list[str]:
    """The number dialled last, if there is one."""
    numbers = (
        (record.started_at, record.to.number or record.to.uri)
        for record in snapshot.history
        if record.direction == "outgoing"
    )
    return [number for _, number in sorted(numbers)[-1:]]


def cleaned(number: str) -> str:
    """A pasted number without the marks of print: `tel:+44 (0)20 7946-0000` -> `+442079460000`.

    What is no number stays whole: half of one would be somebody else's.
    """
    text = re.sub(r"^\s*(tel|callto):", "", ascii_digits(number), flags=re.IGNORECASE).strip()
    return printed(text) or text


# --- Keys -----------------------------------------------------------------------------------------


def _key(view: View, snapshot: Snapshot, told: Fields) -> tuple[View, list[Happening]]:
    key = ascii_digits(str(told.get("key", "")))
    if told.get("modified"):
        return view, []
    if key == "Enter":
        return (view, []) if told.get("pressing") else _enter(view, snapshot, told)
    if told.get("typing") or not _listens(snapshot, key):
        return view, []
    if key == "Escape":
        return _escape(view, snapshot)
    call = foremost(snapshot)
    if key.lower() in ("m", "h"):
        return view, [] if call is None else _control(key.lower(), call, snapshot)
    if key == "Backspace":
        return (view, []) if call else act(view, DigitDeleted(), snapshot)
    if len(key) == 1 and (key in KEYS or key == "+"):
        if snapshot.farewell and farewell_shown(view, snapshot):  # on to the next number
            view = replace(view, read=snapshot.farewell.record.id)
        return view, [Asked(command=DialpadPress(key=key))]
    return view, []


def _listens(snapshot: Snapshot, key: str) -> bool:
    hotkeys = snapshot.config.hotkeys
    return "off" not in hotkeys and f"no-{key.lower()}" not in hotkeys


def _enter(view: View, snapshot: Snapshot, told: Fields) -> tuple[View, list[Happening]]:
    ringing = waiting(snapshot) or foremost(snapshot)
    if ringing is not None:
        # In a field it was meant to dial: the call came before the screen that shows it.
        wanted = ringing.stage == "incoming" and not told.get("typing")
        wanted = wanted and snapshot.config.show_answer
        return view, [Asked(command=Answer(id=ringing.view.id))] if wanted else []
    if not snapshot.config.show_dial:
        return view, []
    if snapshot.number.strip():
        return act(view, MakeCall(target=snapshot.number.strip()), snapshot)
    return view, [NumberTyped(number=number) for number in last_dialled(snapshot)]


def _escape(view: View, snapshot: Snapshot) -> tuple[View, list[Happening]]:
    call = waiting(snapshot) or foremost(snapshot)
    if call is not None and call.stage == "incoming" and snapshot.config.show_hangup:
        return view, [Asked(command=Reject(id=call.view.id))]
    if call is None:
        read = snapshot.farewell.record.id if snapshot.farewell else view.read
        return replace(view, read=read), [ErrorDismissed()] if snapshot.error else []
    if view.keypad:
        return replace(view, keypad=""), []
    # An answered call never ends by one press of a key that is so near to others.
    cancels = call.stage in ("preparing", "dialling", "ringing", "early")
    if cancels and snapshot.config.show_hangup:
        return view, [Asked(command=Hangup(id=call.view.id))]
    return view, []


def _control(key: str, call: CallSnapshot, snapshot: Snapshot) -> list[Happening]:
    if key == "m" and snapshot.config.show_mute and call.stage != "incoming":
        return [Asked(command=mute_command(call))]
    if key == "h" and snapshot.config.show_hold and call.stage == "active" and not call.changing:
        return [Asked(command=hold_command(call))]
    return []


def mute_command(call: CallSnapshot) -> Mute:
    return Mute(on=not call.muted, id=call.view.id)


def hold_command(call: CallSnapshot) -> Hold | ResumeCall:
    return ResumeCall(id=call.view.id) if call.held_local else Hold(id=call.view.id)
