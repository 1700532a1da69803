"""Transfers over a real proxy: with phones of ours at each end, and with baresip in each part."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from interop.baresip import Baresip
from interop.kamailio import Kamailio
from interop.wired_phone import WiredPhone

pytestmark = pytest.mark.interop

Phones = Callable[..., WiredPhone]


@pytest.fixture
def phone(kamailio: Kamailio) -> Iterator[Phones]:
    """phone("alice") is a registered phone that calls whom others name without asking."""
    opened: list[WiredPhone] = []

    def registered(user: str) -> WiredPhone:
        host, password = kamailio.ws_url, kamailio.users[user]
        opened.append(WiredPhone(host, user, password, redirectPolicy="follow"))
        assert opened[-1].ask("register").error is None
        return opened[-1]

    yield registered
    for each in opened:
        each.ask("hangupAll")
        each.close()


def peers(phone: WiredPhone) -> dict[str, str]:
    """Who is at the other end of each call, and how it stands."""
    return {call.peer.number: call.view.state for call in phone.desk.snapshot.calls}


def talk(caller: WiredPhone, called: WiredPhone) -> None:
    rung = len(called.told("ringingin"))
    answered = len(caller.told("answer"))
    caller.ask("makeCall", called.user)
    called.wait(lambda: len(called.told("ringingin")) > rung, "ringing", beside=[caller])
    called.ask("answer")
    caller.wait(lambda: len(caller.told("answer")) > answered, "an answer", beside=[called])


def call_baresip(phone: WiredPhone) -> None:
    phone.ask("makeCall", "baresip")
    phone.wait(lambda: phone.told("answer"), "the answer of baresip")


@pytest.mark.rfc("3891 §4", "REFER with Replaces joins two calls through a proxy")
@pytest.mark.parametrize("first", ["out", "in"])
@pytest.mark.parametrize("second", ["out", "in"])
def test_two_calls_are_joined_through_a_proxy(phone: Phones, first: str, second: str) -> None:
    alice, bob, carol = phone("alice"), phone("bob"), phone("carol")
    talk(*((alice, bob) if first == "out" else (bob, alice)))
    talk(*((alice, carol) if second == "out" else (carol, alice)))
    alice.wait(lambda: peers(alice)["bob"] == "held", "the hold", beside=[bob, carol])

    promise = alice.begin("completeTransfer")
    everybody = [bob, carol]
    alice.wait(lambda: promise.settled, "the transfer", beside=everybody)

    assert promise.error is None
    alice.wait(
        lambda: (
            (peers(alice), peers(bob), peers(carol)) == ({}, {"carol": "active"}, {"bob": "active"})
        ),
        "two who talk to each other",
        beside=everybody,
    )
    assert {record["transferredTo"] for record in alice.told("end")} == {"bob", "carol"}


def test_baresip_calls_whom_we_name(phone: Phones, baresip: Baresip) -> None:
    alice, bob = phone("alice"), phone("bob")
    call_baresip(alice)

    promise = alice.begin("transfer", "bob")
    bob.wait(lambda: bob.told("ringingin"), "ringing", beside=[alice])
    bob.ask("answer")
    alice.wait(lambda: promise.settled, "the transfer", beside=[bob])

    assert promise.error is None
    assert peers(alice) == {}
    assert peers(bob) == {"baresip": "active"}
    assert alice.told("end")[0]["transferredTo"] == "bob"


def test_baresip_tells_that_nobody_is_there_and_the_call_is_back(
    phone: Phones, baresip: Baresip
) -> None:
    alice = phone("alice")
    call_baresip(alice)

    promise = alice.begin("transfer", "nobody")
    alice.wait(lambda: promise.settled, "the end of the transfer", 40)

    assert promise.error is not None
    assert promise.error.code in ("not_found", "unavailable")
    alice.wait(lambda: peers(alice) == {"baresip": "active"}, "the call")


def test_we_call_whom_baresip_names(phone: Phones, baresip: Baresip, kamailio: Kamailio) -> None:
    alice, bob = phone("alice"), phone("bob")
    call_baresip(alice)

    baresip.command("transfer", kamailio.uri("bob"))
    bob.wait(lambda: bob.told("ringingin"), "ringing", beside=[alice])
    bob.ask("answer")
    alice.wait(lambda: peers(alice) == {"bob": "active"}, "the new call", beside=[bob])

    assert alice.told("transfer")[0]["stage"] == "requested"
    assert alice.told("end")[0]["transferredTo"] == "bob"


def test_both_calls_stay_where_one_can_not_take_the_place_of_another(
    phone: Phones, baresip: Baresip
) -> None:
    """This baresip knows no Replaces."""
    alice, bob = phone("alice"), phone("bob")
    talk(alice, bob)
    call_baresip(alice)
    alice.wait(lambda: peers(alice).get("baresip") == "active", "baresip", beside=[bob])

    promise = alice.begin("completeTransfer")
    alice.wait(lambda: promise.settled, "the end of the transfer", beside=[bob])

    assert promise.error is not None
    assert (promise.error.code, promise.error.sip_code) == ("unsupported", 420)
    assert peers(alice) == {"bob": "held", "baresip": "active"}
