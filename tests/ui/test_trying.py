"""What a person tries at their devices: begun and ended by the same press, seen, heard once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gallery import BOB, CONFIG, DEVICES, IDLE, NOW, RINGING, talking
from webphone.phone.snapshot import Trial
from webphone.ui.act import act
from webphone.ui.gestures import DeviceTried, PageClosed, PageOpened
from webphone.ui.html import find, find_all, text
from webphone.ui.screen import screen, shown
from webphone.ui.trying import still as still_shown
from webphone.ui.view import View

PAGE = View(open="devices")
SHOWN = replace(IDLE, devices=DEVICES)


def tried(trial, what="microphone", picture=SHOWN):
    return screen(replace(picture, trial=trial), replace(PAGE, trying=what), NOW)


def still(view, picture):
    return still_shown(view, shown(picture, view), disabled=picture.config.disabled)


def polite(drawn):
    return [text(each) for each in find(drawn, role="status").children]


@pytest.mark.parametrize(
    ("words", "what"),
    [("Test microphone", "microphone"), ("Hear yourself", "voice"), ("Test the ring", "sound")],
)
def test_a_press_begins_a_trial_and_a_second_one_ends_it(words, what):
    begin = find(screen(SHOWN, PAGE, NOW), role="button", name=words)
    assert begin.attributes["aria-pressed"] == "false"
    view, told = act(PAGE, begin.on["click"], SHOWN, {}, NOW)
    assert (view.trying, told) == (what, [])
    assert still(view, SHOWN) is view
    end = find(screen(SHOWN, view, NOW), role="button", name=words)
    assert end.attributes["aria-pressed"] == "true"
    assert act(view, end.on["click"], SHOWN, {}, NOW)[0].trying == ""


def test_only_one_is_tried_at_a_time():
    drawn = screen(SHOWN, replace(PAGE, trying="voice"), NOW)
    buttons = find_all(drawn, role="button")
    pressed = [text(each) for each in buttons if each.attributes.get("aria-pressed") == "true"]
    assert pressed == ["Hear yourself"]


@pytest.mark.parametrize(
    ("level", "words"),
    [(0, "Silence"), (5, "Quiet"), (40, "Good"), (85, "Good"), (90, "Too loud"), (100, "Too loud")],
)
def test_the_meter_has_the_level_in_numbers_and_in_words(level, words):
    meter = find(tried(Trial(stage="listening", level=level)), role="meter")
    given = meter.attributes
    assert given["aria-label"] == "Loudness at the microphone"
    assert (given["value"], given["aria-valuenow"]) == (str(level), str(level))
    assert (given["aria-valuetext"], given["max"]) == (words, "100")


def test_there_is_a_meter_while_the_microphone_is_open_and_not_else():
    assert find(screen(SHOWN, PAGE, NOW), role="meter") is None
    assert find(tried(Trial(stage="asking")), role="meter") is None
    assert find(tried(Trial(stage="recording"), "voice"), role="meter") is not None
    assert find(tried(Trial(stage="playing"), "voice"), role="meter") is None
    assert find(tried(Trial(stage="ringing"), "sound"), role="meter") is None


def test_an_ear_hears_what_it_comes_to_and_no_level():
    quiet = polite(tried(Trial(stage="listening", level=0)))
    assert quiet == polite(tried(Trial(stage="listening", level=35)))
    assert "Speak: the bar shows how loud you are." in quiet
    heard = polite(tried(Trial(stage="listening", level=60, heard=True)))
    assert heard == polite(tried(Trial(stage="listening", level=5, heard=True)))
    assert "The microphone hears you." in heard
    assert "Speak now. You will hear it in 3 seconds." in polite(
        tried(Trial(stage="recording", level=60, heard=True), "voice")
    )


def test_a_trial_is_told_in_a_call_where_little_is_told():
    few = talking(BOB, config=replace(CONFIG, announcements="few"), trial=Trial(stage="ringing"))
    drawn = screen(few, replace(PAGE, trying="sound", over=BOB.view.id), NOW)
    assert "This is how it rings." in polite(drawn)


def test_it_ends_with_its_page():
    view = replace(PAGE, trying="microphone")
    for gesture in (PageClosed(), PageOpened(page="menu")):
        left, _ = act(view, gesture, SHOWN, {}, NOW)
        assert still(left, SHOWN).trying == ""
    # A call that rings takes the place of the page.
    assert still(view, replace(SHOWN, calls=(RINGING,))).trying == ""
    assert still(view, replace(SHOWN, config=replace(CONFIG, disabled=True))).trying == ""
    assert still(PAGE, replace(SHOWN, calls=(RINGING,))) is PAGE


def test_where_no_loudspeaker_can_be_chosen_the_ring_can_be_tried_all_the_same():
    plain = replace(SHOWN, devices=replace(DEVICES, sinks=False))
    ring = find(screen(plain, PAGE, NOW), role="button", name="Test the ring")
    assert ring.on["click"] == DeviceTried(what="sound")
