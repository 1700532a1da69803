"""A test of the phone on the screen: how it begins, what is read of it, and how it is done again."""

from __future__ import annotations

from dataclasses import replace

from gallery import BOB, FOUND, IDLE, NOW, SCREENS, talking
from webphone.contract import Diagnose
from webphone.phone.happenings import Asked
from webphone.ui.act import act
from webphone.ui.gestures import PageOpened
from webphone.ui.html import find, find_all, text
from webphone.ui.screen import screen, shown
from webphone.ui.view import View

HERE = View(open="diagnosis")
DONE = replace(IDLE, diagnosis=FOUND)
RUNNING = replace(IDLE, diagnosis=replace(FOUND, steps=FOUND.steps[:4], verdict=""))


def press(picture, view, name):
    return find(screen(picture, view, NOW), role="button", name=name).on.get("click")


def parts(picture, part):
    return [text(found) for found in find_all(screen(picture, HERE, NOW), part=part)]


def test_one_press_opens_the_page_and_begins():
    opened = press(IDLE, View(open="menu"), "Test the phone")
    view, happenings = act(View(open="menu"), opened, IDLE, {}, NOW)
    assert view.open == "diagnosis" and happenings == [Asked(command=Diagnose())]
    assert shown(IDLE, view) == "diagnosis"
    assert press(DONE, HERE, "Back") == PageOpened(page="menu")


def test_while_it_runs_its_steps_come_in_their_order():
    assert parts(RUNNING, "verdict") == ["Test 5 of 14…"]
    assert [row.partition(" good")[0] for row in parts(RUNNING, "finding")] == [
        "Page",
        "Settings",
        "Server",
        "Path",
    ]
    assert press(RUNNING, HERE, "Test again") is None
    assert "The phone is being tested." in text(screen(RUNNING, View(), NOW))


def test_what_must_be_mended_comes_first_with_its_fix():
    assert parts(DONE, "verdict") == ["Something keeps calls from working"]
    first, second, third, fourth, *_ = parts(DONE, "finding")
    assert first.startswith("Registration") and "Correct username and password." in first
    assert [row[:5] for row in (second, third, fourth)] == ["Micro", "Relay", "Page "]
    assert press(DONE, HERE, "Test again") == Diagnose()
    assert "Something keeps calls from working" in text(screen(DONE, View(), NOW))


def test_a_call_that_comes_goes_before_it_and_one_that_goes_on_can_be_ended_there():
    ringing, _ = SCREENS["ringing in"]
    assert shown(replace(ringing, diagnosis=FOUND), HERE) == "ringing"
    over = replace(HERE, over=BOB.view.id)
    picture = replace(talking(BOB), diagnosis=FOUND)
    assert shown(picture, over) == "diagnosis"
    assert press(picture, over, "Hang up") is not None
