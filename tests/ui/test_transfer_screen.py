"""A call goes on with somebody else, by the hands of a person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gallery import BOB, CLARA, CONFIG, HELD, IDLE, NOW, RINGING, call, talking
from webphone.contract import CancelTransfer, CompleteTransfer, Consult, Swap, Transfer
from webphone.phone.happenings import Asked
from webphone.phone.snapshot import TransferSnapshot
from webphone.ui import noticed
from webphone.ui.act import act
from webphone.ui.gestures import KeyPressed, PageClosed, PageOpened, TransferTyped
from webphone.ui.html import Node, find, find_all, text
from webphone.ui.screen import screen
from webphone.ui.view import View

OPEN = View(open="transfer", of=BOB.view.id)
TYPED = replace(OPEN, transfer_to=" 1003 ")
CONSULTING = TransferSnapshot(stage="consulting", target="Clara Nowak", consult=CLARA.view.id)
WAITING = replace(HELD, transfer=CONSULTING)


def shown(picture, view=None) -> Node:
    return screen(picture, view or View(), NOW)


def press(node: Node, name: str):
    button = find(node, role="button", name=name)
    assert button is not None, name
    return button.on.get("click")


def said(node: Node) -> list[str]:
    return [text(found) for found in find_all(node, part="notice")]


def test_a_call_that_is_up_has_a_control_that_asks_whom_it_is_transferred_to():
    assert press(shown(talking(BOB)), "Transfer") == PageOpened(page="transfer", of=BOB.view.id)
    assert press(shown(talking(call("", "100", "ringing"))), "Transfer") is None
    for part in ("show_dial", "show_hold"):
        hidden = replace(CONFIG, **{part: False})
        assert find(shown(talking(BOB, config=hidden)), role="button", name="Transfer") is None
        assert not find_all(shown(talking(BOB, config=hidden), OPEN), part="consult")
    assert not find_all(shown(IDLE, OPEN), part="consult")


def test_there_a_number_is_typed_and_both_ways_are_offered():
    empty = shown(talking(BOB), OPEN)
    assert press(empty, "Transfer now") is None and press(empty, "Ask first") is None
    view, told = act(OPEN, TransferTyped(), talking(BOB), {"value": "+1 (555) 10", "pasted": True})
    assert (view.transfer_to, told) == ("+155510", [])
    ready = shown(talking(BOB), TYPED)
    assert press(ready, "Transfer now") == Transfer(target="1003", id=BOB.view.id)
    assert press(ready, "Ask first") == Consult(target="1003")
    assert press(ready, "Back to the call") == PageClosed()
    assert find(ready, role="button", name="Hang up") is not None
    again, _ = act(TYPED, PageOpened(page="transfer", of=BOB.view.id), talking(BOB))
    assert again == OPEN


def test_in_its_field_enter_transfers_and_escape_goes_back():
    def key(name, view):
        return act(view, KeyPressed(), talking(BOB), {"key": name, "typing": True}, NOW)

    seen = noticed(TYPED, shown(talking(BOB), TYPED), NOW)
    assert key("Enter", seen)[1] == [Asked(command=Transfer(target="1003", id=BOB.view.id))]
    assert key("Enter", OPEN)[1] == [] and key("7", OPEN)[1] == []
    assert key("Escape", TYPED)[0].open == ""


@pytest.mark.parametrize("by", ["key", "mouse", "touch"])
def test_the_second_press_on_ask_first_completes_nothing(by):
    view = noticed(TYPED, shown(talking(BOB), TYPED), NOW - 9)
    view, told = act(view, Consult(target="1003"), talking(BOB), {"by": by, "pressing": True}, NOW)
    assert told == [Asked(command=Consult(target="1003"))]
    asking = talking(CLARA, WAITING)
    view = noticed(view, shown(asking, view), NOW)
    fields = {"by": by, "pressing": True}
    for command in (CompleteTransfer(), CancelTransfer()):
        assert act(view, command, asking, fields, NOW + 0.3)[1] == []
        assert act(view, command, asking, fields, NOW + 2)[1] == [Asked(command=command)]


def test_who_has_typed_presses_at_once():
    view = noticed(OPEN, shown(talking(BOB), OPEN), NOW - 9)
    view, _ = act(view, KeyPressed(), talking(BOB), {"key": "7", "typing": True}, NOW)
    view, _ = act(view, TransferTyped(), talking(BOB), {"value": "7"}, NOW)
    view = noticed(view, shown(talking(BOB), view), NOW)
    wanted = press(shown(talking(BOB), view), "Transfer now")
    told = act(view, wanted, talking(BOB), {"by": "mouse", "pressing": True}, NOW + 0.2)[1]
    assert told == [Asked(command=Transfer(target="7", id=BOB.view.id))]


@pytest.mark.parametrize("front", ["who is asked", "who waits"])
def test_while_one_is_asked_the_calls_are_swapped_joined_or_it_goes_back(front):
    waits = replace(BOB, transfer=CONSULTING)
    asking = talking(CLARA, WAITING) if front == "who is asked" else talking(waits, CLARA)
    there = shown(asking, OPEN)
    assert "Bob Marsh waits while you ask Clara Nowak" in said(there)
    assert press(there, "Complete") == CompleteTransfer()
    assert press(there, "Swap") == Swap()
    assert press(there, "Back") == CancelTransfer()
    assert act(OPEN, CancelTransfer(), asking, {}, NOW)[0].open == ""


@pytest.mark.parametrize(
    ("stage", "words", "choices"),
    [
        ("asking", "Transferring Bob Marsh to 1003…", {"Take the call back": CancelTransfer()}),
        ("accepted", "Bob Marsh is calling 1003…", {"Take the call back": CancelTransfer()}),
        (
            "progress",
            "Bob Marsh is calling 1003: it rings there…",
            {"Take the call back": CancelTransfer()},
        ),
        (
            "requested",
            "Bob Marsh wants to transfer you to 1003",
            {"Go there": CompleteTransfer(), "Stay here": CancelTransfer()},
        ),
        ("following", "You are being transferred to 1003…", {}),
    ],
)
def test_how_far_a_transfer_has_come_is_said_with_what_can_be_done(stage, words, choices):
    moving = talking(replace(BOB, transfer=TransferSnapshot(stage=stage, target="1003")))
    there = shown(moving, OPEN)
    assert words in said(there)
    assert words in text(find(there, role="status"))
    assert {name: press(there, name) for name in choices} == choices
    assert press(there, "Transfer") is None
    parts = [*find_all(there, part="transfer-complete"), *find_all(there, part="transfer-cancel")]
    assert len(parts) == len(choices)


def test_a_call_that_rings_goes_before_the_question_whom_to_transfer_to():
    assert find(shown(talking(BOB, RINGING), TYPED), role="dialog") is not None
