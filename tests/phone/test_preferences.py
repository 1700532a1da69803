"""What a person wants of the settings: where the page leaves them open, today and on other days."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from phone.stage import Actor
from webphone.contract import SETTINGS
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.preferences import LONGEST, PERSONAL


def choose(actor: Actor, name: str, value: object = None) -> None:
    actor.happens(on.SettingChosen(name=name, value=value))


def kept(actor: Actor) -> object:
    """What the browser keeps, as plain data."""
    text = actor.memory.settings
    return json.loads(text) if text else None


def another_day(actor: Actor, **settings: object) -> Actor:
    """The same browser with another page, whose phone has recalled what was chosen."""
    actor.world.phones.remove(actor)
    after = actor.world.registered(actor.user)
    after.memory = actor.memory
    if settings:
        after.ask("setConfig", settings)
    after.happens(on.SettingsKept(text=after.memory.settings))
    return after


def test_what_is_chosen_is_in_force_is_kept_and_is_there_on_another_day(alice, bob):
    choose(alice, "dnd", True)
    choose(alice, "theme", "dark")
    assert kept(alice) == {"dnd": True, "theme": "dark"}
    bob.ask("makeCall", "alice")
    assert bob.history[0].disposition == "busy"
    later = another_day(alice)
    assert (later.desk.config.dnd, later.desk.config.theme) == (True, "dark")
    bob.ask("makeCall", "alice")
    assert bob.history[0].disposition == "busy"


def test_what_the_page_sets_goes_before_and_what_was_chosen_is_kept_for_another_page(alice):
    choose(alice, "theme", "dark")
    choose(alice, "country", "CH")
    later = another_day(alice, theme="light")
    assert (later.desk.config.theme, later.desk.config.country) == ("light", "CH")
    assert later.desk.snapshot.fixed >= {"theme"}
    choose(later, "country", "AT")
    assert kept(later) == {"theme": "dark", "country": "AT"}
    later.ask("setConfig", {"theme": None})  # the page takes it back
    assert later.desk.config.theme == "dark"


def test_a_page_that_insists_on_what_is_usual_has_its_way(alice):
    alice.ask("setConfig", {"callWaiting": "on"})
    alice.happens(on.SettingsKept(text='{"call_waiting": "off"}'))
    assert alice.desk.config.call_waiting == "on"


def test_a_setting_is_put_back_and_so_are_all(alice):
    for name, value in {"theme": "dark", "ring_volume": 20, "vibration": "off"}.items():
        choose(alice, name, value)
    choose(alice, "theme")
    assert kept(alice) == {"ring_volume": 20, "vibration": "off"}
    assert alice.desk.config.theme == "auto"
    alice.happens(on.SettingsReset())
    assert kept(alice) is None
    assert alice.desk.snapshot.chosen == {}
    assert alice.desk.config.ring_volume == 100


def test_the_number_of_an_echo_is_there_on_another_day_and_the_page_may_name_it(alice):
    choose(alice, "test_number", "*43")
    later = another_day(alice)
    assert later.desk.config.test_number == "*43"
    assert another_day(later, testNumber="9196").desk.config.test_number == "9196"


def test_what_is_chosen_as_the_page_has_it_anyway_is_no_choice(alice):
    choose(alice, "dnd", True)
    choose(alice, "dnd", False)
    assert alice.desk.snapshot.chosen == {} and kept(alice) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("theme", "pink"), ("ring_volume", 300), ("host", "wss://evil.example")),
        *(("password", "geheim"), ("country", "?"), ("language", "tlh"), ("language", 7)),
        ("contract", {}),
    ],
)
def test_what_makes_no_sense_is_not_chosen(alice, name, value):
    choose(alice, name, value)
    assert alice.desk.snapshot.chosen == {} and kept(alice) is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", "null", "[" * 300, '{"theme": "' + "x" * LONGEST + '"}']
)
def test_what_anybody_may_have_written_there_does_no_harm(alice, text):
    alice.happens(on.SettingsKept(text=text))
    assert alice.desk.snapshot.chosen == {}


def test_of_what_another_version_kept_that_counts_which_is_known_here(alice):
    alice.happens(on.SettingsKept(text='{"theme": "dark", "sparkle": "on", "hotkeys": ["off"]}'))
    assert alice.desk.snapshot.chosen == {"theme": "dark", "hotkeys": ("off",)}


def test_tabs_agree_whichever_it_was_chosen_in(alice, world):
    other = world.registered("alice")
    other.memory = alice.memory
    alice.memory.tabs += [alice, other]
    choose(other, "auto_answer", True)
    assert alice.desk.config.auto_answer
    alice.happens(on.SettingsReset())
    assert not other.desk.config.auto_answer
    choose(other, "dnd", True)
    alice.ask("forgetEverything")
    assert not alice.desk.config.dnd and not other.desk.config.dnd
    assert alice.memory.settings == ""


def test_the_country_of_the_page_stays_where_another_language_is_chosen(alice):
    choose(alice, "language", "de")
    assert alice.desk.snapshot.chosen == {"language": "de"}
    alice.happens(on.LanguageFound(tag="de", around="en-GB"))
    assert alice.desk.snapshot.language == "de"
    assert alice.desk.account.config.country == "GB"
    assert "language" not in alice.desk.snapshot.fixed
    alice.happens(on.LanguageFound(tag="fr", around="fr", fixed=True))
    assert "language" in alice.desk.snapshot.fixed
    alice.happens(on.LanguageFound(tag="fr", around="fr"))
    assert "language" not in alice.desk.snapshot.fixed


def test_what_is_a_persons_own_holds_no_secret_and_leads_nowhere():
    assert not {"password", "host", "username", "realm", "credentials"} & set(PERSONAL)
    assert not any(SETTINGS[name].secret for name in PERSONAL)


def test_nothing_is_written_where_nothing_is_chosen(alice):
    alice.happens(on.SettingsKept(text='{"theme": "dark"}'))
    assert [one for one in alice.actions if isinstance(one, do.KeepSettings)] == []


def test_whoever_sets_nothing_never_loads_what_settings_need():
    late = ("webphone.phone.preferences", "webphone.ui.settings", "webphone.ui.about")
    code = (
        "import sys, webphone.phone, webphone.ui;"
        f" assert not [name for name in {late} if name in sys.modules]"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": "pyapp"})
