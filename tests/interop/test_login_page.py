"""The example with a login, at a real Kamailio: no password is in the page, and none is missed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from interop.kamailio import Kamailio
from interop.test_logins import ephemeral, phone_login
from page.examples import USUAL, looked_at
from page.page_server import PageServer

pytestmark = pytest.mark.interop

EXAMPLE = Path(__file__).parents[2] / "examples" / "login.html"
LINE = re.compile("^[0-9:]{8}: for alice, until [0-9:]{8}$")


class Site:
    """The web server of the page, with its visitor signed in as alice; `logins` are what it gave."""

    def __init__(self) -> None:
        self.signed_in = True
        self.seconds = 600  # that the next login is good for
        self.logins: list[dict[str, str]] = []

    def answer(self, route: Route) -> None:
        if not self.signed_in:
            route.fulfill(status=401)
            return
        self.logins.append(phone_login("alice", self.seconds))
        self.seconds = 600
        route.fulfill(body=json.dumps(self.logins[-1]), content_type="application/json")


@pytest.fixture(scope="module")
def server(start_kamailio: Callable[..., Kamailio]) -> Kamailio:
    return start_kamailio(change=ephemeral)


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def visit(
    new_context: Callable[..., BrowserContext], pages: PageServer, server: Kamailio, site: Site
) -> Callable[[], Page]:
    """Opens the example, changed as its first lines say, in a new profile."""

    def visited() -> Page:
        page = new_context().new_page()
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.set_viewport_size(USUAL)
        at = f'host="{server.ws_url}" realm="{server.domain}"'
        text, changed = re.subn(r" demo (?=auto-register)", f" {at} ", EXAMPLE.read_text())
        assert changed == 1
        page.route("**/phone-login", site.answer)
        page.goto(pages.put("/dist/examples/login.html", text))
        return page

    return visited


def alice_can_be_called(page: Page) -> None:
    expect(page.locator("#said")).to_contain_text("can be called.", timeout=30_000)
    assert page.evaluate("phone.state") == "registered"


def hears(page: Page, number: str, sentence: str) -> None:
    """What the phone says of a call to the number, once it is over."""
    page.evaluate("void (phone.onEnd = ({ explanation }) => (window.over = explanation))")
    page.evaluate("async (number) => void (await phone.makeCall(number))", number)
    page.wait_for_function("window.over", timeout=30_000)
    assert sentence in page.evaluate("window.over")


def test_the_page_signs_in_and_calls_and_holds_no_password(
    visit: Callable[[], Page], site: Site
) -> None:
    page = visit()
    alice_can_be_called(page)
    expect(page.locator("#logins > li")).to_have_text([LINE])
    looked_at(page, "login")
    hears(page, "7486", "busy")
    [login] = site.logins
    assert login["password"] not in page.content()
    assert "password" not in EXAMPLE.read_text().partition("<body>")[2]


def test_a_login_that_has_run_out_is_replaced_before_anybody_sees_it(
    visit: Callable[[], Page], site: Site
) -> None:
    site.seconds = -10
    page = visit()
    alice_can_be_called(page)
    expect(page.locator("#logins > li")).to_have_text([LINE, LINE])
    expect(page.locator("#wrong")).to_be_hidden()
    late, good = site.logins
    assert late["authUsername"] < good["authUsername"]


def test_one_that_runs_out_while_registered_is_replaced_by_the_next_call(
    visit: Callable[[], Page], site: Site
) -> None:
    site.seconds = 2
    page = visit()
    alice_can_be_called(page)
    until = int(site.logins[0]["authUsername"].partition(":")[0])
    page.wait_for_function("(until) => Date.now() > (until + 1) * 1000", arg=until)
    hears(page, "7486", "busy")
    expect(page.locator("#logins > li")).to_have_text([LINE, LINE])


def test_who_is_signed_out_of_the_site_is_told_by_page_and_phone(
    visit: Callable[[], Page], site: Site
) -> None:
    site.signed_in = False
    page = visit()
    expect(page.get_by_role("alert").filter(has_text="no longer signed in")).to_be_visible()
    expect(page.get_by_role("link", name="Sign in again")).to_be_visible()
    looked_at(page)
    site.signed_in = True
    page.evaluate("phone.register()")
    alice_can_be_called(page)
    expect(page.locator("#wrong")).to_be_hidden()
