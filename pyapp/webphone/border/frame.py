"""What a phone in an iframe and the page around it tell each other, checked before it is believed.

Before there is a port: `{webphone: 1, type: "hello", frameId}` from the frame, answered by
`{webphone: 1, type: "init", id}` with the port. On the port, from the page: Call, Assign, Answer,
Focus.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webphone.border.errors import WebPhoneError
from webphone.border.reading import parsed
from webphone.border.settings import bare, shortened
from webphone.words import Sentence, say

VERSION = 1
LARGEST = 256 * 1024  # characters of a message, written as JSON
PATIENCE = 5.0  # seconds that the page has to answer a question
MOST_NUMBER = 2**53  # of whole numbers that JavaScript counts exactly


class Malformed(ValueError):
    """A message that is dropped; `rid` is its number where it has one that can be answered."""

    def __init__(self, problem: str, rid: int | None = None) -> None:
        super().__init__(problem)
        self.rid = rid


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A method call; the result goes back under the same `rid`."""

    rid: int
    method: str
    arguments: Sequence[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign:
    """Settings by property name; `functions` names those that the page keeps and answers for."""

    settings: Mapping[str, Any]
    functions: Collection[str]

    def __repr__(self) -> str:
        return f"Assign({', '.join([*self.settings, *self.functions])})"  # one may be a password


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the page says to a question; not `ok`: it failed, and `message` says how."""

    rid: int
    ok: bool
    value: Any = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """The page has given the frame the focus: it goes on to the phone's main control."""


Message = Call | Assign | Answer | Focus

# --- Reading --------------------------------------------------------------------------------------


def read(text: str) -> Message:
    """A message that came over the port, written as JSON. Raises Malformed."""
    if len(text) > LARGEST:
        raise Malformed(f"it is larger than {LARGEST // 1024} kB")
    data = _object(text)
    match data.get("type"):
        case "call":
            rid = _number(data)
            method, arguments = data.get("method"), data.get("args", [])
            if not isinstance(method, str) or not isinstance(arguments, list):
                raise Malformed("a call has a method and a list of args", rid)
            return Call(rid=rid, method=method, arguments=arguments)
        case "set":
            settings, functions = data.get("props", {}), data.get("functions", [])
            if not isinstance(settings, dict) or not _texts(functions):
                raise Malformed("a set has props by name and a list of functions")
            return Assign(settings=settings, functions=functions)
        case "answer":
            message = data.get("message", "")
            return Answer(
                rid=_number(data),
                ok=data.get("ok") is True,
                value=data.get("value"),
                message=message if isinstance(message, str) else "",
            )
        case "focus":
            return Focus()
        case other:
            raise Malformed(f"its type is {shortened(other)}")


def allows(answer: Answer | None) -> bool:
    """Whether the page lets a call go out or ring; one that fails or says nothing allows it."""
    return answer is None or not answer.ok or answer.value is not False


def opens(text: str, frame_id: str) -> bool:
    """Whether a window's message answers the hello of this frame. Never raises."""
    try:
        data = _object(text) if len(text) <= LARGEST else {}
    except Malformed:
        return False
    return (
        data.get("webphone") == VERSION
        and data.get("type") == "init"
        and data.get("id") == frame_id
    )


def _object(text: str) -> dict[str, Any]:
    try:
        data = parsed(text)
    except ValueError:
        raise Malformed("it is no plain data") from None
    if not isinstance(data, dict):
        raise Malformed("it is no object")
    return data


def _number(data: Mapping[str, Any]) -> int:
    rid = data.get("rid")
    if not isinstance(rid, int) or isinstance(rid, bool) or not 0 <= rid < MOST_NUMBER:
        raise Malformed("its rid is no whole number")
    return rid


def _texts(given: Any) -> bool:
    return isinstance(given, list) and all(isinstance(item, str) for item in given)


# --- Who may frame the phone ----------------------------------------------------------------------

ORIGIN = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<any>\*\.)?(?P<rest>[a-z0-9._:\[\]-]+)/?")


def admits(listed: Iterable[str], own: str, asking: str) -> bool:
    """Whether a page of the origin `asking` may frame a phone of the origin `own`.

    `listed` holds origins such as `https://crm.example`; `https://*.crm.example` stands for every
    name below, `*` for every origin. Pages opened from disk, whose origin is "null", only find
    phones opened from disk.
    """
    if own in ("null", "file://"):
        return asking in ("null", "file://")
    if asking in ("null", ""):
        return False
    return asking == own or any(_stands_for(entry.lower(), asking.lower()) for entry in listed)


def _stands_for(entry: str, asking: str) -> bool:
    if entry == "*":
        return True
    found = ORIGIN.fullmatch(entry)
    if found is None:
        return False
    scheme, rest = found["scheme"], found["rest"]
    if not found["any"]:
        return asking == f"{scheme}://{rest}"
    name = asking.removeprefix(f"{scheme}://")
    return name != asking and name.endswith(f".{rest}")


# --- What the page around may read ---------------------------------------------------------------


def told(config: Mapping[str, Any]) -> dict[str, Any]:
    """The settings by property as the page around reads them: without what lets somebody in."""
    readable = dict(config)
    if "host" in config:
        readable["host"] = ",".join(map(bare, str(config["host"]).split(",")))
    if "iceServersUrl" in config:
        readable["iceServersUrl"] = bare(str(config["iceServersUrl"]))
    servers = config.get("iceServers")
    if isinstance(servers, list | tuple):
        readable["iceServers"] = [
            {name: one[name] for name in one if name != "credential"} for one in servers
        ]
    return readable


# --- What the page around must allow --------------------------------------------------------------

FEATURES = (
    *("microphone", "autoplay", "camera", "speaker-selection", "local-network"),
    *("loopback-network", "display-capture", "clipboard-write", "fullscreen"),
)
# Errors that the page around can mend.
MENDED = {"policy_blocked": "microphone", "local_network_denied": "local-network"}


def remedy(missing: Iterable[str], origin: str) -> Sentence:
    """The exact attribute that gives the missing features to a frame of that origin."""
    names = [name for name in FEATURES if name in set(missing)]
    whom = "*" if origin in ("null", "file://") else origin
    attribute = "; ".join(f"{name} {whom}" for name in names)
    if whom == "*":
        return say("frame_attribute", attribute=attribute)
    header = ", ".join(f'{name}=(self "{origin}")' for name in names)
    return say("frame_header", attribute=attribute, header=header)


def mended(error: WebPhoneError, missing: Collection[str], origin: str) -> WebPhoneError:
    """The error with the exact remedy where the page around is what forbids."""
    if MENDED.get(error.code) not in missing:
        return error
    return WebPhoneError(error.code, error.message, remedy(missing, origin), error.sip_code)


def by_hand(call: Call) -> WebPhoneError | None:
    """Why a method can't be called through a port, or None: it needs a gesture inside the frame."""
    if call.method == "shareScreen" and call.arguments != [False]:
        return WebPhoneError("unsupported", say("screen_by_hand"))
    return None
