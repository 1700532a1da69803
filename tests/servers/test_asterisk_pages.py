"""What becomes of calls at Asterisk 22 when their page is loaded anew, crashes or is closed."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from page.phone_page import PhonePage
from page.ports import wait_until
from page.spec import HOLDS, UNTOLD
from servers.asterisk import Asterisk
from servers.stories import hear_each_other, talk

pytestmark = [pytest.mark.interop, pytest.mark.servers]

Open = Callable[..., PhonePage]


def reload(phone: PhonePage) -> None:
    """Its page is loaded anew, and has the call again."""
    call = phone.wait_state("active")
    phone.page.reload()
    phone.call_method("ready")
    phone.wait_event("recover", lambda news: news["stage"] == "done")
    assert phone.wait_state("active")["id"] == call["id"]


def test_a_call_survives_a_reload_of_either_page(phone: Open) -> None:
    settings = {"recover": "reload", "auto_register": "true"}
    alice, bob = phone("alice", **settings), phone("bob", **settings)
    talk(alice, bob, "102")
    hear_each_other(alice, bob)
    for each in (alice, bob, alice):
        reload(each)
        hear_each_other(alice, bob)
    bob.call_method("hangup")
    assert alice.wait_event("end")["disposition"] == "answered"
    assert not alice.calls() and not bob.calls()


def test_a_page_that_is_closed_ends_its_call_by_the_worker_that_outlives_it(
    phone: Open, server: Asterisk
) -> None:
    alice, bob = phone("alice"), phone("bob")
    talk(alice, bob)
    hear_each_other(alice, bob)
    alice.page.close()
    assert bob.calls()
    assert bob.wait_event("end", seconds=20)["endedBy"] == "remote"
    nothing_left(server)


def called(phone: Open, before: str = "") -> tuple[PhonePage, PhonePage, str]:
    """It rings at Alice's, for Bob, and the worker holds what there is to hold."""
    alice, bob = phone("alice", auto_register="true", before=before + HOLDS), phone("bob")
    bob.make_call("alice")
    id = alice.wait_event("ringingin")["id"]
    bob.wait_event("ringingout")
    wait_until(lambda: alice.page.evaluate("() => heldFor") > 0, "the worker to hold it")
    return alice, bob, id


def again(phone: PhonePage, id: str) -> None:
    """The page is loaded anew, and the call rings there."""
    phone.page.reload()
    phone.call_method("ready")
    phone.wait_state("ringing", id)
    wait_until(lambda: phone.state() == "registered", "it to be registered", 15)


@pytest.mark.parametrize("before", ["", UNTOLD], ids=["reload", "crash"])
def test_what_rings_here_rings_again_and_is_answered_over_the_new_connection(
    phone: Open, server: Asterisk, before: str
) -> None:
    alice, bob, id = called(phone, before)
    again(alice, id)
    alice.call_method("answer")
    hear_each_other(alice, bob)
    bob.call_method("hangup")
    record = alice.wait_event("end")
    assert (record["id"], record["disposition"]) == (id, "answered")
    nothing_left(server)


def given_up(phone: Open) -> tuple[PhonePage, str]:
    """It rings again for Bob, who gives up; the CANCEL goes to the connection that is gone."""
    alice, bob, id = called(phone)
    again(alice, id)
    bob.call_method("hangup")
    bob.wait_event("end")
    return alice, id


def test_who_has_given_up_is_rung_for_until_asterisk_forgets_the_call(
    phone: Open, server: Asterisk
) -> None:
    """It says yes to UPDATE for the 32 seconds that it waits for a 487, and then 481."""
    alice, id = given_up(phone)
    began = time.monotonic()
    record = alice.wait_event("end", seconds=40)
    print(f"it rang for {time.monotonic() - began:.0f} s")
    assert (record["id"], record["disposition"]) == (id, "missed")
    assert not alice.calls()
    nothing_left(server)


def test_whoever_answers_then_hears_that_the_call_has_ended(phone: Open, server: Asterisk) -> None:
    alice, id = given_up(phone)
    alice.call_method("answer")
    record = alice.wait_event("end", seconds=10)
    assert (record["id"], record["endedBy"]) == (id, "remote")
    assert not alice.calls()
    nothing_left(server)


def test_what_is_declined_on_the_new_page_goes_on_to_the_voice_mail(phone: Open) -> None:
    alice, bob, id = called(phone)
    again(alice, id)
    alice.call_method("reject")
    bob.wait_event("answer", seconds=5)
    bob.ears.wait_sound()


def test_nobody_is_rung_for_at_a_page_that_is_closed(phone: Open) -> None:
    """The worker refuses, and Asterisk goes on to the voice mail before its 30 seconds are over."""
    alice, bob, _ = called(phone, UNTOLD)
    alice.page.close()
    bob.wait_event("answer", seconds=15)


def nothing_left(server: Asterisk) -> None:
    wait_until(
        lambda: "0 active channels" in server.command("core show channels"),
        "Asterisk to have no call any more",
        10,
    )
