"""The phone in a frame in Firefox, which vouched for no page around until lately."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from interop.firefox import Firefox
from page.framing import HOST, OPEN_BY_HAND, Site
from page.page_server import PageServer
from page.ports import wait_until

pytestmark = pytest.mark.interop
VOUCHING = "dom.location.ancestorOrigins.enabled"
ASKING = "?demo&auto-answer"


@pytest.fixture(scope="module")
def firefox(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Firefox]:
    """Firefox as `request.param` says: "vouching" for the page around, or "silent"."""
    settings = {VOUCHING: request.param == "vouching"}
    browser = Firefox(tmp_path_factory.mktemp("firefox"), settings=settings)
    yield browser
    browser.close()


@pytest.fixture
def page(firefox: Firefox) -> Iterator[Any]:
    context = firefox.new_context()
    yield context.new_page()
    context.close()


silent = pytest.mark.parametrize("firefox", ["silent"], indirect=True)
vouching = pytest.mark.parametrize("firefox", ["vouching"], indirect=True)
either = pytest.mark.parametrize("firefox", ["vouching", "silent"], indirect=True)


def until(page: Any, code: str, *, inside: str = "") -> None:
    """Until that is so in the page, or in the frame."""
    wait_until(lambda: page.evaluate(f"() => {code}", inside=inside), code, 90)


def phone(page: Any, code: str) -> Any:
    """What is true of the phone in the frame."""
    given = f"((phone) => {code})(document.querySelector('web-phone'))"
    return page.evaluate(f"() => {given}", inside="embed.html")


def says(page: Any, words: str) -> None:
    """Until the frame says so in words."""
    said = "document.querySelector('[role=alert]')?.textContent.includes"
    until(page, f"{said}({words!r}) ?? false", inside="embed.html")


def led_on(site: Site, stranger: Site) -> str:
    """A page of a stranger with a frame in which a listed page leads on to the phone."""
    leads = site.page(f"<script>location.replace('{site.frame}{ASKING}')</script>")
    return stranger.page(f'<iframe src="{leads}"></iframe>')


@silent
def test_a_listed_page_lends_its_name_to_nobody(page: Any, site: Site, stranger: Site) -> None:
    page.goto(led_on(site, stranger))
    until(page, "heard.some(({data}) => data.type === 'hello')")
    assert page.evaluate("() => document.referrer", inside="embed.html").startswith(site.origin)
    says(page, "does not say whose page shows this phone")
    assert phone(page, "[phone.inert, phone.demo, phone.autoAnswer]") == [True, False, False]
    page.evaluate(OPEN_BY_HAND)
    says(page, f"may not be shown by pages of {stranger.origin}")
    assert phone(page, "phone") is None
    assert (
        page.evaluate("() => document.querySelectorAll('[role=alert]').length", inside="embed.html")
        == 1
    )
    assert page.evaluate("() => said") == []


@vouching
def test_where_the_browser_vouches_a_stranger_is_refused_at_once(
    page: Any, site: Site, stranger: Site
) -> None:
    page.goto(led_on(site, stranger))
    says(page, f"may not be shown by pages of {stranger.origin}")
    assert page.evaluate("() => heard.filter(({data}) => data.type === 'hello')") == []


@either
def test_a_listed_page_has_the_phone_by_our_script(page: Any, site: Site) -> None:
    page.goto(site.with_script("data-demo"))
    until(page, "phone.state === 'registered'")
    assert phone(page, "phone.inert") is False


@either
def test_a_page_of_the_phone_s_own_site_needs_no_script(page: Any, phone_site: PageServer) -> None:
    frame = f'<iframe src="/phone/embed.html{ASKING}"></iframe>'
    page.goto(phone_site.put("/own.html", HOST.replace("BODY", frame)))
    until(page, "heard.some(({data}) => data.type === 'hello')")
    assert phone(page, "[phone.inert, phone.demo, phone.autoAnswer]") == [False, True, True]


@silent
def test_a_listed_page_without_our_script_answers_the_hello(page: Any, site: Site) -> None:
    page.goto(site.with_frame("", ASKING))
    says(page, "does not say whose page shows this phone")
    page.evaluate(OPEN_BY_HAND)
    until(page, "said.some(({name}) => name === 'ready')")
    assert phone(page, "[phone.inert, phone.demo, phone.autoAnswer]") == [False, True, True]
    assert (
        page.evaluate("() => document.querySelector('[role=alert]')", inside="embed.html") is None
    )


@either
def test_a_page_that_keeps_its_address_back_is_believed_by_the_port(page: Any, site: Site) -> None:
    page.goto(site.with_frame('referrerpolicy="no-referrer"', ASKING))
    until(page, "heard.some(({data}) => data.type === 'hello')")
    assert phone(page, "[phone.inert, phone.demo]") == [True, False]
    page.evaluate(OPEN_BY_HAND)
    until(page, "said.some(({name}) => name === 'ready')")
    assert phone(page, "[phone.inert, phone.demo]") == [False, True]
