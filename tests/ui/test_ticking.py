"""A time that runs on the screen: drawn when a second of it is over, and no more often."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gallery import BOB, CLARA, IDLE, NOW, RINGING, WRAPS_UP, held, state, talking
from webphone.phone.snapshot import Snapshot
from webphone.ui.html import find, text
from webphone.ui.screen import PAST, screen, ticks
from webphone.ui.view import MENU, View
from webphone.ui.words import clock

ANSWERED = 1_795_991_334.1  # as a clock has it: one that counts from 1970
EARLY, LATE = -0.001, 0.001  # a browser's timer


def in_call(*more):
    return talking(replace(BOB, answered_at=ANSWERED), *more)


def drawn(picture: Snapshot, view: View, now: float, seconds: float, rings: float = 0.0):
    """When the screen was drawn, and its text then; a timer rings that much beside its time."""
    until, found = now + seconds, []
    while now < until:
        found.append((now, text(screen(picture, view, now))))
        due = ticks(picture, view)
        assert due is not None
        now = max(due + rings, now + 0.0001)
    return found


@pytest.mark.parametrize("rings", [EARLY, 0.0, LATE])
@pytest.mark.parametrize("begun", [0.0, 0.3, 0.9995])
def test_the_time_of_a_call_is_drawn_when_its_second_is_over(rings, begun):
    first, *others = drawn(in_call(), View(), ANSWERED + begun, 10.0, rings)
    assert len(others) == 10 - (begun == 0.0)
    assert "00:00" in first[1]
    for second, (now, shown) in enumerate(others, 1):
        assert clock(second) in shown
        assert 0 <= now - (ANSWERED + second) < PAST + LATE + 0.0001


def test_a_drawing_just_before_a_second_is_over_does_not_keep_it_from_being_shown():
    view, just_before = View(), ANSWERED + 42 - 0.0004
    assert "00:41" in text(screen(in_call(), view, just_before))
    again = ticks(in_call(), view)
    assert 0 < again - just_before < 0.003
    assert "00:42" in text(screen(in_call(), view, again))


def test_what_is_drawn_in_between_puts_no_drawing_off():
    view = View()
    screen(in_call(), view, ANSWERED + 3.2)
    due = ticks(in_call(), view)
    screen(in_call(), view, ANSWERED + 3.9)
    assert ticks(in_call(), view) == due


def test_after_a_sleep_the_next_second_is_met_again():
    view = View()
    screen(in_call(), view, ANSWERED + 3.0)
    late = ticks(in_call(), view) + 600.7
    assert "10:04" in text(screen(in_call(), view, late))
    assert ticks(in_call(), view) == pytest.approx(ANSWERED + 605 + PAST, abs=1e-6)


def test_with_five_calls_it_is_drawn_once_a_second_by_the_time_of_the_one_in_front():
    behind = [
        replace(
            held(CLARA, "local"),
            view=replace(CLARA.view, id=f"call-{number}", state="held", held_by="local"),
            held_since=ANSWERED + number / 5,
        )
        for number in range(1, 5)
    ]
    picture = in_call(*behind)
    _, *others = drawn(picture, View(), ANSWERED + 2.7, 10.0)
    assert [now - ANSWERED for now, _ in others] == pytest.approx(
        [second + PAST for second in range(3, 13)], abs=1e-6
    )
    assert all(clock(second) in shown for second, (_, shown) in enumerate(others, 3))
    assert "On hold 00:11" in others[-1][1]


def test_behind_one_that_is_dialled_it_is_how_long_the_other_is_held():
    dialled = replace(RINGING, stage="ringing")
    waits = replace(held(BOB, "local"), held_since=NOW - 42.4)
    picture = replace(talking(dialled, waits), active=dialled.view.id)
    (_, first), (now, second) = drawn(picture, View(), NOW, 1.0)
    assert ("00:42" in first, "00:43" in second) == (True, True)
    assert now == pytest.approx(NOW + 0.6 + PAST)
    silent = replace(talking(dialled, held(BOB, "remote")), active=dialled.view.id)
    view = View()
    screen(silent, view, NOW)
    assert ticks(silent, view) is None


def test_other_times_are_drawn_at_their_own_seconds():
    ended = WRAPS_UP.unlogged[0]
    record = replace(ended.record, ended_at=datetime.fromtimestamp(NOW - 42.25, UTC).isoformat())
    for picture, view, at, words in (
        (state("reconnecting", retry_at=NOW + 2.25), View(), 0.25, ("in 3 s", "in 2 s")),
        (replace(IDLE, proved_at=NOW - 4.75), View(open=MENU), 0.25, ("4 s", "5 s")),
        (
            replace(WRAPS_UP, unlogged=(replace(ended, record=record),)),
            View(),
            0.75,
            ("Wrapping up 00:42", "Wrapping up 00:43"),
        ),
    ):
        (_, first), (now, second) = drawn(picture, view, NOW, 1.0)
        assert words[0] in first and words[1] in second, (first, second)
        assert now == pytest.approx(NOW + at + PAST)


def test_where_a_page_is_open_over_the_call_nothing_is_drawn_for_its_time():
    view = View(open=MENU, over=BOB.view.id)
    assert find(screen(in_call(), view, ANSWERED + 3.2), part="timer") is None
    assert ticks(in_call(), view) is None
