"""Two phones call each other through the exchange, in every way that a call can go."""

from __future__ import annotations

import pytest

from exchange.town import SDP, Town
from webphone.sip import outputs as news
from webphone.sip.wire.message import Request, Response, parse


def answered(town: Town):
    """alice and bob in a call that alice made."""
    alice, bob = town.ringing()
    bob.ask("accept", bob.incoming, SDP.format(who="bob"))
    return alice, bob


def test_a_call_is_answered_and_both_ends_know_it():
    town = Town()
    alice, bob = answered(town)

    assert alice.last(news.Progressed).status == 180
    assert "s=bob" in (alice.last(news.Answered).sdp or "")
    assert "s=call" in (bob.last(news.Invited).sdp or "")
    assert bob.told(news.Confirmed)


def test_the_caller_hangs_up_and_the_callee_knows():
    town = Town()
    alice, bob = answered(town)

    alice.ask("hang_up", "call")

    assert bob.last(news.Ended).by is news.By.REMOTE
    assert town.ended


def test_the_callee_hangs_up_and_the_caller_knows():
    town = Town()
    alice, bob = answered(town)

    bob.ask("hang_up", bob.incoming)

    assert alice.last(news.Ended).by is news.By.REMOTE
    assert town.ended


def test_a_reinvite_passes_both_ways():
    town = Town()
    alice, bob = answered(town)

    alice.ask("reinvite", "call", SDP.format(who="held"))
    bob.ask("reaccept", bob.incoming, SDP.format(who="fine"))
    bob.ask("reinvite", bob.incoming, SDP.format(who="back"))
    alice.ask("rerefuse", "call", 488)

    assert "s=held" in (bob.last(news.OfferReceived).sdp or "")
    assert "s=fine" in (alice.last(news.OfferAnswered).sdp or "")
    assert bob.last(news.OfferRefused).status == 488


def test_an_info_passes_within_the_call():
    town = Town()
    alice, bob = answered(town)

    alice.ask("info", "call", "application/dtmf-relay", b"Signal=5", "digit")

    assert bob.last(news.InfoReceived).body == b"Signal=5"
    assert alice.last(news.Replied).status == 200


def test_a_busy_callee_is_heard():
    town = Town()
    alice, bob = town.registered("alice"), town.registered("bob")

    alice.call("bob")
    bob.ask("reject", bob.incoming, 486)

    assert alice.last(news.Ended).status == 486
    assert town.ended


@pytest.mark.rfc("3261 §16.10", "a CANCEL is passed on")
def test_the_caller_gives_up_while_it_rings():
    town = Town()
    alice, bob = town.ringing()

    alice.ask("hang_up", "call")

    assert bob.last(news.Ended).by is news.By.REMOTE
    assert not bob.last(news.Ended).answered_elsewhere
    assert alice.last(news.Ended).by is news.By.LOCAL
    assert town.ended


def test_a_cancel_waits_until_the_phone_has_shown_that_it_is_there():
    town = Town()
    alice, bob = town.registered("alice"), town.registered("bob")
    bob.deaf = True
    alice.call("bob")
    alice.ask("hang_up", "call")

    assert town.seen(bob).count("CANCEL") == 0
    bob.deaf = False
    invite = next(m for _l, sent, m in town.wire if not sent and isinstance(m, Request))
    town.send(bob, bob.agent.receive(bytes(invite), town.now))
    bob.ask("ring", bob.incoming)

    assert town.seen(bob).count("CANCEL") == 1
    assert town.ended


def test_a_request_that_comes_twice_is_passed_on_once():
    town = Town()
    alice, bob = town.registered("alice"), town.registered("bob")
    alice.call("bob")
    invite = [message for _link, sent, message in town.wire if sent][-1]
    assert isinstance(invite, Request) and invite.method == "INVITE"

    [again] = town.exchange.receive(alice.link, bytes(invite), town.now)

    assert (again.link, parse(again.data).status) == (alice.link, 100)
    assert len(bob.told(news.Invited)) == 1


def test_a_cancel_that_comes_twice_is_answered_twice_and_passed_on_once():
    town = Town()
    alice, bob = town.ringing()
    bob.deaf = True
    alice.ask("hang_up", "call")
    cancel = next(m for _l, sent, m in town.wire if sent and m.cseq.method == "CANCEL")

    town.deliver(town.exchange.receive(alice.link, bytes(cancel), town.now))

    answers = [answer for answer in town.answers() if answer.cseq.method == "CANCEL"]
    assert [answer.status for answer in answers] == [200, 200]
    assert town.seen(bob).count("CANCEL") == 1


def test_nobody_answers_and_the_caller_hears_408():
    town = Town()
    alice, bob = town.ringing()

    town.wind(182)

    assert alice.last(news.Ended).status == 408
    assert bob.last(news.Ended).by is news.By.REMOTE
    assert town.ended


def test_a_phone_that_says_nothing_at_all_is_given_up_after_32_seconds():
    town = Town()
    alice, bob = town.registered("alice"), town.registered("bob")
    bob.deaf = True

    alice.call("bob")
    town.wind(33)

    assert alice.last(news.Ended).status == 408
    assert town.ended


def test_a_phone_that_does_not_even_answer_the_cancel_is_forgotten():
    town = Town()
    alice, bob = town.ringing()
    bob.deaf = True

    alice.ask("hang_up", "call")
    town.wind(33)

    assert "408" in town.seen(alice)
    assert not alice.agent.calls()


def test_a_phone_that_rang_and_fell_silent_is_forgotten():
    town = Town()
    alice, bob = town.ringing()
    bob.deaf = True

    town.wind(182)
    assert alice.last(news.Ended).status == 408
    town.wind(33)

    assert [ended.status for ended in alice.told(news.Ended)] == [408]
    assert town.seen(bob).count("CANCEL") == 1
    assert town.exchange.receive(alice.link, b"\r\n", town.now) == []


def test_a_silent_phone_does_not_hide_what_another_one_said():
    town = Town()
    alice, desk, mobile = (town.registered(user) for user in ("alice", "bob", "bob"))
    desk.deaf = True

    alice.call("bob")
    mobile.ask("reject", mobile.incoming, 486)
    town.wind(33)

    assert alice.last(news.Ended).status == 486


def test_a_user_without_a_phone_is_unavailable_and_a_stranger_is_not_found():
    town = Town(users={"alice": "demo", "bob": "demo"})
    alice = town.registered("alice")

    alice.call("bob")
    alice.call("mallory", "other")
    alice.call("699", "third")

    assert [ended.status for ended in alice.told(news.Ended)] == [480, 404, 404]


def test_every_phone_of_a_user_rings_and_the_others_stop_when_one_answers():
    town = Town()
    alice, desk, mobile = (town.registered(user) for user in ("alice", "bob", "bob"))

    alice.call("bob")
    desk.ask("ring", desk.incoming)
    mobile.ask("ring", mobile.incoming)
    mobile.ask("accept", mobile.incoming, SDP.format(who="mobile"))

    assert "s=mobile" in (alice.last(news.Answered).sdp or "")
    assert desk.last(news.Ended).answered_elsewhere
    mobile.ask("hang_up", mobile.incoming)
    assert len(alice.told(news.Ended)) == 1
    assert town.ended


def test_one_phone_that_is_busy_does_not_stop_the_other_from_ringing():
    town = Town()
    alice, desk, mobile = (town.registered(user) for user in ("alice", "bob", "bob"))

    alice.call("bob")
    desk.ask("reject", desk.incoming, 486)
    assert not alice.told(news.Ended)
    mobile.ask("reject", mobile.incoming, 480)

    assert alice.last(news.Ended).status == 486


def test_a_decline_speaks_for_every_phone_of_the_user():
    town = Town()
    alice, desk, mobile = (town.registered(user) for user in ("alice", "bob", "bob"))

    alice.call("bob")
    mobile.ask("ring", mobile.incoming)
    desk.ask("reject", desk.incoming, 603)

    assert alice.last(news.Ended).status == 603
    assert mobile.told(news.Ended)
    assert town.ended


def test_a_phone_can_call_its_own_user():
    town = Town()
    alice = town.registered("alice")

    alice.call("alice")
    alice.ask("accept", alice.incoming, SDP.format(who="me"))
    assert alice.told(news.Answered)
    alice.ask("hang_up", "call")

    assert town.ended


def test_a_message_reaches_every_phone_and_the_sender_hears_once():
    town = Town()
    alice, bob = town.registered("alice"), town.registered("bob")

    alice.ask("message", bob.agent.account.aor, "text/plain", b"hello", "text")

    assert [reply.ref for reply in alice.told(news.Replied)] == ["text"]
    assert "MESSAGE" in town.seen(bob)


def test_nothing_is_left_of_calls_that_are_over():
    town = Town()
    alice, bob = answered(town)
    alice.ask("hang_up", "call")
    alice.ask("unregister")
    bob.ask("unregister")

    town.wind(40)

    assert town.exchange.deadline is None


@pytest.mark.rfc(
    "3261 §16.6", "a request that passes has one hop less, our Via and our Record-Route"
)
def test_what_passes_has_one_hop_less_and_leads_back_this_way():
    town = Town()
    town.ringing()
    invite, passed = (
        next(
            m
            for _link, sent, m in town.wire
            if sent is by_phone and isinstance(m, Request) and m.method == "INVITE"
        )
        for by_phone in (True, False)
    )

    assert passed.max_forwards == invite.max_forwards - 1
    assert len(passed.vias) == 2 and passed.vias[1].branch == invite.via.branch
    assert passed.via.branch.startswith("z9hG4bK")
    assert len(invite.record_routes) == 0 and len(passed.record_routes) > 0


@pytest.mark.rfc("3261 §16.3", "483 where Max-Forwards is used up")
def test_a_request_that_has_passed_too_many_hops_is_refused():
    town = Town()
    alice, _bob = town.registered("alice"), town.registered("bob")
    alice.call("bob")
    invite = next(m for _l, sent, m in town.wire if sent and m.cseq.method == "INVITE")
    invite.headers.set("Via", "SIP/2.0/WS x.invalid;branch=z9hG4bKhops")
    invite.headers.set("Max-Forwards", "0")

    town.deliver(town.exchange.receive(alice.link, bytes(invite), town.now))

    answer = town.wire[-1][2]
    assert isinstance(answer, Response) and answer.status == 483
