"""Patches make one tree into another, touching only what differs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from webphone.ui.html import Node, element
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


@dataclass(eq=False)
class Stem:
    """A node of a page: it keeps its identity while it changes."""

    tag: str
    svg: bool
    key: str
    attributes: dict[str, str] = field(default_factory=dict)
    on: dict[str, Any] = field(default_factory=dict)
    value: str | None = None
    text: str = ""
    below: list[Stem] = field(default_factory=list)


def grown(node: Node | str) -> Stem:
    if isinstance(node, str):
        return Stem("", False, "", text=node)
    return Stem(
        node.tag,
        node.svg,
        node.key,
        dict(node.attributes),
        dict(node.on),
        node.value,
        "",
        [grown(child) for child in node.children],
    )


def seen(stem: Stem) -> Node | str:
    if not stem.tag:
        return stem.text
    return Node(
        tag=stem.tag,
        attributes=stem.attributes,
        children=tuple(seen(child) for child in stem.below),
        on=stem.on,
        key=stem.key,
        value=stem.value,
        svg=stem.svg,
    )


def at(root: Stem, path: tuple[int, ...]) -> Stem:
    for step in path:
        root = root.below[step]
    return root


def applied(root: Stem | None, patches: list[Patch]) -> Stem:
    for patch in patches:
        match patch:
            case Create(path=(), node=node):
                assert root is None
                root = grown(node)
            case Create(path=path, node=node):
                parent = at(root, path[:-1])
                assert path[-1] <= len(parent.below)
                parent.below.insert(path[-1], grown(node))
            case Remove(path=()):
                root = None
            case Remove(path=path):
                del at(root, path[:-1]).below[path[-1]]
            case Move(path=path, origin=origin):
                assert origin > path[-1]
                below = at(root, path[:-1]).below
                below.insert(path[-1], below.pop(origin))
            case SetAttribute(path=path, name=name, value=None):
                del at(root, path).attributes[name]
            case SetAttribute(path=path, name=name, value=value):
                at(root, path).attributes[name] = value
            case SetText(path=path, text=text):
                assert not at(root, path).tag
                at(root, path).text = text
            case SetValue(path=path, value=value):
                at(root, path).value = value
            case SetMeaning(path=path, on=on):
                at(root, path).on = dict(on)
    return root


names = st.sampled_from(["a", "b", "c"])
texts = st.sampled_from(["one", "two", "three"])
nodes = st.recursive(
    st.builds(
        Node,
        tag=st.sampled_from(["p", "input"]),
        attributes=st.dictionaries(names, texts, max_size=2),
        on=st.dictionaries(names, st.integers(0, 3), max_size=2),
        key=st.sampled_from(["", "x", "y", "z"]),
        value=st.none() | texts,
        svg=st.booleans(),
    ),
    lambda below: st.builds(
        Node,
        tag=st.sampled_from(["p", "div"]),
        attributes=st.dictionaries(names, texts, max_size=2),
        key=st.sampled_from(["", "x", "y", "z"]),
        children=st.lists(below | texts, max_size=5).map(tuple),
    ),
    max_leaves=20,
)


@given(old=st.none() | nodes, new=nodes)
def test_the_difference_of_two_trees_makes_one_into_the_other(old, new):
    page = None if old is None else grown(old)
    assert seen(applied(page, difference(old, new))) == new


@given(nodes)
def test_the_same_tree_needs_nothing_but_the_word_on_its_fields(node):
    assert all(isinstance(patch, SetValue) for patch in difference(node, node))


@given(st.permutations(["x", "y", "z", "w"]), st.permutations(["x", "y", "z", "w", "v"]))
def test_children_with_a_key_stay_the_same_when_their_order_changes(before, after):
    page = grown(element("ul", *(element("li", key, key=key) for key in before)))
    was = {child.key: child for child in page.below}
    new = element("ul", *(element("li", key, key=key) for key in after))
    applied(page, difference(seen(page), new))
    assert [child.key for child in page.below] == after
    assert all(child is was[child.key] for child in page.below if child.key in was)


def test_a_child_that_comes_first_moves_nobody():
    old = element("div", element("input", key="number"), element("button", key="dial"))
    new = element("div", element("p", "wrong", key="fault"), *old.children)
    assert difference(old, new) == [Create((0,), new.children[0])]


def test_a_child_that_goes_takes_nobody_with_it():
    one, two = element("li", "1", key="one"), element("li", "2", key="two")
    assert difference(element("ul", one, two), element("ul", two)) == [Remove((0,))]
    assert difference(element("ul", one), element("ul", "none")) == [
        Remove((0,)),
        Create((0,), "none"),
    ]


def test_a_node_that_is_the_same_object_is_not_looked_into_but_a_field_has_its_word():
    keys, field = element("div", element("button", "1")), element("input", value="1")
    assert difference(element("p", keys, "a"), element("p", keys, "b")) == [SetText((1,), "b")]
    assert difference(element("p", keys, field), element("p", keys, field)) == [SetValue((1,), "1")]


def test_a_child_that_goes_to_the_front_is_moved():
    one, two = element("li", key="one"), element("li", key="two")
    assert difference(element("ul", one, two), element("ul", two, one)) == [Move((0,), 1)]


def test_a_first_tree_is_made_and_a_field_is_always_told_its_text():
    field = element("input", value="600")
    assert difference(None, field) == [Create((), field)]
    assert difference(field, field) == [SetValue((), "600")]


def test_another_word_touches_only_the_word():
    old = element("div", element("span", "02:05"), element("button", "Mute"))
    new = element("div", element("span", "02:06"), element("button", "Mute"))
    assert difference(old, new) == [SetText((0, 0), "02:06")]


def test_words_beside_a_child_that_comes_or_goes_are_told_where_they_stand():
    one = element("b", "1")
    assert difference(element("p", one, "a"), element("p", "b")) == [
        Remove((0,)),
        SetText((0,), "b"),
    ]
    assert difference(element("p", "a"), element("p", "a", one)) == [Create((1,), one)]


def test_another_root_replaces_the_first():
    assert difference(element("p"), element("div")) == [Remove(()), Create((), element("div"))]


def test_an_attribute_comes_changes_and_goes():
    old = element("button", type="button", hidden=True, part="mute")
    new = element("button", type="button", part="hold", disabled=True)
    assert set(difference(old, new)) == {
        SetAttribute((), "hidden", None),
        SetAttribute((), "part", "hold"),
        SetAttribute((), "disabled", ""),
    }


def test_another_meaning_is_told_and_the_element_stays():
    old, new = element("button", on={"click": 1}), element("button", on={"click": 2})
    assert difference(old, new) == [SetMeaning((), {"click": 2})]
