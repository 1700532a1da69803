"""A lock that one page of the browser holds at a time (the Web Locks API)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import js
from pyodide.ffi import create_once_callable, create_proxy

from webphone.browser.bridge import promised
from webphone.browser.proxies import plain


class Lock:
    """One request for the lock, until it is released or lost.

    `granted` is told that it is ours, `ended(fault, held)` that it can't be or is no longer.
    """

    def __init__(
        self,
        name: str,
        granted: Callable[[], None],
        ended: Callable[[Exception, bool], None],
        *,
        steal: bool = False,
    ) -> None:
        self._granted, self._ended = granted, ended
        self._over = False
        self._abort = js.AbortController.new()
        self._free: Any = None  # resolves the promise for as long as which the lock is ours
        # Destroyed in _wait, once the request is settled.
        self._grants = create_proxy(self._grant)
        options = {"steal": True} if steal else {"signal": self._abort.signal}
        self._task = asyncio.ensure_future(self._wait(name, plain(options)))

    @property
    def held(self) -> bool:
        """Whether it is ours by now."""
        return self._free is not None

    def release(self) -> None:
        """Free the lock, or take the request back; nothing more is told."""
        self._over = True
        if self._free is not None:
            self._free()
        else:
            self._abort.abort()

    def _grant(self, _lock: Any) -> Any:
        held = js.Promise.new(create_once_callable(self._keep))
        if self._over:  # a lock that is stolen can't be taken back
            self._free()
        else:
            self._granted()
        return held

    def _keep(self, resolve: Any, _reject: Any) -> None:
        self._free = resolve

    async def _wait(self, name: str, options: Any) -> None:
        ended: Exception | None = None
        try:
            if not self._over:
                await promised(
                    js.navigator.locks, "request", name, options, self._grants, within=None
                )
        except Exception as fault:
            ended = fault
        finally:
            self._grants.destroy()
        if ended is not None and not self._over:
            self._over = True
            self._ended(ended, self._free is not None)
