"""When the screen is drawn: what a call needs while it is set up goes before it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from math import inf

# Seconds that the screen may wait: a person takes it for at once. To draw takes a page of two
# processors some 20 ms, layout and pixels included, in which the sound of a call could have come.
GLANCE = 0.1
MOST = 2  # times that it waits once more, where one step of a call comes soon after the other


class Glance:
    """Puts the drawing off for a moment, from when a step of a call's media was asked for.

    `now` gives seconds; `draw` is called when it has waited for long enough.
    """

    def __init__(self, draw: Callable[[], None], now: Callable[[], float]) -> None:
        self._draw = draw
        self._now = now
        self._until = -inf
        self._hurried = False  # while it waited
        self._waited = 0  # times
        self._timer: asyncio.TimerHandle | None = None

    def hurry(self) -> None:
        """A call is opened, or its answer has come: what follows is wanted sooner than a screen."""
        self._until = self._now() + GLANCE
        self._hurried = True

    def waits(self, *, busy: bool) -> bool:
        """Whether it waits, while media are `busy` or have been hurried; it is drawn soon then."""
        if not busy and self._now() >= self._until:
            return False
        if self._timer is None:
            self._begin(GLANCE)
        return True

    def next(self, *, busy: bool) -> None:
        """There is more to draw: when the page has had its turn, or media theirs."""
        if not self.waits(busy=busy):
            self._begin(0.0)

    def _begin(self, seconds: float) -> None:
        self._waited, self._hurried = 0, False
        self._later(seconds)

    def _later(self, seconds: float) -> None:
        self._timer = asyncio.get_event_loop().call_later(seconds, self._due)

    def _due(self) -> None:
        """It has waited; a step that came meanwhile makes it wait once more, within bounds."""
        more = self._until - self._now()
        if more > 0 and self._hurried and self._waited < MOST:
            self._waited, self._hurried = self._waited + 1, False
            self._later(more)
        else:
            self._draw()

    def drawn(self) -> None:
        """It is being drawn, or never will be again."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
