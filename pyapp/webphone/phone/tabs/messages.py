"""What the tabs that share one phone tell each other: plain text, without secrets.

Clocks differ from tab to tab, so moments travel as ages in seconds. A stranger's text never does
more than raise Malformed: any script of the site may write on the channel.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, fields, replace
from typing import Any

from webphone.border.reading import parsed
from webphone.contract import (
    CALL_STATES,
    ERRORS,
    EVENTS,
    PHONE_STATES,
    CallRecord,
    CallView,
    Command,
    Json,
    Party,
    Quality,
    WebPhoneError,
    camel,
    decode_command,
    encode,
)
from webphone.phone.call.call import Stage
from webphone.phone.snapshot import CallSnapshot, EndedCall
from webphone.phone.tabs.mirror import Mirror
from webphone.words import Sentence, kept, restored

VERSION = 1  # tabs of another version are not understood, and not answered
LONGEST = 262_144
STAGES = [stage.value for stage in Stage]
MOMENTS = ("started_at", "answered_at", "held_since")  # of a CallSnapshot


class Malformed(ValueError):
    """Another tab's text is no message of ours."""


# --- Messages -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """From one tab to one other, or to all when `to` is empty."""

    tab: str
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello(Message):
    """Here I am, to follow; who leads, tell me all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Here(Message):
    """I still follow: the answer to a roll call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone(Message):
    """I no longer follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News(Message):
    """From who leads: what happened, and how the phone is now. `roll`: who follows, say so."""

    phone: Mirror
    events: tuple[tuple[str, Mapping[str, Json]], ...] = ()
    roll: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSent(Message):
    """A command for who leads; Outcome with the same number follows."""

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
    """The answer to Take when sure: the server knows us no more, take the lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(Message):
    """The other answer to Take: not now."""

    error: WebPhoneError


KINDS: dict[str, type[Message]] = {
    kind.__name__.lower(): kind
    for kind in (Hello, Here, Gone, News, CommandSent, Outcome, Take, Offered, Given, Kept)
}


def write(message: Message, now: float) -> str:
    """The message as text. Raises TypeError or ValueError where a page's own value is no data."""
    told: dict[str, Json] = {"webphone": VERSION, "type": type(message).__name__.lower()}
    for item in fields(message):
        told[camel(item.name)] = _written(getattr(message, item.name), now)
    return json.dumps(kept(told), allow_nan=False)


def read(text: str, now: float) -> Message:
    """The message in another tab's text. Raises Malformed."""
    if len(text) > LONGEST:
        raise Malformed(f"{len(text)} characters")
    try:
        told = restored(parsed(text))
        if told["webphone"] != VERSION:
            raise Malformed(f"version {str(told['webphone'])[:20]}")
        message: Message = _built(KINDS[told["type"]], told, now)
    except (KeyError, TypeError, ValueError, AttributeError, WebPhoneError) as bad:
        raise Malformed(f"{type(bad).__name__}: {str(bad)[:100]}") from None
    return message


# --- Writing --------------------------------------------------------------------------------------


def _written(value: Any, now: float) -> Json:
    match value:
        case Command():
            name = type(value).__name__
            return {"method": name[0].lower() + name[1:], "given": _arguments(value)}
        case Mirror():
            return {
                **encode(replace(value, calls=(), retry_at=_age(value.retry_at, now))),
                "calls": [_written(call, now) for call in value.calls],
            }
        case CallSnapshot():
            return encode(_moved(value, lambda moment: _age(moment, now)))
    return encode(value)


def _arguments(command: Command) -> list[Json]:
    """As decode_command takes them."""
    given = [
        getattr(command, item.name) for item in fields(command) if not item.metadata.get("option")
    ]
    options = {
        camel(item.name): getattr(command, item.name)
        for item in fields(command)
        if item.metadata.get("option") and getattr(command, item.name) is not None
    }
    return [*map(encode, given), *([options] if options else [])]


def _age(moment: float | None, now: float) -> float | None:
    return None if moment is None else round(now - moment, 3)


def _moved(call: CallSnapshot, move: Callable[[float | None], float | None]) -> CallSnapshot:
    return replace(call, **{name: move(getattr(call, name)) for name in MOMENTS})  # type: ignore[arg-type]


# --- Reading --------------------------------------------------------------------------------------


def _built(kind: type[Any], told: Any, now: float) -> Any:
    """A value of this dataclass from plain data, each field read as its type says."""
    return kind(**{
        item.name: _field(item, told[camel(item.name.rstrip("_"))], now) for item in fields(kind)
    })  # fmt: skip


def _field(item: Field[Any], told: Any, now: float) -> Any:
    wanted = str(item.type)
    if told is None and wanted.endswith(" | None"):
        return None
    return _READERS[wanted.removesuffix(" | None")](told, now)


def _simple(*kinds: type) -> Callable[[Any, float], Any]:
    def read(told: Any, now: float) -> Any:
        if not isinstance(told, kinds) or (isinstance(told, bool) and bool not in kinds):
            raise TypeError(f"{type(told).__name__} for {kinds[0].__name__}")
        return told

    return read


def _number(told: Any, now: float) -> float:
    number: float = _simple(float, int)(told, now)
    if not math.isfinite(number):
        raise ValueError(number)
    return number


def _made(kind: type[Any]) -> Callable[[Any, float], Any]:
    return lambda told, now: _built(kind, told, now)


def _texts(told: Any, now: float) -> dict[str, str]:
    return {text(name, now): text(each, now) for name, each in told.items()}


def _event(told: Any, now: float) -> tuple[str, dict[str, Json]]:
    name, detail = told
    if name not in EVENTS:
        raise KeyError(name)
    return name, dict(detail)


def _command(told: Any, now: float) -> Command:
    if not isinstance(told["given"], list):
        raise TypeError("given")
    return decode_command(told["method"], told["given"])


def _error(told: Any, now: float) -> WebPhoneError:
    code = told["code"] if told["code"] in ERRORS else "internal"
    said = (_sentence(told["message"], now), _sentence(told["hint"], now))
    status = told.get("sipCode")
    return WebPhoneError(
        code, *said, sip_code=None if status is None else _simple(int)(status, now)
    )


def _call(told: Any, now: float) -> CallSnapshot:
    """A call of another tab; its pictures are seen there only."""
    call: CallSnapshot = _built(CallSnapshot, told, now)
    if call.stage not in STAGES or call.view.state not in CALL_STATES:
        raise ValueError(call.stage)
    here = _moved(call, lambda age: None if age is None else now - age)
    return replace(here, video_local=False, video_remote=False)


def _mirror(told: Any, now: float) -> Mirror:
    mirror: Mirror = _built(Mirror, told, now)
    if mirror.state not in PHONE_STATES:
        raise ValueError(mirror.state)
    return replace(mirror, retry_at=None if mirror.retry_at is None else now - mirror.retry_at)


text = _simple(str)
_sentence = _simple(Sentence)
_READERS: dict[str, Callable[[Any, float], Any]] = {
    "str": text,
    "Sentence": _sentence,
    "bool": _simple(bool),
    "int": _simple(int),
    "float": _number,
    "Json": lambda told, now: told,
    "Mapping[str, str]": _texts,
    "Party": _made(Party),
    "CallView": _made(CallView),
    "Quality": _made(Quality),
    "CallRecord": _made(CallRecord),
    "EndedCall": _made(EndedCall),
    "Mirror": _mirror,
    "WebPhoneError": _error,
    "Command": _command,
    "tuple[CallSnapshot, ...]": lambda told, now: tuple(_call(each, now) for each in told),
    "tuple[tuple[str, Mapping[str, Json]], ...]": lambda told, now: tuple(
        _event(each, now) for each in told
    ),
}


def record(told: Mapping[str, Json], now: float) -> CallRecord | None:
    """The call record in the detail of a mirrored `end`, None where it is none."""
    try:
        made: CallRecord = _built(CallRecord, told, now)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return made


def error(told: Mapping[str, Json], now: float) -> WebPhoneError | None:
    """The error in the detail of a mirrored `error`, None where it is none."""
    try:
        return _error(told, now)
    except (KeyError, TypeError, AttributeError):
        return None
