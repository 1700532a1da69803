"""Texts, switches, forwarding and parking on the screen: what is shown, and what a press means."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gallery import BOB, CODED, CONFIG, IDLE, NOW, SCREENS, THREADS, talking
from webphone.contract import Hangup, MakeCall, SendDtmf, SendMessage, Transfer
from webphone.phone.feature_codes import SERVERS, Codes, codes
from webphone.phone.happenings import Asked, SettingChosen
from webphone.phone.snapshot import Text
from webphone.ui import drafts
from webphone.ui.act import act
from webphone.ui.gestures import (
    DraftEdited,
    DraftKeyPressed,
    DraftSent,
    KeyPressed,
    PageClosed,
    PageOpened,
)
from webphone.ui.haste import typing
from webphone.ui.html import find, find_all, name_of, text
from webphone.ui.messages import all_unread
from webphone.ui.screen import screen, shown
from webphone.ui.view import View

WRITTEN = replace(IDLE, threads=THREADS)
LIST, THREAD = View(open="messages"), View(open="messages", of="sip:1002@example.com")
TO_BOB = f"{drafts.TEXT}1002"


def press(picture, view, name):
    button = find(screen(picture, view, NOW), role="button", name=name)
    assert button is not None, name
    return button.on.get("click")


def parts(picture, view, part):
    return [text(found) for found in find_all(screen(picture, view, NOW), part=part)]


def typed(view, what, value, picture=IDLE):
    after, happenings = act(view, DraftEdited(what=what), picture, {"value": value}, NOW)
    assert happenings == []
    return after


def enter(view, what, picture=IDLE, **more):
    return act(view, DraftKeyPressed(what=what), picture, {"key": "Enter", **more}, NOW)


# --- The way there --------------------------------------------------------------------------------


def test_the_header_leads_to_more_and_back_and_counts_what_is_new():
    assert press(IDLE, View(), "More") == PageOpened(page="menu")
    assert press(IDLE, View(open="menu"), "More") == PageClosed()
    assert press(WRITTEN, View(), "More, new messages: 2") == PageOpened(page="menu")
    assert press(WRITTEN, View(open="menu"), "Messages, new: 2") == PageOpened(page="messages")


def test_what_rings_asks_or_needs_a_remedy_has_the_room_of_it_and_an_unset_phone_has_no_more():
    for name in ("ringing in", "call waiting", "emergency"):
        assert find(screen(*SCREENS[name], NOW), part="menu") is None
    assert find(screen(replace(IDLE, state="offline"), View(), NOW), part="menu") is None
    assert press(*SCREENS["not set up"], "More") is None


def test_a_call_comes_before_the_page_and_the_page_is_there_again_after_it():
    view = typed(THREAD, TO_BOB, "half")
    assert shown(talking(BOB), view) == "call"
    assert shown(WRITTEN, view) == "messages"
    assert find(screen(WRITTEN, replace(view, of="1002"), NOW), role="textbox").value == "half"


def test_opening_a_page_is_having_read_how_the_last_call_ended():
    ended = SCREENS["ended"][0]
    view, _ = act(View(), PageOpened(page="menu"), ended)
    assert shown(ended, view) == "menu"


def test_in_a_call_more_comes_over_it_with_the_lamps_the_texts_and_the_end_of_the_call():
    picture = SCREENS["more in a call"][0]
    assert press(picture, View(), "More, new messages: 2") == PageOpened(page="menu")
    view, _ = act(View(), PageOpened(page="menu"), picture)
    assert shown(picture, view) == "menu"
    assert press(picture, view, "101 free") == MakeCall(target="101")
    assert press(picture, view, "Messages, new: 2") == PageOpened(page="messages")
    assert press(picture, view, "Hang up") == Hangup(id=BOB.view.id)
    assert act(view, KeyPressed(), picture, {"key": "5"}) == (view, [])
    back, told = act(view, KeyPressed(), picture, {"key": "Escape"})
    assert (shown(picture, back), told) == ("call", [])
    unended = replace(picture, config=replace(CONFIG, show_hangup=False))
    assert find(screen(unended, view, NOW), role="button", name="Hang up") is None


def test_a_page_over_a_call_gives_way_to_a_ringing_one_and_to_another_call_and_outlasts_its_own():
    view, _ = act(View(), PageOpened(page="messages", of="1002"), replace(WRITTEN, calls=(BOB,)))
    clara = SCREENS["two calls"][0].calls[0]
    assert shown(talking(BOB), view) == "messages"
    assert shown(talking(clara, BOB), view) == "call"
    assert shown(SCREENS["ringing in"][0], view) == "ringing"
    assert shown(SCREENS["emergency"][0], view) == "question"
    assert shown(SCREENS["ended"][0], view) == "ended"
    assert shown(IDLE, view) == "messages"


def test_a_text_that_comes_during_a_call_shows_also_when_its_thread_lies_under_the_call():
    opened, _ = act(LIST, PageOpened(page="messages", of="1002"), WRITTEN)
    news = Text(id="9", ours=False, text="The link", at="")
    bob = replace(THREADS[0], texts=(*THREADS[0].texts, news))
    assert all_unread(talking(BOB, threads=THREADS[:1]), opened) == 0
    assert press(talking(BOB, threads=(bob,)), opened, "More, new messages: 1")
    answered = typed(opened, TO_BOB, "half", replace(IDLE, threads=(bob,)))
    assert all_unread(talking(BOB, threads=(bob,)), answered) == 0


# --- Texts ----------------------------------------------------------------------------------------


def test_the_threads_are_listed_with_their_last_text_and_what_is_new():
    assert parts(WRITTEN, LIST, "thread") == [
        "Bob Marsh Still there? New: 1",
        f"+442079460123 {THREADS[1].texts[0].text.strip()} New: 1",
    ]
    opener = find_all(screen(WRITTEN, LIST, NOW), part="thread")[1]
    assert opener.on["click"] == PageOpened(page="messages", of=THREADS[1].uri)
    assert parts(IDLE, LIST, "thread") == []


def test_a_thread_shows_each_text_as_it_stands():
    [*_, waiting, failed, going] = find_all(screen(WRITTEN, THREAD, NOW), part="text")
    assert text(waiting) == "Where? Kept by the server until they can be reached"
    assert text(failed) == "Hello? Not sent. The phone is offline: this was not sent. Send again"
    assert text(going) == "Still there? Sending…"
    assert press(WRITTEN, THREAD, "Send again") == SendMessage(target=THREAD.of, text="Hello?")
    log = find(screen(WRITTEN, THREAD, NOW), role="log")
    assert name_of(log) == "Messages"


def test_a_thread_that_is_left_is_read_and_what_comes_then_is_new():
    assert all_unread(WRITTEN, LIST) == 2
    opened, _ = act(LIST, PageOpened(page="messages", of="1002"), WRITTEN)
    assert all_unread(WRITTEN, opened) == 1
    left, _ = act(opened, PageClosed(), WRITTEN)
    assert all_unread(WRITTEN, left) == 1
    news = Text(id="9", ours=False, text="?", at="")
    bob = replace(THREADS[0], texts=(*THREADS[0].texts, news))
    assert all_unread(replace(IDLE, threads=(bob, THREADS[1])), left) == 2
    assert all_unread(replace(IDLE, threads=(bob,)), left) == 1
    gone, _ = act(replace(left, open="messages", of="+442079460123"), PageClosed(), WRITTEN)
    assert set(gone.seen) == {thread.uri for thread in THREADS}
    nowhere = View(open="messages", of="nobody")
    assert act(nowhere, PageClosed(), WRITTEN)[0] == View()


def test_a_text_that_comes_is_told_without_its_words():
    region = find(screen(WRITTEN, View(), NOW), role="status")
    assert "New message from Bob Marsh." in text(region)
    assert "Lunch" not in text(region)


def test_enter_sends_and_the_field_is_empty():
    view = typed(View(open="messages", of="1002"), TO_BOB, " hello ")
    assert press(IDLE, view, "Send") == DraftSent(what=TO_BOB)
    after, happenings = enter(view, TO_BOB)
    assert happenings == [Asked(command=SendMessage(target="1002", text="hello"))]
    assert after.drafts == {}
    assert act(view, DraftSent(what=TO_BOB), IDLE)[1] == happenings


@pytest.mark.parametrize(
    ("value", "more"),
    [("  ", {}), ("hello", {"modified": True}), ("hello", {"key": "a"}), ("", {})],
)
def test_nothing_else_sends(value, more):
    view = typed(View(open="messages", of="1002"), TO_BOB, value)
    assert enter(view, TO_BOB, **more) == (view, [])


def test_what_cannot_go_stays_in_the_field_and_the_phone_says_why():
    what = f"{drafts.TEXT}b b"
    view = typed(View(), what, "hello")
    after, [asked] = enter(view, what)
    assert (asked.command.target, after.drafts) == ("b b", {what: "hello"})
    nobody = replace(IDLE, config=replace(CONFIG, username=""))
    view = typed(View(), TO_BOB, "hello")
    assert enter(view, TO_BOB, nobody)[0].drafts == {TO_BOB: "hello"}


def test_whom_to_write_to_is_typed_and_opens_a_thread():
    view = typed(LIST, drafts.TO, "+44 20 7946 0123")
    assert press(IDLE, view, "Write") == DraftSent(what=drafts.TO)
    after, happenings = enter(view, drafts.TO)
    assert (after.of, after.drafts, happenings) == ("+442079460123", {}, [])
    assert parts(WRITTEN, after, "page-title") == ["+442079460123"]
    assert enter(typed(LIST, drafts.TO, "bob"), drafts.TO)[0].of == "bob"
    assert parts(WRITTEN, View(open="messages", of="bob"), "page-title") == ["bob"]


def test_drafts_are_kept_for_each_peer_and_bounded():
    view = View()
    for number in range(drafts.MOST + 5):
        view = typed(view, f"{drafts.TEXT}{number}", "x" * (drafts.LONGEST + 1))
    assert len(view.drafts) == drafts.MOST
    assert {len(draft) for draft in view.drafts.values()} == {drafts.LONGEST}
    assert typing(view, NOW)  # so that no key meant for it answers a call


def test_on_these_pages_keys_type_no_number_and_escape_goes_back():
    for view in (View(open="menu"), LIST):
        assert act(view, KeyPressed(), IDLE, {"key": "5"}) == (view, [])
        assert act(view, KeyPressed(), IDLE, {"key": "Enter"}) == (view, [])
        assert act(view, KeyPressed(), IDLE, {"key": "Escape"})[0].open == ""
    silent = replace(IDLE, config=replace(CONFIG, hotkeys=("off",)))
    assert act(LIST, KeyPressed(), silent, {"key": "Escape"}) == (LIST, [])


# --- Switches, forwarding, parking ----------------------------------------------------------------


def test_the_switches_say_how_they_stand_and_turn_it():
    node = screen(replace(IDLE, config=CODED), View(open="menu"), NOW)
    assert find(node, part="dnd").attributes["aria-pressed"] == "true"
    assert find(node, part="dnd").on["click"] == SettingChosen(name="dnd", value=False)
    assert find(node, part="auto-answer").attributes["aria-pressed"] == "false"
    assert find(node, part="auto-answer").on["click"] == SettingChosen(
        name="auto_answer", value=True
    )


def test_calls_are_forwarded_by_the_code_of_the_server():
    coded = replace(IDLE, config=CODED)
    view = typed(View(open="menu"), drafts.FORWARD, "0171 123")
    assert press(coded, view, "Forward") == DraftSent(what=drafts.FORWARD)
    assert enter(view, drafts.FORWARD, coded)[1] == [Asked(command=MakeCall(target="*720171123"))]
    assert enter(typed(view, drafts.FORWARD, "bob"), drafts.FORWARD, coded)[1] == [
        Asked(command=MakeCall(target="*72bob"))
    ]
    assert press(coded, view, "Stop forwarding") == MakeCall(target="*73")
    one_way = replace(CODED, feature_codes=("forward=*21",))
    assert parts(replace(IDLE, config=one_way), view, "forward-off") == []
    assert parts(IDLE, view, "forward-input") == parts(IDLE, view, "forward-off") == []


@pytest.mark.parametrize(
    ("setting", "command"),
    [
        ("asterisk", Transfer(target="700", id=BOB.view.id)),
        ("park=#72", SendDtmf(tones="#72", id=BOB.view.id)),
        ("park=*85", SendDtmf(tones="*85", id=BOB.view.id)),
    ],
)
def test_a_call_is_parked_by_the_code_of_the_server(setting, command):
    config = replace(CONFIG, feature_codes=(setting,))
    picture = replace(talking(BOB), config=config)
    assert press(picture, View(), "Park") == command
    ringing = replace(BOB, stage="ringing")
    assert press(replace(talking(ringing), config=config), View(), "Park") is None
    assert find(screen(talking(BOB), View(), NOW), role="button", name="Park") is None


def test_the_codes_of_a_server_can_be_changed():
    assert codes(()) == Codes()
    assert codes(("asterisk",)) == SERVERS["asterisk"]
    assert codes(("freepbx", "park=71", "forward-off=")) == Codes(park="71", forward="*72")
    assert codes(("park=7", "nothing=8", "unheard-of")) == Codes(park="7")
