"""Three phones on one page, each in another state: axe finds nothing, no name is there twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

import one_playwright
from page.examples import looked_at
from page.page_server import PageServer

pytestmark = pytest.mark.browser

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Three phones</title>
<script src="/dist/webphone.js"></script>
<main><h1>Three phones</h1>
<web-phone id="anna" demo username="anna" aria-label="Anna's phone"></web-phone>
<web-phone id="ben" demo username="ben" aria-label="Ben's phone"></web-phone>
<web-phone id="cleo" demo username="cleo" layout="bar" aria-label="Cleo's phone"></web-phone>
</main>
"""


@pytest.fixture
def page(pages: PageServer) -> Iterator[Page]:
    """Anna talks to Ben and is muted, Cleo's phone rests."""
    with one_playwright.chromium(one_playwright.GRANTED) as browser:
        page = browser.new_page(reduced_motion="reduce")
        page.goto(pages.put("/three.html", PAGE))
        page.wait_for_function(
            "[anna, ben, cleo].every(({state}) => state === 'registered')", timeout=60_000
        )
        page.evaluate("anna.makeCall('ben')")
        page.wait_for_function("ben.calls.length === 1")
        yield page


def test_axe_finds_nothing_with_three_phones_on_a_page(page: Page) -> None:
    looked_at(page)
    page.evaluate("ben.answer()")
    page.wait_for_function("anna.activeCall?.state === 'active'")
    page.evaluate("anna.mute(true)")
    looked_at(page)
    page.evaluate("anna.hangup()")
    page.wait_for_function("anna.calls.length === 0 && ben.calls.length === 0")
    looked_at(page)
