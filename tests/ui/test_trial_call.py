"""A test call: an ordinary call to a number that plays back what it hears."""

from __future__ import annotations

from dataclasses import replace

from gallery import BOB, CONFIG, IDLE, NOW, talking
from webphone.contract import Config, MakeCall
from webphone.phone.happenings import Asked, SettingChosen
from webphone.ui.act import act
from webphone.ui.drafts import TEST, edited
from webphone.ui.html import find, text
from webphone.ui.screen import screen
from webphone.ui.view import View

PAGE = View(open="devices")
ASKS = "Number for a test call"


def known(number, **more):
    return replace(IDLE, config=replace(CONFIG, test_number=number), **more)


def button(picture, name, view=PAGE):
    return find(screen(picture, view, NOW), role="button", name=name)


def field(picture, view=PAGE):
    return find(screen(picture, view, NOW), part="test-number-input")


def test_a_number_that_the_page_names_is_one_press_away_and_what_comes_is_said_before():
    pressed = button(known("*43"), "Test call to *43").on["click"]
    assert pressed == MakeCall(target="*43")
    view, happenings = act(PAGE, pressed, known("*43"), {}, NOW)
    assert (view.tried, happenings) == (pressed, [Asked(command=pressed)])
    assert "plays back what it hears" in text(screen(known("*43"), PAGE, NOW))
    assert field(known("*43")) is None and button(known("*43"), "Another number") is None


def test_the_demo_has_its_own_echo():
    demo = replace(IDLE, config=Config(demo=True))
    assert button(demo, "Test call to 600").on["click"] == MakeCall(target="600")
    assert field(demo) is None


def test_a_number_that_a_person_names_is_called_and_remembered():
    assert field(IDLE).attributes["aria-label"] == ASKS
    view = edited(PAGE, TEST, " +44 20 7946 0000 ")
    send = button(IDLE, "Call", view).on["click"]
    after, happenings = act(view, send, IDLE, {}, NOW)
    call = MakeCall(target="+442079460000")
    kept = SettingChosen(name="test_number", value=call.target)
    assert happenings == [kept, Asked(command=call)]
    assert (after.tried, after.drafts) == (call, {})
    assert act(PAGE, send, IDLE, {}, NOW) == (PAGE, [])  # nothing is typed


def test_another_one_takes_its_place():
    chosen = known("*43", chosen={"test_number": "*43"})
    assert button(chosen, "Another number").on["click"] == SettingChosen(name="test_number")
    fixed = replace(chosen, fixed=frozenset(("test_number",)))
    assert button(fixed, "Another number") is None


def test_where_no_call_can_be_made_none_is_offered():
    for picture in (
        replace(IDLE, config=replace(CONFIG, show_dial=False)),
        replace(IDLE, config=Config()),
    ):
        assert field(picture) is None and ASKS not in text(screen(picture, PAGE, NOW))
    in_call = talking(BOB)
    assert field(in_call, replace(PAGE, over=BOB.view.id)) is None
