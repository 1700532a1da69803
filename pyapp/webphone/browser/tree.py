"""What stands on a shadow root: the screen's nodes, made, changed and let go of patch by patch."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import js
from pyodide.ffi import jsnull

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
)

LENT = "sign-in"


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
the_dom = cache(Dom)


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


class Tree:
    """The nodes of one screen below `root`; there are none while `top` is None."""

    def __init__(self, root: Any) -> None:
        self.top: Branch | None = None
        self.meanings: dict[str, dict[str, Any]] = {}  # what a node's `on` holds, by its number
        self.told: dict[int, str] = {}  # what each field holds, as far as we know
        self.lent = 0  # slots with a form of ours in it, which stands on the page
        self._root = root
        self._dom = the_dom()
        self._media: dict[tuple[str, str], Any] = {}
        self._numbers = 0

    def slot(self, call: str, which: str) -> Any:
        """The <video> of a call, `which` being remote or self; None while there is none."""
        return self._media.get((call, which))

    def close(self) -> None:
        """Nothing stands there any more."""
        if self.top is not None:
            self._forget(self.top)
        self._root.replaceChildren()
        self.top = None
        self.meanings.clear()
        self.told.clear()
        self._media.clear()

    # --- From the shell ---------------------------------------------------------------------------

    def take_over(self, node: Node) -> bool:
        """What stands there before Python is up stays where it is like ours: nothing moves.

        Gives whether it is this node by now; else nothing stands there.
        """
        standing = or_none(self._root.firstElementChild)
        if standing is not None and _alike(standing, node):
            self.top = self._keep(standing, node)
            return True
        self._root.replaceChildren()
        return False

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
            self.told[int(branch.number)] = str(dom.value)
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

    # --- From patches -----------------------------------------------------------------------------

    def apply(self, patch: Patch) -> None:
        """Change what one patch says."""
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
        if all(or_none(below.dom.parentNode) == parent.dom for below in texts):
            return
        for below in texts:
            below.dom = self._dom.create_text(str(below.node))
        parent.dom.replaceChildren(*(below.dom for below in parent.below))

    def _at(self, path: tuple[int, ...]) -> Branch:
        branch = self.top
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
            self.meanings[branch.number] = dict(node.on)
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

        self.lent += 1
        dress(self._root.host.getRootNode())

    def _place(self, path: tuple[int, ...], branch: Branch) -> None:
        if not path:
            self.top = branch
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
            self.top = None
        dom = self._dom
        (dom.remove_text if isinstance(branch.node, str) else dom.remove)(branch.dom)
        self._forget(branch)

    def _forget(self, branch: Branch) -> None:
        if isinstance(branch.node, Node):
            if _lends(branch.node):
                self.lent -= 1
                for below in branch.below:
                    self._dom.remove(below.dom)
            self.meanings.pop(branch.number, None)
            if branch.number:
                self.told.pop(int(branch.number), None)
            given = branch.node.attributes
            self._media.pop((given.get("data-call", ""), given.get("data-media", "")), None)
        for below in branch.below:
            self._forget(below)

    def _mean(self, branch: Branch, on: dict[str, Any]) -> None:
        if not branch.number:
            self._dom.set_attribute(branch.dom, "data-on", self._numbered(branch))
        self.meanings[branch.number] = on

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
        if self.told.get(number, "") == value:
            return
        self.told[number] = value
        branch.dom.value = value


def _lends(node: Node | str) -> bool:
    """Whether this is a slot for a form of ours; all others are for what the page has."""
    return isinstance(node, Node) and node.attributes.get("name") == LENT and node.tag == "slot"


def or_none(dom: Any) -> Any:
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
            or_none(dom.getAttribute(name)) == node.attributes.get(name)
            for name in ("part", "class")
        )
    )
