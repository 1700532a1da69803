"""Nodes as text, and how stories find them."""

from __future__ import annotations

from webphone.ui.html import element, find, find_all, name_of, render


def test_markup_in_words_and_attributes_is_only_text():
    node = element("p", '<img src=x onerror="alert(1)"> & more', title='" onclick="alert(1)')
    assert render(node) == (
        '<p title="&quot; onclick=&quot;alert(1)">'
        "&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; more</p>"
    )


def test_what_is_absent_leaves_no_trace():
    node = element("p", None, "", "words", title=None, hidden=False, aria_label=None)
    assert render(node) == "<p>words</p>"


def test_a_true_attribute_has_no_value_and_an_empty_field_no_end():
    assert render(element("input", disabled=True, value="")) == "<input disabled value>"


def test_what_stands_in_a_field_of_several_lines_is_text():
    node = element("textarea", rows="3", value="a < b\nand more")
    assert render(node) == '<textarea rows="3">a &lt; b\nand more</textarea>'
    assert render(element("textarea", value="")) == "<textarea></textarea>"


def test_a_name_is_the_label_or_else_the_words_that_are_not_hidden():
    icon = element("span", "*", aria_hidden="true")
    assert name_of(element("button", icon, element("span", "Hang up"))) == "Hang up"
    assert name_of(element("button", icon, aria_label="Close")) == "Close"


def test_a_node_is_found_by_role_name_and_part():
    tree = element(
        "div",
        element("button", "Mute", part="action mute"),
        element("button", "Hold", part="action hold"),
    )
    assert find(tree, role="button", name="Hold") is tree.children[1]
    assert find(tree, part="mute") is tree.children[0]
    assert len(find_all(tree, part="action")) == 2
    assert find(tree, role="button", name="Dial") is None
