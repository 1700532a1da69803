"""Our phone at Asterisk 22, configured as docs/servers/asterisk says, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from page.phone_page import PhonePage
from page.ports import wait_until
from servers.asterisk import Asterisk
from servers.stories import answer, hand_on, hear_each_other, lose_connection, talk

pytestmark = [pytest.mark.interop, pytest.mark.servers]

Open = Callable[..., PhonePage]
QUIET = 0.0001


def peers(phone: PhonePage) -> dict[str, str]:
    """Who is at the other end of each call, and how it stands."""
    return {
        (call["to"] if call["direction"] == "outgoing" else call["from"])["number"]: call["state"]
        for call in phone.calls()
    }


@pytest.mark.rfc("8760 §2.3", "SHA-256")
def test_a_phone_registers_with_sha_256(phone: Open, server: Asterisk) -> None:
    alice = phone("alice")
    assert alice.state() == "registered"
    assert "alice" in server.command("pjsip show contacts")
    asked = [each.text for each in server.wire() if each.first_line.startswith("REGISTER")]
    assert "algorithm=SHA-256" in asked[-1]
    alice.call_method("unregister")
    assert "alice" not in server.command("pjsip show contacts")


def test_a_wrong_password_is_told(phone: Open, server: Asterisk) -> None:
    alice = phone("alice")
    alice.call_method("unregister")
    alice.call_method("setConfig", {"password": "wrong"})
    assert alice.rejection("register").code == "auth_failed"


def test_two_phones_call_each_other_both_ways(phone: Open) -> None:
    alice, bob = phone("alice"), phone("bob")
    talk(alice, bob, "102")
    hear_each_other(alice, bob)
    assert bob.active_call()["from"]["displayName"] == "Alice"
    alice.call_method("hangup")
    assert bob.wait_event("end")["endedBy"] == "remote"

    talk(bob, alice)
    hear_each_other(alice, bob)
    alice.call_method("hangup")
    assert bob.wait_event("end", lambda end: end["direction"] == "outgoing")["endedBy"] == "remote"


def test_two_phones_see_each_other(phone: Open) -> None:
    alice, bob = phone("alice"), phone("bob")
    alice.make_call("bob", video=True)
    bob.wait_event("ringingin")
    bob.call_method("answer", None, {"video": True})
    alice.wait_event("answer")
    alice.ears.wait_video()
    bob.ears.wait_video()


def test_who_is_held_hears_music(phone: Open) -> None:
    alice, bob = phone("alice"), phone("bob")
    talk(alice, bob)
    hear_each_other(alice, bob)
    alice.call_method("hold")
    alice.wait_state("held")
    before = alice.ears.totals()["energy"]
    bob.ears.wait_sound()
    assert alice.ears.totals()["energy"] < before + QUIET
    alice.call_method("resume")
    hear_each_other(alice, bob)


def test_a_call_that_is_refused_or_busy_ends_at_the_voice_mail(phone: Open) -> None:
    alice, bob = phone("alice"), phone("bob")
    alice.make_call("bob")
    bob.wait_event("ringingin")
    bob.call_method("reject")
    alice.wait_event("answer")
    alice.ears.wait_sound()


def test_a_cancelled_call_stops_ringing(phone: Open) -> None:
    alice, bob = phone("alice"), phone("bob")
    alice.make_call("bob")
    bob.wait_event("ringingin")
    alice.call_method("hangup")
    assert bob.wait_event("end")["disposition"] == "missed"
    assert alice.wait_event("end")["disposition"] == "cancelled"


def test_a_number_that_nobody_has_is_told(phone: Open) -> None:
    alice = phone("alice")
    alice.make_call("999")
    assert alice.wait_event("end")["disposition"] == "failed"


@pytest.mark.rfc("3515 §2.4.4", "REFER and its news at Asterisk")
def test_a_call_is_handed_on_at_once(phone: Open) -> None:
    alice, bob, carol = phone("alice"), phone("bob"), phone("carol")
    talk(alice, bob)
    hear_each_other(alice, bob)
    hand_on(alice, bob, carol)
    assert alice.wait_event("end")["transferredTo"] == "carol"
    bob.call_method("hangup")
    carol.wait_event("end")


def test_a_call_that_came_is_handed_on_at_once(phone: Open) -> None:
    alice, bob, carol = phone("alice"), phone("bob"), phone("carol")
    talk(bob, alice)
    hand_on(alice, bob, carol, "103")


def test_two_calls_are_joined_after_asking(phone: Open) -> None:
    alice, bob, carol = phone("alice"), phone("bob"), phone("carol")
    talk(bob, alice)
    hear_each_other(alice, bob)
    alice.call_method("consult", "carol")
    answer(carol)
    alice.wait_state("active")
    hear_each_other(carol)
    assert set(peers(alice).values()) == {"held", "active"}
    alice.call_method("completeTransfer")
    wait_until(lambda: alice.calls() == [], "no call at Alice")
    hear_each_other(bob, carol)
    # And each is told who the other one is now.
    wait_until(lambda: bob.calls()[0]["to"]["displayName"] == "Carol", "Carol's name at Bob")
    wait_until(lambda: carol.calls()[0]["from"]["displayName"] == "Bob", "Bob's name at Carol")
    bob.call_method("hangup")
    assert carol.wait_event("end")["to"]["number"] == "carol"


def test_a_transfer_to_nobody_gives_the_call_back(phone: Open) -> None:
    alice, bob = phone("alice"), phone("bob")
    talk(alice, bob)
    assert alice.rejection("transfer", "999").code == "not_found"
    hear_each_other(alice, bob)


def test_both_hold_and_take_each_other_back(phone: Open) -> None:
    alice, bob = phone("alice"), phone("bob")
    talk(alice, bob)
    for wish, state in (("hold", "held"), ("resume", "active")):
        for each, promise in [(each, each.begin(wish)) for each in (alice, bob)]:
            each.outcome(promise)
            each.wait_state(state)
    hear_each_other(alice, bob)


def test_each_browser_of_a_person_rings_and_one_answers(phone: Open) -> None:
    alice, bob, other = phone("alice"), phone("bob"), phone("bob")
    alice.make_call("bob")
    for each in (bob, other):
        each.wait_event("ringingin")
    other.call_method("answer")
    assert bob.wait_event("end")["disposition"] == "answered-elsewhere"
    hear_each_other(alice, other)


def test_who_is_in_a_call_is_told_to_others(phone: Open) -> None:
    alice, bob, carol = phone("alice"), phone("bob"), phone("carol")
    carol.call_method("subscribe", "102", "dialog")
    carol.wait_event(
        "notify", lambda news: news["event"] == "dialog" and "confirmed" not in news["body"]
    )
    talk(alice, bob)
    carol.wait_event(
        "notify", lambda news: news["event"] == "dialog" and "confirmed" in news["body"]
    )


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_a_call_outlives_its_connection(phone: Open, who: str) -> None:
    phones = {user: phone(user) for user in ("alice", "bob")}
    talk(phones["alice"], phones["bob"])
    lose_connection(phones[who])
    hear_each_other(*phones.values())
    # It has told Asterisk where it is: the BYE comes at once, and not when it asks whether the call is there.
    phones["bob" if who == "alice" else "alice"].call_method("hangup")
    phones[who].wait_event("end", seconds=8)


def test_phones_come_back_to_a_server_that_starts_again(phone: Open, server: Asterisk) -> None:
    alice, bob = phone("alice"), phone("bob")
    since = {each: each.mark() for each in (alice, bob)}
    server.restart()
    for each, mark in since.items():
        each.wait_event("registered", since=mark, seconds=60)
    talk(alice, bob)
    hear_each_other(alice, bob)


def test_a_recorded_message_lights_the_lamp_and_is_played(phone: Open) -> None:
    bob = phone("bob")
    bob.make_call("carol")
    bob.wait_event("answer")
    bob.ears.wait_sound()
    # The announcement, the tone, and then some of Bob's microphone.
    bob.call_method("sendDtmf", "#")
    bob.ears.silence(4.0)
    bob.call_method("hangup")

    carol = phone("carol", voicemail="*97")
    news = carol.wait_event("notify", lambda news: news["event"] == "message-summary")
    assert "Messages-Waiting: yes" in news["body"]
    talked = carol.make_call("*97")
    carol.wait_event("answer", lambda call: call["id"] == talked["id"])
    carol.ears.wait_sound()
    carol.call_method("sendDtmf", "1234#")
    carol.ears.wait_sound()


def test_two_phones_write_to_each_other(phone: Open) -> None:
    alice, bob = phone("alice"), phone("bob")
    sent = alice.call_method("sendMessage", "bob", "grüß dich\nund so")
    assert sent["sipCode"] in (200, 202)
    came = bob.wait_event("message")
    assert (came["from"]["number"], came["text"]) == ("alice", "grüß dich\nund so")
    bob.call_method("sendMessage", "alice", "you too")
    assert alice.wait_event("message")["text"] == "you too"


def test_who_answers_first_has_the_caller_of_the_queue(phone: Open) -> None:
    alice, bob, carol = phone("alice"), phone("bob"), phone("carol")
    carol.make_call("500")
    carol.wait_event("answer")
    carol.ears.wait_sound()
    for each in (alice, bob):
        each.wait_event("ringingin")
    bob.call_method("answer")
    assert alice.wait_event("end")["disposition"] == "answered-elsewhere"
    hear_each_other(bob, carol)
    bob.call_method("hangup")
    carol.wait_event("end")


def test_three_phones_meet_in_a_room(phone: Open) -> None:
    three = [phone(user) for user in ("alice", "bob", "carol")]
    for each in three:
        each.make_call("600")
        each.wait_event("answer")
    hear_each_other(*three)
    three[0].call_method("mute")
    hear_each_other(*three[1:])


def test_digits_choose_of_a_menu(phone: Open) -> None:
    alice, bob = phone("alice"), phone("bob")
    alice.make_call("800")
    alice.wait_event("answer")
    alice.call_method("sendDtmf", "2")
    answer(bob)
    hear_each_other(alice, bob)
