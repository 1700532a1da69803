"""Where the phone stands, in a call: in a form that is disabled, reset or restored, and moved about."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from page.chromium import Chromium
from page.lasting import Lasting
from page.page_server import PageServer
from page.phone_page import PhonePage
from page.spec import button, hang_up, screen, still_talking, talk

pytestmark = pytest.mark.browser
FORM = '<form id="form"><fieldset id="set">'
OTHER = '</fieldset></form><main></main><footer></footer><web-phone id="you-2" demo></web-phone>'
HELD = "[...new FormData(document.getElementById('form'))]"


@pytest.fixture(scope="module")
def lasting(chromium: Chromium, pages: PageServer) -> Iterator[Lasting]:
    url = PhonePage.write(
        pages, "/dist/webphone.js", {"demo": True}, id="you", before=FORM, after=OTHER
    )
    made = Lasting(lambda: PhonePage(chromium.context(), url, "you"))
    yield made
    made.close()


@pytest.fixture
def phone(lasting: Lasting, request: pytest.FixtureRequest) -> Iterator[PhonePage]:
    """A registered demo phone in a fieldset of a form, with another one below on the page."""
    yield from lasting.lent(request, "you", "you-2")


@pytest.fixture
def other(phone: PhonePage) -> PhonePage:
    return phone.beside("you-2")


def submitted(phone: PhonePage) -> list[list[str]]:
    """What the form would send."""
    fields: list[list[str]] = phone.page.evaluate(HELD)
    return fields


def attribute(phone: PhonePage, on: bool) -> None:
    phone.attribute("disabled", "" if on else None)


def fieldset(phone: PhonePage, on: bool) -> None:
    phone.page.evaluate("(on) => { document.getElementById('set').disabled = on; }", on)


# --- Disabled -------------------------------------------------------------------------------------


@pytest.mark.parametrize("disable", [attribute, fieldset])
def test_a_phone_that_is_disabled_in_a_call_is_frozen_and_goes_on_talking(
    phone: PhonePage, other: PhonePage, disable: Callable[[PhonePage, bool], None]
) -> None:
    talk(phone, other)
    button(phone, "Mute").click()
    expect(button(phone, "Mute")).to_have_attribute("aria-pressed", "true")
    button(phone, "Hang up").focus()
    since = phone.mark()

    disable(phone, True)
    for name in ("Mute", "Keypad", "Hold", "Hang up"):
        expect(button(phone, name)).to_be_disabled()
        button(phone, name).click(force=True)
    for key in ("m", "h", "5", "Enter", "Escape"):
        phone.page.keyboard.press(key)
    still_talking(phone, other)
    expect(screen(phone).get_by_role("timer")).to_be_visible()
    assert phone.get("disabled") is True and phone.get("activeCall")["muted"] is True
    assert news(phone, since) == []

    phone.call_method("unmute")  # the page itself may do everything
    phone.wait_event("unmute")
    expect(button(phone, "Mute")).to_have_attribute("aria-pressed", "false")
    assert phone.rejection("hold", "no such call").code == "no_call"

    disable(phone, False)
    for name in ("Mute", "Keypad", "Hold", "Hang up"):
        expect(button(phone, name)).to_be_enabled()
    button(phone, "Hold").click()
    phone.wait_event("hold")
    button(phone, "Hold").click()
    phone.wait_event("resume")
    still_talking(phone, other)
    button(phone, "Hang up").click()
    assert other.wait_event("end")["endedBy"] == "remote"


def test_a_call_that_rings_at_a_disabled_phone_is_told_and_waits(
    phone: PhonePage, other: PhonePage
) -> None:
    fieldset(phone, True)
    other.make_call("you")
    phone.wait_event("ringingin")
    expect(button(phone, "Answer")).to_be_disabled()
    button(phone, "Answer").click(force=True)
    assert not phone.details("answer")
    fieldset(phone, False)
    button(phone, "Answer").click()
    other.wait_event("answer")
    hang_up(phone, other)


def test_the_attribute_and_the_fieldset_disable_each_by_itself(phone: PhonePage) -> None:
    for disable, others in ((attribute, fieldset), (fieldset, attribute)):
        disable(phone, True)
        others(phone, True)
        others(phone, False)
        expect(button(phone, "1")).to_be_disabled()
        disable(phone, False)
        expect(button(phone, "1")).to_be_enabled()


def test_a_disabled_phone_is_not_sent_with_its_form_and_an_enabled_one_is(
    phone: PhonePage, other: PhonePage
) -> None:
    talk(phone, other)
    fieldset(phone, True)
    hang_up(other, phone)
    assert submitted(phone) == []
    fieldset(phone, False)
    [[key, record]] = submitted(phone)
    assert key == "you" and json.loads(record)["disposition"] == "answered"


# --- Reset and restored ---------------------------------------------------------------------------


def news(phone: PhonePage, since: int) -> list[str]:
    """What was told since, besides what the browser says by itself: how it sounds, and devices."""
    names = [each["name"] for each in phone.events()[since:]]
    return [name for name in names if name not in ("quality", "devicechange")]


def goes_on_and_is_recorded(phone: PhonePage, other: PhonePage, since: int) -> None:
    """Nothing was told since; and when the call is over, the form sends its record."""
    still_talking(other)
    assert phone.calls()[0]["state"] == "active" and news(phone, since) == []
    hang_up(phone, other)
    [[_, record]] = submitted(phone)
    assert json.loads(record)["to"]["number"] == "you-2"


def test_a_form_that_is_reset_in_a_call_forgets_the_last_record_and_not_the_call(
    phone: PhonePage, other: PhonePage
) -> None:
    phone.make_call("602")
    phone.wait_event("end")
    assert submitted(phone)[0][0] == "you"
    talk(phone, other)
    since = phone.mark()
    phone.page.evaluate("document.getElementById('form').reset()")
    assert submitted(phone) == []
    goes_on_and_is_recorded(phone, other, since)


def test_a_form_that_is_restored_in_a_call_leaves_the_call_alone(
    phone: PhonePage, other: PhonePage
) -> None:
    talk(phone, other)
    since = phone.mark()
    phone.page.evaluate("document.getElementById('you').formStateRestoreCallback('{}', 'restore')")
    assert submitted(phone) == [["you", "{}"]]
    goes_on_and_is_recorded(phone, other, since)


def test_who_leaves_the_page_and_comes_back_finds_the_record_and_a_phone_that_calls(
    phone: PhonePage, pages: PageServer
) -> None:
    phone.make_call("602")
    phone.wait_event("end")
    before = submitted(phone)
    phone.page.goto(pages.put("/elsewhere.html", "<!doctype html><title>Elsewhere</title>"))
    phone.page.go_back()
    phone.call_method("ready")
    assert submitted(phone) == before
    phone.wait_event("registered", seconds=30)
    phone.make_call("600")
    phone.wait_event("answer")
    assert submitted(phone) == before
    phone.call_method("hangup")
    assert json.loads(submitted(phone)[0][1])["to"]["number"] == "600"


# --- Moved ----------------------------------------------------------------------------------------


def moved(phone: PhonePage, place: str, how: str) -> None:
    phone.page.evaluate(
        """([id, place, how]) => {
          document.querySelector(place)[how](document.getElementById(id), null);
        }""",
        [phone.id, place, how],
    )


@pytest.mark.parametrize("how", ["moveBefore", "insertBefore"])
def test_two_phones_that_change_places_in_calls_keep_their_calls_screens_and_events(
    phone: PhonePage, other: PhonePage, how: str
) -> None:
    for each in (phone, other):
        each.make_call("600")
        each.wait_event("answer")
    ids: list[Any] = [each.calls()[0]["id"] for each in (phone, other)]
    since = [each.mark() for each in (phone, other)]
    moved(phone, "footer", how)
    moved(other, "#set", how)
    moved(phone, "main", how)
    phone.page.wait_for_timeout(100)  # what is done for a phone that left comes a task later
    marks = zip((phone, other), since, strict=True)
    assert [news(each, mark) for each, mark in marks] == [[], []]
    assert [[call["id"] for call in each.calls()] for each in (phone, other)] == [
        ids[:1],
        ids[1:],
    ]
    assert phone.ears.totals()["peers"] == 4, "each phone's, and that of the end that answers it"
    still_talking(phone, other)

    button(phone, "Mute").click()
    expect(button(phone, "Mute")).to_have_attribute("aria-pressed", "true")
    expect(button(other, "Mute")).to_have_attribute("aria-pressed", "false")
    assert phone.details("mute") and not other.details("mute")
    button(other, "Hold").click()
    other.wait_event("hold")
    assert not phone.details("hold")

    fieldset(phone, True)  # the other one stands in it by now
    expect(button(other, "Hold")).to_be_disabled()
    expect(button(phone, "Hold")).to_be_enabled()
    fieldset(phone, False)

    button(phone, "Hang up").click()
    phone.wait_event("end")
    assert not other.details("end") and len(other.calls()) == 1
    button(other, "Hang up").click()
    assert other.wait_event("end")["id"] == ids[1]
    assert submitted(phone)[0][0] == "you-2"
