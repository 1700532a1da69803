"""The phone behind a round button in a corner of the page: opened, rung, missed, and in the way of nobody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from page.chromium import Chromium
from page.examples import looked_at
from page.lasting import Lasting
from page.page_server import PageServer
from page.phone_page import PhonePage
from page.spec import screen
from starting import hold

pytestmark = pytest.mark.browser
BEFORE = "<main><h1>A shop</h1>"
OTHER = '<web-phone id="other" demo aria-label="The other"></web-phone></main>'
BOX = """(phone, part) => {
  const {x, y, width, height} = phone.shadowRoot.querySelector(part).getBoundingClientRect();
  return {x, y, width, height};
}"""
# Of a corner, as a page says it.
CORNERS = {
    "bottom right": "",
    "bottom left": "inset: auto auto 1rem 1rem",
    "top left": "inset: 1rem auto auto 1rem",
    "top right": "inset: 1rem 1rem auto auto",
}


@pytest.fixture(scope="module")
def lasting(chromium: Chromium, pages: PageServer) -> Iterator[Lasting]:
    attributes: dict[str, str | bool | None] = {"demo": True, "layout": "launcher"}
    url = PhonePage.write(pages, "/dist/webphone.js", attributes, before=BEFORE, after=OTHER)
    made = Lasting(lambda: PhonePage(chromium.context(reduced_motion="reduce"), url))
    yield made
    made.close()


@pytest.fixture
def phone(lasting: Lasting, request: pytest.FixtureRequest) -> Iterator[PhonePage]:
    """A registered demo phone in the corner of a page with another one on it."""
    yield from lasting.lent(request, "phone", "other")


def named(phone: PhonePage, name: str) -> Locator:
    return screen(phone).get_by_role("button", name=name, exact=True)


def launcher(phone: PhonePage) -> Locator:
    return screen(phone).get_by_role("button", name=re.compile("^Phone"))


def box(phone: PhonePage, selector: str) -> dict[str, float]:
    found: dict[str, float] = screen(phone).evaluate(BOX, selector)
    return found


def inside(box: dict[str, float], view: Any) -> bool:
    across = box["x"] >= 0 and box["x"] + box["width"] <= view["width"] + 0.5
    return across and box["y"] >= 0 and box["y"] + box["height"] <= view["height"] + 0.5


def ring(phone: PhonePage) -> PhonePage:
    other = phone.beside("other")
    other.call_method("makeCall", "you")
    expect(named(phone, "Answer")).to_be_visible()
    return other


def test_it_is_a_round_button_that_opens_and_closes_the_phone(phone: PhonePage) -> None:
    size = box(phone, "[part=launcher]")
    assert (size["width"], size["height"]) == (56, 56)
    view = phone.page.viewport_size
    assert view is not None
    assert (view["width"] - size["x"], view["height"] - size["y"]) == (72, 72)
    expect(screen(phone).get_by_role("textbox")).to_have_count(0)
    launcher(phone).click()
    expect(launcher(phone)).to_have_attribute("aria-expanded", "true")
    screen(phone).get_by_role("textbox").fill("604")
    assert inside(box(phone, ".card"), view)
    looked_at(phone.page, "launcher-open")
    phone.page.keyboard.press("Escape")
    expect(screen(phone).get_by_role("textbox")).to_have_count(0)
    expect(launcher(phone)).to_be_focused()
    phone.page.keyboard.press("Enter")
    expect(screen(phone).get_by_role("textbox")).to_have_value("604")
    named(phone, "Close the phone").click()
    expect(launcher(phone)).to_have_attribute("aria-expanded", "false")
    expect(launcher(phone)).to_be_focused()


def test_a_call_rings_beside_it_and_goes_on_when_it_is_closed(phone: PhonePage) -> None:
    other = ring(phone)
    sheet = screen(phone).get_by_role("dialog", name="Incoming call")
    expect(sheet).to_be_visible()
    looked_at(phone.page, "launcher-ringing")
    named(phone, "Answer").click()
    expect(named(phone, "Hang up")).to_be_visible()
    phone.page.keyboard.press("Escape")
    expect(launcher(phone)).to_have_text(re.compile(r"In call with .*0[0-9]:[0-9]{2}"))
    looked_at(phone.page, "launcher-in-call")
    shown = launcher(phone).inner_text()
    expect(launcher(phone)).not_to_have_text(shown, use_inner_text=True)  # the time runs
    other.call_method("hangup")
    expect(launcher(phone)).to_have_accessible_name("Phone")


def test_declining_beside_it_leaves_it_closed(phone: PhonePage) -> None:
    ring(phone)
    named(phone, "Decline").click()
    expect(screen(phone).get_by_role("dialog")).to_have_count(0)
    expect(launcher(phone)).to_have_attribute("aria-expanded", "false")
    assert phone.wait_event("end")["disposition"] == "rejected"


def test_a_missed_call_is_on_it_until_it_is_opened(phone: PhonePage) -> None:
    other = ring(phone)
    other.call_method("hangup")
    expect(launcher(phone)).to_have_accessible_name("Phone 1 missed call")
    expect(screen(phone).get_by_role("status")).to_contain_text("1 missed call")
    looked_at(phone.page, "launcher-missed")
    launcher(phone).click()
    expect(launcher(phone)).to_have_accessible_name("Phone")
    named(phone, "Close the phone").click()
    expect(launcher(phone)).to_have_accessible_name("Phone")


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("corner", CORNERS)
def test_it_opens_to_where_there_is_room(phone: PhonePage, corner: str, direction: str) -> None:
    phone.page.evaluate(
        "([style, dir]) => { phone.style.cssText = style; document.documentElement.dir = dir; }",
        [CORNERS[corner], direction],
    )
    view = phone.page.viewport_size
    button = box(phone, "[part=launcher]")
    if not CORNERS[corner]:
        assert (button["x"] < 100) == (direction == "rtl")
    assert inside(button, view)
    launcher(phone).click()
    card = box(phone, ".card")
    assert inside(card, view) and (card["width"], card["height"]) == (384, 480)
    below, above = button["y"] + button["height"], card["y"] + card["height"]
    assert above <= button["y"] or card["y"] >= below
    phone.page.keyboard.press("Escape")
    ring(phone)
    assert inside(box(phone, ".toast"), view)


@pytest.mark.parametrize("size", [(320, 480), (280, 420), (390, 844), (900, 400)])
def test_on_a_small_view_the_phone_is_all_there_is(phone: PhonePage, size: tuple[int, int]) -> None:
    view = {"width": size[0], "height": size[1]}
    phone.page.set_viewport_size({"width": size[0], "height": size[1]})
    launcher(phone).click()
    card = box(phone, ".card")
    assert (card["x"], card["y"], card["width"], card["height"]) == (0, 0, *size)
    covered = "(phone) => phone.shadowRoot.querySelector('[part=launcher]').checkVisibility(\
{visibilityProperty: true})"
    assert not screen(phone).evaluate(covered)
    for name in ("Close the phone", "Call"):
        expect(named(phone, name)).to_be_in_viewport(ratio=1)
    if size == (320, 480):
        tall = "({shadowRoot: root}) => root.querySelector('.card').scrollHeight"
        assert screen(phone).evaluate(tall) == 480
        looked_at(phone.page, "launcher-small")
        phone.page.set_viewport_size({"width": size[0], "height": size[1]})
    named(phone, "Close the phone").click()
    expect(launcher(phone)).to_be_focused()
    ring(phone)
    assert inside(box(phone, ".toast"), view)


def test_pressed_before_python_is_up_it_opens_and_stays_open(
    new_context: Callable[..., BrowserContext], pages: PageServer
) -> None:
    url = PhonePage.write(
        pages, "/dist/webphone.js", {"demo": True, "layout": "launcher", "loading": "interaction"}
    )
    phone = PhonePage(new_context(), url).open(ready=False)
    assert phone.page.evaluate("performance.getEntriesByName('webphone:python').length") == 0
    expect(screen(phone).get_by_role("textbox")).to_have_count(0)
    launcher(phone).click()
    screen(phone).get_by_role("textbox").press_sequentially("60")
    phone.call_method("ready")
    expect(screen(phone).get_by_role("textbox")).to_be_focused()
    phone.page.keyboard.type("4")
    expect(screen(phone).get_by_role("textbox")).to_have_value("604")
    phone.page.keyboard.press("Escape")
    expect(launcher(phone)).to_be_focused()
    assert phone.console.errors == []


def test_opened_and_closed_before_python_is_up_it_is_closed(
    new_context: Callable[..., BrowserContext], pages: PageServer
) -> None:
    url = PhonePage.write(
        pages, "/dist/webphone.js", {"demo": True, "layout": "launcher", "lang": "de"}
    )
    phone = PhonePage(new_context(), url)
    release = hold(phone.page, "**/*.wasm")
    phone.open(ready=False)
    opened = screen(phone).get_by_role("button", name="Telefon", exact=True)
    opened.click()
    expect(screen(phone).get_by_role("textbox")).to_be_visible()
    phone.page.keyboard.press("Escape")
    expect(screen(phone).get_by_role("textbox")).to_have_count(0)
    opened.click()
    screen(phone).get_by_role("button", name="Telefon schließen").click()
    expect(opened).to_be_focused()
    release()
    phone.call_method("ready")
    expect(screen(phone).get_by_role("textbox")).to_have_count(0)
    expect(opened).to_be_focused()


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_it_shakes_only_for_who_bears_it(phone: PhonePage, motion: Any) -> None:
    phone.page.emulate_media(reduced_motion=motion)
    ring(phone)
    moving = """({shadowRoot: root}) =>
      root.querySelector('[part=launcher]').getAnimations({subtree: true}).length > 0"""
    assert screen(phone).evaluate(moving) == (motion == "no-preference")
    phone.page.emulate_media(reduced_motion="reduce")
