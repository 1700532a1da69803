"""Settings: how one is declared, and how its value is read from a page that may write anything."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from math import isfinite
from typing import Any

from webphone.border.errors import WebPhoneError
from webphone.border.names import kebab
from webphone.border.reading import parsed
from webphone.words import Sentence, say


class Kind(Enum):
    """How a setting is read from an attribute or a property."""

    SHOWN = "true or false; missing or other = true"
    BOOLEAN = "boolean"
    TEXT = "text"
    SECRET = "text, write-only"
    CHOICE = "one of a list"
    INTEGER = "whole number"
    LIST = "list of words"
    SERVERS = "comma-separated ws: and wss: addresses"
    ICE = "JSON of RTCIceServer[]; as a property also an array or async function"
    OBJECT = "object"
    HEADERS = "object of header names and texts"
    STRINGS = "object of words' keys and texts"
    FUNCTION = "async function"


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the settings table; `spec` is its name in the customer's specification."""

    name: str
    kind: Kind
    default: Any
    help: str
    spec: str = ""
    choices: tuple[str, ...] = ()
    pattern: str = ""  # of the text, or of each word of a list
    least: int | None = None
    most: int | None = None
    off: bool = False  # whether 0 is allowed too
    built: bool = True
    phrases: bool = False  # words of a list may have spaces, so that commas part them

    @property
    def attribute(self) -> bool:
        """Whether it is an attribute too, and not a property only."""
        return self.kind not in (Kind.OBJECT, Kind.HEADERS, Kind.STRINGS, Kind.FUNCTION)

    @property
    def secret(self) -> bool:
        """Whether it can be written but never read."""
        return self.kind is Kind.SECRET


# --- Declaring ------------------------------------------------------------------------------------


def setting(kind: Kind, help: str, default: Any, **more: Any) -> Any:
    """A field of Config; a secret one is kept out of its repr."""
    more |= {"kind": kind, "help": help}
    return field(default=default, repr=kind is not Kind.SECRET, metadata=more)


def shown(help: str, **more: Any) -> Any:
    return setting(Kind.SHOWN, help, True, **more)


def flag(help: str, **more: Any) -> Any:
    return setting(Kind.BOOLEAN, help, False, **more)


def text(help: str, default: str = "", **more: Any) -> Any:
    return setting(Kind.TEXT, help, default, **more)


def choice(choices: str, default: str, help: str, **more: Any) -> Any:
    return setting(Kind.CHOICE, help, default, choices=tuple(choices.split()), **more)


def number(help: str, default: int, **more: Any) -> Any:
    return setting(Kind.INTEGER, help, default, **more)


def words(help: str, default: tuple[str, ...] = (), **more: Any) -> Any:
    return setting(Kind.LIST, help, default, **more)


def value(kind: Kind, help: str, **more: Any) -> Any:
    return setting(kind, help, None, **more)


# --- Reading --------------------------------------------------------------------------------------

SERVER = re.compile(
    r"(?P<scheme>wss?)://(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?"
    r"(?P<path>/[^\s,#\"<>\\]*)?",
    re.IGNORECASE,
)
LOOPBACK = re.compile(r"localhost|.*\.localhost|127(\.\d+){3}|\[::1\]", re.IGNORECASE)
# Line breaks, control characters, and half a character of UTF-16, which no encoding can write.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
LONGEST_TEXT = 1000
LONGEST_JSON = 100_000


def decode_setting(setting: Setting, given: Any) -> Any:
    """A setting's value from an attribute's text or a property's value.

    None means "back to the default". Raises WebPhoneError `invalid_config`.
    """
    return setting.default if given is None else _READERS[setting.kind](setting, given)


@lru_cache(maxsize=64)
def server_addresses(host: str) -> tuple[str, ...]:
    """The WebSocket addresses in this setting, in their order."""
    return tuple(part.strip() for part in host.split(",") if part.strip())


@lru_cache(maxsize=64)
def server_hosts(host: str) -> tuple[str, ...]:
    """The host names of those."""
    return tuple(
        found["host"] for one in server_addresses(host) if (found := SERVER.fullmatch(one))
    )


def check_secure(servers: Sequence[str], allowed: bool) -> None:
    """Raises WebPhoneError where calls would go unencrypted to another machine."""
    for server in servers:
        found = SERVER.fullmatch(server)
        if allowed or not found or found["scheme"].lower() == "wss":
            continue
        if not LOOPBACK.fullmatch(found["host"]):
            raise WebPhoneError(
                "invalid_config", say("setting_insecure", server=shortened(bare(server)))
            )


def bare(address: str) -> str:
    """A server's address as it may be told: without what lets us in, a token or a password."""
    return _USER_INFO.sub("//", address).partition("?")[0].partition("#")[0]


_USER_INFO = re.compile(r"//[^/?#]*@")


def shortened(given: object) -> str:
    """A stranger's value as it may stand in a sentence; of anything but text only what it is."""
    if not isinstance(given, str):
        return kind_of(given)
    return repr(given if len(given) <= 40 else given[:40] + "…")


def kind_of(given: object) -> str:
    """What a page gave, in the words of a page."""
    if given is None:
        return say("kind_nothing")
    if isinstance(given, bool):
        return str(given).lower()
    for types, name in _KINDS:
        if isinstance(given, types):
            return say(f"kind_{name}")
    return say("kind_function" if callable(given) else "kind_object")


_KINDS: tuple[tuple[tuple[type, ...], str], ...] = (
    ((str,), "text"),
    ((int, float), "number"),
    ((list, tuple), "list"),
)


def plain(given: object) -> bool:
    """Whether a value is nothing but data that JSON can write."""
    match given:
        case Mapping():
            return all(plain(item) for item in given.values())
        case list() | tuple():
            return all(plain(item) for item in given)
        case float():
            return isfinite(given)
        case _:
            return given is None or isinstance(given, str | int)


def headers(given: Any) -> dict[str, str] | None:
    """Header names and texts that can't break a message, or None."""
    if not isinstance(given, Mapping):
        return None
    safe = all(
        isinstance(name, str)
        and TOKEN.fullmatch(name)
        and isinstance(line, str)
        and not CONTROL.search(line)
        and len(line) <= LONGEST_TEXT
        for name, line in given.items()
    )
    return dict(given) if safe else None


def _wrong(
    setting: Setting, problem: str, remedy: Sentence | None = None, **values: str | int
) -> WebPhoneError:
    sentence = say(f"setting_{problem}", setting=kebab(setting.name), **values)
    return WebPhoneError("invalid_config", sentence, remedy)


def _shown(setting: Setting, given: Any) -> bool:
    return str(given).strip().lower() != "false"


def _boolean(setting: Setting, given: Any) -> bool:
    if isinstance(given, bool):
        return given
    if isinstance(given, str):
        return given.strip().lower() != "false"
    raise _wrong(setting, "no_boolean")


def _text(setting: Setting, given: Any) -> str:
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given)
    if not isinstance(given, str):
        raise _wrong(setting, "no_text", given=shortened(given))
    if CONTROL.search(given):
        raise _wrong(setting, "control")
    if len(given) > LONGEST_TEXT:
        remedy = say("at_most_characters", count=LONGEST_TEXT)
        raise _wrong(setting, "long", remedy, count=len(given))
    if setting.secret:
        return given
    found = given.strip()
    if found and setting.kind is Kind.TEXT:
        _match(setting, found)
    return found


def _match(setting: Setting, found: str) -> None:
    if setting.pattern and not re.fullmatch(setting.pattern, found):
        remedy = say(f"like_{setting.name}")
        raise _wrong(setting, "wrong", remedy, given=shortened(found))


def _choice(setting: Setting, given: Any) -> str:
    found = _text(setting, given).lower()
    if found == "":
        return str(setting.default)
    if found not in setting.choices:
        remedy = say("one_of", choices=", ".join(setting.choices))
        raise _wrong(setting, "wrong", remedy, given=shortened(found))
    return found


def _integer(setting: Setting, given: Any) -> int:
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    if isinstance(given, str) and re.fullmatch(r"\s*[0-9]{1,9}\s*", given):
        given = int(given)
    if not isinstance(given, int) or isinstance(given, bool):
        raise _wrong(setting, "no_integer", given=shortened(given))
    if given == 0 and setting.off:
        return given
    if setting.least is not None and given < setting.least:
        raise _wrong(setting, "wrong", say("at_least", least=setting.least), given=given)
    if setting.most is not None and given > setting.most:
        raise _wrong(setting, "wrong", say("at_most", most=setting.most), given=given)
    return given


def _list(setting: Setting, given: Any) -> tuple[str, ...]:
    if isinstance(given, str):
        parted = r"\s*,\s*" if setting.phrases else r"[\s,]+"
        given = re.split(parted, _text(setting, given))
    if not isinstance(given, list | tuple):
        raise _wrong(setting, "no_list")
    found = tuple(filter(None, (_text(setting, word) for word in given)))
    for word in found:
        _match(setting, word)
    return found or setting.default


def _servers(setting: Setting, given: Any) -> str:
    if isinstance(given, list | tuple):
        given = ",".join(_text(setting, server) for server in given)
    found = _text(setting, given)
    for server in filter(None, (part.strip() for part in found.split(","))):
        if not SERVER.fullmatch(server):
            raise _wrong(setting, "no_server", given=shortened(bare(server)))
    return found


def _ice(setting: Setting, given: Any) -> Any:
    remedy = say("like_ice_servers")
    if callable(given):
        return given
    if isinstance(given, str):
        if not given.strip():
            return setting.default
        if len(given) > LONGEST_JSON:
            raise _wrong(setting, "long", remedy, count=len(given))
        try:
            given = parsed(given)
        except ValueError:
            raise _wrong(setting, "no_json", remedy) from None
    if not isinstance(given, list | tuple):
        raise _wrong(setting, "no_servers", remedy)
    if not all(isinstance(server, Mapping) and "urls" in server for server in given):
        raise _wrong(setting, "without_urls", remedy)
    if not plain(given):
        raise _wrong(setting, "not_plain", remedy)
    return tuple(given)


def _object(setting: Setting, given: Any) -> Any:
    if not isinstance(given, Mapping):
        raise _wrong(setting, "no_object", given=shortened(given))
    if not plain(given):
        raise _wrong(setting, "not_plain")
    return given


def _headers(setting: Setting, given: Any) -> Any:
    found = headers(given)
    if found is None:
        raise _wrong(setting, "no_headers")
    return found


def _function(setting: Setting, given: Any) -> Any:
    if callable(given):
        return given
    raise _wrong(setting, "no_function", given=shortened(given))


_READERS = {
    Kind.SHOWN: _shown,
    Kind.BOOLEAN: _boolean,
    Kind.TEXT: _text,
    Kind.SECRET: _text,
    Kind.CHOICE: _choice,
    Kind.INTEGER: _integer,
    Kind.LIST: _list,
    Kind.SERVERS: _servers,
    Kind.ICE: _ice,
    Kind.OBJECT: _object,
    Kind.HEADERS: _headers,
    Kind.STRINGS: _object,
    Kind.FUNCTION: _function,
}
