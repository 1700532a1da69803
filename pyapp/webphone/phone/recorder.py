"""What the phone has heard and done lately, so that `getTrace()` can tell it and a test replay it.

It stands before the desk as the tabs do. What reaches the desk are values, a time and chance, so
the three together lead to the same actions again. They are kept as they are, no more than so many
turns and octets of them, and written down when somebody asks (`phone/trace.py`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Generic, Protocol, TypeVar

from webphone.contract import Config, GetTrace
from webphone.phone.actions import CopyText, Settle
from webphone.phone.happenings import Afterwards, Asked, Copied, LadderWanted
from webphone.phone.snapshot import Ladder, Snapshot
from webphone.phone.turn import Turn

TURNS = 2_000
OCTETS = 1_000_000

Happening = TypeVar("Happening", contravariant=True)
Action = TypeVar("Action", covariant=True)


class Phone(Protocol[Happening, Action]):
    """What the recorder stands before: a desk, or the tabs around it."""

    @property
    def deadline(self) -> float | None:
        """When it must be woken."""

    @property
    def snapshot(self) -> Snapshot:
        """The phone as the screen sees it."""

    def handle(self, happening: Happening, now: float) -> Sequence[Action]:
        """Take a happening, give back what to do."""


class Chance:
    """A source of chance that remembers what it gave since it was last asked."""

    def __init__(self, source: Callable[[int], bytes]) -> None:
        self._source = source
        self._given: list[bytes] = []

    def __call__(self, count: int) -> bytes:
        octets = self._source(count)
        self._given.append(octets)
        return octets

    def given(self) -> list[bytes]:
        """What it gave since this was asked last."""
        given, self._given = self._given, []
        return given


class Recorder(Generic[Happening, Action]):
    """Hands everything on, and keeps the last of it."""

    def __init__(
        self,
        phone: Phone[Happening, Action],
        chance: Chance,
        config: Config | None = None,
        guest: str = "you",
    ) -> None:
        """`config` and `guest` are what the phone was made with, `chance` what it draws from."""
        self._phone = phone
        self._chance = chance
        self._config = config or Config()
        self._guest = guest
        self._turns: deque[Turn] = deque()
        self._octets = 0
        self._left_out = 0
        self._ladder: Ladder | None = None
        self._seen: Snapshot | None = None  # until something happens: only that changes the phone

    @property
    def deadline(self) -> float | None:
        """When `Woken` must be handled at the latest."""
        return self._phone.deadline

    @property
    def snapshot(self) -> Snapshot:
        """The phone as the screen sees it."""
        if self._seen is None:
            seen = self._phone.snapshot
            self._seen = replace(seen, ladder=self._ladder) if self._ladder else seen
        return self._seen

    def handle(self, happening: Happening, now: float) -> Sequence[Action | Settle | CopyText]:
        """Take one happening; give back, in order, what to do about it."""
        if isinstance(happening, Afterwards):  # it shows nowhere
            return self._kept(happening, now)
        self._seen = None
        if isinstance(happening, LadderWanted):
            return self._wanted(copy=happening.copy)
        if isinstance(happening, Copied):
            if self._ladder:
                self._ladder = replace(self._ladder, copied="yes" if happening.done else "no")
            return []
        if isinstance(happening, Asked) and isinstance(happening.command, GetTrace):
            return self._told(happening)
        return self._kept(happening, now)

    def _kept(self, happening: Happening, now: float) -> Sequence[Action]:
        actions = self._phone.handle(happening, now)
        chance = tuple(self._chance.given())
        if actions or chance or not isinstance(happening, Afterwards):
            self._keep(Turn(now, happening, chance, tuple(actions)))
        return actions

    def _keep(self, turn: Turn) -> None:
        self._turns.append(turn)
        self._octets += turn.weight
        while len(self._turns) > TURNS or (self._octets > OCTETS and len(self._turns) > 1):
            self._octets -= self._turns.popleft().weight
            self._left_out += 1

    def _told(self, asked: Asked) -> list[Settle]:
        # Few pages ever ask: how a trace is written is loaded then.
        from webphone.phone.trace import written

        if asked.reply is None:
            return []
        text = written(self._turns, self._config, guest=self._guest, left_out=self._left_out)
        return [Settle(reply=asked.reply, value=text)]

    def _wanted(self, *, copy: bool) -> list[CopyText]:
        from webphone.phone import ladder

        self._ladder = Ladder(rungs=ladder.rungs(self._turns))
        return [CopyText(text=ladder.copy(self._turns))] if copy else []
