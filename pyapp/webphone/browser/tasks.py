"""Coroutines done in order, one at a time, for an owner who may call all of it off."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

Work = Callable[[], Awaitable[None]]


class Tasks:
    """What one owner still has to do; `failed` gets what a task raises, and the next begins."""

    def __init__(self, failed: Callable[[Exception], None]) -> None:
        self._failed = failed
        self._waiting: deque[Work] = deque()
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    def add(self, task: Work) -> None:
        """Do this after all that was added before; after `close` it is ignored."""
        if self._closed:
            return
        self._waiting.append(task)
        if self._task is None:
            self._task = asyncio.ensure_future(self._run())

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return self._task is not None

    def close(self) -> None:
        """Give up the task under way and forget the others."""
        self._closed = True
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        try:
            while self._waiting and not self._closed:
                try:
                    await self._waiting.popleft()()
                except Exception as fault:
                    self._failed(fault)
        finally:
            self._task = None
