"""A call wakes a page that is closed, in Firefox: its own PushManager, at a push service of ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from interop.firefox import Firefox, FirefoxContext, FirefoxPage
from interop.kamailio import Kamailio
from interop.push_service import PushService
from interop.test_push import EXAMPLE, running_gateway, waking
from page.page_server import PageServer
from page.phone_page import PhonePage
from page.ports import wait_until

pytestmark = pytest.mark.interop
PATIENCE = 90.0  # seconds, for a machine that is busy


@pytest.fixture(scope="module")
def service() -> Iterator[PushService]:
    made = PushService()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def server(
    run_folder: Path, start_kamailio: Callable[..., Kamailio], service: PushService
) -> Iterator[Kamailio]:
    with running_gateway(run_folder / "push-gateway-of-firefox", service.place) as port:
        yield start_kamailio(change=waking(port), ring_seconds=30)


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory, service: PushService) -> Iterator[Firefox]:
    browser = Firefox(tmp_path_factory.mktemp("firefox"), settings=service.settings)
    yield browser
    browser.close()


def until(page: FirefoxPage, code: str) -> None:
    wait_until(lambda: page.evaluate(f"() => {code}"), code, PATIENCE)


def test_a_call_to_a_page_of_firefox_that_is_closed_waits_until_a_push_has_opened_it(
    firefox: Firefox, pages: PageServer, server: Kamailio, service: PushService, ben: PhonePage
) -> None:
    at = f'host="{server.ws_url}" realm="{server.domain}" username="alice"'
    at += f' password="{server.users["alice"]}"'
    text = re.sub(r" demo (?=auto-register)", f" {at} ", EXAMPLE.read_text())
    url = pages.put("/dist/examples/push.html", text)
    context: FirefoxContext = firefox.new_context()
    page = context.new_page()
    page.goto(url)
    until(page, "window.phone?.state === 'registered'")
    page.evaluate("document.getElementById('wake').click()")
    until(page, "said.textContent === 'Calls are announced here.'")
    prid = page.evaluate("phone.getAttribute('push')").partition("pn-prid=")[2]
    assert prid.startswith(quote(f"http://{service.place}/", safe=""))
    wait_until(
        lambda: any(one.text.startswith("REGISTER") and prid in one.text for one in server.wire()),
        "the server to know where to push",
    )
    other = context.new_page()
    other.goto(pages.put("/dist/examples/elsewhere.html", "<!doctype html>"))
    page.close()
    ben.make_call("alice")
    wait_until(lambda: service.came, "a push")
    notes = "navigator.serviceWorker.getRegistration().then((it) => it.getNotifications())"
    until(other, f"{notes}.then((all) => all.map((it) => it.title).join() === 'Incoming call')")
    assert ben.calls()[0]["state"] == "dialling"
    page = context.new_page()
    page.goto(url)  # as a click on it does
    until(page, "window.phone?.calls?.[0]?.state === 'ringing'")
    page.evaluate("phone.answer()")
    ben.wait_event("answer")
    ben.ears.wait_sound()
    until(other, f"{notes}.then((all) => all.length === 0)")
    context.close()
