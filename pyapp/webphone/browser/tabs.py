"""The other tabs of this browser: a lock that one of them holds, and a channel to all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, assert_never

import js
from pyodide.ffi import create_once_callable, create_proxy

from webphone.browser.bridge import promised
from webphone.browser.proxies import Listeners, fault_name, plain, said
from webphone.phone.tabs.actions import (
    Happening,
    Lead,
    LeadershipLost,
    LeadershipRefused,
    Leading,
    StopLeading,
    TabHeard,
    TellTabs,
)

TabAction = Lead | StopLeading | TellTabs
Turn = Callable[[Happening], None]


class OtherTabs:
    """Those that share the phone of this one; `turn` hears of the lock and of what they say."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._name = ""
        self._channel: Any = None
        self._listeners = Listeners()
        self._lock: _Lock | None = None

    def perform(self, action: TabAction) -> None:
        """Do it; what follows is told later."""
        match action:
            case Lead(name=name, steal=steal):
                self._let_go()
                try:
                    self._open(name)
                except Exception as fault:  # a browser may refuse it to frames of other sites
                    self._refused(fault)
                    return
                self._lock = _Lock(name, steal, self._turn)
            case StopLeading():
                self.close()
            case TellTabs(text=text):
                if self._channel is not None:
                    try:
                        self._channel.postMessage(text)
                    except Exception as fault:
                        self._refused(fault)
            case _:
                assert_never(action)

    def close(self) -> None:
        """Let go of lock and channel; may be repeated."""
        self._let_go()
        self._listeners.close()
        if self._channel is not None:
            self._channel.close()
        self._channel, self._name = None, ""

    def _open(self, name: str) -> None:
        if name == self._name:
            return
        self.close()
        self._channel = js.BroadcastChannel.new(name)
        self._listeners.add(self._channel, "message", self._hear)
        self._name = name

    def _refused(self, fault: Exception) -> None:
        """No tabs for this phone: it goes on alone."""
        self.close()
        refused = LeadershipRefused(why=said(fault))
        js.queueMicrotask(create_once_callable(lambda: self._turn(refused)))

    def _hear(self, event: Any) -> None:
        if isinstance(event.data, str):
            self._turn(TabHeard(text=event.data))

    def _let_go(self) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.release()


class _Lock:
    """One request for the lock, until it is released or lost."""

    def __init__(self, name: str, steal: bool, turn: Turn) -> None:
        self._turn = turn
        self._over = False
        self._abort = js.AbortController.new()
        self._free: Any = None  # resolves the promise for as long as which the lock is ours
        # Destroyed in _wait, once the request is settled.
        self._granted = create_proxy(self._grant)
        options = {"steal": True} if steal else {"signal": self._abort.signal}
        self._task = asyncio.ensure_future(self._wait(name, plain(options)))

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
            self._turn(Leading())
        return held

    def _keep(self, resolve: Any, _reject: Any) -> None:
        self._free = resolve

    async def _wait(self, name: str, options: Any) -> None:
        news: LeadershipLost | LeadershipRefused | None = None
        try:
            if not self._over:
                await promised(
                    js.navigator.locks, "request", name, options, self._granted, within=None
                )
        except Exception as fault:
            # AbortError of a lock that was ours: it was stolen.
            lost = self._free is not None and fault_name(fault) == "AbortError"
            news = LeadershipLost() if lost else LeadershipRefused(why=said(fault))
        finally:
            self._granted.destroy()
        if news is not None and not self._over:
            self._over = True
            self._turn(news)
