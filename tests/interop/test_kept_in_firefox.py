"""The second visit in Firefox begins with the image that the first one left, where a page asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from interop.firefox import Firefox, FirefoxContext, FirefoxPage
from keeping import ASK
from page.page_server import PageServer
from page.ports import wait_until

pytestmark = pytest.mark.interop
PATIENCE = 90.0  # seconds, for a machine that is busy
PAGE = """<!doctype html><meta charset="utf-8"><title>Kept</title>
<script src="/dist/webphone.js" data-keep-runtime></script>
<web-phone id="phone" demo username="annabelle"></web-phone>"""
# Firefox tells this as an error: nobody threw it, and a demo has no server for it.
REMARK = "WebRTC: ICE failed, add a STUN server"
RESTORED = "() => performance.getEntriesByName('webphone:restored').length"


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    browser = Firefox(tmp_path_factory.mktemp("firefox"))
    yield browser
    browser.close()


def until(page: FirefoxPage, code: str) -> None:
    """Until that is so in the page."""
    wait_until(lambda: page.evaluate(f"() => {code}"), code, PATIENCE)


def visited(firefox: Firefox, context: FirefoxContext, address: str) -> FirefoxPage:
    page = context.new_page()
    page.goto(address)
    until(page, "phone.state === 'registered'")
    return page


def test_the_second_visit_in_firefox_begins_with_what_the_first_one_kept(
    firefox: Firefox, pages: PageServer
) -> None:
    address = pages.put("/kept-in-firefox.html", PAGE)
    context = firefox.new_context()
    first = visited(firefox, context, address)
    assert first.evaluate(RESTORED) == 0
    until(first, "localStorage['webphone-kept']")
    assert first.evaluate("localStorage['webphone-kept']").startswith("interpreter.")
    second = visited(firefox, context, address)
    assert second.evaluate(RESTORED) == 1
    second.evaluate("phone.makeCall('600').then(() => null)")
    until(second, "phone.activeCall?.state === 'active'")
    chances = [page.evaluate(ASK, "import random; random.random()") for page in (first, second)]
    third = visited(firefox, context, address)
    assert third.evaluate(RESTORED) == 1
    chances.append(third.evaluate(ASK, "import random; random.random()"))
    assert len(set(chances)) == 3
    told = [error for page in (first, second, third) for error in page.seen()["errors"]]
    assert [error for error in told if REMARK not in error] == []
    context.close()
