"""Sound and devices on the screen: what is shown, and what a person sets there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gallery import BOB, CONFIG, DEVICES, IDLE, NOW, talking
from webphone.contract import SetCamera, SetInput, SetOutput, SetRinger, SetVolume
from webphone.phone.happenings import Asked, DevicesWanted
from webphone.phone.snapshot import DevicesSnapshot
from webphone.ui.act import act
from webphone.ui.gestures import DeviceChosen, PageOpened
from webphone.ui.html import find, find_all, text
from webphone.ui.screen import screen
from webphone.ui.view import View

PAGE = View(open="devices")
SHOWN = replace(IDLE, devices=DEVICES, config=replace(CONFIG, video=True))


def rows(picture, view=PAGE):
    """What is set where: the words of each control, and its value."""
    shown = screen(picture, view, NOW)
    labels = [node for node in find_all(shown) if node.tag == "label"]
    return {text(label.children[0]): label.children[1] for label in labels}


def values(picture, view=PAGE):
    return {words: control.value for words, control in rows(picture, view).items()}


def test_more_leads_to_the_devices_and_back():
    menu = screen(SHOWN, View(open="menu"), NOW)
    opener = find(menu, role="button", name="Sound and devices")
    assert opener.on["click"] == PageOpened(page="devices")
    back = find(screen(SHOWN, PAGE, NOW), role="button", name="Back")
    assert back.on["click"] == PageOpened(page="menu")


def test_each_use_has_the_devices_of_its_kind_and_the_one_that_is_chosen():
    shown = rows(SHOWN)
    assert values(SHOWN) == {
        "Microphone": "headset",
        "Loudspeaker of calls": "",
        "Rings on": "desk",
        "Camera": "",
        "Volume of calls": "50",
    }
    options = [text(option) for option in shown["Microphone"].children]
    assert options == ["As the system has it", "Jabra 20", "Built-in microphone"]


def test_what_there_is_not_to_choose_is_not_shown():
    plain = replace(SHOWN, config=CONFIG, devices=replace(DEVICES, sinks=False))
    assert list(values(plain)) == ["Microphone", "Volume of calls"]
    seen = talking(replace(BOB, video_local=True), devices=DEVICES)
    assert "Camera" in values(seen, replace(PAGE, over=BOB.view.id))


@pytest.mark.parametrize(
    ("words", "value", "command"),
    [
        ("Microphone", "built-in", SetInput(id="built-in")),
        ("Loudspeaker of calls", "", SetOutput(id="")),
        ("Rings on", "desk", SetRinger(id="desk")),
        ("Camera", "lens", SetCamera(id="lens")),
        ("Volume of calls", "35", SetVolume(x=0.35)),
        ("Volume of calls", "500", SetVolume(x=1.0)),
        ("Volume of calls", "loud", SetVolume(x=1.0)),
    ],
)
def test_what_is_set_is_asked_of_the_phone(words, value, command):
    gesture = rows(SHOWN)[words].on["input"]
    assert isinstance(gesture, DeviceChosen)
    assert act(PAGE, gesture, SHOWN, {"value": value}, NOW) == (PAGE, [Asked(command=command)])


def test_a_phone_that_is_disabled_takes_no_choice():
    picture = replace(SHOWN, config=replace(CONFIG, disabled=True))
    assert [control.on for control in rows(picture).values()] == [{}] * 4


def test_who_has_allowed_no_microphone_yet_may_do_so_there():
    hidden = replace(IDLE, devices=DevicesSnapshot(hidden=True))
    allow = find(screen(hidden, PAGE, NOW), role="button", name="Allow the microphone")
    assert act(PAGE, allow.on["click"], hidden, {}, NOW) == (PAGE, [DevicesWanted()])
    assert find(screen(SHOWN, PAGE, NOW), name="Allow the microphone") is None
