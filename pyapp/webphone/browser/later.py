"""What is done once the browser has had its turn, and once however often it was asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Later:
    """Calls `act` in a task of its own, which no timer holds up: a few milliseconds from now."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act
        self._waiting: asyncio.Handle | None = None

    def begin(self) -> None:
        """It is wanted."""
        if self._waiting is None:
            self._waiting = asyncio.get_event_loop().call_soon(self._due)

    def now(self) -> None:
        """There is no later: if it is wanted, it is done at once."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._due()

    def _due(self) -> None:
        self._waiting = None
        self._act()

    def close(self) -> None:
        """Not any more."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
