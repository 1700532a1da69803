"""Two tabs of the demo write to each other on their screens, by the exchange that `make demo` serves."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from page.demo_server import DemoServer
from page.eyes import seen

pytestmark = pytest.mark.browser


@pytest.fixture
def tabs(
    demo: DemoServer, new_context: Callable[..., BrowserContext]
) -> Iterator[tuple[Page, Page]]:
    """Two tabs of one browser: alice and bob, signed in by themselves."""
    context = new_context()
    context.set_default_timeout(30_000)
    pages = context.new_page(), context.new_page()
    for page in pages:
        page.set_viewport_size({"width": 420, "height": 900})
        page.goto(demo.url)
        page.wait_for_function("document.querySelector('web-phone').state === 'registered'")
    yield pages
    context.close()


def press(page: Page, name: str) -> None:
    page.locator("web-phone").get_by_role("button", name=name).click()


def field(page: Page, name: str) -> Locator:
    return page.locator("web-phone").get_by_role("textbox", name=name)


def texts(page: Page) -> Locator:
    return page.locator("web-phone").locator("[part=text]")


def test_two_tabs_write_to_each_other(tabs: tuple[Page, Page]) -> None:
    alice, bob = tabs
    press(alice, "More")
    press(alice, "Messages")
    field(alice, "Write to").fill("bob")
    field(alice, "Write to").press("Enter")
    field(alice, "Message").fill("<b>lunch?</b>")
    field(alice, "Message").press("Enter")
    expect(texts(alice)).to_have_text(["<b>lunch?</b>Sent"])
    expect(field(alice, "Message")).to_have_value("")

    press(bob, "More, new messages: 1")
    press(bob, "Messages, new: 1")
    seen(bob)
    press(bob, "alice")
    expect(texts(bob)).to_have_text(["<b>lunch?</b>"])
    field(bob, "Message").fill("in five")
    press(bob, "Send")
    expect(texts(alice).nth(1)).to_have_text("in five")
    expect(field(bob, "Message")).to_have_value("")
    seen(alice)

    field(bob, "Message").fill("half a wo")
    bob.keyboard.press("Escape")
    press(bob, "Back")
    press(bob, "Close")
    expect(bob.locator("web-phone").get_by_role("button", name="More", exact=True)).to_be_visible()
    alice.evaluate("document.querySelector('web-phone').makeCall('bob')")
    answer = bob.locator("web-phone").get_by_role("button", name="Answer", exact=True)
    expect(answer).to_be_visible()
    seen(bob)
    answer.click()
    hang_up = bob.locator("web-phone").get_by_role("button", name="Hang up", exact=True)
    expect(hang_up).to_be_visible()
    seen(bob)
    hang_up.click()
    press(bob, "More")
    press(bob, "Messages")
    press(bob, "alice")
    expect(field(bob, "Message")).to_have_value("half a wo")


def test_a_call_that_comes_while_one_writes_leaves_the_words_where_they_are(
    tabs: tuple[Page, Page],
) -> None:
    alice, bob = tabs
    press(alice, "More")
    press(alice, "Messages")
    field(alice, "Write to").fill("bob")
    press(alice, "Write")
    field(alice, "Message").press_sequentially("I am just wri")
    bob.evaluate("document.querySelector('web-phone').makeCall('alice')")
    decline = alice.locator("web-phone").get_by_role("button", name="Decline", exact=True)
    expect(decline).to_be_visible()
    bob.evaluate("document.querySelector('web-phone').hangup()")
    press(alice, "Close")
    expect(field(alice, "Message")).to_have_value("I am just wri")
    assert alice.evaluate("document.querySelector('web-phone').shadowRoot.activeElement !== null")


def test_the_switches_are_those_of_the_phone(tabs: tuple[Page, Page]) -> None:
    alice, bob = tabs
    press(bob, "More")
    press(bob, "Do not disturb")
    expect(bob.locator("web-phone").locator("[part=status]")).to_have_text("Do not disturb")
    assert bob.evaluate("document.querySelector('web-phone').dnd") is True
    alice.evaluate("document.querySelector('web-phone').makeCall('bob')")
    expect(alice.get_by_text("The line is busy.", exact=True)).to_be_visible()
    press(bob, "Do not disturb")
    press(bob, "Answer calls by itself")
    alice.evaluate("document.querySelector('web-phone').makeCall('bob')")
    hang_up = alice.locator("web-phone").get_by_role("button", name="Hang up", exact=True)
    expect(bob.locator("web-phone").get_by_role("timer")).to_be_visible()
    hang_up.click()
