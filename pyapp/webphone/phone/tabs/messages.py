"""What the tabs that share one phone tell each other: plain text, without secrets.

Clocks differ from tab to tab, so moments travel as ages in seconds. A stranger's text never does
more than raise Malformed: any script of the site may write on the channel.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from webphone.border import method_name
from webphone.border.commands import arguments
from webphone.border.decoding import Kinds, Malformed, decode_fields, decode_value
from webphone.border.reading import parsed
from webphone.border.settings import LONGEST_TEXT
from webphone.contract import (
    CALL_STATES,
    ERRORS,
    PHONE_STATES,
    CallRecord,
    Command,
    Event,
    Json,
    WebPhoneError,
    decode_command,
    encode,
)
from webphone.phone.call.call import Stage
from webphone.phone.history import record_from
from webphone.phone.snapshot import CallSnapshot, SharedSnapshot
from webphone.phone.tabs.mirror import Mirror
from webphone.phone.tabs.news import shared
from webphone.words import Sentence, kept, restored

__all__ = ["Malformed", "read", "write"]

VERSION = 3  # tabs of another version are not understood, and not answered
LONGEST = 4_194_304  # characters; a hundred calls with all their headers are a third of it
STAGES = [stage.value for stage in Stage]


# --- Messages -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """From one tab to one other, or to all when `to` is empty."""

    tab: str
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello(Message):
    """A tab that follows asks the one that leads for its news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Here(Message):
    """The answer to a roll call: this tab still follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone(Message):
    """This tab no longer follows, or no longer leads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """News of a dead tab that its successor heard after it had its lock; others may know them."""

    tab: str
    number: int
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class News(Message):
    """From the tab that leads: what happened, and how the phone is now.

    `number` counts the news of that tab. `roll`: all that follow are to answer with Here.
    """

    phone: Mirror
    number: int = 0
    late: Late | None = None
    events: tuple[Event, ...] = ()
    roll: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSent(Message):
    """A command for the tab that leads; an Outcome with the same number follows."""

    number: int
    command: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Message):
    """What became of a CommandSent."""

    number: int
    value: Json = None
    error: WebPhoneError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Take(Message):
    """The person wants the phone in this tab; `sure`: still, after Offered."""

    sure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered(Message):
    """The answer to Take, asking back: a tab that hung may read a Take long after its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given(Message):
    """The answer to Take when sure: the server knows the phone no more, take the lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(Message):
    """The other answer to Take: not now."""

    error: WebPhoneError


KINDS: dict[str, type[Message]] = {
    kind.__name__.lower(): kind
    for kind in (Hello, Here, Gone, News, CommandSent, Outcome, Take, Offered, Given, Kept)
}


def write(message: Message, now: float) -> str:
    """The message as text. Raises TypeError or ValueError where a page's own value is no data.

    News are never lost for their size: what is too long goes without headers and long texts.
    """
    kind = type(message).__name__.lower()
    data = kept({"webphone": VERSION, "type": kind, **_encoded(message, now)})
    text = json.dumps(data, allow_nan=False)
    if len(text) > LONGEST and isinstance(message, News):
        text = json.dumps(_lean(data))
    if len(text) > LONGEST:
        raise ValueError(f"{len(text)} characters")
    return text


def read(text: str, now: float) -> Message:
    """The message in another tab's text. Raises Malformed."""
    if len(text) > LONGEST:
        raise Malformed(f"{len(text)} characters")
    try:
        data = restored(parsed(text))
        version, kind = data["webphone"], KINDS[data["type"]]
    except (KeyError, TypeError, ValueError) as bad:
        raise Malformed(f"{type(bad).__name__}: {str(bad)[:100]}") from None
    if version != VERSION:
        raise Malformed(f"version {str(version)[:20]}")
    message: Message = decode_value(kind, data, _KINDS)
    return _moved(message, lambda age: now - age)


# --- Moments --------------------------------------------------------------------------------------


def _moved(message: Message, move: Callable[[float], float]) -> Message:
    """The message with each moment of it as an age, or the other way round."""
    if not isinstance(message, News):
        return message

    def moved(moment: float | None) -> float | None:
        return None if moment is None else move(moment)

    shared = message.phone.phone
    calls = (
        replace(
            call,
            started_at=move(call.started_at),
            answered_at=moved(call.answered_at),
            held_since=moved(call.held_since),
        )
        for call in shared.calls
    )
    shared = replace(shared, calls=tuple(calls), retry_at=moved(shared.retry_at))
    return replace(message, phone=replace(message.phone, phone=shared))


# --- Writing --------------------------------------------------------------------------------------


def _encoded(message: Message, now: float) -> dict[str, Json]:
    data: dict[str, Json] = encode(_moved(message, lambda moment: round(now - moment, 3)))
    if isinstance(message, CommandSent):
        command = message.command
        data["command"] = {"method": method_name(type(command)), "given": arguments(command)}
    return data


def _lean(data: Json) -> Json:
    match data:
        case dict():
            return {name: {} if name == "headers" else _lean(each) for name, each in data.items()}
        case list():
            return [_lean(each) for each in data]
        case str():
            return data[:LONGEST_TEXT]
    return data


# --- Reading --------------------------------------------------------------------------------------


def _command(data: Json) -> Command:
    if not isinstance(data["given"], list):
        raise TypeError("given")
    return decode_command(data["method"], data["given"])


def _error(data: Json) -> WebPhoneError:
    code = data["code"] if data["code"] in ERRORS else "internal"
    message, hint = (decode_value(Sentence, data[name]) for name in ("message", "hint"))
    return WebPhoneError(
        code, message, hint, sip_code=decode_value(int | None, data.get("sipCode"))
    )


def _event(data: Json) -> Event:
    """An event that is told in every tab, its detail a record, an error or plain data."""
    name, detail = decode_value(str, data["name"]), data["detail"]
    kind = {"end": CallRecord, "error": WebPhoneError}.get(name, Mapping[str, Any])
    event = Event(name, decode_value(kind, detail, _KINDS))
    if not shared(event):
        raise ValueError(f"{name} is each tab's own")
    return event


def _call(data: Json) -> CallSnapshot:
    """A call of another tab; its video is seen there only."""
    call: CallSnapshot = decode_fields(CallSnapshot, data, _KINDS)
    if call.stage not in STAGES or call.view.state not in CALL_STATES:
        raise ValueError(call.stage)
    return replace(call, video_local=False, video_remote=False)


def _shared(data: Json) -> SharedSnapshot:
    phone: SharedSnapshot = decode_fields(SharedSnapshot, data, _KINDS)
    if phone.state not in PHONE_STATES:
        raise ValueError(phone.state)
    return phone


_KINDS: Kinds = {
    CallRecord: record_from,
    CallSnapshot: _call,
    Command: _command,
    Event: _event,
    SharedSnapshot: _shared,
    WebPhoneError: _error,
}
