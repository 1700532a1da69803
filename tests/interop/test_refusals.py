"""Refusals that a phone goes on from, by SIPp behind a real Kamailio: 302 and 422."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest

from interop.kamailio import Kamailio
from interop.sipp import Sipp
from interop.wired_phone import WiredPhone

pytestmark = pytest.mark.interop


@contextlib.contextmanager
def alice_at(server: Kamailio, **settings: object) -> Iterator[WiredPhone]:
    phone = WiredPhone(server.ws_url, "alice", server.users["alice"], **settings)
    with contextlib.closing(phone):
        assert phone.ask("register").error is None
        yield phone


@pytest.mark.rfc("3261 §8.1.3.4", "a 302 is followed")
def test_a_call_that_is_sent_elsewhere_goes_on_there_but_never_to_an_emergency_number(
    kamailio: Kamailio, sipp: Callable[..., Sipp]
) -> None:
    there = sipp("refuse")
    moved = sipp("moved", target=there.number)
    with alice_at(kamailio, redirect_policy="follow") as alice:
        alice.ask("makeCall", moved.number)
        alice.wait(lambda: alice.told("end"), "the end of the call")
        [record] = alice.told("end")
        assert record["sipCode"] == 486
        assert not any(data.startswith(b"INVITE sip:911@") for data in alice.sent)
    moved.finish()
    there.finish()


@pytest.mark.rfc("4028 §7.3", "a 422 is followed by a longer interval")
def test_a_session_timer_that_is_too_brief_is_made_longer(
    kamailio: Kamailio, sipp: Callable[..., Sipp]
) -> None:
    there = sipp("too_brief")
    with alice_at(kamailio) as alice:
        alice.ask("makeCall", there.number)
        alice.wait(lambda: alice.told("end"), "the end of the call")
        assert alice.told("end")[0]["explanation"] == "The line is busy. Call again in 10 minutes."
    there.finish()
