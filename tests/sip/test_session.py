"""Whole calls between two agents: the flows of RFC 3665 section 3, and what crosses on the wire."""

from __future__ import annotations

import pytest

from pair import ANSWER, BILOXI, OFFER, Pair, Phone, Solo, names, word
from webphone.sip import (
    Agent,
    Answered,
    By,
    Confirmed,
    Dropped,
    Ended,
    InfoReceived,
    Invited,
    InviteSent,
    NotNow,
    Output,
    Progressed,
    Replied,
    Uri,
)


def _ended(phone: Phone) -> Ended:
    (ended,) = phone.news(Ended)
    assert isinstance(ended, Ended)
    return ended


@pytest.mark.rfc("3665 §3.1", "successful session establishment")
def test_successful_session_establishment_and_a_bye_of_the_callee() -> None:
    """RFC 3665 §3.1."""
    pair = Pair()
    call = pair.talking()
    pair.say(pair.bob, pair.bob.agent.hang_up(call, pair.now))
    pair.deliver()
    assert pair.flow == [
        "alice INVITE",
        "bob 180 INVITE",
        "bob 200 INVITE",
        "alice ACK",
        "bob BYE",
        "alice 200 BYE",
    ]
    invoked, ringing, answered, ended = pair.alice.news()
    assert isinstance(invoked, InviteSent)
    assert isinstance(ringing, Progressed)
    assert (ringing.status, ringing.reason, ringing.sdp) == (180, "Ringing", None)
    assert isinstance(answered, Answered)
    assert (answered.sdp, answered.branch) == (ANSWER, ringing.branch)
    assert ended == Ended(call="call", by=By.REMOTE)
    invited, confirmed, ended = pair.bob.news()
    assert isinstance(invited, Invited)
    assert (invited.sdp, invited.call_id) == (OFFER, invoked.call_id)
    assert invited.headers["user-agent"] == "Alice"
    assert confirmed == Confirmed(call=call)
    assert ended == Ended(call=call, by=By.LOCAL)
    pair.wind(100)
    assert [phone.agent.deadline for phone in pair.phones()] == [None, None]


def test_a_call_through_every_verb_leaves_both_agents_idle() -> None:
    pair = Pair()
    pair.talking()
    assert pair.alice.agent.calls() == ("call",)
    assert len(pair.bob.agent.calls()) == 1
    pair.say(pair.alice, pair.alice.agent.hang_up("call", pair.now))
    pair.deliver()
    assert pair.alice.agent.calls() == pair.bob.agent.calls() == ()
    with pytest.raises(NotNow, match="no call 'call'"):
        pair.alice.agent.hang_up("call", pair.now)


@pytest.mark.rfc("3261 §15.1.2", "a BYE is answered 200 though ours is under way")
def test_two_byes_that_cross_are_both_answered_200() -> None:
    pair = Pair(fate=lambda message: 0.05)
    pair.call()
    pair.wind(1)
    (call,) = pair.bob.agent.calls()
    pair.say(pair.bob, pair.bob.agent.accept(call, ANSWER, pair.now))
    pair.wind(1)
    pair.say(pair.alice, pair.alice.agent.hang_up("call", pair.now))
    pair.say(pair.bob, pair.bob.agent.hang_up(call, pair.now))
    pair.wind(1)
    assert pair.alice.wrote("200") == pair.bob.wrote("200 BYE") == ["200 BYE"]
    assert _ended(pair.alice).by is _ended(pair.bob).by is By.LOCAL
    pair.wind(100)
    assert [phone.agent.deadline for phone in pair.phones()] == [None, None]


@pytest.mark.rfc("3665 §3.8", "unsuccessful: no answer")
@pytest.mark.rfc("3326 §3.1", "cause 200 in a CANCEL: somebody else has answered")
def test_unsuccessful_no_answer_is_cancelled() -> None:
    """RFC 3665 §3.8."""
    pair = Pair()
    pair.call()
    (call,) = pair.bob.agent.calls()
    pair.say(pair.bob, pair.bob.agent.ring(call, pair.now))
    pair.deliver()
    headers = (("Reason", 'SIP;cause=200;text="Call completed elsewhere"'),)
    pair.say(pair.alice, pair.alice.agent.hang_up("call", pair.now, headers=headers))
    pair.deliver()
    assert pair.flow[2:] == ["alice CANCEL", "bob 200 CANCEL", "bob 487 INVITE", "alice ACK"]
    ended = _ended(pair.alice)
    assert (ended.by, ended.status, ended.reason) == (By.LOCAL, 487, "Request Terminated")
    ended = _ended(pair.bob)
    assert (ended.by, ended.status, ended.answered_elsewhere) == (By.REMOTE, 487, True)
    assert ended.text == "Call completed elsewhere"


@pytest.mark.rfc("3665 §3.9", "unsuccessful: busy")
@pytest.mark.rfc("3261 §21.4.24", "a busy phone says 486 Busy Here")
def test_unsuccessful_busy() -> None:
    """RFC 3665 §3.9."""
    pair = Pair()
    pair.call()
    (call,) = pair.bob.agent.calls()
    headers = (("Reason", 'Q.850;cause=17;text="User busy"'),)
    pair.say(pair.bob, pair.bob.agent.reject(call, 486, pair.now, headers=headers))
    pair.deliver()
    assert pair.flow == ["alice INVITE", "bob 486 INVITE", "alice ACK"]
    ended = _ended(pair.alice)
    assert (ended.by, ended.status, ended.reason) == (By.REMOTE, 486, "Busy Here")
    assert (ended.q850, ended.text) == (17, "User busy")
    assert (_ended(pair.bob).by, _ended(pair.bob).status) == (By.LOCAL, 486)


@pytest.mark.rfc("3665 §3.10", "unsuccessful: no response")
@pytest.mark.rfc("3261 §17.1.1.1", "T1 is 0.5 s: 64 times that are the end")
@pytest.mark.rfc("3261 §17.1.1.2", "Timer B: nobody answers for 32 s")
def test_unsuccessful_no_response_from_user_agent() -> None:
    """RFC 3665 §3.10."""
    pair = Pair(fate=lambda message: None)
    pair.call()
    pair.wind(31.9)
    assert not pair.alice.news(Ended)
    pair.wind(0.2)
    ended = _ended(pair.alice)
    assert (ended.by, ended.status, ended.reason) == (By.SYSTEM, 408, "Request Timeout")


@pytest.mark.rfc("3665 §3.11", "unsuccessful: temporarily unavailable")
def test_unsuccessful_temporarily_unavailable() -> None:
    """RFC 3665 §3.11."""
    pair = Pair()
    pair.call()
    (call,) = pair.bob.agent.calls()
    pair.say(pair.bob, pair.bob.agent.hang_up(call, pair.now, status=480, reason="Not At Home"))
    pair.deliver()
    assert (_ended(pair.alice).status, _ended(pair.alice).reason) == (480, "Not At Home")


def test_a_redirected_call_ends_with_where_it_moved() -> None:
    """RFC 3665 §3.6: the phone decides whether to follow."""
    pair = Pair()
    pair.call()
    (call,) = pair.bob.agent.calls()
    carol = Uri.parse("sip:carol@chicago.example")
    pair.say(pair.bob, pair.bob.agent.redirect(call, carol, pair.now))
    pair.deliver()
    assert [str(moved.uri) for moved in _ended(pair.alice).moved] == ["sip:carol@chicago.example"]
    assert _ended(pair.bob).moved == ()


def test_a_200_that_crosses_the_cancel_gets_its_ack_and_a_bye() -> None:
    pair = Pair(fate=lambda message: 0.1)
    pair.call()
    pair.wind(0.1)
    (call,) = pair.bob.agent.calls()
    pair.say(pair.bob, pair.bob.agent.ring(call, pair.now))
    pair.wind(0.15)
    pair.say(pair.bob, pair.bob.agent.accept(call, ANSWER, pair.now))
    pair.say(pair.alice, pair.alice.agent.hang_up("call", pair.now))
    pair.wind(1)
    assert pair.alice.wrote() == ["INVITE", "CANCEL", "ACK", "BYE"]
    assert pair.bob.wrote() == ["180 INVITE", "200 INVITE", "200 CANCEL", "200 BYE"]
    assert _ended(pair.alice) == Ended(call="call", by=By.LOCAL)
    assert _ended(pair.bob).by is By.REMOTE


@pytest.mark.rfc("3261 §9.1", "no CANCEL before a provisional response")
def test_a_hang_up_before_any_response_waits_for_one_and_then_cancels() -> None:
    pair = Pair(fate=lambda message: 0.5)
    pair.call()
    pair.say(pair.alice, pair.alice.agent.hang_up("call", pair.now))
    pair.say(pair.alice, pair.alice.agent.hang_up("call", pair.now))
    assert pair.alice.wrote() == ["INVITE"]
    pair.wind(3)
    # Nobody rang at Bob's, so his 100 after 200 ms is the first response.
    assert pair.flow == [
        "alice INVITE",
        "bob 100 INVITE",
        "alice CANCEL",
        "bob 200 CANCEL",
        "bob 487 INVITE",
        "alice ACK",
    ]
    assert _ended(pair.alice).by is By.LOCAL


@pytest.mark.rfc("3261 §9.1", "32 s after a CANCEL nobody waits any longer")
def test_a_cancel_that_nobody_heeds_is_over_after_32_s() -> None:
    alice = Solo()
    invite = alice.call()
    alice.answer(invite, 180)
    alice.say(alice.agent.hang_up("call", alice.now))
    alice.answer(alice.last("CANCEL"), 200)
    alice.wind(31.9)
    assert alice.agent.calls() == ("call",)
    alice.wind(0.2)
    assert _ended(alice.phone) == Ended(call="call", by=By.LOCAL)
    assert alice.agent.deadline is None


@pytest.mark.rfc(
    "3261 §13.3.1.4",
    "a 2xx is said again, from T1 doubling to T2, until its ACK; without one a BYE goes",
)
def test_the_200_is_sent_again_until_its_ack_and_then_the_call_is_given_up() -> None:
    pair = Pair(fate=lambda message: None if word(message) == "ACK" else 0.0)
    pair.call()
    call = pair.answer()
    start = pair.now
    pair.wind(31.9)
    # T1 doubling to T2: 0.5 1.5 3.5 7.5 11.5 ... (RFC 3261 §13.3.1.4).
    assert len(pair.bob.wrote("200 INVITE")) == 1 + 3 + 7
    assert len(pair.alice.wrote("ACK")) == len(pair.bob.wrote("200 INVITE"))
    assert pair.bob.agent.calls() == (call,)
    pair.wind(0.2)
    assert pair.now - start == pytest.approx(32.1)
    assert _ended(pair.bob).by is By.SYSTEM
    assert pair.bob.wrote("BYE") == ["BYE"]
    assert _ended(pair.alice).by is By.REMOTE


@pytest.mark.rfc("3261 §15", "the callee sends no BYE before the ACK")
def test_a_callee_that_hangs_up_before_the_ack_sends_its_bye_after_it() -> None:
    pair = Pair(fate=lambda message: 0.1)
    pair.call()
    pair.wind(0.1)
    (call,) = pair.bob.agent.calls()
    pair.say(pair.bob, pair.bob.agent.accept(call, ANSWER, pair.now))
    pair.say(pair.bob, pair.bob.agent.hang_up(call, pair.now))
    assert pair.bob.wrote() == ["200 INVITE"]
    assert _ended(pair.bob).by is By.LOCAL
    assert pair.bob.agent.calls() == ()
    pair.wind(1)
    assert pair.flow == ["alice INVITE", "bob 200 INVITE", "alice ACK", "bob BYE", "alice 200 BYE"]


@pytest.mark.rfc("3261 §13.3.1.4", "an INVITE without an offer gets one in the 2xx")
def test_an_invite_without_an_offer_gets_one_and_its_answer_in_the_ack() -> None:
    alice = Solo()
    invite = alice.ask("INVITE")
    (invited,) = alice.phone.news(Invited)
    assert isinstance(invited, Invited)
    assert invited.sdp is None
    alice.say(alice.agent.accept(invited.call, OFFER, alice.now))
    tag = alice.phone.sent[-1].to.tag
    assert alice.phone.sent[-1].body.decode() == OFFER
    alice.ask("ACK", to_tag=tag, call_id=invite.call_id, sdp=ANSWER)
    assert alice.phone.news(Confirmed) == [Confirmed(call=invited.call, sdp=ANSWER)]


def test_an_info_in_a_call_is_answered_and_passed_on() -> None:
    pair = Pair()
    call = pair.talking()
    body = b"Signal=5\r\nDuration=160\r\n"
    kind = "application/dtmf-relay"
    pair.say(pair.alice, pair.alice.agent.info("call", kind, body, "d5", pair.now))
    pair.deliver()
    assert pair.bob.news(InfoReceived) == [InfoReceived(call=call, content_type=kind, body=body)]
    (replied,) = pair.alice.news(Replied)
    assert isinstance(replied, Replied)
    assert (replied.ref, replied.status) == ("d5", 200)


@pytest.mark.rfc("3261 §12.2.1.2", "a 481 within a call ends it")
@pytest.mark.rfc("3261 §15.1.1", "with its BYE a call is over, whatever is answered")
def test_a_481_to_an_info_ends_the_call() -> None:
    alice = Solo()
    alice.answer(alice.call(), 200, sdp=ANSWER)
    alice.say(alice.agent.info("call", "text/plain", b"x", "r", alice.now))
    alice.answer(alice.last("INFO"), 481)
    assert _ended(alice.phone).by is By.SYSTEM
    alice.answer(alice.last("BYE"), 481)
    alice.wind(100)
    assert alice.agent.deadline is None


def test_a_call_outlives_its_socket_and_its_bye_waits_for_the_next() -> None:
    pair = Pair()
    pair.talking()
    pair.say(pair.alice, pair.alice.agent.transport_lost(pair.now))
    outputs = pair.say(pair.alice, pair.alice.agent.hang_up("call", pair.now))
    assert [type(output) for output in outputs] == [Ended]
    pair.wind(5)
    pair.say(pair.alice, pair.alice.agent.transport_up(pair.now))
    pair.deliver()
    assert pair.flow[-2:] == ["alice BYE", "bob 200 BYE"]
    assert pair.say(pair.alice, pair.alice.agent.transport_up(pair.now)) == []


def test_what_waited_longer_than_its_transaction_is_not_sent() -> None:
    pair = Pair()
    pair.talking()
    pair.say(pair.alice, pair.alice.agent.transport_lost(pair.now))
    pair.say(pair.alice, pair.alice.agent.hang_up("call", pair.now))
    pair.wind(31)
    assert pair.alice.agent.transport_up(pair.now + 2) == []


def test_a_running_call_keeps_the_account_it_began_with() -> None:
    alice = Solo()
    alice.answer(alice.call(), 200, sdp=ANSWER)
    alice.agent.account = None
    alice.say(alice.agent.hang_up("call", alice.now))
    challenge = ("WWW-Authenticate", 'Digest realm="atlanta.example", nonce="n1", qop="auth"')
    alice.answer(alice.last("BYE"), 401, "b1", challenge)
    assert 'username="alice"' in (alice.last("BYE").headers.get("Authorization") or "")
    assert alice.last("BYE").cseq.number == 3


def test_a_call_that_exists_is_not_called_again() -> None:
    alice = Solo()
    alice.call()
    with pytest.raises(NotNow, match="already"):
        alice.call()


def test_verbs_that_make_no_sense_say_why() -> None:
    alice = Solo()
    alice.call()
    for wish, words in (
        (lambda: alice.agent.ring("call", 0.0), "made this call"),
        (lambda: alice.agent.accept("nobody", ANSWER, 0.0), "no call 'nobody'"),
        (lambda: alice.agent.reinvite("call", OFFER, 0.0), "not answered"),
        (lambda: alice.agent.unregister(0.0), "nothing is registered"),
        (lambda: Agent(names()).register(0.0), "no account"),
    ):
        with pytest.raises(NotNow, match=words):
            wish()


def test_no_secret_shows_in_any_news_or_repr() -> None:
    alice = Solo()
    challenge = ("Proxy-Authenticate", 'Digest realm="x", nonce="n1", qop="auth"')
    alice.answer(alice.call(), 407, "b1", challenge)
    again = alice.last("INVITE")
    digest = again.headers.get("Proxy-Authorization")
    assert digest is not None
    assert "secret" not in repr(alice.agent.account)
    assert "response=" not in repr(again)
    news: list[Output] = alice.answer(again, 180, "b1", ("Proxy-Authorization", digest))
    assert "response=" not in repr([n for n in news if not hasattr(n, "data")])


def test_a_dropped_ack_to_nothing_is_only_noted() -> None:
    alice = Solo()
    alice.ask("ACK", to_tag="nobody")
    assert [type(output) for output in alice.phone.heard] == [Dropped]
    assert BILOXI not in str(alice.phone.heard)
