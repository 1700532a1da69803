"""A server that goes in the middle of a call and comes back: it knows its own routes again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest

from interop.kamailio import Kamailio
from page.phone_page import PhonePage
from page.server import Server
from page.spec import hang_up, put_back, still_talking, talk

pytestmark = [pytest.mark.interop, pytest.mark.timed]


@pytest.fixture
def other(ben: PhonePage, server: Server) -> Iterator[PhonePage]:
    yield ben
    put_back(ben, server, "ben")


@pytest.fixture(scope="module")
def own_kamailio(start_kamailio: Callable[..., Kamailio]) -> Kamailio:
    """One that may be stopped."""
    return start_kamailio()


def talk_at(server: Kamailio, *phones: PhonePage) -> None:
    """Both move to that server; the first calls the other."""
    for each in phones:
        each.register(host=server.ws_url)
        each.forget_events()
    talk(*phones)


def test_a_server_that_goes_and_comes_back_costs_no_call(
    phone: PhonePage, other: PhonePage, own_kamailio: Kamailio
) -> None:
    talk_at(own_kamailio, phone, other)

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
    talk_at(own_kamailio, phone, other)
    own_kamailio.restart()
    for each in (phone, other):
        each.wait_event("registered")
        assert each.details("unregistered")[0]["reason"] == "lost"
        waits = [detail["seconds"] for detail in each.details("reconnecting")]
        assert all(before < after for before, after in pairwise(waits))
    still_talking(phone, other)
    hang_up(phone, other)
