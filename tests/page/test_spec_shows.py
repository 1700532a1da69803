"""Every Show row of the specification: its part goes and comes, in every way, while a call is up."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from page.eyes import seen
from page.phone_page import PhonePage
from page.server import Server
from page.spec import (
    ROWS,
    SHOWN,
    WAYS,
    account,
    add_phone,
    at_rest,
    button,
    give,
    hang_up,
    remove_phones,
    ring,
    screen,
    still_talking,
    talk,
)

pytestmark = pytest.mark.browser
KEYS = "123456789*0#"


def toggled(phone: PhonePage, row: str, *parts: Locator) -> None:
    """These parts go with "false" and come with "true", however it is written."""
    for part in parts:
        expect(part).to_be_visible()
    for way in WAYS:
        for shown in (False, True):
            give(phone, way, {row: shown})
            assert phone.get(row) is shown
            for part in parts:
                expect(part).to_be_visible(visible=shown)
    phone.attribute(ROWS[row], "false")
    expect(parts[0]).to_be_hidden()
    phone.attribute(ROWS[row], None)
    expect(parts[0]).to_be_visible()


def hidden(phone: PhonePage, row: str) -> None:
    give(phone, "attribute", {row: False})


def shown_again(phone: PhonePage, row: str) -> None:
    phone.attribute(ROWS[row], None)


def keypad(phone: PhonePage) -> Locator:
    return screen(phone).get_by_role("group", name="Keypad")


def number_field(phone: PhonePage) -> Locator:
    return screen(phone).locator("[part=number-input]")


def status(phone: PhonePage) -> Locator:
    return screen(phone).locator("[part=status]")


def test_show_dialpad(phone: PhonePage, ben: PhonePage) -> None:
    toggled(phone, "showDialpad", keypad(phone))
    keys = keypad(phone).locator("[part=key-digit]")
    assert "".join(keys.all_inner_texts()) == KEYS
    talk(phone, ben)
    toggled(phone, "showDialpad", button(phone, "Keypad"))
    button(phone, "Keypad").click()
    toggled(phone, "showDialpad", keypad(phone))
    hidden(phone, "showDialpad")
    still_talking(phone, ben)
    hang_up(ben, phone)
    at_rest(phone)
    expect(number_field(phone)).to_be_visible()
    expect(keypad(phone)).to_be_hidden()


def test_show_dialled_number(phone: PhonePage, ben: PhonePage) -> None:
    toggled(phone, "showDialledNumber", number_field(phone))
    number_field(phone).fill("ben")
    assert phone.details("numberchange")[-1] == {"number": "ben"}
    button(phone, "Call").click()
    ben.wait_event("ringingin")
    ben.call_method("answer")
    phone.wait_event("answer")
    hidden(phone, "showDialledNumber")
    still_talking(phone, ben)
    hang_up(ben, phone)
    at_rest(phone)
    expect(button(phone, "Call")).to_be_visible()
    expect(number_field(phone)).to_be_hidden()
    shown_again(phone, "showDialledNumber")
    expect(number_field(phone)).to_be_visible()
    number_field(phone).fill("")


def test_show_answer(phone: PhonePage, ben: PhonePage, server: Server) -> None:
    ring(ben, phone)
    toggled(phone, "showAnswer", button(phone, "Answer"))
    seen(phone.page)
    button(phone, "Answer").click()
    ben.wait_event("answer")

    carol = add_phone(ben, "carol", account(server, "carol"))
    carol.register()
    carol.make_call("anna")
    waiting = screen(phone).get_by_role("dialog", name="Second call waiting")
    expect(waiting).to_be_visible()
    toggled(phone, "showAnswer", waiting.get_by_role("button", name="Answer", exact=True))
    carol.call_method("hangup")
    phone.wait_event("end", lambda record: record["disposition"] == "missed")
    remove_phones(ben)
    assert phone.active_call()["state"] == "active"
    hang_up(ben, phone)


def test_show_hang_up(phone: PhonePage, ben: PhonePage) -> None:
    ring(phone, ben)
    toggled(phone, "showHangup", button(phone, "Hang up"))
    ben.call_method("answer")
    phone.wait_event("answer")
    toggled(phone, "showHangup", button(phone, "Hang up"))
    still_talking(phone, ben)
    seen(phone.page)  # the mouse may have been there all the time
    button(phone, "Hang up").click()
    assert ben.wait_event("end")["endedBy"] == "remote"

    ring(ben, phone)
    toggled(phone, "showHangup", button(phone, "Decline"))
    seen(phone.page)
    button(phone, "Decline").click()
    assert ben.wait_event("end", lambda record: record["direction"] == "outgoing")["sipCode"] == 486


@pytest.mark.parametrize(("row", "name"), [("showHold", "Hold"), ("showMute", "Mute")])
def test_show_hold_and_show_mute(phone: PhonePage, ben: PhonePage, row: str, name: str) -> None:
    talk(phone, ben)
    toggled(phone, row, button(phone, name))
    still_talking(phone, ben)
    button(phone, name).click()
    expect(button(phone, name)).to_have_attribute("aria-pressed", "true")
    if row == "showHold":
        assert ben.wait_event("hold")["by"] == "remote"
    else:
        assert phone.active_call()["muted"] is True
    hidden(phone, row)
    expect(button(phone, name)).to_be_hidden()
    still_on = phone.active_call()
    assert still_on["heldBy"] == ("local" if row == "showHold" else None)
    assert still_on["muted"] is (row == "showMute")
    shown_again(phone, row)
    expect(button(phone, name)).to_have_attribute("aria-pressed", "true")
    hang_up(phone, ben)


def test_show_dial(phone: PhonePage, ben: PhonePage) -> None:
    number_field(phone).fill("ben")
    toggled(phone, "showDial", button(phone, "Call"))
    seen(phone.page)
    button(phone, "Call").click()
    ben.wait_event("ringingin")
    ben.call_method("answer")
    phone.wait_event("answer")
    hidden(phone, "showDial")
    still_talking(phone, ben)
    hang_up(ben, phone)
    expect(button(phone, "Close")).to_be_visible()
    expect(button(phone, "Call back")).to_be_hidden()
    at_rest(phone)
    expect(number_field(phone)).to_be_visible()
    expect(button(phone, "Call")).to_be_hidden()
    number_field(phone).press("Enter")
    assert not phone.calls()
    shown_again(phone, "showDial")
    expect(button(phone, "Call")).to_be_visible()
    number_field(phone).fill("")


def test_show_status(phone: PhonePage, ben: PhonePage) -> None:
    expect(status(phone)).to_have_text("Ready")
    toggled(phone, "showStatus", status(phone))
    talk(phone, ben)
    timer = screen(phone).get_by_role("timer", name="Call time")
    toggled(phone, "showStatus", status(phone), timer)
    hidden(phone, "showStatus")
    expect(timer).to_be_hidden()
    # What screen readers are told stays.
    spoken = screen(phone).get_by_role("status")
    expect(spoken).to_contain_text("In call with ben.")
    still_talking(phone, ben)
    hang_up(ben, phone)
    expect(spoken).to_contain_text("The phone is ready.")
    expect(screen(phone).get_by_role("alert")).to_contain_text("Call with ben ended.")


def test_each_show_row_counts_when_it_stands_in_the_markup(
    phone: PhonePage, server: Server
) -> None:
    for row, part in (
        ("showDialpad", keypad),
        ("showDialledNumber", number_field),
        ("showDial", lambda other: button(other, "Call")),
        ("showStatus", status),
    ):
        for value, shown in (("false", False), ("FALSE", False), ("true", True), ("", True)):
            other = add_phone(phone, "other", {row: value})
            expect(part(other)).to_be_visible(visible=shown)
            assert other.get(row) is shown
            remove_phones(phone)


def test_a_phone_that_shows_nothing_makes_a_whole_call_by_its_methods(
    phone: PhonePage, ben: PhonePage
) -> None:
    give(phone, "setConfig", dict.fromkeys(SHOWN, False))
    assert not _seen(phone)
    phone.call_method("unregister")
    phone.call_method("register")
    call = phone.make_call("ben")
    ben.wait_event("ringingin")
    assert not _seen(phone)
    ben.call_method("answer")
    phone.wait_event("answer")
    phone.ears.wait_sound()
    assert not _seen(phone)
    expect(screen(phone).get_by_role("status")).to_contain_text("In call with ben.")

    phone.call_method("hold", call["id"])
    assert ben.wait_event("hold")["by"] == "remote"
    phone.call_method("resume", call["id"])
    phone.call_method("mute", True)
    assert phone.active_call()["muted"] is True
    phone.call_method("unmute")
    phone.call_method("sendDtmf", "12")
    phone.wait_event("dtmf", lambda detail: detail["tone"] == "2")
    hang_up(phone, ben)

    ring(ben, phone)
    assert not _seen(phone)
    phone.call_method("answer")
    phone.ears.wait_sound()
    hang_up(ben, phone)
    assert not _seen(phone)

    give(phone, "setConfig", dict.fromkeys(SHOWN, True))
    at_rest(phone)
    expect(keypad(phone)).to_be_visible()


def _seen(phone: PhonePage) -> list[str]:
    """Whatever of the phone has a place on the screen: the names of its elements."""
    found: list[str] = screen(phone).evaluate(
        """(phone) => [...phone.shadowRoot.querySelectorAll("*")].filter((each) => {
          const {width, height} = each.getBoundingClientRect();
          return width > 1 && height > 1 && !each.closest(".spoken");
        }).map((each) => each.localName + "." + each.className)"""
    )
    return [each for each in found if each != "div.phone"]
