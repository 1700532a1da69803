"""Changing a running call: re-INVITE both ways, UPDATE, and both at once."""

from __future__ import annotations

import pytest

from pair import ANSWER, BILOXI, OFFER, Pair, Phone, Solo
from webphone.sip import (
    By,
    Ended,
    NotNow,
    OfferAcknowledged,
    OfferAnswered,
    OfferReceived,
    OfferRefused,
    Request,
    Response,
)

HOLD = OFFER + "a=sendonly\r\n"
HELD = ANSWER + "a=recvonly\r\n"


def _talking() -> tuple[Pair, str]:
    pair = Pair()
    return pair, pair.talking()


def _up() -> tuple[Solo, Request]:
    """Alice in a call with a Bob played by the test."""
    alice = Solo()
    invite = alice.call()
    alice.answer(invite, 200, sdp=ANSWER)
    return alice, invite


def _ended(phone: Phone) -> Ended:
    (ended,) = phone.news(Ended)
    assert isinstance(ended, Ended)
    return ended


def _last(alice: Solo) -> Response:
    message = alice.phone.sent[-1]
    assert isinstance(message, Response)
    return message


@pytest.mark.rfc("3665 §3.7", "session with re-INVITE")
def test_a_hold_is_offered_accepted_and_acknowledged() -> None:
    """RFC 3665 §3.7: session with re-INVITE."""
    pair, call = _talking()
    pair.say(pair.alice, pair.alice.agent.reinvite("call", HOLD, pair.now))
    pair.deliver()
    assert pair.bob.news(OfferReceived) == [OfferReceived(call=call, sdp=HOLD)]
    pair.say(pair.bob, pair.bob.agent.reaccept(call, HELD, pair.now))
    pair.deliver()
    assert pair.flow[4:] == ["alice INVITE", "bob 200 INVITE", "alice ACK"]
    assert pair.alice.news(OfferAnswered) == [OfferAnswered(call="call", sdp=HELD)]
    assert pair.bob.news(OfferAcknowledged) == [OfferAcknowledged(call=call)]
    # And back, from the other side.
    pair.say(pair.bob, pair.bob.agent.reinvite(call, OFFER, pair.now))
    pair.deliver()
    pair.say(pair.alice, pair.alice.agent.reaccept("call", ANSWER, pair.now))
    pair.deliver()
    assert pair.bob.news(OfferAnswered) == [OfferAnswered(call=call, sdp=ANSWER)]
    pair.wind(100)
    assert [phone.agent.deadline for phone in pair.phones()] == [None, None]


@pytest.mark.rfc("3261 §14.1", "a refused re-INVITE leaves the call as it was")
def test_a_refused_change_leaves_the_call_as_it_was() -> None:
    pair, call = _talking()
    pair.say(pair.alice, pair.alice.agent.reinvite("call", HOLD, pair.now))
    pair.deliver()
    pair.say(pair.bob, pair.bob.agent.rerefuse(call, 488, pair.now))
    pair.deliver()
    assert pair.alice.news(OfferRefused) == [
        OfferRefused(call="call", status=488, reason="Not Acceptable Here")
    ]
    assert pair.alice.agent.calls() == ("call",)
    pair.say(pair.alice, pair.alice.agent.reinvite("call", HOLD, pair.now))
    assert pair.alice.sent[-1].cseq.number == 3


@pytest.mark.rfc("3261 §14.2", "491 where both change the call at once")
@pytest.mark.rfc("3261 §14.1", "who did not make the Call-ID tries again within 2 s")
def test_two_changes_at_once_are_both_refused_491_and_one_wins_after_a_pause() -> None:
    pair, call = _talking()
    pair.fate = lambda message: 0.05
    pair.say(pair.alice, pair.alice.agent.reinvite("call", HOLD, pair.now))
    pair.say(pair.bob, pair.bob.agent.reinvite(call, HOLD, pair.now))
    pair.wind(0.2)
    assert pair.alice.wrote("491") == pair.bob.wrote("491") == ["491 INVITE"]
    assert not pair.alice.news(OfferRefused)
    pair.wind(2.0)
    # Bob did not make the Call-ID: he comes back within 2 s, Alice not before 2.1 s.
    assert pair.alice.news(OfferReceived) == [OfferReceived(call="call", sdp=HOLD)]
    assert pair.alice.news(OfferRefused) == [
        OfferRefused(call="call", status=491, reason="Request Pending", overtaken=True)
    ]
    pair.say(pair.alice, pair.alice.agent.reaccept("call", HELD, pair.now))
    pair.wind(5)
    assert pair.bob.news(OfferAnswered) == [OfferAnswered(call=call, sdp=HELD)]
    assert len(pair.alice.wrote("INVITE")) == 2
    assert len(pair.bob.wrote("INVITE")) == 2


@pytest.mark.rfc("3261 §14.1", "who made the Call-ID tries again after 2.1 to 4 s")
def test_the_owner_of_the_call_id_comes_back_between_2_1_and_4_s() -> None:
    alice, _invite = _up()
    alice.say(alice.agent.reinvite("call", HOLD, alice.now))
    alice.answer(alice.last("INVITE"), 491)
    alice.wind(2.0)
    assert len(alice.phone.wrote("INVITE")) == 2
    alice.wind(2.1)
    assert len(alice.phone.wrote("INVITE")) == 3
    assert alice.last("INVITE").body.decode() == HOLD
    alice.answer(alice.last("INVITE"), 200, sdp=HELD)
    assert alice.phone.news(OfferAnswered) == [OfferAnswered(call="call", sdp=HELD)]


def test_a_peer_that_never_gives_way_is_told_of_after_a_few_tries() -> None:
    alice, _invite = _up()
    alice.say(alice.agent.reinvite("call", HOLD, alice.now))
    tries = 0
    while not alice.phone.news(OfferRefused):
        tries += 1
        alice.answer(alice.last("INVITE"), 491)
        alice.wind(4.1)
    assert tries == 5
    assert alice.phone.news(OfferRefused) == [
        OfferRefused(call="call", status=491, reason="Request Pending")
    ]
    alice.wind(300)
    assert len(alice.phone.wrote("INVITE")) == 1 + tries
    # The button is free again, and counts anew.
    alice.say(alice.agent.reinvite("call", HOLD, alice.now))
    alice.answer(alice.last("INVITE"), 491)
    alice.wind(4.1)
    alice.answer(alice.last("INVITE"), 200, sdp=HELD)
    assert alice.phone.news(OfferAnswered) == [OfferAnswered(call="call", sdp=HELD)]


def test_a_call_that_ends_in_the_pause_offers_nothing_more() -> None:
    alice, _invite = _up()
    alice.say(alice.agent.reinvite("call", HOLD, alice.now))
    alice.answer(alice.last("INVITE"), 491)
    alice.say(alice.agent.hang_up("call", alice.now))
    alice.answer(alice.last("BYE"), 200)
    alice.wind(60)
    assert len(alice.phone.wrote("INVITE")) == 2
    assert alice.agent.deadline is None


@pytest.mark.rfc(
    "3261 §14.2", "500 with a Retry-After of 0 to 10 s before the first change is answered"
)
def test_a_second_change_before_the_first_is_answered_is_told_to_come_back() -> None:
    alice, invite = _up()
    alice.ask("INVITE", dialog_of=invite, cseq=5, sdp=OFFER)
    alice.ask("INVITE", dialog_of=invite, cseq=6, sdp=OFFER)
    assert _last(alice).status == 500
    assert 0 <= int(_last(alice).headers.get("Retry-After") or "99") <= 10
    assert len(alice.phone.news(OfferReceived)) == 1
    alice.say(alice.agent.reaccept("call", ANSWER, alice.now))
    assert (_last(alice).status, _last(alice).cseq.number) == (200, 5)
    # Its ACK has not come: an offer now is in the way of it.
    alice.ask("INVITE", dialog_of=invite, cseq=7, sdp=OFFER)
    assert _last(alice).status == 491


@pytest.mark.rfc("3264 §4", "no offer while another one has no answer")
def test_a_change_nobody_offers_cannot_be_answered_and_two_cannot_be_offered() -> None:
    alice, _invite = _up()
    for wish in (
        lambda: alice.agent.reaccept("call", ANSWER, alice.now),
        lambda: alice.agent.rerefuse("call", 488, alice.now),
    ):
        with pytest.raises(NotNow, match="asks for no change"):
            wish()
    alice.say(alice.agent.reinvite("call", HOLD, alice.now))
    with pytest.raises(NotNow, match="under way"):
        alice.agent.reinvite("call", OFFER, alice.now)


@pytest.mark.rfc("3261 §14.2", "a re-INVITE without an offer gets one in the 2xx")
def test_a_change_asked_for_without_an_offer_gets_one_and_the_answer_comes_in_the_ack() -> None:
    alice, invite = _up()
    alice.ask("INVITE", dialog_of=invite, cseq=5)
    assert alice.phone.news(OfferReceived) == [OfferReceived(call="call", sdp=None)]
    alice.say(alice.agent.reaccept("call", OFFER, alice.now))
    assert _last(alice).body.decode() == OFFER
    alice.ask("ACK", dialog_of=invite, cseq=5, sdp=ANSWER)
    assert alice.phone.news(OfferAcknowledged) == [OfferAcknowledged(call="call", sdp=ANSWER)]


@pytest.mark.rfc("3261 §12.2.1.2", "481 to a re-INVITE: the dialog is gone")
def test_a_peer_that_knows_the_call_no_more_has_ended_it() -> None:
    alice, _invite = _up()
    alice.say(alice.agent.reinvite("call", HOLD, alice.now))
    alice.answer(alice.last("INVITE"), 481)
    assert len(alice.phone.news(OfferRefused)) == 1
    assert _ended(alice.phone).by is By.SYSTEM
    assert _ended(alice.phone).status == 481
    assert alice.phone.wrote("BYE") == ["BYE"]


@pytest.mark.deviates(
    "3261 §12.2.1.2",
    "A re-INVITE that gets 408, or nothing, does not end the call: a proxy says 408 for one that was slow. The session timer ends what nobody answers",
)
@pytest.mark.parametrize("silent", [True, False])
def test_a_change_that_nobody_answers_leaves_the_call_as_it_was(silent: bool) -> None:
    alice, _invite = _up()
    alice.say(alice.agent.reinvite("call", HOLD, alice.now))
    if silent:
        alice.wind(33)
    else:
        alice.answer(alice.last("INVITE"), 408)
    (refused,) = alice.phone.news(OfferRefused)
    assert isinstance(refused, OfferRefused) and refused.status == 408
    alice.wind(100)
    assert alice.agent.calls() == ("call",) and alice.phone.wrote("BYE") == []
    alice.say(alice.agent.reinvite("call", HOLD, alice.now))
    alice.answer(alice.last("INVITE"), 200, sdp=ANSWER)
    assert len(alice.phone.news(OfferAnswered)) == 1


@pytest.mark.rfc("3262 §4", "a reliable 1xx is asked for by the INVITE that makes a call only")
def test_a_challenged_change_is_sent_again_signed() -> None:
    alice, _invite = _up()
    alice.say(alice.agent.reinvite("call", HOLD, alice.now))
    first = alice.last("INVITE")
    challenge = ("Proxy-Authenticate", 'Digest realm="atlanta.example", nonce="n", qop="auth"')
    alice.answer(first, 407, "b1", challenge)
    again = alice.last("INVITE")
    assert (first.cseq.number, again.cseq.number) == (2, 3)
    assert "Proxy-Authorization" in again.headers
    assert again.body == first.body
    # A reliable 1xx is asked for by the INVITE that makes a call only.
    assert "100rel" not in again.supported
    alice.answer(again, 200, sdp=HELD)
    assert alice.phone.news(OfferAnswered) == [OfferAnswered(call="call", sdp=HELD)]
    # From now on it is signed before it is asked.
    alice.say(alice.agent.hang_up("call", alice.now))
    assert "Proxy-Authorization" in alice.last("BYE").headers


@pytest.mark.rfc("3261 §12.2.1.2", "the 2xx to a re-INVITE moves the remote target")
@pytest.mark.rfc("3261 §12.2.2", "a re-INVITE of the peer moves the remote target")
def test_a_change_moves_the_remote_target() -> None:
    alice, invite = _up()
    alice.ask("INVITE", dialog_of=invite, cseq=5, sdp=OFFER)
    alice.say(alice.agent.reaccept("call", ANSWER, alice.now))
    alice.ask("ACK", dialog_of=invite, cseq=5)
    alice.say(alice.agent.reinvite("call", HOLD, alice.now))
    assert str(alice.last("INVITE").uri) == "sip:bob@bob.invalid;transport=ws"
    alice.answer(alice.last("INVITE"), 200, "b1", sdp=HELD)
    alice.say(alice.agent.hang_up("call", alice.now))
    assert str(alice.last("BYE").uri) == "sip:bob@b1.example"


def test_the_200_to_a_change_is_repeated_and_without_its_ack_the_call_is_lost() -> None:
    alice, invite = _up()
    alice.ask("INVITE", dialog_of=invite, cseq=5, sdp=OFFER)
    alice.say(alice.agent.reaccept("call", ANSWER, alice.now))
    alice.wind(1.6)
    assert len(alice.phone.wrote("200 INVITE")) == 3
    alice.wind(31)
    assert _ended(alice.phone).by is By.SYSTEM
    assert alice.phone.wrote("BYE") == ["BYE"]


@pytest.mark.rfc("3261 §13.2.2.4", "a 2xx to a re-INVITE that comes again gets its ACK again")
def test_the_200_to_our_change_that_comes_again_gets_its_ack_again() -> None:
    alice, _invite = _up()
    alice.say(alice.agent.reinvite("call", HOLD, alice.now))
    request = alice.last("INVITE")
    alice.answer(request, 200, sdp=HELD)
    ack = bytes(alice.last("ACK"))
    alice.answer(request, 200, sdp=HELD)
    assert bytes(alice.last("ACK")) == ack
    assert len(alice.phone.news(OfferAnswered)) == 1


@pytest.mark.rfc("3261 §15.1.2", "what waits for an answer when the BYE comes gets its 487")
def test_a_bye_that_meets_a_change_ends_both_cleanly() -> None:
    alice, invite = _up()
    alice.say(alice.agent.reinvite("call", HOLD, alice.now))
    request = alice.last("INVITE")
    alice.ask("BYE", dialog_of=invite, cseq=5)
    assert _ended(alice.phone).by is By.REMOTE
    alice.answer(request, 200, sdp=HELD)
    assert alice.phone.wrote("ACK")[-1] == "ACK"
    assert not alice.phone.news(OfferAnswered)
    other, invite = _up()
    other.ask("INVITE", dialog_of=invite, cseq=5, sdp=OFFER)
    other.ask("BYE", dialog_of=invite, cseq=6)
    assert sorted(other.phone.wrote("200", "487")) == ["200 BYE", "487 INVITE"]


@pytest.mark.rfc("3261 §9.2", "a re-INVITE can be cancelled, and the call goes on")
def test_a_change_that_is_cancelled_is_answered_487() -> None:
    alice, invite = _up()
    alice.ask("INVITE", dialog_of=invite, cseq=5, branch="z9hG4bKre", sdp=OFFER)
    alice.ask("CANCEL", dialog_of=invite, cseq=5, branch="z9hG4bKre")
    assert alice.phone.wrote("200", "487") == ["200 CANCEL", "487 INVITE"]
    with pytest.raises(NotNow):
        alice.agent.reaccept("call", ANSWER, alice.now)
    assert alice.agent.calls() == ("call",)


@pytest.mark.rfc("3311 §5.2", "an UPDATE without an offer moves the target and nothing else")
def test_an_update_without_an_offer_moves_the_target_and_nothing_else() -> None:
    alice, invite = _up()
    alice.ask("UPDATE", dialog_of=invite, cseq=5)
    assert _last(alice).status == 200
    assert not alice.phone.news(OfferReceived)
    alice.say(alice.agent.hang_up("call", alice.now))
    assert str(alice.last("BYE").uri) == "sip:bob@bob.invalid;transport=ws"


@pytest.mark.rfc("3311 §5.2", "an offer in an UPDATE has its answer in the 200")
def test_an_update_with_an_offer_is_answered_in_its_200() -> None:
    alice, invite = _up()
    alice.ask("UPDATE", dialog_of=invite, cseq=5, sdp=OFFER)
    assert alice.phone.news(OfferReceived) == [OfferReceived(call="call", sdp=OFFER)]
    alice.say(alice.agent.reaccept("call", ANSWER, alice.now))
    assert (_last(alice).cseq.method, _last(alice).body.decode()) == ("UPDATE", ANSWER)
    # No ACK is needed: the next change may come.
    alice.ask("UPDATE", dialog_of=invite, cseq=6, sdp=OFFER)
    alice.say(alice.agent.rerefuse("call", 488, alice.now))
    assert _last(alice).status == 488
    assert alice.agent.calls() == ("call",)


@pytest.mark.rfc("6086 §4.2.2", "469 with Recv-Info to a package that we did not ask for")
def test_requests_in_a_call_are_answered_each_as_it_must() -> None:
    alice, invite = _up()
    for method, cseq, status in (
        ("OPTIONS", 5, 200),
        ("PRACK", 6, 481),
        ("NOTIFY", 7, 481),
        ("REFER", 8, 400),
        ("MESSAGE", 9, 200),
        ("NEWMETHOD", 10, 501),
        ("INFO", 4, 500),
    ):
        alice.ask(method, dialog_of=invite, cseq=cseq)
        assert (method, _last(alice).status) == (method, status)
    alice.ask("INFO", ("Info-Package", "x"), dialog_of=invite, cseq=11)
    assert (_last(alice).status, _last(alice).headers.get("Recv-Info")) == (469, "")
    alice.ask("INFO", ("Require", "magic"), dialog_of=invite, cseq=12)
    assert (_last(alice).status, _last(alice).headers.get("Unsupported")) == (420, "magic")
    alice.ask("UPDATE", ("Content-Encoding", "gzip"), dialog_of=invite, cseq=13, sdp=OFFER)
    assert _last(alice).status == 415
    assert alice.agent.calls() == ("call",)


def test_after_the_bye_only_a_crossing_bye_is_taken() -> None:
    alice, invite = _up()
    alice.say(alice.agent.hang_up("call", alice.now))
    alice.ask("INFO", dialog_of=invite, cseq=5)
    assert _last(alice).status == 481
    alice.ask("BYE", dialog_of=invite, cseq=6)
    assert _last(alice).status == 200
    alice.answer(alice.last("BYE"), 200)
    alice.ask("BYE", dialog_of=invite, cseq=7)
    assert _last(alice).status == 481
    assert len(alice.phone.news(Ended)) == 1
    assert BILOXI in str(alice.last("BYE").to.uri)


def _unanswered() -> tuple[Solo, Request]:
    """A change that was heard over there, and then nothing more: the answer was lost."""
    alice, _invite = _up()
    alice.say(alice.agent.reinvite("call", HOLD, alice.now))
    change = alice.last("INVITE")
    alice.answer(change, 100, "")
    return alice, change


def test_a_change_that_is_never_answered_is_taken_back_and_the_call_goes_on() -> None:
    alice, change = _unanswered()
    alice.wind(31)
    assert alice.phone.wrote("CANCEL") == []
    alice.wind(2)
    cancel = alice.last("CANCEL")
    assert (cancel.cseq.number, cancel.via) == (change.cseq.number, change.via)
    alice.answer(cancel, 200)
    # RFC 3261 §14.2: meanwhile it is still ours that is under way.
    alice.ask("INVITE", dialog_of=alice.last("INVITE"), cseq=5, sdp=OFFER)
    assert _last(alice).status == 491
    alice.wind(33)
    assert [news.status for news in alice.phone.news(OfferRefused)] == [487]  # type: ignore[union-attr]
    assert alice.agent.calls() == ("call",)
    assert alice.agent.deadline is None
    alice.say(alice.agent.reinvite("call", HOLD, alice.now))
    assert alice.last("INVITE").cseq.number == change.cseq.number + 1


def test_a_change_taken_back_is_refused_487_or_answered_after_all() -> None:
    # 408 is what a proxy says where the 487 got lost too.
    for status in (487, 200, 491, 408):
        alice, change = _unanswered()
        alice.wind(33)
        alice.answer(alice.last("CANCEL"), 200)
        alice.answer(change, status, sdp=HELD if status == 200 else "")
        assert len(alice.phone.wrote("ACK")) == 2
        assert len(alice.phone.news(OfferAnswered)) == (status == 200)
        assert len(alice.phone.news(OfferRefused)) == (status != 200)
        alice.wind(70)
        assert alice.agent.calls() == ("call",)
        assert alice.agent.deadline is None


def test_a_change_that_was_challenged_has_its_full_time_again() -> None:
    alice, _invite = _up()
    alice.say(alice.agent.reinvite("call", HOLD, alice.now))
    alice.wind(20)
    question = 'Digest realm="atlanta.example", nonce="p1", qop="auth"'
    alice.answer(alice.last("INVITE"), 407, "p1", ("Proxy-Authenticate", question))
    alice.wind(20)
    assert alice.phone.wrote("CANCEL") == []
    alice.wind(20)
    (refused,) = alice.phone.news(OfferRefused)
    assert isinstance(refused, OfferRefused) and refused.status == 408


def test_a_call_that_ends_over_an_unanswered_change_leaves_nothing_behind() -> None:
    for answered in (True, False):
        alice, change = _unanswered()
        alice.say(alice.agent.hang_up("call", alice.now))
        alice.answer(alice.last("BYE"), 200)
        assert not alice.agent.idle
        if answered:
            alice.answer(change, 487)
            assert len(alice.phone.wrote("ACK")) == 2
            assert alice.agent.idle
        alice.wind(33)
        assert alice.agent.idle
        assert alice.agent.deadline is None


# --- What a refusal means for the call (RFC 6141) -------------------------------------------------


@pytest.mark.rfc("6141 §4.6", "a change that is refused moves no target")
def test_a_change_that_is_refused_moves_no_target() -> None:
    alice, invite = _up()
    alice.ask("INVITE", dialog_of=invite, cseq=5, sdp=OFFER)
    alice.say(alice.agent.rerefuse("call", 488, alice.now))
    alice.say(alice.agent.hang_up("call", alice.now))
    assert str(alice.last("BYE").uri) == "sip:bob@b1.example"


@pytest.mark.rfc("3261 §14.2", "a 500 with a Retry-After: the same change again, then")
def test_a_peer_that_is_busy_with_its_own_change_gets_ours_when_it_says() -> None:
    alice, _invite = _up()
    alice.say(alice.agent.reinvite("call", HOLD, alice.now))
    alice.answer(alice.last("INVITE"), 500, "b1", ("Retry-After", "7 (soon)"))
    alice.wind(6.9)
    assert len(alice.phone.wrote("INVITE")) == 2
    alice.wind(0.2)
    assert len(alice.phone.wrote("INVITE")) == 3
    alice.answer(alice.last("INVITE"), 200, sdp=HELD)
    assert alice.phone.news(OfferAnswered) == [OfferAnswered(call="call", sdp=HELD)]
    assert not alice.phone.news(OfferRefused)


@pytest.mark.parametrize("after", [(), (("Retry-After", "600"),), (("Retry-After", "later"),)])
def test_a_refusal_for_longer_than_a_moment_is_one(after: tuple[tuple[str, str], ...]) -> None:
    alice, _invite = _up()
    alice.say(alice.agent.reinvite("call", HOLD, alice.now))
    alice.answer(alice.last("INVITE"), 500, "b1", *after)
    assert len(alice.phone.news(OfferRefused)) == 1


def test_two_ends_that_change_the_call_at_once_by_retry_after_both_get_through() -> None:
    pair, call = _talking()
    pair.say(pair.alice, pair.alice.agent.reinvite("call", HOLD, pair.now))
    pair.deliver()
    pair.say(pair.bob, pair.bob.agent.reaccept(call, HELD, pair.now))
    pair.deliver()
    pair.say(pair.bob, pair.bob.agent.reinvite(call, HOLD, pair.now))
    pair.deliver()
    pair.say(pair.alice, pair.alice.agent.reaccept("call", HELD, pair.now))
    pair.deliver()
    assert pair.bob.news(OfferAnswered) == [OfferAnswered(call=call, sdp=HELD)]
