"""The browser's question before a page is left in a call."""

from __future__ import annotations

from typing import Any

import js

from webphone.browser.proxies import Listeners


class LeaveGuard:
    """That of one phone; while there is none, nothing of it keeps a page out of the back cache."""

    def __init__(self) -> None:
        self._listeners = Listeners()
        self._on = False

    def follow(self, on: bool) -> None:
        """Let the browser ask, or no longer."""
        if on == self._on:
            return
        self._on = on
        if on:
            self._listeners.add(js.window, "beforeunload", _ask)
        else:
            self._listeners.close()


def _ask(event: Any) -> None:
    event.preventDefault()
    event.returnValue = True  # browsers before 2024 ask only then
