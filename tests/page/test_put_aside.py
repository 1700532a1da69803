"""Who goes to another page and back finds the phone registered at once: the page was put aside."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext

import one_playwright
from page.chromium import KEEP_PEER_CONNECTIONS
from page.page_server import PageServer
from page.phone_page import PhonePage
from page.ports import wait_until
from page.server import ExchangeServer

pytestmark = pytest.mark.browser

# Puts down when the page came back as it was, and when the phone was registered after it.
WATCH = """<script>
globalThis.came = [];
addEventListener("pageshow", (event) => event.persisted && came.push(performance.now()));
document.addEventListener("registered", () => came.length && came.push(performance.now()));
</script>"""


@pytest.fixture(scope="module")
def keeping() -> Iterator[BrowserContext]:
    """A browser that puts pages aside, as people have it; Playwright turns that off."""
    with one_playwright.chromium(without=["--disable-back-forward-cache"]) as browser:
        context = browser.new_context(permissions=["microphone"])
        context.set_default_timeout(15_000)
        context.add_init_script(KEEP_PEER_CONNECTIONS)
        yield context


@pytest.fixture
def alice(
    phone_page: Callable[..., PhonePage], keeping: BrowserContext, pages: PageServer
) -> Iterator[PhonePage]:
    before, pages.caching = pages.caching, "no-cache"
    phone = phone_page("alice", context=keeping, auto_register="true", before=WATCH)
    wait_until(lambda: phone.state() == "registered", "alice to be registered", 15)
    yield phone
    phone.page.close()
    pages.caching = before


def away_and_back(phone: PhonePage, pages: PageServer, while_away: Callable[[], object]) -> None:
    phone.page.goto(pages.put("/elsewhere.html", "<!doctype html><title>Elsewhere</title>"))
    while_away()
    phone.page.go_back(wait_until="commit")


def test_it_is_registered_again_within_two_seconds(
    alice: PhonePage, pages: PageServer, server: ExchangeServer
) -> None:
    before = len(server.wire())

    def is_gone() -> None:
        wait_until(
            lambda: any(
                one.first_line.startswith("REGISTER") and "expires=0" in one.text.lower()
                for one in server.wire()[before:]
            ),
            "the server to hear that nobody is there",
        )

    away_and_back(alice, pages, is_gone)
    came = wait_until(
        lambda: alice.page.evaluate("came.length > 1 && came"), "it to be registered again", 15
    )
    assert came is not None
    assert came[1] - came[0] < 2000
    assert alice.state() == "registered"


def test_it_is_called_and_heard_after_it(
    alice: PhonePage, ben: PhonePage, pages: PageServer
) -> None:
    """Three times in a row."""
    for _ in range(3):
        away_and_back(alice, pages, lambda: None)
        wait_until(lambda: alice.state() == "registered", "alice to be registered again", 15)
    ben.make_call("alice")
    alice.call_method("answer", alice.wait_event("ringingin")["id"])
    for phone in (alice, ben):
        phone.ears.wait_sound()
    ben.call_method("hangup")
    alice.wait_event("end")
