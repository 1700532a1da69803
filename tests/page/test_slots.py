"""The page's own nodes in the phone's places stay the page's: what is pressed and typed there is not the phone's."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from page.examples import looked_at
from page.page_server import PageServer
from page.phone_page import PhonePage
from page.spec import button, screen

pytestmark = pytest.mark.browser
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>A shop</title>
<script src="/dist/webphone.js"></script>
<main><h1>A shop</h1>
<web-phone id="phone" demo>
  <img slot="logo" alt="Shop" src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='24' height='24'/>">
  <form slot="idle-extra"><label>What is it about? <input data-on="1"></label><button>Ask</button></form>
  <p slot="call-extra">Order 7731</p>
  <small slot="footer">Calls are recorded.</small>
</web-phone></main>
<script>
  const heard = [];
  for (const kind of ["keydown", "click", "submit"])
    addEventListener(kind, (event) => heard.push(kind) && kind === "submit" && event.preventDefault());
</script>
</html>
"""


@pytest.fixture
def phone(new_context: Callable[..., BrowserContext], pages: PageServer) -> Iterator[PhonePage]:
    opened = PhonePage(new_context(reduced_motion="reduce"), pages.put("/slots.html", PAGE)).open()
    opened.wait_event("registered", seconds=30)
    yield opened
    assert opened.console.errors == [], opened.report()


def test_what_is_typed_and_sent_there_is_the_pages(phone: PhonePage) -> None:
    page, own = phone.page, phone.page.get_by_label("What is it about?")
    own.press_sequentially("bike 604#")
    own.press("Backspace")
    own.press("Enter")
    expect(own).to_have_value("bike 604")
    expect(screen(phone).get_by_role("textbox", name="Number or address")).to_have_value("")
    assert phone.calls() == []
    assert page.evaluate("heard.filter((kind) => kind === 'keydown').length") == 11
    assert page.evaluate("heard.includes('submit')")
    looked_at(page, "slots")


def test_each_place_is_there_when_its_screen_is(phone: PhonePage) -> None:
    page = phone.page
    expect(page.get_by_alt_text("Shop")).to_be_visible()
    expect(page.get_by_text("Calls are recorded.")).to_be_visible()
    expect(page.get_by_text("Order 7731")).to_be_hidden()
    phone.make_call("604")
    expect(page.get_by_text("Order 7731")).to_be_visible()
    expect(page.get_by_role("button", name="Ask")).to_be_hidden()
    expect(page.get_by_text("Calls are recorded.")).to_be_visible()
    button(phone, "Hang up").click()
    expect(page.get_by_text("Order 7731")).to_be_hidden()
    button(phone, "star").hover()  # else it would be the second press of two: it closes nothing
    button(phone, "Close").click()
    expect(page.get_by_role("button", name="Ask")).to_be_visible()
