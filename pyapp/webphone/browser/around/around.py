"""Keeps what is around a phone as it wishes, and hears whether the person looks at the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import js

from webphone.browser.around import badge, title
from webphone.browser.around.headset import Headsets
from webphone.browser.around.leave_guard import LeaveGuard
from webphone.browser.around.media_session import MediaSession
from webphone.browser.around.mini import Mini
from webphone.browser.around.notifications import Notifications
from webphone.browser.around.wake_lock import WakeLock
from webphone.browser.clock import Clock
from webphone.browser.proxies import Listeners
from webphone.phone.happenings import Happening
from webphone.phone.snapshot import Snapshot
from webphone.ui.around import Alert, Unseen, Wishes, seen, wishes

TURN = 1.0  # seconds that the title shows one thing


class Around:
    """What is around one phone; made at its first call.

    `announce` tells the page around a frame of the call that rings, None when it rings no longer,
    and gives whether there is such a page: what it does is not done here.
    """

    def __init__(
        self,
        turn: Callable[[Happening], None],
        clock: Clock,
        announce: Callable[[Alert | None], bool],
    ) -> None:
        self._clock = clock
        self._announce = announce
        self._snapshot: Snapshot | None = None
        self._unseen = Unseen()
        self._wished = Wishes()
        self._turns = 0
        self._next = clock.alarm(self._take_turns)
        self._notifications = Notifications(turn)
        self._guard = LeaveGuard()
        self._wake_lock = WakeLock()
        self._session = MediaSession(turn)
        self._headsets = Headsets(turn)
        self._mini = Mini(turn, clock)
        self._listeners = Listeners()
        self._listeners.add(js.document, "visibilitychange", self._look)
        self._listeners.add(js.window, "focus", self._look)
        self._listeners.add(js.window, "blur", self._look)

    def show(self, snapshot: Snapshot) -> None:
        """The phone of this tab is like this now."""
        self._snapshot = snapshot
        looking = _looking()
        self._unseen = seen(self._unseen, snapshot, looking=looking)
        self._wish(wishes(snapshot, self._unseen, looking=looking), snapshot.language)
        self._mini.show(snapshot)

    def shrink(self) -> None:
        """The person wants the small window."""
        if self._snapshot is not None:
            self._mini.open(self._snapshot.config.theme, self._snapshot.language)

    def close(self) -> None:
        """All is as it was before."""
        self._listeners.close()
        self._next.close()
        self._wish(Wishes(), "")
        self._notifications.close()
        self._headsets.close()
        self._mini.close()

    def _look(self, _event: Any) -> None:
        if self._snapshot is not None:
            self.show(self._snapshot)

    def _wish(self, wished: Wishes, language: str) -> None:
        before, self._wished = self._wished, wished
        self._wake_lock.follow(wished.awake)
        if wished == before:
            return
        self._guard.follow(wished.guarded)
        self._session.follow(wished.talk)
        self._headsets.follow(wished.talk)
        if _named(wished) == _named(before):
            return
        if self._announce(wished.alert):
            return  # the page around has its own ways
        self._notifications.follow(wished.alert, language)
        badge.follow(self, wished.missed)
        self._turns = 0
        self._take_turns()

    def _take_turns(self) -> None:
        title.follow(self, self._wished, turn=self._turns % 2 == 0)
        self._turns += 1
        self._next.set(self._clock.now() + TURN if self._wished.alert is not None else None)


def _looking() -> bool:
    """Whether the person has this page before them."""
    return bool(js.document.visibilityState == "visible" and js.document.hasFocus())


def _named(wished: Wishes) -> tuple[object, int, str]:
    """What the title, a notification and the badge say."""
    return wished.alert, wished.missed, wished.unreachable
