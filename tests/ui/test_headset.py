"""What the buttons of a headset mean, and what its lamps show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gallery import CONFIG, IDLE, NOW
from webphone.contract import Answer, Hangup, Mute
from webphone.media.headset import Button, Lamp, Press
from webphone.ui.around import Talk
from webphone.ui.gestures import Requested
from webphone.ui.headset import lit, meant
from webphone.ui.html import find
from webphone.ui.screen import screen
from webphone.ui.view import View

RINGS = Talk(call="7", name="Bob", rings=True)
TALKS = Talk(call="7", name="Bob")
MUTED = Talk(call="7", name="Bob", muted=True)


def hook(on=None):
    return Press(button=Button.HOOK, on=on)


def mute(on=None):
    return Press(button=Button.MUTE, on=on)


MEANT = [
    (RINGS, hook(True), Answer(id="7")),
    (RINGS, hook(), Answer(id="7")),
    (RINGS, hook(False), None),  # the end of the call before it
    (RINGS, mute(), None),
    (TALKS, hook(False), Hangup(id="7")),
    (TALKS, hook(), Hangup(id="7")),
    (TALKS, hook(True), None),  # what the phone has just told it
    (TALKS, mute(), Mute(on=True, id="7")),
    (TALKS, mute(True), Mute(on=True, id="7")),
    (TALKS, mute(False), None),
    (MUTED, mute(), Mute(on=False, id="7")),
    (MUTED, mute(False), Mute(on=False, id="7")),
    (MUTED, mute(True), None),
    (None, hook(True), None),
    (None, mute(), None),
]


@pytest.mark.parametrize(("talk", "press", "command"), MEANT)
def test_a_button_means_what_it_does_on_a_telephone(talk, press, command):
    assert meant(press, talk) == command


def test_the_lamps_show_the_call():
    assert lit(None) == frozenset()
    assert lit(RINGS) == {Lamp.RING, Lamp.RINGER}
    assert lit(TALKS) == {Lamp.OFF_HOOK}
    assert lit(MUTED) == {Lamp.OFF_HOOK, Lamp.MUTE}


def test_a_browser_that_can_hear_them_is_asked_on_the_page_of_the_devices():
    def button(**more):
        shown = screen(replace(IDLE, config=CONFIG, **more), View(open="devices"), NOW)
        return find(shown, role="button", name="Use the buttons of a headset")

    pressed = button(offers=("headset",))
    assert pressed is not None and pressed.on["click"] == Requested(what="headset")
    assert button() is None
