"""Two presses where one was meant: the second begins no call and ends none."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from page.chromium import Chromium
from page.lasting import Lasting
from page.page_server import PageServer
from page.phone_page import PhonePage
from page.ports import wait_until
from page.spec import at_rest, button, screen

pytestmark = pytest.mark.browser
OTHER = '<web-phone id="other" demo></web-phone>'
BEFORE = {"answer": "Answer", "call": "Call", "hang up": "Hang up"}
PAUSES = ([0.0], [0.08], [0.3], [0.5], [0.3] * 5)
# The rectangle of every control that dials or answers, and does so.
DIALS = """(phone) => [...phone.shadowRoot.querySelectorAll("[part=dial], [part~=answer]")]
  .filter((control) => control.checkVisibility() && !control.ariaDisabled)
  .map((control) => control.getBoundingClientRect().toJSON())"""


@pytest.fixture(scope="module")
def lasting(chromium: Chromium, pages: PageServer) -> Iterator[Lasting]:
    url = PhonePage.write(pages, "/dist/webphone.js", {"demo": True}, after=OTHER)

    def make() -> PhonePage:
        phone = PhonePage(chromium.context(has_touch=True), url)
        phone.page.clock.install()  # time goes on by itself, and can be put forward
        return phone

    made = Lasting(make)
    yield made
    made.close()


@pytest.fixture
def phone(lasting: Lasting, request: pytest.FixtureRequest) -> Iterator[PhonePage]:
    """A registered demo phone with another one below it, in a browser that can be touched."""
    yield from lasting.lent(request, "phone", "other")


def ready_for(phone: PhonePage, name: str) -> None:
    """The phone shows the control, and has done so for a while."""
    if name == "call":
        screen(phone).locator("[part=number-input]").fill("604")
    elif name == "answer":
        phone.beside("other").call_method("makeCall", "you")
    else:
        phone.call_method("makeCall", "604")
    expect(button(phone, BEFORE[name])).to_be_visible()
    phone.page.clock.fast_forward(900)


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


def pressed(phone: PhonePage, press: Callable[[], None], pauses: list[float]) -> bool:
    """Press with these pauses; whether the machine was quick enough to press that fast."""
    clock = phone.page.clock
    begun = time.monotonic()
    press()
    slowest = 0.0
    for pause in pauses:
        clock.fast_forward(int(pause * 1000))
        press()
        slowest = max(slowest, time.monotonic() - begun + pause)
        begun = time.monotonic()
    return slowest < 0.65


def happened(phone: PhonePage, name: str) -> None:
    """What one press does is done; what another would do had the time to happen."""
    if name == "answer":
        phone.wait_event("answer")
    else:
        phone.wait_event("end" if name == "hang up" else "beforedial")
    phone.page.wait_for_timeout(150)


def at_peace(phone: PhonePage) -> None:
    """Without a call and without past events, as it stood when it was opened."""
    for each in (phone, phone.beside("other")):
        each.call_method("hangupAll")
        wait_until(lambda each=each: each.calls() == [], "the calls to end")
    phone.page.mouse.move(0, 0)
    wait_until(lambda: _shows_the_pad(phone), "the number to be asked for")
    phone.forget_events()


def _shows_the_pad(phone: PhonePage) -> bool:
    phone.page.clock.fast_forward(900)  # a press on Close that comes too soon is ignored
    at_rest(phone)
    return screen(phone).locator("[part=number-input]").is_visible()


@pytest.mark.timed
@pytest.mark.alone  # who shares the machine can't press twice as fast as a person does
@pytest.mark.parametrize("by", ["mouse", "touch", "Enter", "Space"])
@pytest.mark.parametrize("name", BEFORE)
def test_more_presses_than_one_do_what_one_does(phone: PhonePage, name: str, by: str) -> None:
    for pauses in PAUSES:
        for _ in range(5):
            ready_for(phone, name)
            if pressed(phone, pressing(phone, name, by), pauses):
                break
            at_peace(phone)
        else:
            pytest.fail("the machine is too slow to press twice within 0.65 seconds")
        happened(phone, name)
        states = [call["state"] for call in phone.calls()]
        ended, dialled = len(phone.details("end")), len(phone.details("beforedial"))
        if name == "answer":
            assert (states, ended, dialled) == (["active"], 0, 0), pauses
        elif name == "call":
            assert (len(states), ended, dialled) == (1, 0, 1), pauses
        else:
            assert (states, ended, dialled) == ([], 1, 1), pauses
        at_peace(phone)


def test_a_hand_that_goes_to_a_new_control_means_it_whatever_changes_beside_it(
    phone: PhonePage,
) -> None:
    phone.page.mouse.move(5, 5)
    phone.call_method("makeCall", "600")
    phone.wait_event("answer")
    place = button(phone, "Hang up").bounding_box()
    assert place
    phone.page.mouse.move(place["x"] + 20, place["y"] + 20)
    phone.page.clock.fast_forward(50)
    phone.call_method("mute", True)  # which is written on the screen
    phone.page.mouse.down()
    phone.page.mouse.up()
    phone.wait_event("end")


@pytest.mark.parametrize("layout", [None, "bar", "compact", "full"])
@pytest.mark.parametrize(
    "hidden", [{}, {"showStatus": False, "dial": "604"}], ids=["", "no status"]
)
def test_nothing_that_dials_stands_where_hang_up_was(
    phone: PhonePage, layout: str | None, hidden: dict[str, Any]
) -> None:
    phone.attribute("layout", layout)
    phone.call_method("setConfig", hidden)
    for width in (280, 320, 600, 1000):
        phone.page.set_viewport_size({"width": width, "height": 900})
        phone.call_method("makeCall", "604")
        was = button(phone, "Hang up").bounding_box()
        assert was
        phone.page.clock.fast_forward(900)
        button(phone, "Hang up").click()
        phone.wait_event("end")
        for _ in range(3):
            found = screen(phone).evaluate(DIALS)
            assert found, "something dials, or there is nothing to show"
            for each in found:
                apart = each["left"] >= was["x"] + was["width"] or each["right"] <= was["x"]
                below = each["top"] >= was["y"] + was["height"] or each["bottom"] <= was["y"]
                assert apart or below, (width, each, was)
            phone.page.clock.fast_forward(300)
            phone.page.keyboard.press("Escape")  # from how it ended to the next number
            screen(phone).locator("[part=number-input]").fill("1")
        at_peace(phone)
