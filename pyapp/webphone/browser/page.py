"""Puts the screen's nodes on a shadow root and brings gestures back."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

import js
from pyodide.ffi import jsnull, to_js

from webphone.browser.bridge import Refused, promised
from webphone.browser.finger import Finger
from webphone.browser.looks import looks
from webphone.browser.proxies import Listeners
from webphone.browser.tasks import Background
from webphone.ui.html import Node
from webphone.ui.patch import (
    Create,
    Move,
    Patch,
    Remove,
    SetAttribute,
    SetMeaning,
    SetText,
    SetValue,
    difference,
)

MOVING = frozenset((Create, Remove, Move))  # they put other controls where the mouse may rest
HEARD = ("click", "input", "keydown", "submit")
LONGEST_FILE = 4_000_001  # octets that are read of a file; one more than anybody takes
LENT = "sign-in"
# What the page itself shows in a place of the phone.
THEIRS = f'web-phone > [slot]:not([slot="{LENT}"])'
# Where a person is, which few screens ask.
WHEREABOUTS = ("pointermove", "pointerout", "focusin", "focusout")


class Dom:
    """The DOM's own functions, `this` being the first argument: nothing is bound for each node."""

    def __init__(self) -> None:
        call = js.Function.prototype.call
        self.made = js.WebPhone.made
        self.drawn: set[str] = set()  # drawings of ours, by key: they never change, and are copied
        self.create_text = call.bind(js.Document.prototype.createTextNode, js.document)
        self.set_attribute = call.bind(js.Element.prototype.setAttribute)
        self.remove_attribute = call.bind(js.Element.prototype.removeAttribute)
        self.insert = call.bind(js.Node.prototype.insertBefore)
        self.remove = call.bind(js.Element.prototype.remove)
        self.remove_text = call.bind(js.CharacterData.prototype.remove)
        self.closest = call.bind(js.Element.prototype.closest)
        self.contains = call.bind(js.Node.prototype.contains)


# Made for the first phone, not at import: the memory that may be kept holds nothing of a page.
_dom = cache(Dom)


class Plan:
    """DOM nodes that are to be: all of them are made in one crossing to JavaScript."""

    __slots__ = ("nodes", "owed", "rows")

    def __init__(self) -> None:
        self.rows: list[tuple[Any, ...]] = []  # as WebPhone.made takes them
        self.owed: list[Branch] = []  # those of which more is to be done once they are there
        self.nodes: Any = None


class Branch:
    """One node on the page: its DOM node, what it is, and what is below it."""

    __slots__ = ("_dom", "_place", "_plan", "below", "node", "number")

    def __init__(
        self, node: Node | str, dom: Any = None, plan: Plan | None = None, place: int = 0
    ) -> None:
        """Its `dom`, or its place among those of a plan, which is asked for if it is needed."""
        self._dom, self._plan, self._place = dom, plan, place
        self.node = node
        self.number = ""
        self.below: list[Branch] = []

    @property
    def dom(self) -> Any:
        if self._plan is not None:
            self._dom, self._plan = self._plan.nodes[self._place], None
        return self._dom

    @dom.setter
    def dom(self, dom: Any) -> None:
        self._dom, self._plan = dom, None


class Page:
    """The screen of one phone on its shadow root.

    `perform(gesture, fields)` is called with what a node's `on` holds for a DOM event, and the
    event's plain values; where it gives True for a key, the page around does not get that key.
    """

    def __init__(self, root: Any, perform: Callable[[Any, dict[str, object]], object]) -> None:
        self._root = root
        self._perform = perform
        self._dom = _dom()
        self._shown: Node | None = None
        self._tree: Branch | None = None
        self._meanings: dict[str, dict[str, Any]] = {}
        self._told: dict[int, str] = {}  # what each field holds, as far as we know
        self._media: dict[tuple[str, str], Any] = {}
        self._numbers = 0
        self._lent = 0  # slots with a form of ours in it, which stands on the page
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
        return _found(self._root.firstElementChild) is None

    @property
    def launched(self) -> bool:
        """Whether the shell that stands there was opened by its round button."""
        return _found(self._root.querySelector(".launched:not([hidden])")) is not None

    def show(self, node: Node) -> None:
        """Make the page show this; only what differs is touched, focus and caret stay."""
        focused = self._focused()
        left, self._left = self._left, None
        if self._tree is None:
            self._take_over(node)
        patches = difference(self._shown, node)
        self._changing = True
        for patch in patches:
            self._apply(patch)
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
        return self._media.get((call, which))

    def clear_passwords(self) -> None:
        """What was typed as a password is with the phone by now, and stands on the page no more."""
        for field in self._root.host.querySelectorAll('input[autocomplete="current-password"]'):
            field.value = ""

    def destroy(self) -> None:
        """Let go of the shadow root and of every proxy."""
        self._listeners.close()
        self._reading.close()
        self._finger.close()
        if self._tree is not None:
            self._forget(self._tree)
        self._root.replaceChildren()
        self._tree = self._shown = None
        self._meanings.clear()
        self._told.clear()
        self._media.clear()

    # --- From the page ----------------------------------------------------------------------------

    def _heard(self, event: Any) -> None:
        kind = str(event.type)
        if kind in WHEREABOUTS and not self._asked_for(kind):
            return
        target = event.target
        theirs = _found(self._dom.closest(target, THEIRS)) is not None
        if theirs and (kind != "keydown" or event.key != "Escape" or event.defaultPrevented):
            return  # what happens there is the page's
        fields = self._fields(kind, event, target)
        # Enter held down must not press what the screen puts under the focus next.
        if kind == "keydown" and event.repeat and fields["key"] in ("Enter", " ", "Escape"):
            event.preventDefault()
            return
        found = _found(self._dom.closest(target, "[data-on]"))
        if theirs:  # but Escape closes what it stands in
            found, fields["typing"] = _found(self._root.firstElementChild), True
        while found is not None:
            meaning = self._meanings.get(str(found.dataset.on), {}).get(kind)
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
            above = _found(found.parentElement)
            found = None if above is None else _found(self._dom.closest(above, "[data-on]"))

    def _read(self, field: Any, meaning: Any) -> None:
        """The text of the file that was chosen there, and the field is free for the next."""
        file = _found(field.files.item(0))
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
        return not self._changing and any(kind in on for on in self._meanings.values())

    def _held(self, event: Any) -> None:
        """A press on a list leaves the focus in the field that the list is of."""
        if _found(self._dom.closest(event.target, "[role=listbox]")) is not None:
            event.preventDefault()

    def _released(self, event: Any) -> None:
        """The page around gets the end of a key as little as its beginning."""
        if str(event.code) in self._taken:
            self._taken.discard(str(event.code))
            event.stopPropagation()

    def _focused(self) -> Any:
        """The control of ours that has the focus, None where it is elsewhere."""
        inside = _found(self._root.activeElement)
        if inside is not None or not self._lent:
            return inside
        host = self._root.host
        there = _found(getattr(host.getRootNode(), "activeElement", None))  # none off the page
        return there if there is not None and there != host and host.contains(there) else None

    def _fields(self, kind: str, event: Any, target: Any) -> dict[str, object]:
        if kind == "submit":
            event.preventDefault()
            return {str(each.name): str(each.value) for each in target.elements if each.name}
        if kind == "input":
            value = str(target.value)
            if target.hasAttribute("data-on"):
                self._told[int(target.dataset.on)] = value
            pasted = str(getattr(event, "inputType", "")) in ("insertFromPaste", "insertFromDrop")
            return {"value": value, "pasted": pasted}
        if kind == "keydown":
            return {
                "key": str(event.key),
                "typing": target.tagName in ("INPUT", "SELECT", "TEXTAREA"),
                "pressing": target.tagName == "BUTTON",
                "part": str(_found(target.getAttribute("part")) or ""),
                "modified": bool(
                    event.ctrlKey or event.metaKey or event.altKey or event.isComposing
                ),
            }
        if kind == "focusout":
            return {"stays": self._focused() == target}
        return {"by": self._finger.by} if kind == "focusin" else {}

    # --- From the shell ---------------------------------------------------------------------------

    def _take_over(self, node: Node) -> None:
        """What stands there before Python is up stays where it is like ours: nothing moves."""
        standing = _found(self._root.firstElementChild)
        if standing is not None and _alike(standing, node):
            self._tree, self._shown = self._keep(standing, node), node
        else:
            self._root.replaceChildren()

    def _keep(self, dom: Any, node: Node | str) -> Branch:
        """This DOM node as ours, made to be what it should be."""
        branch = Branch(node, dom)
        if isinstance(node, str):
            if dom.data != node:
                dom.data = node
            return branch
        for name in dom.getAttributeNames():
            if name not in node.attributes:
                self._dom.remove_attribute(dom, name)
        for name, value in node.attributes.items():
            if dom.getAttribute(name) != value:
                self._dom.set_attribute(dom, name, value)
        if node.on or node.value is not None:
            self._mean(branch, dict(node.on))
        if node.value is not None:
            self._told[int(branch.number)] = str(dom.value)
        standing = list(dom.childNodes)
        for child in node.children:
            here = next((at for at, each in enumerate(standing) if _alike(each, child)), None)
            if here is None:
                below = self._build(child)
                self._dom.insert(dom, below.dom, standing[0] if standing else None)
            else:
                for gone in standing[:here]:
                    dom.removeChild(gone)
                below = self._keep(standing[here], child)
                del standing[: here + 1]
            branch.below.append(below)
        for gone in standing:
            dom.removeChild(gone)
        return branch

    # --- To the page ------------------------------------------------------------------------------

    def _apply(self, patch: Patch) -> None:
        match patch:
            case SetText(path=path, text=text):
                parent = self._at(path[:-1])
                branch = parent.below[path[-1]]
                if not self._dom.contains(parent.dom, branch.dom):
                    self._mend(path)
                branch.node = branch.dom.data = text
            case Create(path=path, node=node):
                self._mend(path)
                self._place(path, self._build(node))
            case Remove(path=path):
                self._mend(path)
                self._take(path)
            case Move(path=path, origin=origin):
                self._mend(path)
                parent = self._at(path[:-1])
                branch = parent.below.pop(origin)
                self._place(path, branch)
            case SetAttribute(path=path, name=name, value=value):
                self._attribute(self._at(path).dom, name, value)
            case SetValue(path=path, value=value):
                self._value(self._at(path), value)
            case SetMeaning(path=path, on=on):
                self._mean(self._at(path), dict(on))

    def _mend(self, path: tuple[int, ...]) -> None:
        """Put our texts back under the parent of `path` where a translation has taken their place.

        What translates a page puts <font> elements where the texts stood.
        """
        if not path:
            return
        parent = self._at(path[:-1])
        texts = [below for below in parent.below if isinstance(below.node, str)]
        if all(_found(below.dom.parentNode) == parent.dom for below in texts):
            return
        for below in texts:
            below.dom = self._dom.create_text(str(below.node))
        parent.dom.replaceChildren(*(below.dom for below in parent.below))

    def _at(self, path: tuple[int, ...]) -> Branch:
        branch = self._tree
        assert branch is not None
        for step in path:
            branch = branch.below[step]
        return branch

    def _build(self, node: Node | str) -> Branch:
        if isinstance(node, str):
            return Branch(node, self._dom.create_text(node))
        plan = Plan()
        branch = self._planned(node, plan, -1)
        plan.nodes = self._dom.made(json.dumps(plan.rows))
        for each in plan.owed:
            self._finish(each)
        return branch

    def _planned(self, node: Node | str, plan: Plan, around: int) -> Branch:
        """This node and those below it, in the one at that place of the plan; -1: in none."""
        place = len(plan.rows)
        branch = Branch(node, None, plan, place)
        if isinstance(node, str):
            plan.rows.append((around, node))
            return branch
        drawing = node.key if node.svg else ""
        if drawing in self._dom.drawn:
            plan.rows.append((around, drawing, True))
            return branch
        given = node.attributes
        if node.on or node.value is not None:
            given = {**given, "data-on": self._numbered(branch)}
            self._meanings[branch.number] = dict(node.on)
        plan.rows.append((around, node.tag, node.svg, given, drawing))
        if drawing:
            self._dom.drawn.add(drawing)
        lends = _lends(node)
        for child in node.children:
            branch.below.append(self._planned(child, plan, -1 if lends else place))
        if lends or node.value is not None or "data-media" in given:
            plan.owed.append(branch)
        return branch

    def _finish(self, branch: Branch) -> None:
        """What a node needs that no attribute says; all below it is there."""
        node = branch.node
        assert isinstance(node, Node)
        if "data-media" in node.attributes:
            self._media[node.attributes["data-call"], node.attributes["data-media"]] = branch.dom
        if _lends(node):
            self._lend()
            for below in branch.below:
                self._dom.insert(self._root.host, below.dom, None)
        if node.value is not None:
            self._value(branch, node.value)

    def _inside(self, branch: Branch) -> Any:
        """Where what is below it stands: what a slot shows stands in the element, on the page."""
        return self._root.host if _lends(branch.node) else branch.dom

    def _lend(self) -> None:
        """A form of ours is to stand on the page, which has to know its looks."""
        from webphone.browser.lent import dress

        self._lent += 1
        dress(self._root.host.getRootNode())

    def _place(self, path: tuple[int, ...], branch: Branch) -> None:
        if not path:
            self._tree = branch
            self._dom.insert(self._root, branch.dom, None)
            return
        parent = self._at(path[:-1])
        behind = parent.below[path[-1]].dom if path[-1] < len(parent.below) else None
        self._dom.insert(self._inside(parent), branch.dom, behind)
        parent.below.insert(path[-1], branch)

    def _take(self, path: tuple[int, ...]) -> None:
        branch = self._at(path)
        if path:
            del self._at(path[:-1]).below[path[-1]]
        else:
            self._tree = None
        dom = self._dom
        (dom.remove_text if isinstance(branch.node, str) else dom.remove)(branch.dom)
        self._forget(branch)

    def _forget(self, branch: Branch) -> None:
        if isinstance(branch.node, Node):
            if _lends(branch.node):
                self._lent -= 1
                for below in branch.below:
                    self._dom.remove(below.dom)
            self._meanings.pop(branch.number, None)
            if branch.number:
                self._told.pop(int(branch.number), None)
            given = branch.node.attributes
            self._media.pop((given.get("data-call", ""), given.get("data-media", "")), None)
        for below in branch.below:
            self._forget(below)

    def _mean(self, branch: Branch, on: dict[str, Any]) -> None:
        if not branch.number:
            self._dom.set_attribute(branch.dom, "data-on", self._numbered(branch))
        self._meanings[branch.number] = on

    def _numbered(self, branch: Branch) -> str:
        """A number by which its meanings are found."""
        self._numbers += 1
        branch.number = str(self._numbers)
        return branch.number

    def _attribute(self, dom: Any, name: str, value: str | None) -> None:
        if value is None:
            self._dom.remove_attribute(dom, name)
        else:
            self._dom.set_attribute(dom, name, value)

    def _value(self, branch: Branch, value: str) -> None:
        number = int(branch.number)
        if self._told.get(number, "") == value:
            return
        self._told[number] = value
        branch.dom.value = value

    def _refocus(self, gone: Any) -> None:
        """The control that had the focus is gone: another takes its place, or else the main one."""
        instead = f'[data-after="{_found(gone.getAttribute("part"))}"]'
        for main in (instead, "[data-primary]:not(:disabled)", "[tabindex]"):
            after = _found(self._root.querySelector(main))
            if after is not None:
                self._finger.focus(after)
                return


def _lends(node: Node | str) -> bool:
    """Whether this is a slot for a form of ours; all others are for what the page has."""
    return isinstance(node, Node) and node.attributes.get("name") == LENT and node.tag == "slot"


def _found(dom: Any) -> Any:
    """JavaScript's null as None."""
    return None if dom is jsnull else dom


def _alike(dom: Any, node: Node | str) -> bool:
    """Whether this DOM node may become that one."""
    if isinstance(node, str):
        return bool(dom.nodeType == js.Node.TEXT_NODE)
    return (
        dom.nodeType == js.Node.ELEMENT_NODE
        and dom.localName == node.tag
        and not dom.hasAttribute("data-shell")
        and all(
            _found(dom.getAttribute(name)) == node.attributes.get(name)
            for name in ("part", "class")
        )
    )


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
