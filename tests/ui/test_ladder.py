"""The messages of late on the screen: opened from the test of the phone, copied, shown anew."""

from __future__ import annotations

from dataclasses import replace

from gallery import IDLE, LADDER, NOW
from webphone.phone.happenings import LadderWanted
from webphone.ui.act import act
from webphone.ui.gestures import PageOpened
from webphone.ui.html import find, find_all, text
from webphone.ui.screen import screen, shown
from webphone.ui.view import View

HERE = View(open="ladder")
SEEN = replace(IDLE, ladder=LADDER)


def press(picture, view, name):
    return find(screen(picture, view, NOW), role="button", name=name).on.get("click")


def told(picture):
    return text(find(screen(picture, HERE, NOW), part="page-title")), [
        text(row) for row in find_all(screen(picture, HERE, NOW), part="rung")
    ]


def test_one_press_on_the_page_of_the_test_shows_them():
    opened = press(IDLE, View(open="diagnosis"), "Show the SIP messages")
    view, happenings = act(View(open="diagnosis"), opened, IDLE, {}, NOW)
    assert happenings == [LadderWanted()] and shown(IDLE, view) == "ladder"
    assert press(SEEN, HERE, "Back") == PageOpened(page="diagnosis")


def test_each_message_has_its_time_its_way_and_what_it_is():
    title, rows = told(SEEN)
    assert title == "SIP messages"
    assert rows[:2] == ["0.00 s sent: REGISTER", "0.04 s received: 401 Unauthorized (REGISTER)"]
    assert rows[-1] == "8.91 s sent: 200 OK (BYE)"


def test_they_are_copied_and_shown_anew_at_a_press_and_it_is_said_what_came_of_it():
    copy = press(SEEN, HERE, "Copy without secrets")
    assert act(HERE, copy, SEEN, {}, NOW)[1] == [LadderWanted(copy=True)]
    assert press(SEEN, HERE, "Show the newest") == LadderWanted()
    for copied, words in (("yes", "struck out"), ("no", "did not allow")):
        picture = replace(SEEN, ladder=replace(LADDER, copied=copied))
        assert words in text(screen(picture, HERE, NOW))


def test_before_the_first_message_it_is_said_that_there_is_none():
    picture = screen(IDLE, HERE, NOW)
    assert "No message was sent or received yet." in text(picture)
    assert not find_all(picture, part="ladder-copy")
