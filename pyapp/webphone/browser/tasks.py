"""Coroutines for an owner who may call all of it off: in order, one at a time, or at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import Context
from typing import Any, TypeVar

Work = Callable[[], Awaitable[None]]
T = TypeVar("T")


class Outcome(asyncio.Future[T]):
    """What a task waits for: once it is there, the task goes on within the same turn.

    A future of asyncio's own has it wait for another turn of the loop, and on a busy page that one
    waits behind what else is to be done there. Only the task that made it may wait for it.
    """

    _waiting: tuple[Callable[[Any], object], Context | None] | None = None

    def add_done_callback(
        self, fn: Callable[[Any], object], /, *, context: Context | None = None
    ) -> None:
        if self.done():
            super().add_done_callback(fn, context=context)
        else:
            self._waiting = fn, context

    def set_result(self, result: T, /) -> None:
        super().set_result(result)
        self._over(at_once=asyncio.current_task(self.get_loop()) is None)

    def cancel(self, msg: Any | None = None) -> bool:
        cancelled = super().cancel(msg)
        self._over(at_once=False)
        return cancelled

    def _over(self, *, at_once: bool) -> None:
        if self._waiting is None:
            return
        (go_on, context), self._waiting = self._waiting, None
        if at_once and context is not None:
            context.run(go_on, self)
        else:
            self.get_loop().call_soon(go_on, self, context=context)


def begun(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """A task whose first step is taken at once: what it asks of the browser is under way by then.

    On a busy page each turn of the loop waits behind what else is to be done there.
    """
    at_once: dict[str, Any] = {"eager_start": True}  # Python 3.12
    return asyncio.Task(work, loop=asyncio.get_event_loop(), **at_once)


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
            begun(self._run())

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
        self._task = asyncio.current_task()
        try:
            while self._waiting and not self._closed:
                try:
                    await self._waiting.popleft()()
                except Exception as fault:
                    self._failed(fault)
        finally:
            self._task = None


class Background:
    """Coroutines that run beside each other: the loop itself keeps only weak references."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def run(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin it at once."""
        task = begun(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def close(self) -> None:
        """Give up what is under way."""
        for task in list(self._running):
            task.cancel()
