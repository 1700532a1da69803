"""The last calls beside an idle phone that has room for two panes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gallery import BOB, CONFIG, IDLE, NOW, PAST, PEOPLE, WIDE, past, record, talking
from webphone.contract import MakeCall
from webphone.phone.snapshot import EndedCall
from webphone.ui.act import act
from webphone.ui.gestures import PageOpened
from webphone.ui.html import find, find_all, name_of, text
from webphone.ui.recent import DAY_BEGINS, MOST
from webphone.ui.screen import screen, shown
from webphone.ui.view import View

CALLS = replace(IDLE, history=PAST)


def pane(picture, view=WIDE, now=NOW):
    return find(screen(picture, view, now), role="group", name="Calls")


def test_they_are_there_without_anything_being_opened():
    node = pane(CALLS)
    assert [text(each) for each in find_all(node, role="heading")][:3] == [
        "Calls",
        "Today",
        "Yesterday",
    ]
    assert text(find_all(node, role="listitem")[0]) == "Bob Marsh (2) 02:16 Missed"


def test_one_press_calls_back_and_another_opens_all_of_them():
    node = pane(CALLS)
    back = find(node, role="button", name="Call 100, 01:16")
    assert back.on["click"] == MakeCall(target="100")
    assert not [name for name in map(name_of, find_all(node, role="button")) if "Delete" in name]
    opened = find(node, role="button", name="All calls").on["click"]
    assert opened == PageOpened(page="history")
    assert shown(CALLS, act(WIDE, opened, CALLS, {}, NOW)[0]) == "history"


def test_where_there_were_none_it_says_so():
    assert text(pane(IDLE)) == "Calls No calls yet."
    assert find(pane(IDLE), role="button") is None


@pytest.mark.parametrize("layout", ["bar", "compact", "launcher"])
def test_a_phone_in_one_column_has_none(layout):
    view = replace(WIDE, launched=True)
    assert pane(replace(CALLS, config=replace(CONFIG, layout=layout)), view) is None


def test_a_narrow_phone_one_without_keys_and_one_in_a_call_have_none():
    assert pane(CALLS, View()) is None
    assert pane(replace(CALLS, config=replace(CONFIG, show_dialpad=False))) is None
    assert pane(talking(BOB, history=PAST)) is None
    assert pane(replace(CALLS, farewell=EndedCall(record=record(3)))) is None
    assert pane(replace(CALLS, config=replace(CONFIG, layout="full"))) is not None


def test_a_new_call_stands_in_front_and_no_more_than_a_few_are_drawn():
    many = tuple(past(n, n / 60, "", f"{n}0", "answered", 9) for n in range(MOST + 5))
    shown = find_all(pane(replace(IDLE, history=many[1:])), role="listitem")
    assert len(shown) == MOST
    after = find_all(pane(replace(IDLE, history=many)), role="listitem")
    assert text(after[0]).startswith("00 ") and len(after) == MOST
    assert after[1] is shown[0]  # not drawn again


def test_it_is_the_same_until_something_of_it_changes():
    before = pane(CALLS)
    typed = replace(CALLS, number="12")
    assert pane(typed) is before
    assert pane(typed, now=NOW + DAY_BEGINS) is not before
    assert pane(replace(typed, people=PEOPLE)) is not before
