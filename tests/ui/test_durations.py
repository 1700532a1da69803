"""How long something lasted: written as clocks do, and said in words where they are known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gallery import BOB, CLARA, IDLE, NOW, PAST, WRAPS_UP, record, talking
from webphone.phone.snapshot import EndedCall
from webphone.ui.html import Node, find, find_all, text, walk
from webphone.ui.screen import screen
from webphone.ui.view import View
from webphone.words import say

ENDED = replace(IDLE, farewell=EndedCall(record=record(125)))


def words(seconds, language):
    return f"{seconds} seconds in {language}"


def heard(picture, view):
    return screen(picture, replace(view, durations=words), NOW)


def seen(node):
    """What stands there for an eye."""
    return "".join(
        child if isinstance(child, str) else seen(child)
        for child in node.children
        if isinstance(child, str) or child.attributes.get("class") != "spoken"
    )


@pytest.mark.parametrize(
    ("picture", "view", "part", "written", "said"),
    [
        (talking(BOB), View(), "timer", "02:05", "125 seconds in en"),
        (
            talking(replace(CLARA, answered_at=NOW - 7384)),
            View(),
            "timer",
            "2:03:04",
            "7384 seconds in en",
        ),
        (ENDED, View(), "duration", "Lasted 02:05", "Lasted 125 seconds in en"),
    ],
)
def test_a_clock_for_an_eye_and_words_for_an_ear(picture, view, part, written, said):
    node = find(heard(picture, view), part=part)
    assert (seen(node), text(node)) == (written, said)
    # Where nobody knows how it is said, the clock is all there is.
    assert text(find(screen(picture, view, NOW), part=part)) == written


def test_past_calls_and_a_call_that_waits_for_a_note_say_it_too():
    past = heard(replace(IDLE, history=PAST), View(open="history"))
    assert "Incoming 754 seconds in en" in " ".join(
        text(each) for each in find_all(past, part="list-item")
    )
    waits = heard(WRAPS_UP, View())
    facts = [each for each in walk(waits) if each.attributes.get("class") == "facts"]
    assert "Lasted 125 seconds in en" in text(facts[0])


def test_it_is_said_in_the_language_in_use():
    timer = find(heard(replace(talking(BOB), language="de"), View()), part="timer")
    assert text(timer) == "125 seconds in de"


def test_the_end_of_a_call_is_told_with_how_long_it_was():
    def told(picture) -> Node:
        return [text(each) for each in find(heard(picture, View()), role="alert").children]

    # In one: of two that come at once a screen reader may say the last one first.
    for why, also in (
        ("", ""),
        (say("ended_answered"), ""),
        (say("ended_missed"), "Missed call. "),
    ):
        ended = replace(IDLE, farewell=EndedCall(record=record(125, words=why)))
        assert told(ended) == [f"Call with Bob Marsh ended. {also}Lasted 125 seconds in en"]
    missed = replace(IDLE, farewell=EndedCall(record=record(0, "missed")))
    assert len(told(missed)) == 1
