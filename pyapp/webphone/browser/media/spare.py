"""A peer connection that is ready before there is a call: its certificate and its own candidates.

Nothing goes over it, and nothing is said of it to anybody but the STUN and TURN servers: its search
begins with the connection, as its pool asks (WebRTC 1.0 §4.4.1.1), and not with a description.
Who takes it before the browser knows its own networks gets no path at all, ever (Chromium 156: 8 of
100 first connections of a page that is busy): so it has to rest, and one made for a call has no
pool.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import js
from pyodide.ffi import create_once_callable

from webphone.browser.media.ice_servers import IceServers, connection
from webphone.contract import Config

REST = 0.1  # seconds; a page that is idle learns of its networks within 20 ms
KEPT = 60.0  # seconds: then its relays and its candidates are let go of
Made = tuple[Any, list[dict[str, Any]], tuple[str, ...]]


class Spare:
    """At most one, for the next call of a phone."""

    def __init__(self) -> None:
        self._ready: tuple[list[Any], str, Made] | None = None
        self._rested = False
        self._timer: asyncio.TimerHandle | None = None
        self._wanted = False  # one is to be made when the page rests

    def prepare(self, servers: IceServers, config: Config) -> None:
        """Have one ready soon, when the page has nothing better to do."""
        if self._ready is not None:
            self._keep()
        elif not self._wanted:
            self._wanted = True
            _when_idle(lambda: self._prepare(servers, config))

    def take(self, servers: list[Any], policy: str) -> Made:
        """The one that has rested, if it was made with these; else another."""
        ready, rested = self._ready, self._rested
        if ready is not None and rested and ready[:2] == (servers, policy):
            self._forget()
            return ready[2]
        self.drop()
        return connection(servers, policy)

    def drop(self) -> None:
        """No call is expected any more."""
        ready = self._ready
        self._forget()
        if ready is not None:
            ready[2][0].close()

    def _forget(self) -> None:
        self._ready, self._rested, self._wanted = None, False, False
        self._stop()

    def _prepare(self, servers: IceServers, config: Config) -> None:
        wanted = servers.at_hand(config) if self._wanted else None
        self._wanted = False
        if wanted is not None:
            policy = config.ice_policy
            made = self._ready = wanted, policy, connection(wanted, policy, pool=1)
            self._wait(REST, lambda: _when_idle(lambda: self._has_rested(made)))

    def _has_rested(self, made: object) -> None:
        if self._ready is made:
            self._rested = True
            self._keep()

    def _keep(self) -> None:
        if self._rested:
            self._wait(KEPT, self.drop)

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        self._stop()
        self._timer = asyncio.get_event_loop().call_later(seconds, then)

    def _stop(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()


def saves_data() -> bool:
    """Whether the person has asked the browser to load no more than is needed."""
    return bool(getattr(getattr(js.navigator, "connection", None), "saveData", False))


def _when_idle(then: Callable[[], None]) -> None:
    idle = getattr(js.window, "requestIdleCallback", None) or js.window.setTimeout
    idle(create_once_callable(lambda *_: then()))
