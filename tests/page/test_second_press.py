"""Two presses where one was meant: the second begins no call and ends none."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from page.page_server import PageServer
from page.phone_page import PhonePage
from page.spec import button, screen

pytestmark = [pytest.mark.browser, pytest.mark.timed]
OTHER = '<web-phone id="other" demo></web-phone>'
BEFORE = {"answer": "Answer", "call": "Call", "hang up": "Hang up"}
PAUSES = ([0.0], [0.08], [0.3], [0.5], [0.3] * 5)
# The rectangle of every control that dials or answers, and does so.
DIALS = """(phone) => [...phone.shadowRoot.querySelectorAll("[part=dial], [part~=answer]")]
  .filter((control) => control.checkVisibility() && !control.ariaDisabled)
  .map((control) => control.getBoundingClientRect().toJSON())"""


@pytest.fixture
def phone(new_context: Callable[..., BrowserContext], pages: PageServer) -> Iterator[PhonePage]:
    """A registered demo phone with another one below it, in a browser that can be touched."""
    url = PhonePage.write(pages, "/dist/webphone.js", {"demo": True}, after=OTHER)
    opened = PhonePage(new_context(has_touch=True), url).open()
    for each in (opened, opened.beside("other")):
        each.wait_event("registered", seconds=30)
    yield opened
    assert opened.console.errors == [], opened.report()


def ready_for(phone: PhonePage, name: str) -> None:
    """The phone shows the control, and has done so for a while."""
    if name == "call":
        screen(phone).get_by_role("textbox").fill("604")
    elif name == "answer":
        phone.beside("other").call_method("makeCall", "you")
    else:
        phone.call_method("makeCall", "604")
    expect(button(phone, BEFORE[name])).to_be_visible()
    phone.page.wait_for_timeout(900)


def pressing(phone: PhonePage, name: str, by: str) -> Callable[[], None]:
    """A way to press, again and again, where the control stands now."""
    control = button(phone, BEFORE[name])
    if by in ("Enter", "Space"):
        control.focus()
        return lambda: phone.page.keyboard.press(by)
    box = control.bounding_box()
    assert box
    place = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tap = phone.page.touchscreen.tap if by == "touch" else phone.page.mouse.click
    return lambda: tap(*place)


@pytest.mark.parametrize("pauses", PAUSES, ids=str)
@pytest.mark.parametrize("by", ["mouse", "touch", "Enter", "Space"])
@pytest.mark.parametrize("name", BEFORE)
def test_more_presses_than_one_do_what_one_does(
    phone: PhonePage, name: str, by: str, pauses: list[float]
) -> None:
    ready_for(phone, name)
    press = pressing(phone, name, by)
    press()
    for pause in pauses:
        time.sleep(pause)
        press()
    time.sleep(0.3)
    states = [call["state"] for call in phone.calls()]
    if name == "answer":
        assert states == ["active"] and phone.details("end") == []
    elif name == "call":
        assert len(states) == 1 and phone.details("end") == []
    else:
        assert states == [] and len(phone.details("end")) == 1
    assert len(phone.details("beforedial")) == (0 if name == "answer" else 1)


@pytest.mark.parametrize("layout", [None, "bar", "compact", "full"])
@pytest.mark.parametrize("width", [280, 320, 600, 1000])
@pytest.mark.parametrize(
    "hidden", [{}, {"showStatus": False, "dial": "604"}], ids=["", "no status"]
)
def test_nothing_that_dials_stands_where_hang_up_was(
    phone: PhonePage, layout: str | None, width: int, hidden: dict[str, Any]
) -> None:
    phone.page.set_viewport_size({"width": width, "height": 900})
    phone.attribute("layout", layout)
    phone.call_method("setConfig", hidden)
    phone.call_method("makeCall", "604")
    phone.page.wait_for_timeout(900)
    was = button(phone, "Hang up").bounding_box()
    assert was
    button(phone, "Hang up").click()
    phone.wait_event("end")
    for _ in range(3):
        found = screen(phone).evaluate(DIALS)
        assert found, "something dials, or there is nothing to show"
        for each in found:
            apart = each["left"] >= was["x"] + was["width"] or each["right"] <= was["x"]
            below = each["top"] >= was["y"] + was["height"] or each["bottom"] <= was["y"]
            assert apart or below, (each, was)
        phone.page.wait_for_timeout(300)
        phone.page.keyboard.press("Escape")  # from how it ended to the next number
        screen(phone).get_by_role("textbox").fill("1")
