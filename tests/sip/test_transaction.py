"""The four transaction tables walked, and messages matched to the transactions they belong to."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from pair import names
from webphone.sip import Dropped, Output, Request, Response, Send, parse, reply
from webphone.sip.endpoint import Endpoint, Shared
from webphone.sip.transaction import (
    INVITE_CLIENT,
    INVITE_SERVER,
    MACHINES,
    NON_INVITE_CLIENT,
    NON_INVITE_SERVER,
    T64,
    Action,
    Event,
    Machine,
    State,
    Transaction,
    answer_of,
    event_of,
)
from webphone.sip.transactions import ClientTransaction, ServerTransaction, Transactions, cancel_of
from webphone.sip.wire.headers import NameAddr
from webphone.sip.wire.uri import Uri

by_name = pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
TIMERS = {event for event in Event if event.name.startswith("TIMER")}


def _reached(machine: Machine, start: State) -> set[State]:
    found, fresh = {start}, [start]
    while fresh:
        state = fresh.pop()
        for (source, _event), (target, _actions) in machine.table.items():
            if source is state and target not in found:
                found.add(target)
                fresh.append(target)
    return found


@by_name
def test_every_state_can_be_reached_and_leads_to_terminated(machine: Machine) -> None:
    states = {state for state, _event in machine.table}
    assert _reached(machine, machine.start) == states | {State.TERMINATED}
    for state in states:
        assert State.TERMINATED in _reached(machine, state)


@by_name
def test_nothing_leaves_terminated(machine: Machine) -> None:
    assert not [row for row in machine.table if row[0] is State.TERMINATED]
    assert State.TERMINATED not in machine.timers


@by_name
def test_every_timer_that_starts_has_a_row_and_every_timer_row_a_timer(machine: Machine) -> None:
    started = {timer for timer, _seconds in machine.timers.values()}
    assert all((state, timer) in machine.table for state, (timer, _s) in machine.timers.items())
    assert {event for _state, event in machine.table if event in TIMERS} == started


@by_name
def test_whatever_happens_never_raises_and_only_follows_the_table(machine: Machine) -> None:
    for state in {state for state, _event in machine.table}:
        for event in Event:
            one = Transaction(machine, 0.0)
            one.state = state
            actions = one.handle(event, 0.0)
            row = machine.table.get((state, event))
            assert actions[: len(row[1])] == row[1] if row else actions == ()


@pytest.mark.rfc("3261 §17.1.1.2", "Timer B: 32 s without any response; a 1xx ends it")
def test_an_invite_waits_32_s_for_a_response_and_for_ever_after_a_1xx() -> None:
    one = Transaction(INVITE_CLIENT, 10.0)
    assert one.deadline == 10.0 + T64
    assert one.wake(10.0 + T64 - 0.1) == ()
    assert one.handle(Event.PROVISIONAL, 20.0) == (Action.PASS_UP,)
    assert one.deadline is None
    other = Transaction(INVITE_CLIENT, 10.0)
    assert other.wake(10.0 + T64) == (Action.TIME_OUT,)
    assert other.state is State.TERMINATED


@pytest.mark.rfc(
    "3261 §17.1.1.2", "a failure is acknowledged; over a reliable transport Timer D is zero"
)
def test_a_failed_invite_is_acknowledged_and_over_at_once() -> None:
    one = Transaction(INVITE_CLIENT, 0.0)
    assert one.handle(Event.FAILURE, 1.0) == (Action.SEND_ACK, Action.PASS_UP)
    assert one.state is State.TERMINATED


@pytest.mark.rfc("6026 §7.2", "each 2xx of each fork goes up")
@pytest.mark.rfc("6026 §8.4", "an answered INVITE stays Accepted for Timer M")
def test_an_answered_invite_passes_up_every_2xx_for_32_s() -> None:
    one = Transaction(INVITE_CLIENT, 0.0)
    for _fork in range(3):
        assert one.handle(Event.SUCCESS, 1.0) == (Action.PASS_UP,)
    assert one.deadline == 1.0 + T64
    assert one.wake(1.0 + T64) == ()
    assert one.state is State.TERMINATED


@pytest.mark.rfc("3261 §17.1.2.2", "Timer F runs on through a provisional response")
def test_timer_f_runs_on_through_a_provisional_response() -> None:
    one = Transaction(NON_INVITE_CLIENT, 5.0)
    one.handle(Event.PROVISIONAL, 20.0)
    assert one.deadline == 5.0 + T64
    assert one.wake(5.0 + T64) == (Action.TIME_OUT,)


@pytest.mark.rfc("3261 §17.2.1", "100 where nothing was said within 200 ms")
def test_an_invite_unanswered_for_200_ms_is_answered_100() -> None:
    one = Transaction(INVITE_SERVER, 0.0)
    assert one.wake(0.2) == (Action.SEND_100,)
    ringing = Transaction(INVITE_SERVER, 0.0)
    ringing.handle(Event.ANSWER_PROVISIONAL, 0.1)
    assert ringing.deadline is None


@pytest.mark.rfc("3261 §17.2.1", "Timer H: a refused INVITE waits 32 s for its ACK")
def test_a_refused_invite_waits_32_s_for_its_ack() -> None:
    one = Transaction(INVITE_SERVER, 0.0)
    one.handle(Event.ANSWER_FAILURE, 1.0)
    assert (one.state, one.deadline) == (State.COMPLETED, 1.0 + T64)
    one.handle(Event.ACK, 2.0)
    assert one.state is State.TERMINATED


@pytest.mark.rfc("3261 §17.2.2", "over a reliable transport Timer J is zero")
def test_an_answered_request_other_than_invite_is_over_at_once() -> None:
    one = Transaction(NON_INVITE_SERVER, 0.0)
    assert one.handle(Event.ANSWER_SUCCESS, 0.0) == (Action.SEND,)
    assert one.state is State.TERMINATED


def test_a_status_says_what_a_response_is() -> None:
    assert [event_of(s) for s in (100, 199, 200, 299, 300, 699)] == [
        Event.PROVISIONAL,
        Event.PROVISIONAL,
        Event.SUCCESS,
        Event.SUCCESS,
        Event.FAILURE,
        Event.FAILURE,
    ]
    assert [answer_of(s) for s in (180, 200, 486)] == [
        Event.ANSWER_PROVISIONAL,
        Event.ANSWER_SUCCESS,
        Event.ANSWER_FAILURE,
    ]


@dataclass
class Listener:
    """A transaction user that writes down what it hears."""

    heard: list[int] = field(default_factory=list)
    call: str = ""

    def responded(self, client: ClientTransaction, response: Response, now: float) -> list[Output]:
        self.heard.append(response.status)
        return []

    def timed_out(self, client: ClientTransaction, now: float) -> list[Output]:
        self.heard.append(0)
        return []


def _endpoint(seed: int = 1) -> Endpoint:
    return Endpoint(names(seed), "", "WSS", (("transport", "ws"),))


def _ask(endpoint: Endpoint, method: str, cseq: int = 1) -> Request:
    bob = NameAddr("", Uri.parse("sip:bob@biloxi.example"))
    alice = NameAddr("", Uri.parse("sip:alice@atlanta.example")).with_param("tag", "a1")
    routes = [NameAddr.parse("<sip:proxy.example;lr>")]
    return endpoint.within(method, Shared.of(bob.uri, routes, alice, bob, "c1"), cseq)


def _texts(outputs: list[Output]) -> list[str]:
    return [bytes(parse(o.data)).decode().split("\r\n")[0] for o in outputs if isinstance(o, Send)]


@pytest.mark.rfc("3261 §17.1.3", "a response is matched by branch and method")
def test_a_response_finds_its_request_by_branch_and_method() -> None:
    endpoint, listener = _endpoint(), Listener()
    invite = _ask(endpoint, "INVITE")
    endpoint.transactions.ask(invite, listener, 0.0)
    endpoint.transactions.ask(cancel_of(invite), Listener(), 0.0)
    endpoint.transactions.respond(reply(invite, 180), 0.0)
    assert listener.heard == [180]
    endpoint.transactions.respond(reply(cancel_of(invite), 200), 0.0)
    assert listener.heard == [180]


@pytest.mark.rfc("3261 §8.1.3.3", "a response with a second Via is dropped")
def test_a_response_for_somebody_else_is_dropped() -> None:
    endpoint, listener = _endpoint(), Listener()
    request = _ask(endpoint, "OPTIONS")
    endpoint.transactions.ask(request, listener, 0.0)
    elsewhere = reply(_ask(_endpoint(2), "OPTIONS"), 200)
    two_hops = reply(request, 200)
    two_hops.headers.add("Via", "SIP/2.0/WSS other.invalid;branch=z9hG4bKx")
    unknown = reply(_ask(endpoint, "OPTIONS"), 200)
    for response in (elsewhere, two_hops, unknown):
        (dropped,) = endpoint.transactions.respond(response, 0.0)
        assert isinstance(dropped, Dropped)
    assert listener.heard == []


@pytest.mark.rfc("3261 §18.1.2", "a response whose top Via is not ours is dropped")
def test_a_response_by_the_way_of_somebody_else_is_dropped() -> None:
    endpoint, listener = _endpoint(), Listener()
    request = _ask(endpoint, "OPTIONS")
    endpoint.transactions.ask(request, listener, 0.0)
    elsewhere = reply(request, 200)
    elsewhere.headers.set("Via", f"SIP/2.0/WSS other.invalid;branch={request.via.branch}")
    (dropped,) = endpoint.transactions.respond(elsewhere, 0.0)
    assert isinstance(dropped, Dropped) and listener.heard == []
    endpoint.transactions.respond(reply(request, 200), 0.0)
    assert listener.heard == [200]


@pytest.mark.rfc(
    "3261 §17.1.1.3",
    "the ACK to a failure has the Via, the Request-URI, the routes and the number of its INVITE",
)
def test_the_ack_to_a_failure_goes_the_way_of_its_invite() -> None:
    endpoint = _endpoint()
    invite = _ask(endpoint, "INVITE", cseq=7)
    endpoint.transactions.ask(invite, Listener(), 0.0)
    (send,) = endpoint.transactions.respond(reply(invite, 486, to_tag="b1"), 0.0)
    assert isinstance(send, Send)
    ack = parse(send.data)
    assert isinstance(ack, Request)
    assert (ack.method, str(ack.uri), str(ack.cseq)) == ("ACK", str(invite.uri), "7 ACK")
    assert (ack.via, ack.to.tag, ack.from_) == (invite.via, "b1", invite.from_)
    assert [str(route) for route in ack.routes] == ["<sip:proxy.example;lr>"]


@pytest.mark.rfc("3261 §5", "the transaction user hears what becomes of its request")
@pytest.mark.rfc("3261 §17.1.2.2", "Timer F: 32 s without an answer are the end")
def test_a_request_nobody_answers_times_out_after_32_s() -> None:
    endpoint, listener = _endpoint(), Listener()
    endpoint.transactions.ask(_ask(endpoint, "OPTIONS"), listener, 0.0)
    assert endpoint.transactions.deadline == T64
    endpoint.transactions.wake(T64)
    assert listener.heard == [0]
    assert endpoint.transactions.deadline is None


def _admit(transactions: Transactions, request: Request) -> ServerTransaction:
    server = transactions.admit(request, 0.0)
    assert isinstance(server, ServerTransaction)
    return server


@pytest.mark.rfc(
    "3261 §17.2.3", "the same INVITE is the same transaction, and gets its last answer again"
)
@pytest.mark.rfc("6026 §7.1", "after the 2xx, the INVITE again is absorbed")
def test_an_invite_that_comes_again_gets_the_last_answer_again() -> None:
    bob, invite = Transactions("b.invalid"), _ask(_endpoint(), "INVITE")
    server = _admit(bob, invite)
    assert bob.admit(invite, 0.0) == []
    bob.answer(server, reply(invite, 180), 0.0)
    again = bob.admit(invite, 0.0)
    assert isinstance(again, list)
    assert _texts(again) == ["SIP/2.0 180 Ringing"]
    bob.answer(server, reply(invite, 200), 0.0)
    assert bob.admit(invite, 0.0) == []


def test_an_invite_left_alone_is_answered_100_by_its_transaction() -> None:
    bob, invite = Transactions("b.invalid"), _ask(_endpoint(), "INVITE")
    _admit(bob, invite)
    assert bob.deadline == 0.2
    assert _texts(bob.wake(0.2)) == ["SIP/2.0 100 Trying"]
    assert _texts(bob.wake(0.3)) == []


def test_a_second_final_answer_is_not_sent() -> None:
    bob, invite = Transactions("b.invalid"), _ask(_endpoint(), "INVITE")
    server = _admit(bob, invite)
    assert len(bob.answer(server, reply(invite, 486), 0.0)) == 1
    assert bob.answer(server, reply(invite, 200), 0.0) == []


@pytest.mark.rfc("6026 §8.6", "the ACK to a 2xx goes up from Accepted")
def test_the_ack_to_a_failure_ends_the_invite_and_that_to_a_2xx_goes_up() -> None:
    endpoint = _endpoint()
    for status, goes_up in ((486, False), (200, True)):
        bob, invite = Transactions("b.invalid"), _ask(endpoint, "INVITE")
        server = _admit(bob, invite)
        bob.answer(server, reply(invite, status, to_tag="b1"), 0.0)
        ack = Request("ACK", invite.uri, invite.headers.copy())
        ack.headers.set("CSeq", "1 ACK")
        assert bob.admit(ack, 0.0) == (server if goes_up else [])


@pytest.mark.rfc("3261 §9.2", "a CANCEL means the INVITE of its branch")
def test_a_cancel_finds_its_invite_by_the_branch() -> None:
    endpoint, bob = _endpoint(), Transactions("b.invalid")
    invite = _ask(endpoint, "INVITE")
    server = _admit(bob, invite)
    assert bob.cancelled(cancel_of(invite)) is server
    assert bob.cancelled(cancel_of(_ask(endpoint, "INVITE"))) is None


@pytest.mark.rfc(
    "3261 §17.2.3", "without the magic cookie, a request is matched as RFC 2543 has it"
)
def test_a_request_of_rfc_2543_is_known_again_without_a_branch() -> None:
    bob, invite = Transactions("b.invalid"), _ask(_endpoint(), "INVITE")
    invite.headers.set("Via", "SIP/2.0/UDP gateway.example")
    server = _admit(bob, invite)
    assert bob.admit(invite, 0.0) == []
    bob.answer(server, reply(invite, 486, to_tag="b1"), 0.0)
    ack = Request("ACK", invite.uri, invite.headers.copy())
    ack.headers.set("CSeq", "1 ACK")
    assert bob.admit(ack, 0.0) == []
    assert bob.deadline is None


def test_the_same_request_by_another_way_is_merged() -> None:
    bob, invite = Transactions("b.invalid"), _ask(_endpoint(), "INVITE")
    _admit(bob, invite)
    assert bob.merged(invite) is False
    other = Request("INVITE", invite.uri, invite.headers.copy())
    other.headers.set("Via", "SIP/2.0/WSS a.invalid;branch=z9hG4bKother")
    _admit(bob, other)
    assert bob.merged(other) is True
