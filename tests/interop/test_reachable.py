"""Staying reachable at a real Kamailio: its flow, its GRUU, its pongs, and lines that go dead."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from interop.kamailio import Kamailio
from interop.silent_line import SilentLine
from interop.wired_phone import WiredPhone
from webphone.phone import happenings as on
from webphone.phone.account.keepalive import PING
from webphone.sip import parse

pytestmark = pytest.mark.interop

Open = Callable[..., WiredPhone]


@pytest.fixture
def line(kamailio: Kamailio) -> Iterator[SilentLine]:
    """The way from alice to Kamailio."""
    made = SilentLine(kamailio.ws_port)
    yield made
    made.close()


@pytest.fixture
def phone(kamailio: Kamailio) -> Iterator[Open]:
    opened: list[WiredPhone] = []

    def registered(user: str, host: str = kamailio.ws_url) -> WiredPhone:
        made = WiredPhone(host, user, kamailio.users[user])
        opened.append(made)
        assert made.ask("register").error is None
        return made

    yield registered
    for each in opened:
        each.close()


def talk(alice: WiredPhone, bob: WiredPhone) -> None:
    alice.begin("makeCall", bob.user)
    bob.wait(lambda: bob.told("ringingin"), "ringing", beside=[alice])
    bob.begin("answer")
    alice.wait(lambda: alice.told("answer") and bob.told("answer"), "an answer", beside=[bob])
    alice.wait(lambda: not _changing(alice, bob), "the end of all changes", beside=[bob])


def _changing(*phones: WiredPhone) -> bool:
    return any(call.changing for phone in phones for call in phone.desk.snapshot.calls)


def _methods(phone: WiredPhone) -> list[str]:
    return [data.split()[0].decode() for data in phone.sent if data != PING]


def test_a_flow_is_registered_with_a_gruu_that_calls_are_made_from(
    phone: Open, kamailio: Kamailio
) -> None:
    """RFC 5626 §4.2.1, RFC 5627 §4.1."""
    alice, bob = phone("alice"), phone("bob")
    register = next(data for data in alice.sent if data.startswith(b"REGISTER"))
    contact = parse(register).contacts[0]  # type: ignore[union-attr]
    assert contact.param("reg-id") == "1"
    assert (contact.param("+sip.instance") or "").startswith("<urn:uuid:")
    assert contact.uri.host.endswith(".invalid")
    talk(alice, bob)
    invite = parse(next(data for data in alice.sent if data.startswith(b"INVITE")))
    assert invite.contacts[0].uri.has("gr")  # type: ignore[union-attr]
    bob.begin("hangup")
    alice.wait(lambda: alice.told("end"), "the end", beside=[bob])


def test_a_dead_line_is_noticed_in_a_call_which_goes_on_over_the_next_one(
    phone: Open, line: SilentLine
) -> None:
    alice, bob = phone("alice", line.url), phone("bob")
    talk(alice, bob)
    line.die()
    begin = time.monotonic()
    alice.wait(lambda: line.connections == 2, "another connection", seconds=16, beside=[bob])
    assert time.monotonic() - begin < 16
    alice.wait(lambda: len(alice.told("registered")) == 2, "a registration", beside=[bob])
    alice.wait(lambda: "UPDATE" in _methods(alice), "news of where alice is", beside=[bob])
    bob.begin("hangup")
    alice.wait(lambda: alice.told("end"), "the end", seconds=5, beside=[bob])
    assert alice.told("end")[0]["endedBy"] == "remote"


def test_a_line_that_breaks_in_a_call_costs_nothing(phone: Open, line: SilentLine) -> None:
    """The server does not know yet that the old one is gone."""
    alice, bob = phone("alice", line.url), phone("bob")
    talk(alice, bob)
    line.cut()
    alice.wait(lambda: len(alice.told("registered")) == 2, "a registration", beside=[bob])
    alice.wait(lambda: "UPDATE" in _methods(alice), "news of where alice is", beside=[bob])
    bob.begin("hangup")
    alice.wait(lambda: alice.told("end"), "the end", seconds=5, beside=[bob])
    assert alice.told("end")[0]["endedBy"] == "remote"


def test_a_line_that_died_while_nobody_looked_is_noticed_when_the_page_is_seen_again(
    phone: Open, line: SilentLine
) -> None:
    alice = phone("alice", line.url)
    line.die()
    time.sleep(4)  # long enough that an answer is not known to be fresh
    alice.hear(on.Woken(visible=True))
    alice.wait(lambda: len(alice.told("registered")) == 2, "a registration", seconds=15)


def test_kamailio_answers_pings_and_is_asked_by_them(phone: Open) -> None:
    """RFC 5626 §3.5.1."""
    alice = phone("alice")
    for asked in (["OPTIONS", "PING"], ["PING"]):
        before = len(alice.sent)
        time.sleep(4)
        alice.hear(on.Woken(visible=True))
        sent = alice.sent[before:]
        assert ["PING" if data == PING else data.split()[0].decode() for data in sent] == asked
        keepalive = alice.desk.account.connection.keepalive
        alice.wait(lambda: keepalive.until is None, "an answer")  # noqa: B023
        pongs = time.monotonic() + 0.5
        alice.wait(lambda: time.monotonic() > pongs, "the pong")  # noqa: B023
    assert len(alice.told("registered")) == 1


def test_a_phone_that_rings_answers_over_the_next_line_when_its_own_has_broken(
    phone: Open, line: SilentLine
) -> None:
    """A proxy knows a response by its branch, whatever connection it comes over."""
    alice, bob = phone("alice", line.url), phone("bob")
    bob.begin("makeCall", "alice")
    alice.wait(lambda: alice.told("ringingin"), "ringing", beside=[bob])
    line.cut()
    alice.wait(lambda: len(alice.told("registered")) == 2, "a registration", beside=[bob])
    alice.begin("answer")
    bob.wait(lambda: bob.told("answer"), "an answer", beside=[alice])
    alice.wait(lambda: not _changing(alice, bob), "the end of all changes", beside=[bob])
    bob.begin("hangup")
    alice.wait(lambda: alice.told("end"), "the end", seconds=5, beside=[bob])
    assert alice.told("end")[0]["endedBy"] == "remote"
