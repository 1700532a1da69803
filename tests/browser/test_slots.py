"""What a page puts into each slot is seen in that place of the phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

import gallery
from looks import SLOTS

pytestmark = pytest.mark.browser
# Slot -> a screen that has it, and what it must stand beside: the selector, and which way from it.
BESIDE = {
    "logo": ("idle", '[part="title"]', "before"),
    "header-end": ("idle", '[part="status"]', "after"),
    "idle-extra": ("idle", '[part="dial"]', "below"),
    "call-extra": ("in call", '[part="hangup"]', "below"),
    "footer": ("ringing in", '[part="answer"]', "below"),
    "launcher-icon": ("launcher", '[part="launcher"]', "inside"),
}
PLACES = """([slot, selector]) => {
  const phone = document.querySelector("web-phone");
  const boxes = [phone.querySelector(`[slot="${slot}"]`), phone.shadowRoot.querySelector(selector)]
    .map((each) => each.getBoundingClientRect());
  const card = phone.shadowRoot.querySelector(".card, .launcher").getBoundingClientRect();
  return [...boxes, card].map(({left, right, top, bottom}) => ({left, right, top, bottom}));
}"""


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 700, "height": 900})
    yield page
    page.close()


def test_every_slot_is_tried() -> None:
    assert BESIDE.keys() == SLOTS.keys()


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("slot", SLOTS)
def test_a_node_of_the_page_is_seen_in_its_place(page: Page, slot: str, direction: str) -> None:
    screen, selector, way = BESIDE[slot]
    sheet = gallery.sheet(320, "light", [screen])
    page.set_content(sheet.replace("</web-phone>", f'<b slot="{slot}">Shop</b></web-phone>'))
    page.evaluate("(dir) => { document.documentElement.dir = dir; }", direction)
    own, other, card = page.evaluate(PLACES, [slot, selector])
    assert own["right"] > own["left"] and own["bottom"] > own["top"]
    assert card["left"] <= own["left"] and own["right"] <= card["right"]
    assert card["top"] <= own["top"] and own["bottom"] <= card["bottom"]
    starts = own["right"] <= other["left"] if direction == "ltr" else own["left"] >= other["right"]
    found = {
        "before": starts,
        "after": own["left"] >= other["right"]
        if direction == "ltr"
        else own["right"] <= other["left"],
        "below": own["top"] >= other["bottom"],
        "inside": other["left"] < own["left"] and own["right"] < other["right"],
    }
    assert found[way], (own, other)


@pytest.mark.parametrize("screen", ["idle", "in call", "ringing in"])
def test_an_empty_slot_takes_no_room(page: Page, screen: str) -> None:
    sheet = gallery.sheet(320, "light", [screen])
    tall = "document.querySelector('web-phone').offsetHeight"
    page.set_content(sheet)
    with_slots = page.evaluate(tall)
    page.evaluate(
        "document.querySelector('web-phone').shadowRoot.querySelectorAll('slot').forEach((slot) => slot.remove())"
    )
    assert page.evaluate(tall) == with_slots == 480


def test_what_stands_in_no_slot_is_not_shown(page: Page) -> None:
    sheet = gallery.sheet(320, "light", ["idle"])
    page.set_content(sheet.replace("</web-phone>", "<b>Shop</b></web-phone>"))
    assert not page.locator("b").is_visible()
