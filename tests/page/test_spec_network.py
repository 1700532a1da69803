"""Never alone for long: hosts that fail in every way, and a server that comes back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from page import servers
from page.page_server import PageServer
from page.phone_page import PhonePage
from page.ports import LOOPBACK, free_port, wait_until
from page.server import Server
from page.spec import (
    account,
    add_phone,
    button,
    screen,
)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def mute_server() -> Iterator[str]:
    """Takes connections and never says a word."""
    with servers.mute() as url:
        yield url


@pytest.fixture(scope="module")
def busy_server() -> Iterator[str]:
    """Answers every request with 503, and wants to be left alone for a minute."""
    with servers.refusing("503 Service Unavailable", "Retry-After: 60") as url:
        yield url


@pytest.fixture
def bad_hosts(
    mute_server: str, busy_server: str, pages: PageServer, server: Server
) -> dict[str, str]:
    """Hosts that fail, each in its own way."""
    return {
        "dead": f"ws://{LOOPBACK}:{free_port()}",
        "mute": mute_server,
        "refuses the upgrade": pages.url.replace("http:", "ws:"),
        "no TLS behind wss": server.ws_url.replace("ws:", "wss:"),
        "503 to REGISTER": busy_server,
    }


BAD = ("dead", "mute", "refuses the upgrade", "no TLS behind wss", "503 to REGISTER")


@pytest.mark.parametrize("bad", BAD)
def test_a_first_host_that_fails_gives_way_to_the_next(
    phone: PhonePage, server: Server, bad_hosts: dict[str, str], bad: str
) -> None:
    first = bad_hosts[bad]
    carol = add_phone(
        phone, "carol", {**account(server, "carol"), "host": f" {first} , {server.ws_url}"}
    )
    carol.register()
    assert carol.wait_event("registered")["server"] == server.ws_url
    assert [each["server"] for each in carol.details("connecting")] == [first, server.ws_url]
    assert not carol.details("error")
    carol.make_call("7486")
    assert carol.wait_event("end")["server"] == server.ws_url


def test_a_list_of_nothing_but_bad_hosts_is_gone_through_in_order(
    phone: PhonePage, server: Server, bad_hosts: dict[str, str]
) -> None:
    quick = [bad_hosts[name] for name in BAD if name != "mute"]
    hosts = ",".join([*quick, server.ws_url])
    carol = add_phone(phone, "carol", {**account(server, "carol"), "host": hosts})
    carol.register()
    assert [each["server"] for each in carol.details("connecting")] == [*quick, server.ws_url]


def test_the_host_that_worked_last_is_tried_first(
    phone: PhonePage, server: Server, start_server: Callable[[], Server]
) -> None:
    late = start_server()
    late.stop()
    carol = add_phone(
        phone,
        "carol",
        {**account(server, "carol"), "host": f"{late.ws_url},{server.ws_url}"},
    )
    carol.register()
    late.start()
    carol.call_method("disconnect")
    carol.register()
    tried = [each["server"] for each in carol.details("connecting")]
    assert tried == [late.ws_url, server.ws_url, server.ws_url]


def test_the_wait_is_counted_down_on_the_screen_and_retry_now_ends_it(
    phone: PhonePage, start_server: Callable[[], Server]
) -> None:
    late = start_server()
    late.stop()
    carol = add_phone(phone, "carol", account(late, "carol"))
    assert carol.rejection("register").code == "connection_failed"
    assert carol.state() == "reconnecting"
    expect(screen(carol).get_by_role("alert")).to_contain_text("The phone server does not answer.")
    expect(screen(carol).locator("[part=banner]")).to_contain_text("Check the network")

    # The waits double; a long one can be watched.
    carol.wait_event("reconnecting", lambda detail: detail["seconds"] > 2.5, seconds=30)
    shown = screen(carol).locator("[part=status]")
    seconds = [_shown_seconds(carol)]

    def counted() -> bool:
        now = _shown_seconds(carol)
        if now and now != seconds[-1]:
            seconds.append(now)
        return len(seconds) >= 3

    wait_until(counted, "two steps of the countdown", interval=0.1)
    assert seconds == [seconds[0], seconds[0] - 1, seconds[0] - 2]
    expect(screen(carol).get_by_role("status")).to_contain_text("The phone is reconnecting.")

    late.start()
    button(carol, "Retry now").click()
    begin = time.monotonic()
    carol.wait_event("registered")
    assert time.monotonic() - begin < 2.0
    expect(shown).to_have_text("Ready")
    expect(button(carol, "Retry now")).to_be_hidden()
    expect(screen(carol).locator("[part=banner]")).to_be_hidden()


def _shown_seconds(phone: PhonePage) -> int:
    text = screen(phone).locator("[part=status]").inner_text()
    digits = text.removeprefix("Reconnecting in ").removesuffix(" s")
    return int(digits) if digits.isdigit() else 0
