"""Somebody signs in by hand on a page that names nobody, and out again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from page.page_server import PageServer
from page.phone_page import PhonePage
from page.server import ExchangeServer

pytestmark = pytest.mark.browser
PATIENCE = 60_000
# The page's own rules are not to spoil the form.
RULES = "<style>input { border: 9px solid red; width: 9px } form { background: pink } </style>"
PLACES = """() => {
  const host = document.querySelector("web-phone");
  return [host.shadowRoot.innerHTML, host.outerHTML, location.href, document.cookie,
    JSON.stringify({...localStorage}), JSON.stringify({...sessionStorage}),
    [...host.shadowRoot.querySelectorAll("input")].map(({value}) => value).join()];
}"""


@pytest.fixture
def opened(new_context: Callable[..., BrowserContext], pages: PageServer) -> Callable[..., Page]:
    """A page with a phone of these attributes, in a window of its own."""
    context = new_context()

    def open(**attributes: Any) -> Page:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        given = {"sign-in": "on", **attributes}
        page.goto(PhonePage.write(pages, "/dist/webphone.js", given, before=RULES))
        return page

    return open


def type_in(page: Page, password: str, user: str = "alice", server: str = "") -> None:
    if server:
        page.get_by_label("Server").fill(server)
    page.get_by_label("User name").fill(user)
    field = page.get_by_label("Password", exact=True)
    field.fill(password)
    field.press("Enter")


def registered(page: Page) -> None:
    page.wait_for_function("document.querySelector('web-phone').state === 'registered'")


def test_who_signs_in_by_hand_has_a_phone_and_leaves_no_password_anywhere(
    opened: Callable[..., Page], server: ExchangeServer
) -> None:
    page = opened()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    type_in(page, "wrong", server=server.ws_url)
    wrong = page.locator(".webphone-wrong")
    expect(wrong).to_contain_text("The server did not accept this password for alice@")
    field = page.get_by_label("Password", exact=True)
    expect(field).to_have_value("")
    expect(field).to_be_focused()  # where Enter was pressed
    expect(page.get_by_label("User name")).to_have_value("alice")
    ground = page.evaluate("getComputedStyle(document.querySelector('form')).backgroundColor")
    assert ground == "rgba(0, 0, 0, 0)"
    type_in(page, server.users["alice"])
    registered(page)
    expect(page.locator("web-phone form")).to_have_count(0)
    expect(page.get_by_role("button", name="Call", exact=True)).to_be_visible()
    trace = page.evaluate("document.querySelector('web-phone').getTrace()")
    secret = server.users["alice"]
    for place in [*page.evaluate(PLACES), trace, *told]:
        assert secret not in place
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("User name")).to_have_value("alice")
    expect(field).to_have_value("")
    page.reload()
    expect(page.get_by_label("Server")).to_have_value(server.ws_url)
    expect(page.get_by_label("User name")).to_have_value("")


def test_what_the_page_has_fixed_is_not_asked_and_the_eye_shows_the_password(
    opened: Callable[..., Page], server: ExchangeServer
) -> None:
    page = opened(host=server.ws_url, realm=server.domain, **{"sign-in": "auto"})
    field = page.get_by_label("Password", exact=True)
    field.fill("abc")
    assert page.get_by_label("Server").count() == 0
    page.get_by_role("button", name="Show password").click()
    expect(field).to_have_attribute("type", "text")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".webphone-wrong")).to_have_text("Type your user name.")
    expect(field).to_have_value("abc")  # nothing typed is lost
    field.fill(server.users["alice"])
    page.get_by_label("User name").fill("alice")
    page.get_by_role("button", name="Sign in").click()
    registered(page)


def test_a_phone_that_leaves_the_page_takes_its_form_with_it(
    opened: Callable[..., Page],
) -> None:
    page = opened()
    page.get_by_label("User name").wait_for()
    page.evaluate("document.querySelector('web-phone').remove()")
    page.wait_for_function("!document.querySelector('form')")


def test_who_has_begun_to_dial_goes_on_and_is_asked_once_they_call(
    opened: Callable[..., Page],
) -> None:
    page = opened()
    number = page.locator("[part=number-input]")
    number.press_sequentially("60")
    page.evaluate("document.querySelector('web-phone').ready()")
    # Longer than a page gets to say who its phone is.
    up = "performance.getEntriesByName('webphone:python')[0]?.startTime"
    page.wait_for_function(f"performance.now() - {up} > 1500")
    number.press_sequentially("0")
    expect(number).to_have_value("600")
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.get_by_label("User name")).to_be_visible()


def test_digits_typed_into_the_form_are_no_number_to_call(opened: Callable[..., Page]) -> None:
    page = opened()
    page.evaluate("document.addEventListener('keydown', () => { document.heard = true; })")
    page.get_by_label("User name").click()
    page.keyboard.type("1001")
    expect(page.get_by_label("User name")).to_have_value("1001")
    assert page.evaluate("document.heard") is None  # no shortcut of the page's either
