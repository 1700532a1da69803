"""A call that nobody has answered when its page goes, in Chromium: it rings again, or is recorded."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Route

from page.phone_page import PhonePage
from page.ports import wait_until
from page.spec import HOLDS, UNTOLD, screen

pytestmark = pytest.mark.browser

KEPT = "() => Object.entries(sessionStorage).map(String).join()"
WILL = "() => Object.keys(sessionStorage).some((key) => key.startsWith('webphone-will-'))"


def called(phone_page: Callable[..., PhonePage], ben: PhonePage, before: str) -> PhonePage:
    """It rings at Alice's, for Ben, and the worker holds what there is to hold."""
    alice = phone_page("alice", auto_register="true", before=before + HOLDS)
    wait_until(lambda: alice.state() == "registered", "alice to be registered", 15)
    ben.make_call("alice")
    alice.wait_event("ringingin")
    ben.wait_event("ringingout")
    wait_until(lambda: alice.page.evaluate("() => heldFor") > 0, "the worker to hold it")
    return alice


def again(phone: PhonePage) -> None:
    phone.page.reload()
    phone.call_method("ready")


@pytest.mark.parametrize("before", ["", UNTOLD], ids=["reload", "crash"])
def test_it_rings_again_and_both_hear_each_other(
    phone_page: Callable[..., PhonePage], ben: PhonePage, before: str
) -> None:
    alice = called(phone_page, ben, before)
    [call] = alice.calls()
    kept = str(alice.page.evaluate(KEPT))
    theirs = str(
        ben.page.evaluate(
            "() => __peers.find((peer) => peer.localDescription).localDescription.sdp"
        )
    )
    [key] = [line for line in theirs.splitlines() if line.startswith("a=ice-pwd:")][:1]
    assert call["id"] in kept and key.partition(":")[2] not in kept and "ice-" not in kept
    again(alice)
    assert alice.wait_state("ringing")["id"] == call["id"]
    assert alice.wait_event("ringingin")["id"] == call["id"]
    alice.call_method("answer")
    for phone in (alice, ben):
        phone.ears.wait_sound()
    ben.call_method("hangup")
    record = alice.wait_event("end")
    assert (record["id"], record["startedAt"]) == (call["id"], call["startedAt"])
    assert [one["disposition"] for one in alice.get("history")] == ["answered"]
    wait_until(lambda: not alice.page.evaluate(WILL), "the worker to be told")


def test_who_gave_up_while_the_page_was_away_is_not_rung_for(
    phone_page: Callable[..., PhonePage], ben: PhonePage
) -> None:
    alice = called(phone_page, ben, UNTOLD)
    waits: list[Route] = []
    alice.page.route("**/webphone.js", lambda route: waits.append(route))
    alice.page.reload(wait_until="commit")
    ben.call_method("hangup")
    wait_until(lambda: bool(waits), "the page to ask for its phone")
    waits[0].continue_()
    alice.page.wait_for_load_state("load")
    alice.call_method("ready")
    wait_until(lambda: alice.get("history"), "the record")
    assert [one["disposition"] for one in alice.get("history")] == ["missed"]
    assert not alice.calls()


@pytest.mark.parametrize("before", ["", UNTOLD], ids=["reload", "crash"])
def test_a_call_that_was_made_leaves_one_record_and_call_back_on_the_screen(
    phone_page: Callable[..., PhonePage], ben: PhonePage, before: str
) -> None:
    alice = phone_page("alice", auto_register="true", before=before)
    wait_until(lambda: alice.state() == "registered", "alice to be registered", 15)
    alice.make_call("ben")
    ben.wait_event("ringingin")
    [call] = alice.calls()
    since = ben.mark()
    again(alice)
    screen(alice).get_by_text("closed or loaded again").first.wait_for()
    screen(alice).get_by_role("button", name="Call back").click()
    assert ben.wait_event("end", since=since, seconds=10)["disposition"] == "missed"
    wait_until(lambda: alice.calls(), "another call")
    assert [(one["id"], one["disposition"]) for one in alice.get("history")] == [
        (call["id"], "cancelled")
    ]
    alice.call_method("hangup")
