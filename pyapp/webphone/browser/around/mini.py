"""The small window above all others (Document Picture-in-Picture): a second screen of the phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import js
from pyodide.ffi import to_js

from webphone.browser.bridge import Refused, promised
from webphone.browser.clock import Clock
from webphone.browser.looks import looks
from webphone.browser.page import Page
from webphone.browser.proxies import Listeners, plain
from webphone.browser.tasks import Background
from webphone.phone.happenings import Happening
from webphone.phone.snapshot import Snapshot
from webphone.ui import Gesture, View, act, noticed, ticks
from webphone.ui.mini import mini, small, wanted

SIZE = {"width": 420, "height": 180}


class Mini:
    """That of one phone; it closes with the last call, and a person may close it."""

    def __init__(self, turn: Callable[[Happening], None], clock: Clock) -> None:
        self._turn = turn
        self._clock = clock
        self._view = View()
        self._snapshot: Snapshot | None = None
        self._window: Any = None
        self._page: Page | None = None
        self._listeners = Listeners()
        self._tasks = Background()
        self._tick = clock.alarm(self._draw)

    def open(self, theme: str, language: str) -> None:
        """Let the browser open it, after a press of the person."""
        if self._window is None:
            self._tasks.run(self._open(theme, language))

    def show(self, snapshot: Snapshot) -> None:
        """The phone is like this now."""
        self._snapshot = snapshot
        if self._window is not None and not wanted(snapshot):
            self._shut()
        self._draw()

    def close(self) -> None:
        """It is gone for good."""
        self._tasks.close()
        self._shut()
        self._tick.close()

    async def _open(self, theme: str, language: str) -> None:
        try:
            window = await promised(
                js.documentPictureInPicture, "requestWindow", plain(SIZE), within=None
            )
        except Refused:
            return  # a frame, or no press
        document = window.document
        document.documentElement.lang = language
        host = document.createElement("div")
        host.setAttribute("layout", "bar")
        host.setAttribute("theme", theme)
        document.body.style.margin = "0"
        document.body.append(host)
        root = host.attachShadow(plain({"mode": "open"}))
        sheet = window.CSSStyleSheet.new()  # one of the page itself is none of this document
        sheet.replaceSync(looks())
        root.adoptedStyleSheets = to_js([sheet])
        self._window, self._view = window, View()
        self._page = Page(root, self._gesture)
        self._listeners.add(window, "pagehide", lambda _event: self._gone())
        if self._snapshot is not None:
            self.show(self._snapshot)

    def _draw(self) -> None:
        if self._page is None or self._snapshot is None:
            return
        now = self._clock.now()
        shown = mini(self._snapshot, self._view, now)
        self._view = noticed(self._view, shown, now)
        self._page.show(shown)
        self._tick.set(ticks(small(self._snapshot), self._view))

    def _gesture(self, gesture: Gesture, fields: dict[str, object]) -> bool:
        if self._snapshot is None:
            return False
        now, shown = self._clock.now(), small(self._snapshot)
        self._view, happenings = act(self._view, gesture, shown, fields, now)
        for happening in happenings:
            self._turn(happening)
        self._draw()
        return bool(happenings)

    def _shut(self) -> None:
        window = self._window
        self._gone()
        if window is not None:
            window.close()

    def _gone(self) -> None:
        self._listeners.close()
        page, self._page, self._window = self._page, None, None
        self._tick.set(None)
        if page is not None:
            page.destroy()
