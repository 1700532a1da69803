"""Numbers that the exchange answers itself: what each of them does, and when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Deed(Enum):
    """One thing that a number does in a call; those in SOUNDING need a session description."""

    ANSWER = auto()
    EARLY = auto()
    RING = auto()
    BUSY = auto()
    DECLINE = auto()
    HOLD = auto()
    RESUME = auto()


SOUNDING = frozenset({Deed.ANSWER, Deed.EARLY, Deed.HOLD, Deed.RESUME})


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """What a number does: its deeds in order, each some seconds after the sound of the one before.

    The first has no wait, and one that needs no sound is the last.
    """

    says: str
    deeds: tuple[tuple[float, Deed], ...]
    # Seconds after the caller hung up, None for never.
    calls_back_after: float | None = None

    @property
    def sounds(self) -> bool:
        return any(deed in SOUNDING for _seconds, deed in self.deeds)


NUMBERS = {
    "600": Number(says="echo: you hear yourself", deeds=((0, Deed.ANSWER),)),
    "601": Number(
        says="rings you back 2 seconds after you hang up",
        deeds=((0, Deed.ANSWER),),
        calls_back_after=2.0,
    ),
    "602": Number(says="is busy", deeds=((0, Deed.BUSY),)),
    "603": Number(says="declines", deeds=((0, Deed.DECLINE),)),
    "604": Number(says="rings and never answers", deeds=((0, Deed.RING),)),
    "605": Number(
        says="plays an announcement before it answers",
        deeds=((0, Deed.EARLY), (3.0, Deed.ANSWER)),
    ),
    "606": Number(
        says="answers, holds you, and comes back",
        deeds=((0, Deed.ANSWER), (3.0, Deed.HOLD), (4.0, Deed.RESUME)),
    ),
}


def is_number(user: str) -> bool:
    """Whether `user` lies in the range of the exchange's own numbers, in use or not."""
    return len(user) == 3 and user.isascii() and user.isdigit() and user.startswith("6")
