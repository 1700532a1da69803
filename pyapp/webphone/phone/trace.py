"""A trace as text: JSON, a turn a line, with every secret struck out.

The first line says what the phone was made with, and how many turns before the first one are
left out; a trace that leaves out none replays to the same actions. Each further line has the time,
the chance that was drawn, what happened (`in`) and what was done (`out`). Calls of other days are
in none, though the phone may remember them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from webphone.border.commands import arguments, method_name
from webphone.contract import SETTINGS, Command, Config, Kind, camel, encode
from webphone.phone.actions import KeepPeople, Remember, SaveFile, Unremember
from webphone.phone.happenings import (
    Asked,
    PeopleImported,
    PeopleRecalled,
    PersonSaved,
    Recalled,
    RememberedElsewhere,
)
from webphone.phone.turn import Turn

FORMAT = 1
STRUCK = "***"

# Settings, and keys of what a page hands over, whose value is nobody's business.
_SECRETS = frozenset(
    spelled
    for name, row in SETTINGS.items()
    if row.kind is Kind.SECRET
    for spelled in (name, camel(name))
) | {"credential", "ha1"}
# What tells of calls of other days, and of contacts.
_OTHER_DAYS = (
    *(Recalled, RememberedElsewhere, Remember, Unremember, SaveFile),
    *(KeepPeople, PeopleImported, PeopleRecalled, PersonSaved),
)
_PRIVATE = ("records", "text", "people", "called", "numbers")
# Addresses that need not be whole ones.
_PLACES = frozenset({"ice_servers_url", "iceServersUrl", "ice-servers-url"})
_HUSHED = r"[\w-]*(?:authorization|token|secret|api-?key|cookie)[\w-]*"
_HUSHED_NAME = re.compile(_HUSHED, re.IGNORECASE)
# RFC 3261 §7.3.1: a line that begins with a blank belongs to the header before.
_HEADER = re.compile(rf"^({_HUSHED}[ \t]*:)[^\r\n]*(?:\r\n[ \t][^\r\n]*)*", re.I | re.M)
_PROOF = re.compile(r',?[ \t]*\brspauth[ \t]*=[ \t]*"[^"]*"', re.IGNORECASE)
# Keys of media within a session description: as long as they were, for Content-Length.
_KEY = re.compile(r"^(a=(?:ice-pwd:|crypto:\d+ \S+ inline:))(\S+)", re.MULTILINE)
_ADDRESS = re.compile(r"\b(?:wss?|https?|turns?|stuns?):[^\s\"<>]+", re.IGNORECASE)
_USER = re.compile(r"(?<=://)[^/@?#]+@")
_VALUE = re.compile(r"([?&;](?!transport=)[^=&;#?]+=)[^&;#]+")


def written(turns: Iterable[Turn], config: Config, *, guest: str, left_out: int) -> str:
    """The trace of these turns, oldest first, of a phone that was made with these settings."""
    head = {"webphone": FORMAT, "settings": _settings(config), "guest": guest, "leftOut": left_out}
    return "".join(_line(each) for each in (head, *map(plain, turns)))


def plain(turn: Turn) -> dict[str, Any]:
    """A turn as plain data."""
    return {
        "at": turn.now,
        "chance": [octets.hex() for octets in turn.chance],
        "in": _named(turn.happening),
        "out": [_named(action) for action in turn.actions],
    }


def struck(data: Any, name: str = "") -> Any:
    """Plain data without its secrets."""
    match data:
        case Mapping():
            return {key: struck(item, str(key)) for key, item in data.items()}
        case list() | tuple():
            return [struck(item, name) for item in data]
        case bytes():
            return struck(data.decode("utf-8", "surrogateescape"), name)
        case str():
            hushed = name in _SECRETS or _HUSHED_NAME.fullmatch(name)
            if name in _PLACES:
                return _VALUE.sub(rf"\1{STRUCK}", _text(data))
            return STRUCK if hushed and data else _text(data)
        case bool() | int() | float() | None:
            return data
    return f"({type(data).__name__})"  # a function of the page: there is nothing to tell of it


def _text(text: str) -> str:
    text = _HEADER.sub(rf"\1 {STRUCK}", text)
    text = _PROOF.sub("", text)
    text = _KEY.sub(lambda found: found[1] + "x" * len(found[2]), text)
    return _ADDRESS.sub(_address, text)


def _address(found: re.Match[str]) -> str:
    return _VALUE.sub(rf"\1{STRUCK}", _USER.sub(f"{STRUCK}@", found[0]))


def _line(data: Mapping[str, Any]) -> str:
    return json.dumps(struck(data)) + "\n"


def _named(value: Any) -> dict[str, Any]:
    data = {"type": type(value).__name__, **encode(value)}
    if isinstance(value, Asked):
        data["command"] = _command(value.command)
    elif isinstance(value, _OTHER_DAYS):
        data |= {name: type(data[name])() for name in _PRIVATE if name in data}
    return data


def _command(command: Command) -> dict[str, Any]:
    return {"method": method_name(type(command)), "given": arguments(command)}


def _settings(config: Config) -> dict[str, Any]:
    usual = Config()
    changed = [
        item.name
        for item in fields(config)
        if item.name in SETTINGS and getattr(config, item.name) != getattr(usual, item.name)
    ]
    return {camel(name): encode(getattr(config, name)) for name in changed}
