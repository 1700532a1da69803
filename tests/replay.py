"""A trace read back and played to a phone: does it do the same again?

A trace of this very version brings its own chance, and everything is the same to the letter. In one
that was written by another version the names that the phone makes up (branches, tags, Call-IDs)
are replaced by those that it makes up now, as they come.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from sip.entropy import seeded
from webphone.border.decoding import decode_value
from webphone.border.errors import WebPhoneError
from webphone.contract import Command, Config, decode_command
from webphone.phone.desk import Desk
from webphone.phone.happenings import Happening, Woken
from webphone.phone.recorder import Chance
from webphone.phone.trace import plain, struck
from webphone.phone.turn import Turn
from webphone.sip import Entropy

KINDS = {kind.__name__: kind for kind in get_args(Happening)}
# What the phone makes up, in the order in which it stands in a message of its own.
MADE_UP = re.compile(
    r"branch=(z9hG4bK[0-9a-f]{20})|;tag=([0-9a-f]{16})|^Call-ID: ([0-9a-f]{32})"
    r"|<sip:([0-9a-f]{8})@([0-9a-f]{12}\.invalid)|urn:uuid:([0-9a-f-]{36})|Via: \S+ ([0-9a-f]{12}\.invalid)",
    re.MULTILINE,
)


@dataclass
class Trace:
    """One trace: the line that says what the phone was made with, and its turns as plain data."""

    head: dict[str, Any]
    turns: list[dict[str, Any]]

    @classmethod
    def read(cls, text: str) -> Trace:
        head, *turns = map(json.loads, text.splitlines())
        assert head["webphone"] == 1
        return cls(head, turns)

    def written(self) -> str:
        """As it lies in a file."""
        return "".join(json.dumps(each) + "\n" for each in (self.head, *self.turns))

    @property
    def chance(self) -> list[bytes]:
        """All that was drawn, in its order."""
        return [bytes.fromhex(each) for turn in self.turns for each in turn.get("chance", ())]


@dataclass
class Replay:
    """A phone that is played a trace, and what it did, as plain data."""

    trace: Trace
    exact: bool = False  # of this very version: its times are taken as they are
    shown: set[str] = field(default_factory=set)  # who was said to be at the other end
    took: list[dict[str, Any]] = field(default_factory=list)  # the turns as they went now
    _names: dict[str, str] = field(default_factory=dict)
    _now: float = 0.0

    def __post_init__(self) -> None:
        head = self.trace.head
        config = Config().changed(head["settings"])
        chance = Chance(drawn(self.trace.chance))
        self.desk = Desk(Entropy(chance), config, head["guest"])
        for turn in self.trace.turns:
            happening = self._read(turn["in"])
            self._now = max(self._now, turn["at"])
            late = isinstance(happening, Woken) and turn["out"] and not self.exact
            if late and self.desk.deadline is not None:
                # Pauses are drawn as well: this one may be a little longer now.
                self._now = max(self._now, self.desk.deadline)
            actions = self.desk.handle(happening, self._now)
            took = plain(Turn(self._now, happening, tuple(chance.given()), tuple(actions)))
            took = json.loads(json.dumps(struck(took)))
            self._learn(turn["out"], took["out"])
            self.took.append(took)
            self.shown |= {call.peer_name for call in self.desk.snapshot.calls}

    @property
    def done(self) -> list[list[dict[str, Any]]]:
        """What the phone did in each turn."""
        return [took["out"] for took in self.took]

    def _read(self, data: Mapping[str, Any]) -> Happening:
        text = json.dumps(data)
        for then, now in self._names.items():
            text = text.replace(then, now)
        data = json.loads(text)
        kind = KINDS[data["type"]]
        happening: Happening = decode_value(kind, data, READERS)
        return happening

    def _learn(self, then: list[dict[str, Any]], now: list[dict[str, Any]]) -> None:
        """The names that the phone made up now, by those that it made up then."""
        for old, new in zip(names(then), names(now), strict=False):
            self._names.setdefault(old, new)


def names(actions: list[dict[str, Any]]) -> Iterator[str]:
    """What the phone made up in what it sent, in order; and the ids of its calls."""
    for action in actions:
        if action["type"] == "Send":
            for found in MADE_UP.finditer(action["data"]):
                yield next(filter(None, found.groups()))
        elif action["type"] in ("OpenMedia", "Settle"):
            value = action.get("value")
            yield action.get("call") or (value["id"] if isinstance(value, dict) else "")


def drawn(recorded: list[bytes]) -> Callable[[int], bytes]:
    """Chance as it was; where that is used up, or was other, chance of our own."""
    rest, own = list(recorded), seeded(7)

    def draw(count: int) -> bytes:
        return rest.pop(0) if rest and len(rest[0]) == count else own(count)

    return draw


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


READERS = {
    bytes: _octets,
    Command: lambda data: decode_command(data["method"], data["given"]),
    WebPhoneError: lambda data: WebPhoneError(data["code"], data["message"], data["hint"]),
}


def in_short(actions: list[dict[str, Any]]) -> list[str]:
    """What was done, each in a few words: the first line of a message, the name of an event."""
    return [line for line in map(_short, actions) if line]


def _short(action: Mapping[str, Any]) -> str:
    match action:
        case {"type": "Send", "data": str(data)}:
            line = data.split("\r\n")[0]
            return line if line.startswith("SIP/2.0") else line.split(" ")[0]
        case {"type": "Tell" | "Ask", "event": {"name": name}}:
            return str(name)
        case {"type": "Refuse", "error": {"code": code}}:
            return f"refused: {code}"
        case {"type": "Connect" | "Disconnect" | "OpenMedia" | "CloseMedia" | "Rollback" as kind}:
            return str(kind)
        case {"type": "PlayTone", "tone": tone}:
            return f"tone: {tone}"
    return ""
