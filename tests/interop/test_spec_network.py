"""Never alone for long: hosts that fail in every way, a server that goes and comes back in a call."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from interop import servers
from interop.kamailio import Kamailio
from interop.page_server import PageServer
from interop.phone_page import PhonePage
from interop.ports import LOOPBACK, free_port, wait_until
from interop.spec import (
    account,
    add_phone,
    button,
    hang_up,
    put_back,
    remove_phones,
    screen,
    still_talking,
    talk,
)

pytestmark = pytest.mark.interop


@pytest.fixture
def phone(anna: PhonePage, kamailio: Kamailio) -> Iterator[PhonePage]:
    yield anna
    remove_phones(anna)
    put_back(anna, kamailio, "anna")


@pytest.fixture
def other(ben: PhonePage, kamailio: Kamailio) -> Iterator[PhonePage]:
    yield ben
    put_back(ben, kamailio, "ben")


@pytest.fixture(scope="module")
def own_kamailio(start_kamailio: Callable[..., Kamailio]) -> Kamailio:
    """One that may be stopped."""
    return start_kamailio()


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
    mute_server: str, busy_server: str, pages: PageServer, kamailio: Kamailio
) -> dict[str, str]:
    """Hosts that fail, each in its own way."""
    return {
        "dead": f"ws://{LOOPBACK}:{free_port()}",
        "mute": mute_server,
        "refuses the upgrade": pages.url.replace("http:", "ws:"),
        "no TLS behind wss": kamailio.ws_url.replace("ws:", "wss:"),
        "503 to REGISTER": busy_server,
    }


BAD = ("dead", "mute", "refuses the upgrade", "no TLS behind wss", "503 to REGISTER")


@pytest.mark.parametrize("bad", BAD)
def test_a_first_host_that_fails_gives_way_to_the_next(
    phone: PhonePage, kamailio: Kamailio, bad_hosts: dict[str, str], bad: str
) -> None:
    first = bad_hosts[bad]
    carol = add_phone(
        phone, "carol", {**account(kamailio, "carol"), "host": f" {first} , {kamailio.ws_url}"}
    )
    carol.register()
    assert carol.wait_event("registered")["server"] == kamailio.ws_url
    assert [each["server"] for each in carol.details("connecting")] == [first, kamailio.ws_url]
    assert not carol.details("error")
    carol.make_call("7486")
    assert carol.wait_event("end")["server"] == kamailio.ws_url


def test_a_list_of_nothing_but_bad_hosts_is_gone_through_in_order(
    phone: PhonePage, kamailio: Kamailio, bad_hosts: dict[str, str]
) -> None:
    quick = [bad_hosts[name] for name in BAD if name != "mute"]
    hosts = ",".join([*quick, kamailio.ws_url])
    carol = add_phone(phone, "carol", {**account(kamailio, "carol"), "host": hosts})
    carol.register()
    assert [each["server"] for each in carol.details("connecting")] == [*quick, kamailio.ws_url]


def test_the_host_that_worked_last_is_tried_first(
    phone: PhonePage, kamailio: Kamailio, start_kamailio: Callable[..., Kamailio]
) -> None:
    late = start_kamailio()
    late.stop()
    carol = add_phone(
        phone,
        "carol",
        {**account(kamailio, "carol"), "host": f"{late.ws_url},{kamailio.ws_url}"},
    )
    carol.register()
    late.start()
    carol.call_method("disconnect")
    carol.register()
    tried = [each["server"] for each in carol.details("connecting")]
    assert tried == [late.ws_url, kamailio.ws_url, kamailio.ws_url]


def test_a_server_that_goes_and_comes_back_costs_no_call(
    phone: PhonePage, other: PhonePage, own_kamailio: Kamailio
) -> None:
    for each in (phone, other):
        each.register(host=own_kamailio.ws_url)
        each.forget_events()
    talk(phone, other)

    own_kamailio.stop()
    assert phone.wait_event("unregistered") == {"reason": "lost", "willRetry": True}
    waits = phone.wait_event("reconnecting")
    assert set(waits) == {"server", "seconds", "attempt"}
    assert 0 < waits["seconds"] <= 2
    other.wait_event("reconnecting")
    still_talking(phone, other)

    own_kamailio.start()
    for each in (phone, other):
        each.page.evaluate("window.dispatchEvent(new Event('online'))")
    begin = time.monotonic()
    phone.wait_event("registered")
    other.wait_event("registered")
    assert time.monotonic() - begin < 2.0
    still_talking(phone, other)
    hang_up(other, phone)
    phone.forget_events()
    talk(phone, other)
    hang_up(phone, other)


def test_a_server_that_is_quickly_back_is_found_without_any_help(
    phone: PhonePage, other: PhonePage, own_kamailio: Kamailio
) -> None:
    for each in (phone, other):
        each.register(host=own_kamailio.ws_url)
        each.forget_events()
    talk(phone, other)
    own_kamailio.restart()
    for each in (phone, other):
        each.wait_event("registered")
        assert each.details("unregistered")[0]["reason"] == "lost"
        waits = [detail["seconds"] for detail in each.details("reconnecting")]
        assert all(before < after for before, after in pairwise(waits))
    still_talking(phone, other)
    hang_up(phone, other)


def test_the_wait_is_counted_down_on_the_screen_and_retry_now_ends_it(
    phone: PhonePage, start_kamailio: Callable[..., Kamailio]
) -> None:
    late = start_kamailio()
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
