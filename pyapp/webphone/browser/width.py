"""Whether a phone has room for two panes: looked at once the page has come to rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import js
from pyodide.ffi import create_proxy

WIDE = 36  # times the letters of the page; ui/webphone.css has the same


class Width:
    """`told(wide)` is called when there is room for them, and when there is no more."""

    def __init__(self, element: Any, told: Callable[[bool], object]) -> None:
        self._element = element
        self._told = told
        self._wide = False
        self._seen = create_proxy(lambda *_: self._look())
        self._observer = js.ResizeObserver.new(self._seen)
        self._observer.observe(element)

    def close(self) -> None:
        """It is looked at no more."""
        self._observer.disconnect()
        self._seen.destroy()

    def _look(self) -> None:
        letters = str(js.getComputedStyle(js.document.documentElement).fontSize)
        wide = bool(self._element.clientWidth >= WIDE * float(letters.removesuffix("px")))
        if wide != self._wide:
            self._wide = wide
            self._told(wide)
