"""An INVITE without an answer goes out again over a new connection, and nobody rings twice."""

from __future__ import annotations

import pytest

from pair import ANSWER, OFFER, Pair, Phone, Solo
from webphone.sip import Answered, By, Confirmed, Ended, Invited, Request, Response

TAG = "b1"


def reconnect(pair: Pair, phone: Phone, *, seconds: float = 1.0) -> None:
    """Its WebSocket broke, with all that flew over it; a while later there is another one."""
    pair.say(phone, phone.agent.transport_lost(pair.now))
    pair.wire.clear()
    pair.wind(seconds)
    pair.say(phone, phone.agent.transport_up(pair.now))
    pair.deliver()


def reconnected(alice: Solo) -> Request:
    """She has another WebSocket; the INVITE that goes out over it."""
    alice.say(alice.agent.transport_lost(alice.now))
    alice.wind(1)
    alice.say(alice.agent.transport_up(alice.now))
    return alice.last("INVITE")


def cancels(alice: Solo) -> list[Request]:
    return [m for m in alice.phone.sent if isinstance(m, Request) and m.method == "CANCEL"]


def ringing() -> tuple[Pair, str]:
    pair = Pair()
    pair.call()
    (call,) = pair.bob.agent.calls()
    pair.say(pair.bob, pair.bob.agent.ring(call, pair.now))
    pair.deliver()
    return pair, call


def ended(phone: Phone | Solo) -> Ended:
    (one,) = (phone.phone if isinstance(phone, Solo) else phone).news(Ended)
    assert isinstance(one, Ended)
    return one


@pytest.mark.rfc(
    "5626 §4.4.1",
    "with a flow went the way of its responses: an INVITE without an answer goes over the next one",
)
def test_who_rings_goes_on_ringing_and_it_is_one_call_at_both_ends() -> None:
    """RFC 5626 §4.4.1."""
    pair, call = ringing()
    reconnect(pair, pair.alice)
    first, again = [m for m in pair.alice.sent if isinstance(m, Request) and m.method == "INVITE"]
    assert (again.call_id, again.from_.tag) == (first.call_id, first.from_.tag)
    assert (first.cseq.number, again.cseq.number) == (1, 2)
    assert pair.bob.agent.calls() == (call,)
    pair.say(pair.bob, pair.bob.agent.accept(call, ANSWER, pair.now))
    pair.deliver()
    assert len(pair.alice.news(Answered)) == 1
    assert pair.bob.news(Confirmed) == [Confirmed(call=call)]
    assert len(pair.bob.news(Invited)) == 1
    pair.say(pair.bob, pair.bob.agent.hang_up(call, pair.now))
    pair.wind(70)
    assert (ended(pair.alice).by, ended(pair.bob).by) == (By.REMOTE, By.LOCAL)
    assert [phone.agent.transactions for phone in pair.phones()] == [0, 0]


def test_the_one_before_is_cancelled_once_somebody_rings_for_the_next() -> None:
    """So that no server keeps another phone ringing for it; who goes on ringing is not stopped."""
    pair, _call = ringing()
    reconnect(pair, pair.alice)
    assert pair.bob.wrote("487") == ["487 INVITE"]
    assert pair.alice.wrote("CANCEL") == []  # it has had its answer
    alice = Solo()
    first = alice.call()
    alice.answer(first, 180, "old")
    again = reconnected(alice)
    alice.answer(again, 100, "")
    assert not cancels(alice)
    alice.answer(again, 180, "new")
    (cancel,) = cancels(alice)
    assert cancel.via.branch == first.via.branch
    alice.answer(cancel, 200)
    alice.answer(first, 487, "old")
    alice.answer(again, 200, "new", sdp=ANSWER)
    assert alice.phone.wrote() == ["INVITE", "INVITE", "CANCEL", "ACK", "ACK"]
    assert alice.phone.news(Ended) == []


def test_a_call_that_was_answered_as_the_connection_broke_is_answered_again() -> None:
    """The 2xx was lost: the INVITE that comes again gets it, and both talk."""
    pair, call = ringing()
    pair.fate = lambda message: None
    pair.say(pair.bob, pair.bob.agent.accept(call, ANSWER, pair.now))
    pair.fate = lambda message: 0.0
    reconnect(pair, pair.alice)
    assert len(pair.alice.news(Answered)) == 1
    assert pair.bob.news(Confirmed) == [Confirmed(call=call)]
    pair.wind(70)
    pair.say(pair.alice, pair.alice.agent.hang_up("call", pair.now))
    pair.wind(40)
    assert (ended(pair.alice).by, ended(pair.bob).by) == (By.LOCAL, By.REMOTE)
    assert len(pair.bob.news(Invited)) == 1


def test_a_refusal_that_was_lost_is_said_again_and_nothing_rings_again() -> None:
    pair, call = ringing()
    pair.fate = lambda message: None
    headers = (("Warning", '399 bob "asleep"'),)
    pair.say(pair.bob, pair.bob.agent.reject(call, 603, pair.now, "Not now", headers))
    pair.fate = lambda message: 0.0
    reconnect(pair, pair.alice)
    over = ended(pair.alice)
    assert (over.by, over.status, over.reason) == (By.REMOTE, 603, "Not now")
    assert len(pair.bob.news(Invited)) == 1
    assert len(pair.bob.news(Ended)) == 1
    pair.wind(70)
    assert [phone.agent.transactions for phone in pair.phones()] == [0, 0]


def test_after_two_minutes_it_is_a_new_call() -> None:
    pair, call = ringing()
    pair.fate = lambda message: None
    pair.say(pair.bob, pair.bob.agent.reject(call, 486, pair.now))
    pair.fate = lambda message: 0.0
    reconnect(pair, pair.alice, seconds=121)
    assert len(pair.bob.news(Invited)) == 2


def test_sixteen_refusals_are_remembered() -> None:
    bob = Solo()
    for number in range(17):
        asked = bob.ask("INVITE", sdp=OFFER, call_id=f"call-{number}")
        (call,) = bob.agent.calls()
        bob.say(bob.agent.ring(call, bob.now))
        bob.say(bob.agent.reject(call, 486, bob.now))
        bob.ask(
            "ACK", call_id=f"call-{number}", branch=asked.via.branch, to_tag=bob_tag(bob), cseq=1
        )
    bob.ask("INVITE", sdp=OFFER, call_id="call-16", cseq=2)
    assert bob.agent.calls() == ()
    bob.ask("INVITE", sdp=OFFER, call_id="call-0", cseq=2)
    assert len(bob.agent.calls()) == 1


def bob_tag(bob: Solo) -> str:
    response = bob.phone.sent[-1]
    assert isinstance(response, Response)
    return response.to.tag


@pytest.mark.parametrize(
    "other",
    [
        {"cseq": 1, "tag": "b2"},
        {"cseq": 2, "call_id": "another"},
    ],
    ids=["another caller", "another call"],
)
def test_what_only_looks_alike_rings_beside_it(other: dict[str, object]) -> None:
    bob = Solo()
    bob.ask("INVITE", sdp=OFFER)
    bob.ask("INVITE", sdp=OFFER, **other)  # type: ignore[arg-type]
    assert len(bob.agent.calls()) == 2


def test_one_that_was_cancelled_or_acknowledged_is_not_gone_on_with() -> None:
    bob = Solo()
    first = bob.ask("INVITE", sdp=OFFER)
    bob.ask("CANCEL", branch=first.via.branch)
    bob.ask("INVITE", sdp=OFFER, cseq=2)
    (call,) = bob.agent.calls()
    bob.say(bob.agent.accept(call, ANSWER, bob.now))
    bob.ask("ACK", cseq=2, to_tag=bob_tag(bob))
    bob.ask("INVITE", sdp=OFFER, cseq=3)
    assert len(bob.agent.calls()) == 2
    bob.say(bob.agent.hang_up(call, bob.now))
    bob.answer(bob.last("BYE"), 200)
    bob.ask("INVITE", sdp=OFFER, cseq=4)
    assert len(bob.agent.calls()) == 1


def test_a_cancel_of_the_one_before_stops_no_ringing() -> None:
    bob = Solo()
    first = bob.ask("INVITE", sdp=OFFER)
    second = bob.ask("INVITE", sdp=OFFER, cseq=2)
    bob.ask("CANCEL", branch=first.via.branch)
    assert bob.last_status() == 200
    assert len(bob.agent.calls()) == 1
    bob.ask("CANCEL", branch=second.via.branch, cseq=2)
    assert ended(bob).by is By.REMOTE


@pytest.mark.rfc("3262 §3", "what waits for a PRACK of the one before waits no more")
def test_what_the_one_before_was_waiting_for_is_waited_for_no_more() -> None:
    """RFC 3262 §3."""
    bob = Solo()
    reliable = ("Require", "100rel")
    bob.ask("INVITE", reliable, sdp=OFFER)
    (call,) = bob.agent.calls()
    bob.say(bob.agent.ring(call, bob.now))
    bob.say(bob.agent.accept(call, ANSWER, bob.now))
    assert bob.phone.wrote("200") == []
    bob.ask("INVITE", reliable, ("Expires", "100"), sdp=OFFER, cseq=2)
    assert bob.phone.wrote("200") == ["200 INVITE"]


def test_an_offer_of_the_one_before_gets_487() -> None:
    bob = Solo()
    reliable = ("Require", "100rel")
    bob.ask("INVITE", reliable, sdp=OFFER)
    (call,) = bob.agent.calls()
    bob.say(bob.agent.ring(call, bob.now, sdp=ANSWER))
    ring = bob.phone.sent[-1]
    number = ring.headers.get("RSeq")
    tag = bob_tag(bob)
    bob.ask("PRACK", ("RAck", f"{number} 1 INVITE"), cseq=2, to_tag=tag)
    bob.ask("UPDATE", cseq=3, to_tag=tag, sdp=OFFER)
    bob.ask("INVITE", reliable, sdp=OFFER, cseq=4)
    assert "487 UPDATE" in bob.phone.wrote()
    assert len(bob.agent.calls()) == 1


# --- Who knows nothing of it -----------------------------------------------------------------------


@pytest.mark.rfc(
    "3261 §8.2.2.2", "a 482 says that the INVITE before is still there: it is cancelled"
)
@pytest.mark.parametrize("status", [482, 486])
def test_a_phone_that_is_busy_with_the_one_before_is_called_again_without_it(status: int) -> None:
    """RFC 3261 §8.2.2.2."""
    alice = Solo()
    first = alice.call()
    alice.answer(first, 180)
    again = reconnected(alice)
    alice.answer(again, status)
    (cancel,) = cancels(alice)
    assert cancel.via.branch == first.via.branch
    alice.answer(cancel, 200)
    third = alice.last("INVITE")
    assert third.cseq.number == 3
    alice.answer(first, 487)
    alice.answer(third, 200, sdp=ANSWER)
    assert len(alice.phone.news(Answered)) == 1
    assert alice.phone.news(Ended) == []


def test_its_487_says_so_where_the_answer_to_the_cancel_is_lost() -> None:
    alice = Solo()
    first = alice.call()
    alice.answer(first, 180)
    alice.answer(reconnected(alice), 486)
    alice.answer(first, 487)
    assert alice.last("INVITE").cseq.number == 3


@pytest.mark.parametrize("cancelled", [481, None])
def test_one_that_is_busy_otherwise_is_busy(cancelled: int | None) -> None:
    alice = Solo()
    alice.answer(alice.call(), 180)
    alice.answer(reconnected(alice), 486)
    assert alice.phone.news(Ended) == []
    if cancelled is not None:
        alice.answer(cancels(alice)[0], cancelled)
    else:
        alice.wind(2)
    assert (ended(alice).by, ended(alice).status) == (By.REMOTE, 486)
    alice.wind(70)
    assert alice.agent.transactions == 0


@pytest.mark.parametrize("status", [404, 480])
def test_who_has_lost_the_same_server_is_waited_for(status: int) -> None:
    alice = Solo()
    alice.answer(alice.call(), 180)
    alice.answer(reconnected(alice), status)
    alice.answer(cancels(alice)[0], 200)
    assert alice.last("INVITE").cseq.number == 2
    alice.wind(2)
    alice.answer(alice.last("INVITE"), status)
    alice.wind(2)
    last = alice.last("INVITE")
    assert last.cseq.number == 4
    alice.answer(last, 180)
    alice.answer(last, 200, sdp=ANSWER)
    assert len(alice.phone.news(Answered)) == 1


def test_but_not_for_long() -> None:
    alice = Solo()
    alice.call()
    reconnected(alice)
    for _ in range(4):
        alice.answer(alice.last("INVITE"), 480)
        alice.wind(2)
    assert ended(alice).status == 480
    assert alice.phone.wrote("INVITE") == ["INVITE"] * 5
    alice.wind(70)
    assert alice.agent.transactions == 0


def test_a_refusal_after_it_rang_is_the_last_word() -> None:
    alice = Solo()
    alice.answer(alice.call(), 180)
    again = reconnected(alice)
    alice.answer(again, 180)
    alice.answer(again, 486)
    assert ended(alice).status == 486


# --- Which of them is answered ---------------------------------------------------------------------


def test_the_one_before_may_be_answered_after_all() -> None:
    """Then the next one is cancelled, as soon as that can be."""
    alice = Solo()
    first = alice.call()
    alice.answer(first, 180)
    again = reconnected(alice)
    alice.answer(first, 200, sdp=ANSWER)
    assert len(alice.phone.news(Answered)) == 1
    assert alice.last("ACK").cseq.number == 1
    assert not cancels(alice)
    alice.answer(again, 180, "b2")
    (cancel,) = cancels(alice)
    assert cancel.via.branch == again.via.branch
    alice.answer(cancel, 200)
    alice.answer(again, 487, "b2")
    alice.wind(70)
    assert alice.phone.news(Ended) == []
    assert alice.agent.transactions == 0


def test_whoever_answers_both_is_one_phone() -> None:
    alice = Solo()
    first = alice.call()
    alice.answer(first, 180)
    again = reconnected(alice)
    alice.answer(first, 200, sdp=ANSWER)
    alice.answer(again, 200, sdp=ANSWER)
    alice.answer(again, 200, sdp=ANSWER)
    acks = [m for m in alice.phone.sent if isinstance(m, Request) and m.method == "ACK"]
    assert [ack.cseq.number for ack in acks] == [1, 2, 2]
    assert alice.phone.wrote("BYE") == []


def test_another_phone_that_answers_the_next_one_is_too_late() -> None:
    alice = Solo()
    first = alice.call()
    alice.answer(first, 180)
    again = reconnected(alice)
    alice.answer(again, 200, "b2", sdp=ANSWER)
    alice.answer(first, 200, "b1", sdp=ANSWER)
    assert len(alice.phone.news(Answered)) == 1
    assert len(alice.phone.wrote("BYE")) == 1
    alice.answer(alice.last("BYE"), 200)
    alice.wind(70)
    assert alice.agent.transactions == 0


def test_an_answer_while_it_pauses_is_an_answer() -> None:
    alice = Solo()
    first = alice.call()
    alice.answer(first, 180)
    alice.answer(reconnected(alice), 486)
    alice.answer(first, 200, sdp=ANSWER)
    assert len(alice.phone.news(Answered)) == 1
    alice.answer(cancels(alice)[0], 481)
    alice.wind(70)
    assert alice.phone.news(Ended) == []


def test_it_can_be_given_up_while_it_pauses() -> None:
    alice = Solo()
    alice.answer(alice.call(), 180)
    alice.answer(reconnected(alice), 480)
    alice.say(alice.agent.hang_up("call", alice.now))
    assert ended(alice).by is By.LOCAL
    alice.wind(70)
    assert alice.phone.wrote("INVITE") == ["INVITE"] * 2
    assert alice.agent.transactions == 0


def test_a_connection_that_breaks_again_and_again_leaves_nothing_behind() -> None:
    alice = Solo()
    first = alice.call()
    alice.answer(first, 180)
    second = reconnected(alice)
    alice.answer(second, 100, "")
    third = reconnected(alice)
    assert {cancel.via.branch for cancel in cancels(alice)} == {first.via.branch}
    alice.answer(third, 480)
    fourth = reconnected(alice)
    assert fourth.cseq.number == 4
    alice.answer(fourth, 180)
    alice.answer(fourth, 200, sdp=ANSWER)
    alice.say(alice.agent.hang_up("call", alice.now))
    alice.answer(alice.last("BYE"), 200)
    alice.wind(70)
    assert alice.agent.transactions == 0


def test_an_earlier_one_that_nobody_heard_is_cancelled_when_it_is_heard_of_after_all() -> None:
    alice = Solo()
    first = alice.call()
    again = reconnected(alice)
    alice.answer(again, 180)
    assert not cancels(alice)
    alice.answer(first, 180, "old")
    assert [cancel.via.branch for cancel in cancels(alice)] == [first.via.branch]


@pytest.mark.deviates(
    "3261 §9.1",
    "an INVITE that nothing was heard of is cancelled over the next connection: it came over the "
    "one before, which a CANCEL can't overtake, or never will",
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_one_that_was_given_up_before_anything_was_heard_is_cancelled(when: str) -> None:
    """RFC 3261 §9.1."""
    alice = Solo()
    invite = alice.call()
    if when == "before":
        alice.say(alice.agent.hang_up("call", alice.now))
    alice.say(alice.agent.transport_lost(alice.now))
    if when == "after":
        alice.say(alice.agent.hang_up("call", alice.now))
    alice.say(alice.agent.transport_up(alice.now))
    (cancel,) = cancels(alice)
    assert cancel.via.branch == invite.via.branch
    alice.answer(cancel, 481)
    alice.wind(40)
    assert ended(alice).by is By.LOCAL
    assert alice.phone.wrote("INVITE") == ["INVITE"]
    assert alice.agent.transactions == 0


@pytest.mark.rfc("3261 §15", "a caller may end an early dialog by BYE, which needs no INVITE")
def test_a_server_that_has_forgotten_the_invite_passes_on_that_it_was_given_up() -> None:
    """RFC 3261 §15."""
    pair, _call = ringing()
    pair.fate = lambda message: None
    pair.say(pair.alice, pair.alice.agent.hang_up("call", pair.now))
    pair.fate = lambda message: (
        None if isinstance(message, Request) and message.method == "CANCEL" else 0.0
    )
    reconnect(pair, pair.alice)
    assert ended(pair.bob).by is By.REMOTE
    assert ended(pair.alice).by is By.LOCAL
    pair.wind(70)
    assert [phone.agent.transactions for phone in pair.phones()] == [0, 0]


@pytest.mark.rfc("3608 §6.1", "the way of the INVITE that goes again is that of the new server")
def test_it_goes_by_the_way_of_the_server_that_is_there_now() -> None:
    """RFC 3608 §6.1."""
    alice = Solo()
    alice.say(alice.agent.register(alice.now))
    register = alice.last("REGISTER")
    alice.answer(register, 200, "r", ("Service-Route", "<sip:old.example;lr>"))
    assert [str(route.uri.host) for route in alice.call().routes] == ["old.example"]
    alice.say(alice.agent.transport_lost(alice.now))
    alice.say(alice.agent.transport_up(alice.now, known=False))
    alice.say(alice.agent.register(alice.now))
    register = alice.last("REGISTER")
    alice.answer(register, 200, "r", ("Service-Route", "<sip:new.example;lr>"))
    alice.say(alice.agent.transport_known(alice.now))
    again = alice.last("INVITE")
    assert (again.cseq.number, [str(route.uri.host) for route in again.routes]) == (
        2,
        ["new.example"],
    )
