"""Texts, INFO and OPTIONS over Kamailio, with a phone of ours and with SIPp at the other end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from interop.kamailio import Kamailio
from interop.sipp import Sipp
from interop.wired_phone import WiredPhone
from phone.stage import Promise

pytestmark = pytest.mark.interop

Phones = Callable[..., WiredPhone]
Script = Callable[..., Sipp]


@pytest.fixture
def phone(kamailio: Kamailio) -> Iterator[Phones]:
    """phone("alice") is a registered phone."""
    opened: list[WiredPhone] = []

    def registered(user: str) -> WiredPhone:
        opened.append(WiredPhone(kamailio.ws_url, user, kamailio.users[user]))
        assert opened[-1].ask("register").error is None
        return opened[-1]

    yield registered
    for each in opened:
        each.close()


def given(promise: Promise) -> Mapping[str, Any]:
    """What a promise has settled with."""
    assert isinstance(promise.value, Mapping), promise.error
    return promise.value


def test_two_phones_write_to_each_other_through_a_proxy(phone: Phones) -> None:
    alice, bob = phone("alice"), phone("bob")
    sent = alice.begin("sendMessage", "bob", "grüß dich\nund so")
    alice.wait(lambda: sent.settled, "the answer", beside=[bob])
    assert sent.value == {"sipCode": 200, "queued": False}
    [came] = bob.told("message")
    assert (came["from"]["number"], came["text"]) == ("alice", "grüß dich\nund so")


def test_who_is_not_there_and_who_is_nobody_are_told_apart(phone: Phones) -> None:
    alice = phone("alice")
    assert alice.ask("sendMessage", "carol", "hello").error.code == "unavailable"
    assert alice.ask("sendMessage", "nobody", "hello").error.code == "not_found"
    assert alice.ask("sendMessage", "7486", "hello").error.code == "busy"


def test_abilities_are_asked_through_a_proxy_and_of_it(phone: Phones) -> None:
    alice, bob = phone("alice"), phone("bob")
    asked = alice.begin("sendOptions", "bob")
    alice.wait(lambda: asked.settled, "the answer", beside=[bob])
    assert {"INVITE", "MESSAGE"} <= set(given(asked)["allow"])
    # This Kamailio has no port 5060, so that its bare domain is nobody to it; it says so.
    assert alice.ask("sendOptions").error.sip_code == 404


def test_an_info_and_a_text_go_within_a_call_through_a_proxy(phone: Phones) -> None:
    alice, bob = phone("alice"), phone("bob")
    alice.ask("makeCall", "bob")
    bob.wait(lambda: bob.told("ringingin"), "ringing", beside=[alice])
    bob.ask("answer")
    alice.wait(lambda: alice.told("answer"), "an answer", beside=[bob])
    [call] = alice.desk.snapshot.calls
    info = alice.begin("sendInfo", "{}", {"contentType": "application/json"})
    text = alice.begin("sendMessage", "bob", "psst", {"id": call.view.id})
    alice.wait(lambda: info.settled and text.settled, "both answers", beside=[bob])
    assert info.value == {"sipCode": 200}
    assert given(text)["sipCode"] == 200
    assert [told["text"] for told in bob.told("info")] == ["{}"]
    assert [told["text"] for told in bob.told("message")] == ["psst"]
    ending = alice.begin("hangup")
    alice.wait(lambda: ending.settled and bob.told("end"), "the end", beside=[bob])


def test_a_text_that_is_kept_for_later_says_so(phone: Phones, sipp: Script) -> None:
    script = sipp("keep_text")
    alice = phone("alice")
    assert given(alice.ask("sendMessage", script.number, "hello"))["queued"] is True
    script.finish()
    [text] = script.received("MESSAGE")
    assert (text.header("Content-Type"), text.header("Contact")) == ("text/plain", "")


def test_a_text_that_comes_twice_is_told_once(phone: Phones, sipp: Script) -> None:
    alice = phone("alice")
    script = sipp("write_twice", target="alice")
    alice.wait(lambda: len(script.received("SIP/2.0 200")) == 2, "two answers")
    script.finish()
    assert [told["text"] for told in alice.told("message")] == ["once"]
