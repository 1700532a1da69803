"""An emergency number is called by a person who has read the warning, and by no second press."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from page.page_server import PageServer
from page.phone_page import PhonePage
from page.spec import button, screen

pytestmark = pytest.mark.browser


@pytest.fixture
def phone(new_context: Callable[..., BrowserContext], pages: PageServer) -> Iterator[PhonePage]:
    """A demo phone in which an echo is the number for emergencies."""
    settings: dict[str, str | bool | None] = {"demo": True, "emergency-numbers": "600"}
    opened = PhonePage(new_context(), PhonePage.write(pages, "/dist/webphone.js", settings)).open()
    opened.wait_event("registered", seconds=30)
    yield opened
    assert opened.console.errors == [], opened.report()


def test_two_presses_on_call_ask_once_and_a_third_on_the_answer_calls(phone: PhonePage) -> None:
    screen(phone).locator("[part=number-input]").fill("600")
    button(phone, "Call").dblclick()
    dialog = screen(phone).get_by_role("dialog")
    expect(dialog).to_contain_text("A browser phone may not reach the emergency services")
    assert [call["state"] for call in phone.calls()] == ["dialling"]
    assert phone.details("question")[0]["question"] == "emergency"
    phone.page.wait_for_timeout(900)
    button(phone, "Call anyway").click()
    phone.wait_event("answer")
    expect(dialog).to_have_count(0)


def test_a_press_on_the_safe_answer_calls_nobody(phone: PhonePage) -> None:
    number = phone.begin("makeCall", "600")
    button(phone, "Do not call").click()
    assert phone.settled(number)
    expect(screen(phone).locator("[part=number-input]")).to_be_visible()
    assert phone.details("end") == [] and phone.calls() == []


def test_a_page_may_ask_in_its_own_words(phone: PhonePage) -> None:
    phone.begin("makeCall", "600")
    call = phone.wait_event("question")
    phone.call_method("confirm", call["id"])
    phone.wait_event("answer")
