"""What must change on the page to make one tree of nodes into another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webphone.ui.html import Node

# Tag, whether SVG, key, whether a field with a value, and the number among namesakes.
Identity = tuple[str, bool, str, bool, int]

# A path is the child numbers from the root down, in the tree as the patches before have left it.
Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Create:
    """Build the node and put it here, before what stands here now; () makes it the root."""

    path: Path
    node: Node | str


@dataclass(frozen=True, slots=True)
class Remove:
    """Take this away, and forget what it and all below it stood for."""

    path: Path


@dataclass(frozen=True, slots=True)
class Move:
    """Bring this child of the same parent, which stands further back, to `path`."""

    path: Path
    origin: int


@dataclass(frozen=True, slots=True)
class SetAttribute:
    """Give an attribute its value; None removes it."""

    path: Path
    name: str
    value: str | None


@dataclass(frozen=True, slots=True)
class SetText:
    """Change the words of a text."""

    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class SetValue:
    """The phone's text of a field; the page sets it only if the field told another one."""

    path: Path
    value: str


@dataclass(frozen=True, slots=True)
class SetMeaning:
    """From now on the events of this node stand for these values."""

    path: Path
    on: Mapping[str, Any]


Patch = Create | Remove | Move | SetAttribute | SetText | SetValue | SetMeaning


def difference(old: Node | None, new: Node) -> list[Patch]:
    """The patches, in order, that make `old` into `new`.

    A field's SetValue is always among them: only the page knows what the field holds.
    """
    if old is None:
        return [Create((), new)]
    if _identities((old,)) != _identities((new,)):
        return [Remove(()), Create((), new)]
    return _changes((), old, new)


def _changes(path: Path, old: Node, new: Node) -> list[Patch]:
    patches: list[Patch] = []
    if old.attributes != new.attributes:
        for name in old.attributes.keys() - new.attributes.keys():
            patches.append(SetAttribute(path, name, None))
        for name, text in new.attributes.items():
            if old.attributes.get(name) != text:
                patches.append(SetAttribute(path, name, text))
    if old.on != new.on:
        patches.append(SetMeaning(path, new.on))
    if old.children is not new.children:
        patches += _children(path, old.children, new.children)
    if new.value is not None:
        # After its children: a <select> has the values of its options and no other.
        patches.append(SetValue(path, new.value))
    return patches


def _children(path: Path, old: tuple[Node | str, ...], new: tuple[Node | str, ...]) -> list[Patch]:
    patches: list[Patch] = []
    if len(old) == len(new):
        # Most are what they were: nobody is called for those.
        changed = [
            place
            for place, (one, other) in enumerate(zip(old, new))
            if one is not other or (type(other) is Node and other.value is not None)
        ]
        if all(_same_place(old[place], new[place]) for place in changed):
            for place in changed:
                patches += _change((*path, place), old[place], new[place])
            return patches
    before = dict(zip(_identities(old), old))
    wanted = _identities(new)
    standing = list(before)
    for place in range(len(standing) - 1, -1, -1):
        if standing[place] not in wanted:
            patches.append(Remove((*path, place)))
            del standing[place]
    for place, (identity, child) in enumerate(zip(wanted, new)):
        here = (*path, place)
        if identity not in before:
            patches.append(Create(here, child))
            standing.insert(place, identity)
            continue
        if standing[place] != identity:
            origin = standing.index(identity, place)
            patches.append(Move(here, origin))
            standing.insert(place, standing.pop(origin))
        patches += _change(here, before[identity], child)
    return patches


def _change(path: Path, old: Node | str, new: Node | str) -> list[Patch]:
    if old is new and not (isinstance(new, Node) and new.value is not None):
        return []
    if isinstance(old, Node) and isinstance(new, Node):
        return _changes(path, old, new)
    return [] if old == new else [SetText(path, str(new))]


def _same_place(old: Node | str, new: Node | str) -> bool:
    """Whether these have one name where all around them have."""
    if isinstance(old, str) or isinstance(new, str):
        return isinstance(old, str) and isinstance(new, str)
    return (
        old.tag == new.tag
        and old.key == new.key
        and old.svg == new.svg
        and (old.value is None) == (new.value is None)
    )


def _identities(children: tuple[Node | str, ...]) -> list[Identity]:
    """A name for each child: its kind, its key, and a number among namesakes."""
    seen: dict[tuple[str, bool, str, bool], int] = {}
    names = []
    for child in children:
        # A field with a value of its own never becomes a node without one.
        name = (
            ("", False, "", False)
            if isinstance(child, str)
            else (child.tag, child.svg, child.key, child.value is not None)
        )
        seen[name] = seen.get(name, 0) + 1
        names.append((*name, seen[name]))
    return names
