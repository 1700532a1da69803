"""The phone's time: it never runs backwards, and it does not miss the hours a laptop sleeps."""

from __future__ import annotations


class SteadyClock:
    """Adds up steps: of each, the larger of what the wall clock and the monotonic clock say.

    The monotonic clock stands still in some browsers while the machine sleeps; the wall clock may
    be set back. All times are seconds.
    """

    __slots__ = ("_monotonic", "_now", "_wall")

    def __init__(self, *, wall: float, monotonic: float) -> None:
        self._now = self._wall = wall
        self._monotonic = monotonic

    def read(self, *, wall: float, monotonic: float) -> float:
        """The phone's time when the two clocks show this."""
        self._now += max(wall - self._wall, monotonic - self._monotonic, 0.0)
        self._wall, self._monotonic = wall, monotonic
        return self._now
