"""Our camera and our screen on the screen: where they are switched, and what is said of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gallery import BOB, IDLE, NOW, talking
from webphone.contract import ShareScreen, StartVideo, StopVideo
from webphone.phone.snapshot import WITHIN_PAGE
from webphone.ui.html import find, text
from webphone.ui.screen import screen
from webphone.ui.view import View

MORE = View(open="menu", over=BOB.view.id)


def button(picture, name, view=MORE):
    return find(screen(picture, view, NOW), role="button", name=name)


def test_camera_and_screen_are_switched_behind_more_in_a_call():
    off, on = talking(BOB), talking(replace(BOB, filming=True, sharing=True))
    assert button(off, "Camera").on["click"] == StartVideo()
    assert button(off, "Camera").attributes["aria-pressed"] == "false"
    assert button(off, "Share the screen").on["click"] == ShareScreen(on=True)
    assert button(on, "Camera").on["click"] == StopVideo()
    assert button(on, "Share the screen").on["click"] == ShareScreen(on=False)
    assert button(on, "Share the screen").attributes["aria-pressed"] == "true"
    # In their place, what only concerns an idle phone.
    assert button(off, "Answer calls by itself") is None
    assert button(IDLE, "Answer calls by itself", View(open="menu")) is not None


def test_nobody_is_filmed_where_nobody_looks():
    assert button(IDLE, "Camera", View(open="menu")) is None
    within = replace(BOB, view=replace(BOB.view, codec=WITHIN_PAGE))
    assert button(talking(within), "Camera") is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"video_local": True}, "Your camera is on."),
        ({"video_local": True, "sharing": True}, "Your screen is shared."),
        ({"video_remote": True}, "Bob Marsh shows video."),
    ],
)
def test_who_is_seen_is_said(changes, words):
    spoken = text(screen(talking(replace(BOB, **changes)), View(), NOW))
    assert words in spoken and words not in text(screen(talking(BOB), View(), NOW))
    if "sharing" in changes:
        assert "Your camera is on." not in spoken
