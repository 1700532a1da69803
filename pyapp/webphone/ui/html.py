"""What the screen is made of: nodes as values, their text form, and how a story finds one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from webphone.words import Language, said_in

Child = "Node | str"
Attribute = str | bool | int | None

VOID = {"input", "br", "hr", "img"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One element. `on` maps a DOM event type to the value that it stands for.

    `key` tells siblings apart when their order changes. `value` is the text of a field that the
    browser owns: it is set only where it differs from what the field last told.
    """

    tag: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: tuple[Node | str, ...] = ()
    on: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    value: str | None = None
    svg: bool = False
    # What somebody has found in it, and how they asked: it does not change, so that holds.
    known: tuple[str, Any] | None = field(default=None, init=False, repr=False, compare=False)


def element(
    tag: str,
    *children: Node | str | None,
    key: str = "",
    on: Mapping[str, Any] | None = None,
    value: str | None = None,
    svg: bool = False,
    **attributes: Attribute,
) -> Node:
    """A Node in short: absent children and attributes (None, False, empty text) are left out.

    `class_` and `aria_label` become `class` and `aria-label`; True is an attribute without a value.
    """
    return Node(
        tag=tag,
        attributes={
            # A sentence stays one.
            _attribute(name): given if isinstance(given, str) else _value(given)
            for name, given in attributes.items()
            if given is not None and given is not False
        },
        children=tuple([child for child in children if child]),
        on=dict(on) if on else {},
        key=key,
        value=value,
        svg=svg,
    )


def _value(given: bool | int) -> str:
    return "" if given is True else str(given)


@cache
def _attribute(name: str) -> str:
    return name if name == "viewBox" else name.rstrip("_").replace("_", "-")


def said(node: Node, language: Language, inner: Callable[[Node], Node] | None = None) -> Node:
    """The node with all of its sentences in the language; `inner` says the nodes in it."""
    say = inner or (lambda child: said(child, language))
    return replace(
        node,
        attributes={name: said_in(language, text) for name, text in node.attributes.items()},
        children=tuple(
            said_in(language, child) if isinstance(child, str) else say(child)
            for child in node.children
        ),
    )


# --- Text -----------------------------------------------------------------------------------------


def render(node: Node | str) -> str:
    """The node as HTML text, everything escaped."""
    if isinstance(node, str):
        return _escape(node)
    given = dict(node.attributes)
    if node.tag == "textarea":
        node = replace(node, children=(node.value or "",))
    elif node.value is not None:
        given["value"] = node.value
    opening = "".join(
        f" {name}" if text == "" else f' {name}="{_escape(text)}"' for name, text in given.items()
    )
    if node.tag in VOID:
        return f"<{node.tag}{opening}>"
    return f"<{node.tag}{opening}>{''.join(map(render, node.children))}</{node.tag}>"


def _escape(text: str) -> str:
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )


def text(node: Node | str) -> str:
    """What a person hears of it: its words without the parts hidden from screen readers."""
    if isinstance(node, str):
        return node
    if node.attributes.get("aria-hidden") == "true":
        return ""
    return " ".join(" ".join(filter(None, map(text, node.children))).split())


# --- Finding --------------------------------------------------------------------------------------

ROLES = {
    "a": "link",
    "button": "button",
    "header": "banner",
    "input": "textbox",
    "li": "listitem",
    "main": "main",
    "nav": "navigation",
    "p": "paragraph",
    "section": "region",
    "textarea": "textbox",
    "ul": "list",
    "video": "video",
}


def role_of(node: Node) -> str:
    return node.attributes.get("role") or ROLES.get(node.tag, "")


def name_of(node: Node) -> str:
    """The accessible name: the label, or else the words inside."""
    return node.attributes.get("aria-label") or text(node)


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, in reading order."""
    yield node
    for child in node.children:
        if isinstance(child, Node):
            yield from walk(child)


def find_all(node: Node, *, role: str = "", name: str = "", part: str = "") -> list[Node]:
    """All nodes with this role, accessible name and part; what is left empty matches all."""
    return [
        found
        for found in walk(node)
        if (not role or role_of(found) == role)
        and (not part or part in found.attributes.get("part", "").split())
        and (not name or name_of(found) == name)
    ]


def find(node: Node, *, role: str = "", name: str = "", part: str = "") -> Node | None:
    """The first such node, or None."""
    found = find_all(node, role=role, name=name, part=part)
    return found[0] if found else None
