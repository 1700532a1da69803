"""Puts the screen's nodes on a shadow root and brings gestures back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import js
from pyodide.ffi import to_js

from webphone.browser.bridge import Refused, promised
from webphone.browser.finger import Finger
from webphone.browser.looks import looks
from webphone.browser.proxies import Listeners
from webphone.browser.tasks import Background
from webphone.browser.tree import LENT, Tree, or_none, the_dom
from webphone.ui.html import Node
from webphone.ui.patch import Create, Move, Remove, difference

MOVING = frozenset((Create, Remove, Move))  # they put other controls where the mouse may rest
HEARD = ("click", "input", "keydown", "submit")
LONGEST_FILE = 4_000_001  # octets that are read of a file; one more than anybody takes
# What the page itself shows in a place of the phone.
THEIRS = f'web-phone > [slot]:not([slot="{LENT}"])'
# Where a person is, which few screens ask.
WHEREABOUTS = ("pointermove", "pointerout", "focusin", "focusout")


class Page:
    """The screen of one phone on its shadow root.

    `perform(gesture, fields)` is called with what a node's `on` holds for a DOM event, and the
    event's plain values; where it gives True for a key, the page around does not get that key.
    """

    def __init__(self, root: Any, perform: Callable[[Any, dict[str, object]], object]) -> None:
        self._root = root
        self._perform = perform
        self._shown: Node | None = None
        self._tree = Tree(root)
        self._dom = the_dom()
        self._left: Any = None  # the page's own control in which a key was just ours
        self._changing = False
        self._reading = Background()  # the files that a person gives
        self._listeners = Listeners()
        self._finger = Finger(root)
        self._taken: set[str] = set()  # keys that are down and were ours
        self._listeners.add(root, "keyup", self._released)
        self._listeners.add(root, "mousedown", self._held)
        for name in (*HEARD, *WHEREABOUTS):
            self._listeners.add(root, name, self._heard)
        _adopt(root)

    @property
    def empty(self) -> bool:
        """Whether nothing is there yet, not even a shell."""
        return or_none(self._root.firstElementChild) is None

    @property
    def launched(self) -> bool:
        """Whether the shell that stands there was opened by its round button."""
        return or_none(self._root.querySelector(".launched:not([hidden])")) is not None

    def show(self, node: Node) -> None:
        """Make the page show this; only what differs is touched, focus and caret stay."""
        focused = self._focused()
        left, self._left = self._left, None
        if self._tree.top is None and self._tree.take_over(node):
            self._shown = node
        patches = difference(self._shown, node)
        self._changing = True
        for patch in patches:
            self._tree.apply(patch)
        self._changing = False
        if not MOVING.isdisjoint(map(type, patches)):
            self._finger.screen_changed()
        self._shown = node
        if left is not None and not _usable(left):
            self._refocus(left)
        elif focused is not None and not _usable(focused):
            self._refocus(focused)
        elif focused is not None and self._focused() != focused:
            self._finger.focus(focused)

    def slot(self, call: str, which: str) -> Any:
        """The <video> of a call, `which` being remote or self; None while there is none."""
        return self._tree.slot(call, which)

    def clear_passwords(self) -> None:
        """What was typed as a password is with the phone by now, and stands on the page no more."""
        for field in self._root.host.querySelectorAll('input[autocomplete="current-password"]'):
            field.value = ""

    def destroy(self) -> None:
        """Let go of the shadow root and of every proxy."""
        self._listeners.close()
        self._reading.close()
        self._finger.close()
        self._tree.close()
        self._shown = None

    # --- From the page ----------------------------------------------------------------------------

    def _heard(self, event: Any) -> None:
        kind = str(event.type)
        if kind in WHEREABOUTS and not self._asked_for(kind):
            return
        target = event.target
        theirs = or_none(self._dom.closest(target, THEIRS)) is not None
        if theirs and (kind != "keydown" or event.key != "Escape" or event.defaultPrevented):
            return  # what happens there is the page's
        fields = self._fields(kind, event, target)
        # Enter held down must not press what the screen puts under the focus next.
        if kind == "keydown" and event.repeat and fields["key"] in ("Enter", " ", "Escape"):
            event.preventDefault()
            return
        found = or_none(self._dom.closest(target, "[data-on]"))
        if theirs:  # but Escape closes what it stands in
            found, fields["typing"] = or_none(self._root.firstElementChild), True
        while found is not None:
            meaning = self._tree.meanings.get(str(found.dataset.on), {}).get(kind)
            if meaning is not None:
                if kind == "input" and target.type == "file":
                    self._read(target, meaning)
                    return
                if kind == "click":
                    fields = self._finger.press(found)
                self._left = target if theirs else None
                if not self._perform(meaning, fields):
                    self._left = None
                elif kind == "keydown":
                    event.preventDefault()
                    event.stopPropagation()
                    self._taken.add(str(event.code))
                return
            above = or_none(found.parentElement)
            found = None if above is None else or_none(self._dom.closest(above, "[data-on]"))

    def _read(self, field: Any, meaning: Any) -> None:
        """The text of the file that was chosen there, and the field is free for the next."""
        file = or_none(field.files.item(0))
        if file is None:
            return
        self._reading.run(self._give(file.slice(0, LONGEST_FILE), meaning))
        field.value = ""

    async def _give(self, part: Any, meaning: Any) -> None:
        """A file that can't be read is as one that was not chosen."""
        with suppress(Refused):
            self._perform(meaning, {"text": str(await promised(part, "text"))})

    def _asked_for(self, kind: str) -> bool:
        """Whether anything shown wants to know; what goes from under the finger is no answer."""
        return not self._changing and any(kind in on for on in self._tree.meanings.values())

    def _held(self, event: Any) -> None:
        """A press on a list leaves the focus in the field that the list is of."""
        if or_none(self._dom.closest(event.target, "[role=listbox]")) is not None:
            event.preventDefault()

    def _released(self, event: Any) -> None:
        """The page around gets the end of a key as little as its beginning."""
        if str(event.code) in self._taken:
            self._taken.discard(str(event.code))
            event.stopPropagation()

    def _focused(self) -> Any:
        """The control of ours that has the focus, None where it is elsewhere."""
        inside = or_none(self._root.activeElement)
        if inside is not None or not self._tree.lent:
            return inside
        host = self._root.host
        there = or_none(getattr(host.getRootNode(), "activeElement", None))  # none off the page
        return there if there is not None and there != host and host.contains(there) else None

    def _fields(self, kind: str, event: Any, target: Any) -> dict[str, object]:
        if kind == "submit":
            event.preventDefault()
            return {str(each.name): str(each.value) for each in target.elements if each.name}
        if kind == "input":
            value = str(target.value)
            if target.hasAttribute("data-on"):
                self._tree.told[int(target.dataset.on)] = value
            pasted = str(getattr(event, "inputType", "")) in ("insertFromPaste", "insertFromDrop")
            return {"value": value, "pasted": pasted}
        if kind == "keydown":
            return {
                "key": str(event.key),
                "typing": target.tagName in ("INPUT", "SELECT", "TEXTAREA"),
                "pressing": target.tagName == "BUTTON",
                "part": str(or_none(target.getAttribute("part")) or ""),
                "modified": bool(
                    event.ctrlKey or event.metaKey or event.altKey or event.isComposing
                ),
            }
        if kind == "focusout":
            return {"stays": self._focused() == target}
        return {"by": self._finger.by} if kind == "focusin" else {}

    def _refocus(self, gone: Any) -> None:
        """The control that had the focus is gone: another takes its place, or else the main one."""
        instead = f'[data-after="{or_none(gone.getAttribute("part"))}"]'
        for main in (instead, "[data-primary]:not(:disabled)", "[tabindex]"):
            after = or_none(self._root.querySelector(main))
            if after is not None:
                self._finger.focus(after)
                return


def _usable(dom: Any) -> bool:
    """Whether it is there, can be pressed, and has a place on the screen."""
    if not dom.isConnected or getattr(dom, "disabled", False):
        return False
    return bool(dom.getClientRects().length)


def _adopt(root: Any) -> None:
    """Give the root the phone's looks: one sheet for all phones of a page, no style element."""
    if len(root.adoptedStyleSheets):
        return
    root.adoptedStyleSheets = to_js([_sheet()])


_sheets: list[Any] = []


def _sheet() -> Any:
    if not _sheets:
        sheet = js.CSSStyleSheet.new()
        sheet.replaceSync(looks())
        _sheets.append(sheet)
    return _sheets[0]
