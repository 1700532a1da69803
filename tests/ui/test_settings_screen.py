"""The settings on the screen: each as it is, what a press of it asks for, and what is locked."""

from __future__ import annotations

import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from gallery import BOB, CONFIG, DEVICES, IDLE, NOW, talking
from webphone.contract import ForgetEverything
from webphone.phone.happenings import Asked, SettingChosen, SettingsReset
from webphone.ui import about
from webphone.ui.act import act
from webphone.ui.gestures import PageOpened, Requested, SettingEntered
from webphone.ui.html import find, find_all, name_of, text
from webphone.ui.screen import screen
from webphone.ui.settings import NAMES
from webphone.ui.switches import SWITCHES
from webphone.ui.view import View
from webphone.words import LANGUAGES, said_in, say

PAGE = View(open="settings")
SHOWN = replace(IDLE, devices=DEVICES, offers=("vibration",))


def rows(picture, view=PAGE):
    """The controls that stand under words, by these."""
    labels = [node for node in find_all(screen(picture, view, NOW)) if node.tag == "label"]
    return {text(label.children[0]): label.children[1] for label in labels}


def press(picture, name, view=PAGE):
    """What the phone hears of a press of that button, and the view then."""
    button = find(screen(picture, view, NOW), role="button", name=name)
    return act(view, button.on["click"], picture, {}, NOW)


def test_more_leads_to_the_settings_and_back_and_in_a_call_it_does_not():
    opener = find(screen(SHOWN, View(open="menu"), NOW), role="button", name="Settings")
    assert opener.on["click"] == PageOpened(page="settings")
    back = find(screen(SHOWN, PAGE, NOW), role="button", name="Back")
    assert back.on["click"] == PageOpened(page="menu")
    leads = {"Sound and devices": "devices", "Test the phone": "diagnosis"}
    for name, page in leads.items():
        opener = find(screen(SHOWN, PAGE, NOW), role="button", name=name)
        assert opener.on["click"] == PageOpened(page=page)
    in_call = screen(talking(BOB), View(open="menu", over=BOB.view.id), NOW)
    assert find(in_call, role="button", name="Settings") is None


def test_each_setting_is_shown_as_it_is():
    config = replace(CONFIG, ring_volume=40, theme="dark", country="ch", vibration="off")
    picture = replace(SHOWN, config=config, chosen={"language": "de"})
    values = {words: control.value for words, control in rows(picture).items()}
    assert values == {
        "Rings on": "desk",
        "Volume of the ringing": "40",
        "Noise of the room": "browser",
        "Language": "de",
        "Country": "CH",
        "Colours": "dark",
    }
    shown = screen(picture, PAGE, NOW)
    pressed = {
        name_of(node): node.attributes["aria-pressed"]
        for node in find_all(shown, role="button")
        if "aria-pressed" in node.attributes
    }
    assert pressed == {
        "Vibrate as well": "false",
        "Sound when I mute or hold": "true",
        "Screen reader: say less in a call": "false",
        "Do not disturb": "false",
        "Answer calls by itself": "false",
        "A second call rings during a call": "true",
        "Tell me of calls while I look elsewhere": "true",
        "Keys as shortcuts": "true",
    }


@pytest.mark.parametrize(
    ("words", "value", "wanted"),
    [
        ("Volume of the ringing", "35", SettingChosen(name="ring_volume", value="35")),
        ("Noise of the room", "off", SettingChosen(name="noise_suppression", value="off")),
        ("Language", "ja", SettingChosen(name="language", value="ja")),
        ("Language", "", SettingChosen(name="language")),
        ("Country", "AT", SettingChosen(name="country", value="AT")),
        ("Country", "", SettingChosen(name="country")),
        ("Colours", "dark", SettingChosen(name="theme", value="dark")),
    ],
)
def test_what_is_entered_is_chosen(words, value, wanted):
    gesture = rows(SHOWN)[words].on["input"]
    assert isinstance(gesture, SettingEntered)
    assert act(PAGE, gesture, SHOWN, {"value": value}, NOW) == (PAGE, [wanted])


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_turns_its_setting_round(name):
    words, _, on, off = SWITCHES[name]
    for now, then in ((on, off), (off, on)):
        picture = replace(SHOWN, config=replace(CONFIG, **{name: now}))
        assert press(picture, words) == (PAGE, [SettingChosen(name=name, value=then)])


def test_what_the_page_has_set_is_locked_and_says_why():
    fixed = frozenset(("theme", "ring_volume", "language", "country", "dnd"))
    picture = replace(SHOWN, fixed=fixed, config=replace(CONFIG, theme="dark", dnd=True))
    shown = rows(picture)
    for words in ("Volume of the ringing", "Language", "Country", "Colours"):
        control = shown[f"{words} Set by this page"]
        assert "disabled" in control.attributes and not control.on
    assert shown["Colours Set by this page"].value == "dark"
    assert shown["Language Set by this page"].value == "en"
    assert not shown["Rings on"].attributes.get("disabled")
    for view in (PAGE, View(open="menu")):
        switch = find(screen(picture, view, NOW), name="Do not disturb Set by this page")
        assert switch.attributes["aria-disabled"] == "true" and not switch.on
        assert switch.attributes["aria-pressed"] == "true"


def test_a_disabled_phone_takes_no_setting():
    picture = replace(SHOWN, config=replace(CONFIG, disabled=True), chosen={"theme": "dark"})
    assert not any(control.on for control in rows(picture).values())
    assert not any(node.on for node in find_all(screen(picture, PAGE, NOW), role="button"))


def test_what_was_chosen_can_be_put_back_one_by_one_and_all():
    assert find(screen(SHOWN, PAGE, NOW), part="reset") is None
    assert find(screen(SHOWN, PAGE, NOW), part="reset-all") is None
    picture = replace(
        SHOWN, chosen={"theme": "dark", "country": "CH"}, fixed=frozenset(["country"])
    )
    buttons = find_all(screen(picture, PAGE, NOW), part="reset")
    assert [name_of(each) for each in buttons] == ["Put back: Colours"]
    assert press(picture, "Put back: Colours")[1] == [SettingChosen(name="theme")]
    assert press(picture, "Put all back as the page has it")[1] == [SettingsReset()]


def test_where_the_browser_can_do_neither_neither_is_shown():
    shown = screen(replace(SHOWN, offers=(), devices=replace(DEVICES, sinks=False)), PAGE, NOW)
    assert find(shown, part="vibration") is None
    assert "Rings on" not in [name_of(node) for node in find_all(shown)]


def test_notifications_are_asked_for_there_or_said_to_be_blocked():
    asks = replace(SHOWN, offers=("notifications",))
    button = find(screen(asks, PAGE, NOW), role="button", name="Allow notifications")
    assert button.on["click"] == Requested(what="notifications")
    blocked = replace(SHOWN, offers=("notifications blocked",))
    words = "The browser blocks notifications of this page."
    assert any(text(node).startswith(words) for node in find_all(screen(blocked, PAGE, NOW)))
    for picture in (asks, blocked):
        unwanted = replace(picture, config=replace(CONFIG, notifications="off"))
        shown = screen(unwanted, PAGE, NOW)
        assert find(shown, part="offer-notifications") is None
        assert not any(text(node).startswith(words) for node in find_all(shown))


def test_everything_is_forgotten_only_after_a_second_thought():
    view, happened = press(SHOWN, "Forget everything")
    assert (view.of, happened) == ("forget", [])
    assert press(SHOWN, "Keep it", view)[0] == PAGE
    after, happened = press(SHOWN, "Delete all of it", view)
    assert happened == [Asked(command=ForgetEverything())]
    assert after == PAGE


def test_each_language_is_named_in_itself_and_each_country_as_its_language_has_it():
    assert NAMES.keys() == LANGUAGES.keys()
    view = replace(PAGE, places=lambda codes, language: (("AT", "Österreich"), ("CH", "Schweiz")))
    shown = rows(SHOWN, view)
    options = {node.attributes["value"]: node for node in shown["Language"].children}
    assert [text(options[tag]) for tag in ("", "de")] == ["As the page has it", "Deutsch"]
    arabic = options["ar"].attributes
    assert (arabic["lang"], arabic["dir"]) == ("ar", "rtl")
    names = [text(node) for node in shown["Country"].children]
    assert names == ["As the language says", "Österreich", "Schweiz"]


def test_the_theme_that_is_chosen_is_the_one_that_the_phone_says():
    themes = [
        screen(replace(IDLE, config=replace(CONFIG, theme=theme)), View(), NOW)
        for theme in ("auto", "light", "dark")
    ]
    assert [one.attributes.get("data-theme") for one in themes] == [None, "light", "dark"]


# --- About ----------------------------------------------------------------------------------------


def facts(view):
    node = screen(IDLE, view, NOW)
    return {
        text(each.children[0]): text(each.children[1])
        for each in find_all(node)
        if each.tag == "div" and each.children and getattr(each.children[0], "tag", "") == "dt"
    }


def test_about_says_version_licence_and_whose_works_are_in_it(monkeypatch):
    opener = find(screen(SHOWN, PAGE, NOW), role="button", name="About this phone")
    view = act(PAGE, opener.on["click"], SHOWN, {}, NOW)[0]
    monkeypatch.setitem(sys.modules, "webphone.built", None)
    told = facts(view)
    assert (
        told["Version"] == tomllib.loads(Path("pyproject.toml").read_text())["project"]["version"]
    )
    assert told["Licence"] == "MIT" and told["Pyodide"] == "MPL-2.0"
    assert "Build" not in told  # the sources as they are
    assert find(screen(IDLE, view, NOW), role="link") is None
    back = find(screen(IDLE, view, NOW), role="button", name="Back")
    assert back.on["click"] == PageOpened(page="settings")


def test_a_build_has_a_name_and_leads_to_all_licences(monkeypatch):
    built = ModuleType("webphone.built")
    built.BUILD = "0123456789ab"
    monkeypatch.setitem(sys.modules, "webphone.built", built)
    view = View(open="about", home="https://phone.example/v1/")
    assert facts(view)["Build"] == about.build() == "0123456789ab"
    link = find(screen(IDLE, view, NOW), role="link", name=said_in("en", say("about_licences")))
    assert link.attributes["href"] == "https://phone.example/v1/THIRD-PARTY.txt"
