"""A call survives a reload of its page through a real Kamailio, with rtpengine between and without."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from interop.baresip import Baresip
from interop.jssip_page import JssipPage
from interop.sound import AUDIBLE
from page.phone_page import PhonePage
from page.ports import wait_until
from page.spec import HOLDS, UNTOLD

pytestmark = [pytest.mark.interop, pytest.mark.timed]


@pytest.fixture
def alice(phone_page: Callable[..., PhonePage]) -> Iterator[PhonePage]:
    """Alice, whose calls outlive her page."""
    phone = phone_page("alice", recover="reload", auto_register="true")
    wait_until(lambda: phone.state() == "registered", "alice to be registered", 15)
    yield phone
    if phone.calls():
        phone.call_method("hangupAll")


def reload(phone: PhonePage) -> None:
    call = phone.wait_state("active")
    phone.page.reload()
    phone.call_method("ready")
    phone.wait_state("active", call["id"])
    phone.ears.wait_sound(seconds=25)


def test_a_phone_behind_rtpengine_hears_us_again_and_hangs_up(
    alice: PhonePage, baresip: Baresip
) -> None:
    already = baresip.mark()
    alice.make_call("baresip")
    alice.wait_event("answer")
    alice.ears.wait_sound()
    baresip.wait_sound(AUDIBLE)
    for _ in range(2):
        reload(alice)
        baresip.wait_sound(AUDIBLE)
    assert not [e for e in baresip.events[already:] if e.get("type") == "CALL_CLOSED"]
    baresip.hang_up()
    [record] = [alice.wait_event("end")]
    assert (record["disposition"], record["endedBy"]) == ("answered", "remote")


def test_a_call_that_came_from_behind_rtpengine_is_taken_back(
    alice: PhonePage, baresip: Baresip
) -> None:
    already = baresip.mark()
    baresip.dial("alice")
    alice.wait_event("ringingin")
    alice.call_method("answer")
    alice.ears.wait_sound()
    reload(alice)
    baresip.wait_sound(AUDIBLE)
    alice.call_method("hangup")
    baresip.wait_event("CALL_CLOSED", since=already)


def test_two_of_ours_without_rtpengine(alice: PhonePage, ben: PhonePage) -> None:
    alice.make_call("ben")
    ben.wait_event("ringingin")
    ben.call_method("answer")
    alice.wait_event("answer")
    reload(alice)
    ben.ears.wait_sound()
    ben.call_method("hangup")
    assert alice.wait_event("end")["endedBy"] == "remote"


def test_a_jssip_that_does_not_answer_to_replaces(
    alice: PhonePage, jssip_page: Callable[..., JssipPage]
) -> None:
    carol = jssip_page("carol")
    carol.register()
    alice.make_call("carol")
    carol.wait_event("incoming")
    carol.answer()
    alice.wait_event("answer")
    reload(alice)
    carol.ears.wait_sound()
    carol.hang_up()
    assert alice.wait_event("end")["endedBy"] == "remote"


def test_a_page_that_is_closed_ends_its_call_by_the_worker_that_outlives_it(
    phone_page: Callable[..., PhonePage], baresip: Baresip
) -> None:
    alice = phone_page("alice", auto_register="true")
    wait_until(lambda: alice.state() == "registered", "alice to be registered", 15)
    already = baresip.mark()
    alice.make_call("baresip")
    alice.wait_event("answer")
    alice.ears.wait_sound()
    alice.page.close()
    assert not [e for e in baresip.events[already:] if e.get("type") == "CALL_CLOSED"]
    baresip.wait_event("CALL_CLOSED", since=already, seconds=20)


@pytest.mark.parametrize("calling", [True, False])
def test_a_page_that_goes_without_a_word_leaves_nobody_ringing_or_waiting(
    phone_page: Callable[..., PhonePage], ben: PhonePage, calling: bool
) -> None:
    """The worker that outlives it takes the INVITE back, or refuses it, over a connection of its own."""
    alice = phone_page("alice", auto_register="true", before=HOLDS + UNTOLD)
    wait_until(lambda: alice.state() == "registered", "alice to be registered", 15)
    since = ben.mark()
    caller, callee = (alice, ben) if calling else (ben, alice)
    caller.make_call("ben" if calling else "alice")
    callee.wait_event("ringingin")
    caller.wait_event("ringingout")
    wait_until(lambda: alice.page.evaluate("() => heldFor") > 0, "the worker to hold it")
    alice.page.close()
    record = ben.wait_event("end", since=since, seconds=20)
    assert record["disposition"] == ("missed" if calling else "no-answer")
    assert calling or record["sipCode"] == 480


def rings_again(
    phone_page: Callable[..., PhonePage], call: Callable[[], None], before: str = ""
) -> tuple[PhonePage, str]:
    """Alice is called, and her page is loaded anew; Kamailio takes the 180 over the new connection."""
    alice = phone_page("alice", auto_register="true", before=HOLDS + before)
    wait_until(lambda: alice.state() == "registered", "alice to be registered", 15)
    call()
    id = alice.wait_event("ringingin")["id"]
    wait_until(lambda: alice.page.evaluate("() => heldFor") > 0, "the worker to hold it")
    alice.page.reload()
    alice.call_method("ready")
    alice.wait_state("ringing", id)
    wait_until(lambda: alice.state() == "registered", "alice to be registered", 15)
    return alice, id


def test_what_rings_here_for_a_baresip_rings_again_on_the_new_page(
    phone_page: Callable[..., PhonePage], baresip: Baresip
) -> None:
    alice, id = rings_again(phone_page, lambda: baresip.dial("alice"))
    alice.call_method("answer")
    alice.ears.wait_sound()
    baresip.wait_sound(AUDIBLE)
    baresip.hang_up()
    record = alice.wait_event("end")
    assert (record["id"], record["disposition"]) == (id, "answered")


def test_what_rings_here_for_a_jssip_rings_again_after_a_crash_until_it_gives_up(
    phone_page: Callable[..., PhonePage], jssip_page: Callable[..., JssipPage]
) -> None:
    """The CANCEL goes to the connection that is gone."""
    carol = jssip_page("carol")
    carol.register()
    alice, id = rings_again(phone_page, lambda: carol.call("alice"), UNTOLD)
    carol.hang_up()
    record = alice.wait_event("end", seconds=10)
    assert (record["id"], record["disposition"]) == (id, "missed")
