"""The other tabs of this browser: a lock that one of them holds, and a channel to all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, assert_never

import js
from pyodide.ffi import create_once_callable

from webphone.browser.lock import Lock
from webphone.browser.proxies import Listeners, fault_name, said
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
        self._lock: Lock | None = None

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
                self._lock = Lock(name, self._granted, self._ended, steal=steal)
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

    def _granted(self) -> None:
        self._turn(Leading())

    def _ended(self, fault: Exception, held: bool) -> None:
        # AbortError of a lock that was ours: it was stolen.
        lost = held and fault_name(fault) == "AbortError"
        self._turn(LeadershipLost() if lost else LeadershipRefused(why=said(fault)))

    def _let_go(self) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.release()
