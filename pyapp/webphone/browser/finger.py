"""The finger of the person: mouse, touch or keyboard, and when it went to a control by itself."""

from __future__ import annotations

from math import hypot
from typing import Any

import js

from webphone.browser.proxies import Listeners

FAR = 24.0  # pixels: a hand that rests moves less
TRACKED = ("pointermove", "pointerdown", "keydown", "focusin")


class Finger:
    """What presses the controls under one shadow root.

    A control comes under the finger when the screen puts it where the mouse rests, or gives it the
    focus; a person goes to it by moving the mouse there, or by moving the focus.
    """

    def __init__(self, root: Any) -> None:
        self.by = "key"  # what was used last: key, mouse, touch
        self._mouse: tuple[float, float] | None = None
        self._went: tuple[float, float] | None = None  # where a hand last moved it to, and when
        self._went_at = 0.0
        self._rest: tuple[float, float] | None = None  # the mouse's place when the screen changed
        self._given: Any = None  # the control that has the focus by our doing
        self._focused_at = 0.0
        self._listeners = Listeners()
        for name in TRACKED:
            self._listeners.add(root, name, self._moved)

    def close(self) -> None:
        self._listeners.close()

    def screen_changed(self) -> None:
        """Other controls stand where the mouse may rest."""
        self._rest = self._mouse

    def focus(self, control: Any) -> None:
        """Give the focus to a control."""
        self._given = control
        control.focus()
        self._given = control

    def press(self, control: Any) -> dict[str, object]:
        """The fields of a press on the control."""
        return {"by": self.by, "pressing": True, "since": self._since(control)}

    def _since(self, control: Any) -> float:
        """How many seconds ago the person went to the control; endless if it came to the finger."""
        if self.by == "mouse":
            # The screen may have changed elsewhere since the hand moved it here.
            return _now() - self._went_at if _within(self._rest, control) else 0.0
        if self.by == "key" and self._given != control:
            return _now() - self._focused_at
        return float("inf")  # a touch is there only when it presses

    def _moved(self, event: Any) -> None:
        kind = str(event.type)
        if kind == "focusin":
            if self._given != event.target:
                self._given = None
                self._focused_at = _now()
            return
        if kind == "keydown":
            self.by = "key"
            return
        if event.pointerType == "mouse":
            x, y = self._mouse = float(event.clientX), float(event.clientY)
            if self._went is None or hypot(x - self._went[0], y - self._went[1]) > FAR:
                self._went, self._went_at = self._mouse, _now()
        if kind == "pointerdown":
            self.by = "mouse" if event.pointerType == "mouse" else "touch"


def _now() -> float:
    return float(js.performance.now()) / 1000


def _within(place: tuple[float, float] | None, control: Any) -> bool:
    if place is None:
        return False
    box, (x, y) = control.getBoundingClientRect(), place
    return bool(box.left <= x <= box.right and box.top <= y <= box.bottom)
