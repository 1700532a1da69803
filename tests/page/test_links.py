"""Links of the page that a phone takes: only those that it was told to, and no press that is the browser's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from page.page_server import PageServer

pytestmark = pytest.mark.browser
PATIENCE = 60_000
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Links</title>
<script src="/dist/webphone.js"></script>
<web-phone id="phone" loading="interaction" capture-links="tel, sip!" username="ann" demo></web-phone>
<p id="links"></p>
<script>
globalThis.taken = (markup, more = {}) => {
  links.innerHTML = markup;
  const event = new MouseEvent("click", {bubbles: true, composed: true, cancelable: true, ...more});
  let mine;
  addEventListener("click", (event) => { mine = event.defaultPrevented; event.preventDefault(); }, {once: true});
  links.querySelector("[href], span").dispatchEvent(event);
  return mine;
};
</script>
"""


@pytest.fixture(scope="module")
def page(chromium: Any, pages: PageServer) -> Any:
    """A phone that is not started yet: the rule needs no Python."""
    context = chromium.context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(pages.put("/links.html", PAGE))
    yield page
    context.close()


TAKEN = {
    "<a href='tel:+44%20(0)20 7946-0000'>": "+44 (0)20 7946-0000",
    "<a href='TEL:600;ext=7'>": "600",
    "<a href='tel://601'>": "601",
    "<area href='tel:602'>": "602",
    "<svg><a href='tel:603'><text>x</text></a></svg>": "603",
    "<a href='tel:604'><b><span>604</span></b></a>": "604",
    "<a href='tel:%E0%A4%A'>": "%E0%A4%A",
}


@pytest.mark.parametrize("markup", TAKEN)
def test_a_link_that_the_phone_was_told_to_take_fills_in_its_number(
    page: Page, markup: str
) -> None:
    assert page.evaluate("(markup) => taken(markup)", markup) is True
    assert page.evaluate("phone.dial") == TAKEN[markup]


LEFT = {
    "a scheme that is on no list": ("<a href='callto:600'>", {}),
    "another page": ("<a href='https://tel.example/tel:600'>", {}),
    "a script": ("<a href='javascript:void 0'>", {}),
    "no link": ("<span>600</span>", {}),
    "a new tab": ("<a href='tel:600'>", {"ctrlKey": True}),
    "a new tab on a Mac": ("<a href='tel:600'>", {"metaKey": True}),
    "a new window": ("<a href='tel:600'>", {"shiftKey": True}),
    "saving it": ("<a href='tel:600'>", {"altKey": True}),
    "the middle button": ("<a href='tel:600'>", {"button": 1}),
    "a link that stays out": ("<a href='tel:600' data-dial='off'>", {}),
    "a list that stays out": ("<b data-dial='off'><a href='tel:600'>", {}),
}


@pytest.mark.parametrize("why", LEFT)
def test_all_else_is_left_to_the_browser(page: Page, why: str) -> None:
    page.evaluate("phone.dial = 'as it was'")
    assert page.evaluate("([markup, more]) => taken(markup, more)", list(LEFT[why])) is False
    assert page.evaluate("phone.dial") == "as it was"


def test_what_the_page_has_dealt_with_itself_and_a_frozen_phone_are_left_alone(page: Page) -> None:
    page.evaluate("phone.dial = 'as it was', phone.disabled = true")
    assert page.evaluate("taken(`<a href='tel:600'>`)") is False
    page.evaluate("phone.disabled = false")
    page.evaluate(
        "links.addEventListener('click', (event) => event.preventDefault(), {once: true})"
    )
    page.evaluate("taken(`<a href='tel:600'>`)")
    assert page.evaluate("phone.dial") == "as it was"


def test_only_a_scheme_with_its_mark_calls_at_once_and_python_starts_for_it(
    new_context: Callable[..., BrowserContext], pages: PageServer
) -> None:
    page = new_context().new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(pages.put("/links.html", PAGE))
    page.evaluate(
        "phone.addEventListener('beforedial', ({detail}) => { phone.asked = detail.target; })"
    )
    assert page.evaluate("taken(`<a href='tel:602'>`)") is True
    assert page.evaluate("phone.dial") == "602"
    assert page.evaluate("taken(`<a href='sips:600@demo'>`)") is True
    page.wait_for_function("phone.asked")
    assert page.evaluate("phone.asked") == "sips:600@demo"
    # The element is gone, and with it what it took.
    page.evaluate("phone.remove()")
    page.wait_for_function("!taken(`<a href='tel:600'>`)")


def test_links_of_other_pages_lead_here_once_a_person_has_asked_for_it(
    new_context: Callable[..., BrowserContext], pages: PageServer
) -> None:
    context = new_context()
    context.add_init_script(
        "globalThis.led = []; navigator.registerProtocolHandler = (scheme, url) => {"
        " if (scheme === 'callto') throw new DOMException('no', 'SecurityError');"
        " led.push([scheme, url, navigator.userActivation.isActive]); }"
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    eager = PAGE.replace(
        'loading="interaction" capture-links="tel, sip!"', 'capture-links="callto tel!"'
    )
    address = pages.put("/links.html", eager) + "?customer=7"
    page.goto(address)
    page.evaluate("phone.ready()")
    page.locator("[part=menu]").click()
    page.get_by_role("button", name="Open phone links here").click()
    page.locator("[part=offer-links]").wait_for(state="detached")
    [[scheme, handler, pressed]] = page.evaluate("led")
    assert (scheme, handler, pressed) == ("tel", f"{address}&webphone-dial=%s", True)
    # What a browser makes of such a link: the number is there, nobody is called, once.
    page.goto(handler.replace("%s", "tel%3A%2B44%20(0)20%207946"))
    number = page.locator("[part=number-input]")
    expect(number).to_have_value("+44207946", timeout=PATIENCE)
    assert page.evaluate("[location.href, phone.calls.length]") == [address, 0]
    page.locator("[part=menu]").click()
    expect(page.get_by_role("button", name="Messages")).to_be_visible()
    expect(page.locator("[part=offer-links]")).to_have_count(0)
    # A link of another kind is none of this phone.
    page.goto(handler.replace("%s", "sip%3Aann%40x.example"))
    page.evaluate("phone.ready()")
    page.wait_for_function("(address) => location.href === address", arg=address)
    expect(number).to_have_value("")
