"""Texts between phones, INFO in calls and questions for abilities, each with what became of it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from phone.stage import Actor, description
from phone.tabs_stage import Browser
from webphone.phone import happenings as on
from webphone.phone import questions
from webphone.phone.threads import CHARACTERS, TEXTS, THREADS
from webphone.sip.inbox import LARGEST


def thread(phone: Actor, number: str):
    return next(one for one in phone.machine.snapshot.threads if one.peer.number == number)


def written(phone: Actor, number: str) -> list[tuple[str, str]]:
    """What was written to and fro: `in` or what became of it, and the words."""
    texts = thread(phone, number).texts
    return [(text.state if text.ours else "in", text.text) for text in texts]


def talking(alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(200, "Recv-Info: foo", sdp=description())


# --- Texts ----------------------------------------------------------------------------------------


def test_two_phones_write_to_each_other(alice, bob):
    sent = alice.ask("sendMessage", "bob", "lunch?")
    assert sent.value == {"sipCode": 200, "queued": False}
    [came] = bob.told("message")
    assert came["from"]["number"] == "alice"
    assert (came["text"], came["contentType"]) == ("lunch?", "text/plain")
    assert bob.ask("sendMessage", came["from"]["uri"], "in\nfive").settled
    assert written(alice, "bob") == [("sent", "lunch?"), ("in", "in\nfive")]
    assert written(bob, "alice") == [("in", "lunch?"), ("sent", "in\nfive")]


def test_a_text_of_the_screen_is_on_its_way_until_its_answer_comes(alice, dave):
    alice.press("sendMessage", "dave", "hello")
    assert written(alice, "dave") == [("sending", "hello")]
    dave.reply(202, to="MESSAGE")
    assert written(alice, "dave") == [("queued", "hello")]


@pytest.mark.rfc("3428 §7", "202: a server keeps the text for later")
def test_a_server_that_keeps_a_text_for_later_says_so(alice, dave):
    sent = alice.ask("sendMessage", "dave", "hello")
    assert not sent.settled
    dave.reply(202, to="MESSAGE")
    assert sent.value == {"sipCode": 202, "queued": True}


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (404, "not_found"),
        (415, "unsupported"),
        (480, "unavailable"),
        (486, "busy"),
        (408, "timeout"),
        (413, "invalid_config"),
        (603, "declined"),
        (500, "unavailable"),
    ],
)
def test_a_text_that_is_refused_says_why_and_is_kept(alice, dave, status, code):
    sent = alice.ask("sendMessage", "dave", "hello")
    dave.reply(status, to="MESSAGE")
    assert (sent.error.code, sent.error.sip_code) == (code, status)
    [text] = thread(alice, "dave").texts
    assert (text.state, text.why) == ("failed", sent.error.message)
    assert str(status) in text.why
    assert alice.told("error") == []


def test_the_next_try_takes_the_place_of_the_one_that_failed(alice, dave):
    alice.press("sendMessage", "dave", "hello")
    dave.reply(480, to="MESSAGE")
    alice.press("sendMessage", "dave", "hello")
    dave.reply(200, to="MESSAGE")
    alice.press("sendMessage", "dave", "hello")
    assert written(alice, "dave") == [("sent", "hello"), ("sending", "hello")]


def test_a_server_that_we_do_not_trust_gets_no_answer_and_the_text_says_so(alice, dave):
    sent = alice.ask("sendMessage", "dave", "hello")
    evil = 'WWW-Authenticate: Digest realm="evil.example", nonce="n"'
    dave.reply(401, evil, to="MESSAGE")
    assert sent.error.code == "auth_failed"
    assert "evil.example" in sent.error.message


def test_offline_nothing_is_lost(world, alice, bob):
    world.broken["wss://one.example/ws"] = "dead"
    world.cut(alice)
    sent = alice.ask("sendMessage", "bob", "hello")
    assert sent.error.code == "connection_failed"
    assert "offline" in sent.error.message
    alice.press("sendMessage", "bob", "again")
    assert written(alice, "bob") == [("failed", "hello"), ("failed", "again")]
    assert "offline" not in alice.machine.snapshot.error.message  # the texts say so themselves
    world.broken.clear()
    world.wind(60)
    alice.press("sendMessage", "bob", "hello")
    assert written(alice, "bob") == [("failed", "again"), ("sent", "hello")]
    assert [one["text"] for one in bob.told("message")] == ["hello"]


def test_a_text_that_is_never_answered_is_given_up(world, alice, dave):
    sent = alice.ask("sendMessage", "dave", "hello")
    world.wind(33)
    assert sent.error.code == "timeout"
    assert written(alice, "dave") == [("failed", "hello")]


def test_nor_is_one_waited_for_whose_account_is_gone(world, alice, dave):
    sent = alice.ask("sendMessage", "dave", "hello")
    alice.ask("setConfig", {"username": "carol", "password": "c"})
    world.wind(1)
    assert sent.error.code == "connection_failed"
    dave.reply(200, to="MESSAGE")
    assert written(alice, "dave") == [("failed", "hello")]


def test_what_was_under_way_as_the_connection_went_says_that_nobody_knows(world, alice, dave):
    talking(alice, dave)
    asked = [
        alice.ask("sendMessage", "dave", "hello"),
        alice.ask("sendInfo", "{}"),
        alice.ask("sendOptions", "dave"),
    ]
    world.cut(alice)
    errors = [one.error for one in asked]
    assert {error.code for error in errors} == {"connection_failed"}
    assert all("not known" in error.message for error in errors)
    assert written(alice, "dave") == [("failed", "hello")]
    world.wind(60)
    # Nothing of it is said twice, and the call goes on.
    assert dave.words().count("MESSAGE") == dave.words().count("INFO") == 1
    assert alice.call.state == "active"


@pytest.mark.parametrize(
    ("target", "text", "options", "code"),
    [
        ("bob", " \n", {}, "invalid_config"),
        ("bob", "x" * (LARGEST + 1), {}, "invalid_config"),
        ("b b\x00", "hello", {}, "invalid_number"),
        ("bob", "hello", {"contentType": "nonsense"}, "invalid_config"),
        ("bob", "hello", {"contentType": "text/plain\r\nX: y"}, "invalid_config"),
        ("bob", "hello", {"id": "none"}, "no_call"),
    ],
)
def test_what_cannot_be_sent_is_refused_at_once(alice, bob, target, text, options, code):
    assert alice.ask("sendMessage", target, text, options).error.code == code
    assert bob.told("message") == []
    assert alice.machine.snapshot.threads == ()


def test_a_phone_that_is_not_set_up_sends_nothing(world):
    nobody = world.phone("alice", host="")
    assert nobody.ask("sendMessage", "bob", "hello").error.code == "not_configured"
    assert nobody.ask("sendOptions").error.code == "not_configured"


def test_half_a_character_of_a_page_does_not_stop_a_text(alice, bob):
    assert alice.ask("sendMessage", "bob", "a\ud800b").settled
    assert bob.told("message")[0]["text"] == "a?b"


def test_what_no_person_reads_is_for_the_page_alone(alice, bob):
    sent = alice.ask("sendMessage", "bob", "{}", {"contentType": "application/json"})
    assert sent.value["sipCode"] == 200
    assert [one["contentType"] for one in bob.told("message")] == ["application/json"]
    assert alice.machine.snapshot.threads == bob.machine.snapshot.threads == ()


def test_a_text_goes_in_a_call_where_that_is_wanted(alice, dave):
    talking(alice, dave)
    sent = alice.ask("sendMessage", "dave", "psst", {"id": alice.call.id})
    assert dave.last("MESSAGE").to.tag == "far"
    dave.reply(200, to="MESSAGE")
    assert sent.value["sipCode"] == 200
    dave.inside("MESSAGE", "Content-Type: text/plain", sdp="yes?")
    assert written(alice, "dave") == [("sent", "psst"), ("in", "yes?")]


def test_but_not_before_it_is_answered(alice, dave):
    alice.ask("makeCall", "dave")
    sent = alice.ask("sendMessage", "dave", "psst", {"id": alice.call.id})
    assert sent.error.code == "no_call"
    assert written(alice, "dave") == [("failed", "psst")]


def test_the_threads_are_bounded(alice, bob):
    for number in range(TEXTS + 5):
        alice.world.wind(1)
        alice.press("sendMessage", "bob", f"text {number}")
    assert len(thread(alice, "bob").texts) == TEXTS
    assert thread(alice, "bob").texts[-1].text == f"text {TEXTS + 4}"
    for number in range(THREADS + 5):
        alice.press("sendMessage", f"{1000 + number}", "hello")
    assert len(alice.machine.snapshot.threads) == THREADS
    assert alice.machine.snapshot.threads[0].peer.number == f"{1000 + THREADS + 4}"
    long = "x" * LARGEST
    for number in range(10):
        alice.press("sendMessage", "carol", f"{number}{long[1:]}")
    kept = [text for one in alice.machine.snapshot.threads for text in one.texts]
    assert sum(len(text.text) for text in kept) <= CHARACTERS
    assert kept[0].text.startswith("4")  # the oldest are gone


def test_too_many_questions_without_an_answer_are_one_too_many(alice, dave):
    for _ in range(questions.MOST):
        alice.ask("sendMessage", "dave", "hello")
    sent = alice.ask("sendMessage", "dave", "one more")
    assert sent.error.code == "unavailable"
    assert written(alice, "dave")[-1] == ("failed", "one more")


def test_a_name_that_came_once_stays_where_the_next_text_has_none(alice, dave):
    named = ("Content-Type: text/plain",)
    dave.invite = None
    for number, me in enumerate(('"Dave D." <sip:dave@one.example>', "<sip:dave@one.example>")):
        data = dave._request(
            "MESSAGE",
            "sip:alice@one.example",
            f"{me};tag=t{number}",
            "<sip:alice@one.example>",
            number,
            (),
            named,
            "hi",
        )
        dave.say(data)
    assert thread(alice, "dave").name == "Dave D."
    assert len(thread(alice, "dave").texts) == 2


def test_numbers_of_the_exchange_send_a_text_back(alice):
    alice.press("sendMessage", "600", "echo")
    assert written(alice, "600") == [("sent", "echo"), ("in", "echo")]


def test_but_not_to_each_other(alice, world):
    eve = world.stranger("eve")
    eve.say(
        eve._request(
            "MESSAGE",
            "sip:600@one.example",
            "<sip:601@one.example>;tag=x",
            "<sip:600@one.example>",
            1,
            (),
            ("Content-Type: text/plain",),
            "round and round",
        )
    )
    assert eve.words() == ["200"]


# --- In several tabs ------------------------------------------------------------------------------


def test_tabs_that_share_a_phone_show_the_same_texts_and_keep_them(world, bob):
    browser = Browser(world)
    first, second = browser.tab(), browser.tab()
    assert second.ask("sendMessage", "bob", "from the second").value["sipCode"] == 200
    bob.ask("sendMessage", "alice", "to both")
    both = [("sent", "from the second"), ("in", "to both")]
    assert written(first, "bob") == written(second, "bob") == both
    assert [one["text"] for one in second.told("message")] == ["to both"]
    dave = world.stranger("dave")
    first.ask("sendMessage", "dave", "unanswered")
    first.crash()
    world.wind(5)
    assert written(second, "bob") == both
    assert written(second, "dave") == [("failed", "unanswered")]
    second.ask("sendMessage", "bob", "still here")
    assert written(second, "bob")[-1] == ("sent", "still here")
    assert dave.words() == ["MESSAGE"]


# --- INFO -----------------------------------------------------------------------------------------


def test_an_info_of_the_page_goes_in_the_call_and_settles_with_its_answer(alice, dave):
    talking(alice, dave)
    sent = alice.ask("sendInfo", "{}", {"contentType": "application/json"})
    assert not sent.settled
    assert dave.last("INFO").body == b"{}"
    dave.reply(200, to="INFO")
    assert sent.value == {"sipCode": 200}
    refused = alice.ask("sendInfo", "{}", {"package": "foo", "id": alice.call.id})
    assert dave.last("INFO").headers.get("Info-Package") == "foo"
    dave.reply(469, to="INFO")
    assert (refused.error.code, refused.error.sip_code) == ("unsupported", 469)


@pytest.mark.rfc("6086 §4.1", "an INFO needs the dialog of an answered call")
def test_an_info_needs_a_call_that_is_up_and_a_package_that_is_taken(world, alice, dave):
    assert alice.ask("sendInfo", "x").error.code == "no_call"
    alice.ask("makeCall", "dave")
    assert alice.ask("sendInfo", "x").error.code == "no_call"
    dave.reply(200, sdp=description())
    wrong = alice.ask("sendInfo", "x", {"package": "foo"}).error
    assert (wrong.code, "foo" in wrong.message) == ("unsupported", True)
    world.broken["wss://one.example/ws"] = "dead"
    world.cut(alice)
    assert alice.ask("sendInfo", "x").error.code == "connection_failed"


def test_a_press_that_comes_to_nothing_is_said(alice, dave):
    talking(alice, dave)
    alice.press("sendInfo", "x")
    dave.reply(500, to="INFO")
    assert [error.sip_code for error in alice.told("error")] == [500]


def test_the_packages_that_the_page_takes_are_offered_and_come_as_news(world, dave):
    alice = world.registered("alice", info_packages="foo, bar")
    alice.ask("makeCall", "dave")
    assert dave.last("INVITE").headers.get("Recv-Info") == "trickle-ice, foo, bar"
    dave.reply(200, sdp=description())
    dave.inside("INFO", "Info-Package: foo", "Content-Type: text/x", sdp="news")
    dave.inside("INFO", "Info-Package: other", "Content-Type: text/x", sdp="none")
    [told] = alice.told("info")
    assert (told["text"], told["contentType"], told["package"]) == ("news", "text/x", "foo")
    assert dave.words()[-2:] == ["200", "469"]


# --- OPTIONS --------------------------------------------------------------------------------------


def test_abilities_are_asked_of_a_phone_or_of_the_server(alice, bob):
    asked = alice.ask("sendOptions", "bob").value
    assert asked["sipCode"] == 200
    assert {"INVITE", "MESSAGE"} <= set(asked["allow"])
    assert asked["accept"] == ["application/sdp", "text/plain", "text/*", "application/*"]
    assert "timer" in asked["supported"]
    assert alice.ask("sendOptions").value["userAgent"] == "webphone exchange"


def test_who_would_refuse_a_call_as_busy_says_so_of_itself(alice, bob):
    bob.ask("setConfig", {"dnd": True})
    assert alice.ask("sendOptions", "bob").error.code == "busy"
    bob.ask("setConfig", {"dnd": False, "callWaiting": "off"})
    assert alice.ask("sendOptions", "bob").value["sipCode"] == 200
    alice.ask("makeCall", "bob")
    assert alice.ask("sendOptions", "bob").error.code == "busy"


def test_nobody_is_asked_while_offline_or_where_there_is_nobody(world, alice):
    assert alice.ask("sendOptions", "nobody").error.code == "not_found"
    world.broken["wss://one.example/ws"] = "dead"
    world.cut(alice)
    assert alice.ask("sendOptions").error.code == "connection_failed"


# --- What a call does not need --------------------------------------------------------------------


def test_a_phone_that_only_calls_never_loads_what_writes():
    code = "import sys, webphone.phone; assert not [m for m in sys.modules if 'questions' in m]"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": "pyapp"})


def test_a_switch_of_the_screen_is_one_of_the_phone_in_whichever_tab(world, bob):
    browser = Browser(world)
    first, second = browser.tab(), browser.tab()
    second.memory = first.memory
    first.memory.tabs += [first, second]
    second.happens(on.SettingChosen(name="dnd", value=True))
    assert [tab.machine.snapshot.config.dnd for tab in (first, second)] == [True, True]
    bob.ask("makeCall", "alice")
    assert bob.history[0].disposition == "busy"
    second.ask("setConfig", {"dnd": False})  # what a page sets is each tab's own
    assert [tab.machine.snapshot.config.dnd for tab in (first, second)] == [True, False]
