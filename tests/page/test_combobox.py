"""The list below the number field, with keys, mouse and finger, in every layout."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from page.chromium import Chromium
from page.lasting import Lasting
from page.page_server import PageServer
from page.phone_page import PhonePage
from page.spec import at_rest, button, screen
from page.test_spec_screen import violations

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lasting(chromium: Chromium, pages: PageServer) -> Iterator[Lasting]:
    url = PhonePage.write(pages, "/dist/webphone.js", {"demo": True})
    made = Lasting(lambda: PhonePage(chromium.context(has_touch=True), url))
    yield made
    made.close()


@pytest.fixture
def lent(lasting: Lasting, request: pytest.FixtureRequest) -> Iterator[PhonePage]:
    yield from lasting.lent(request, "phone")


@pytest.fixture
def phone(lent: PhonePage) -> PhonePage:
    """A registered demo phone that has called 602 and 603."""
    at_rest(lent)
    for number in ("602", "603"):
        lent.make_call(number)
        lent.wait_event("end")
        button(lent, "Close").click()
    return lent


def field(phone: PhonePage) -> Locator:
    return screen(phone).get_by_role("combobox", name="Number or address")


def options(phone: PhonePage) -> Locator:
    return screen(phone).get_by_role("option")


def called(phone: PhonePage) -> str:
    return str(phone.wait_event("end")["to"]["number"])


def test_arrows_choose_enter_calls_and_escape_leaves_what_is_typed(phone: PhonePage) -> None:
    field(phone).press_sequentially("60")
    expect(options(phone)).to_have_count(2)
    expect(field(phone)).to_have_attribute("aria-expanded", "true")
    expect(screen(phone).get_by_text("Found: 2")).to_have_count(1)
    field(phone).press("Escape")
    expect(options(phone)).to_have_count(0)
    expect(field(phone)).to_have_value("60")
    # It goes with the focus too, and comes with the next key.
    field(phone).press_sequentially("2")
    field(phone).press("Backspace")
    expect(options(phone)).to_have_count(2)
    field(phone).press("Tab")
    expect(options(phone)).to_have_count(0)
    expect(field(phone)).to_have_attribute("aria-expanded", "false")
    expect(field(phone)).to_have_value("60")
    field(phone).focus()
    field(phone).press_sequentially("2")
    field(phone).press("Backspace")
    expect(options(phone)).to_have_count(2)
    field(phone).press("ArrowDown")
    field(phone).press("ArrowDown")
    expect(options(phone).nth(1)).to_have_attribute("aria-selected", "true")
    active = field(phone).get_attribute("aria-activedescendant")
    assert active == options(phone).nth(1).get_attribute("id")
    assert violations(phone) == []
    number = options(phone).nth(1).inner_text()
    field(phone).press("Enter")
    assert called(phone) in number


@pytest.mark.parametrize(
    ("layout", "direction", "by"),
    [
        ("compact", "ltr", "mouse"),
        ("compact", "rtl", "finger"),
        ("full", "rtl", "mouse"),
        ("bar", "ltr", "finger"),
    ],
)
def test_a_press_calls_and_the_list_covers_neither_field_nor_call(
    phone: PhonePage, layout: str, direction: str, by: str
) -> None:
    phone.attribute("layout", layout)
    phone.attribute("lang", "ar" if direction == "rtl" else "en")
    here = screen(phone).get_by_role("combobox")
    expect(here).to_be_visible()
    call = screen(phone).locator("[part=dial]")
    here.fill("9")  # nobody is meant
    before = here.bounding_box(), call.bounding_box()
    here.fill("602")
    expect(options(phone)).to_have_count(1)
    assert (here.bounding_box(), call.bounding_box()) == before
    for control in (here, call):
        control.click(trial=True)  # nothing lies over it
    box = options(phone).first.bounding_box()
    assert box is not None and box["height"] >= 44
    options(phone).first.click() if by == "mouse" else options(phone).first.tap()
    assert called(phone) == "602"
