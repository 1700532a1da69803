"""The phone's time: it never runs backwards, and it does not miss the hours a laptop sleeps."""

from __future__ import annotations

SLEPT = 1.0  # seconds that the wall clock is ahead in one step: then the other has stood still


class SteadyClock:
    """Adds up the steps of the monotonic clock, and after a sleep that of the wall clock.

    The monotonic clock stands still in some browsers while the machine sleeps; the wall clock may
    be set back, and shows no more than milliseconds: the larger of two small steps, a hundred times
    a second, would be seconds in an hour. All times are seconds.
    """

    __slots__ = ("_monotonic", "_now", "_wall")

    def __init__(self, *, wall: float, monotonic: float) -> None:
        self._now = self._wall = wall
        self._monotonic = monotonic

    def read(self, *, wall: float, monotonic: float) -> float:
        """The phone's time when the two clocks show this."""
        step, on_wall = max(monotonic - self._monotonic, 0.0), wall - self._wall
        self._now += on_wall if on_wall - step >= SLEPT else step
        self._wall, self._monotonic = wall, monotonic
        return self._now
