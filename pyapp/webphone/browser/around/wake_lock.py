"""The screen of a touch device, which stays on in a call: Hang up must be at hand."""

from __future__ import annotations

from typing import Any

import js

from webphone.browser.bridge import Refused, promised
from webphone.browser.tasks import Background


class WakeLock:
    """That of one phone; a browser takes it away when the page is hidden, and it is taken again."""

    def __init__(self) -> None:
        self._wanted = False
        self._held: Any = None
        self._asked = False  # and not refused for as long as the page is seen
        self._tasks = Background()

    def follow(self, wanted: bool) -> None:
        """Hold it, or no longer; asked at every look at the page."""
        self._wanted = wanted
        seen = js.document.visibilityState == "visible"
        if not wanted:
            self._let_go()
        if not wanted or not seen:
            self._asked = False
        elif not self._asked and _by_touch():
            self._asked = True
            self._tasks.run(self._take())

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            self._tasks.run(_release(held))

    async def _take(self) -> None:
        lock = getattr(js.navigator, "wakeLock", None)
        if lock is None:
            return
        try:
            held = await promised(lock, "request", "screen")
        except Refused:
            return  # a battery that is nearly empty, a frame that may not
        before, self._held = self._held, held
        if before is not None and not before.released:
            await _release(before)
        if not self._wanted:
            self._let_go()


async def _release(held: Any) -> None:
    try:
        await promised(held, "release")
    except Refused:
        return


def _by_touch() -> bool:
    return bool(js.matchMedia("(pointer: coarse)").matches)
