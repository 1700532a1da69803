"""The noise filter on the screen: switched behind More in a call, and said once it runs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gallery import BOB, IDLE, NOW, talking
from webphone.phone.happenings import SettingChosen
from webphone.ui.html import find, find_all, text
from webphone.ui.screen import screen
from webphone.ui.view import View

MORE = View(open="menu", over=BOB.view.id)


def button(picture, view=MORE):
    return find(screen(picture, view, NOW), role="button", name="Noise filter")


@pytest.mark.parametrize(
    ("now", "pressed", "then"),
    [("browser", "false", "strong"), ("off", "false", "strong"), ("strong", "true", "browser")],
)
def test_one_button_turns_it_on_and_off_in_a_call(now, pressed, then):
    picture = talking(BOB)
    picture = replace(picture, config=replace(picture.config, noise_suppression=now))
    found = button(picture)
    assert found.attributes["aria-pressed"] == pressed
    assert found.on["click"] == SettingChosen(name="noise_suppression", value=then)


def test_nobody_switches_it_where_nobody_speaks():
    assert button(IDLE, View(open="menu")) is None
    assert button(talking(replace(BOB, stage="ringing"))) is None


@pytest.mark.parametrize(
    ("filtered", "told"),
    [("", False), ("on", "The noise filter is on."), ("off", "The noise filter is off.")],
)
def test_an_ear_hears_when_it_runs_and_when_it_no_longer_does(filtered, told):
    tree = screen(talking(replace(BOB, filtered=filtered)), View(), NOW)
    polite = next(each for each in find_all(tree, role="status") if "aria-live" in each.attributes)
    assert (told in text(polite)) if told else ("noise" not in text(polite))
