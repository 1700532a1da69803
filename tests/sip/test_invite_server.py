"""Being called: ringing, answering, and callers who change their mind."""

from __future__ import annotations

import pytest

from pair import ANSWER, OFFER, Solo
from webphone.sip import By, Confirmed, Ended, Identity, InfoReceived, Invited, NotNow, Response


def _called(alice: Solo, *headers: tuple[str, str]) -> Invited:
    alice.ask("INVITE", *headers, cseq=10, branch="z9hG4bKinvite", sdp=OFFER)
    invited = alice.phone.news(Invited)[-1]
    assert isinstance(invited, Invited)
    return invited


def _ended(alice: Solo) -> Ended:
    (ended,) = alice.phone.news(Ended)
    assert isinstance(ended, Ended)
    return ended


def _responses(alice: Solo) -> list[Response]:
    return [message for message in alice.phone.sent if isinstance(message, Response)]


@pytest.mark.rfc("3261 §12.1.1", "180 and 200 have the same To tag and the Record-Route as it came")
@pytest.mark.rfc("5626 §4.3", "the Contact of a dialog has `ob`")
def test_ringing_and_answer_share_a_to_tag_and_keep_the_route() -> None:
    alice = Solo()
    route = ("Record-Route", "<sip:proxy.example;lr>, <sip:edge.example;lr>")
    call = _called(alice, route).call
    alice.say(alice.agent.ring(call, alice.now))
    alice.say(alice.agent.ring(call, alice.now))
    alice.say(alice.agent.accept(call, ANSWER, alice.now))
    ringing, again, answer = _responses(alice)
    assert [r.status for r in (ringing, again, answer)] == [180, 180, 200]
    assert ringing.to.tag == answer.to.tag != ""
    for response in (ringing, answer):
        assert [str(r.uri.host) for r in response.record_routes] == [
            "proxy.example",
            "edge.example",
        ]
        assert response.contacts[0].uri.has("ob")
    assert answer.body.decode() == ANSWER
    assert "UPDATE" in answer.allow
    alice.ask("ACK", cseq=10, to_tag=answer.to.tag)
    assert alice.phone.news(Confirmed) == [Confirmed(call=call)]
    alice.say(alice.agent.hang_up(call, alice.now))
    assert [str(r.uri.host) for r in alice.last("BYE").routes] == ["proxy.example", "edge.example"]


@pytest.mark.rfc("3960 §3", "early media goes in a 183 with its description")
def test_early_media_is_a_183_with_its_description() -> None:
    alice = Solo()
    call = _called(alice).call
    alice.say(alice.agent.ring(call, alice.now, sdp=ANSWER))
    (early,) = _responses(alice)
    assert (early.status, early.body.decode()) == (183, ANSWER)
    assert early.content_type == "application/sdp"


@pytest.mark.deviates(
    "3261 §13.3.1.1",
    "180 is not said again every minute: that would have each proxy on the way wait anew, and no "
    "call would ever go on to the voice mail",
)
def test_ringing_is_told_once() -> None:
    alice = Solo()
    call = _called(alice, ("Expires", "600")).call
    alice.say(alice.agent.ring(call, alice.now))
    alice.wind(170)
    assert alice.phone.wrote() == ["180 INVITE"]
    assert alice.agent.calls() == (call,)


def test_a_call_is_answered_once() -> None:
    alice = Solo()
    call = _called(alice).call
    alice.say(alice.agent.accept(call, ANSWER, alice.now))
    for wish in (
        lambda: alice.agent.accept(call, ANSWER, alice.now),
        lambda: alice.agent.reject(call, 486, alice.now),
        lambda: alice.agent.ring(call, alice.now),
    ):
        with pytest.raises(NotNow, match="answered already"):
            wish()


def test_a_call_comes_in_without_an_account_too() -> None:
    alice = Solo()
    alice.agent.account = None
    call = _called(alice).call
    alice.say(alice.agent.accept(call, ANSWER, alice.now))
    alice.ask("ACK", cseq=10, to_tag=_responses(alice)[-1].to.tag)
    alice.say(alice.agent.hang_up(call, alice.now))
    challenge = ("WWW-Authenticate", 'Digest realm="x", nonce="n", qop="auth"')
    alice.answer(alice.last("BYE"), 401, "b1", challenge)
    assert alice.phone.wrote("BYE") == ["BYE"]
    alice.wind(40)
    assert alice.agent.deadline is None


@pytest.mark.rfc("3261 §9.2", "200 to the CANCEL, 487 to its INVITE")
def test_a_cancelled_call_gets_200_for_the_cancel_and_487_for_the_invite() -> None:
    alice = Solo()
    call = _called(alice).call
    alice.say(alice.agent.ring(call, alice.now))
    alice.ask("CANCEL", cseq=10, branch="z9hG4bKinvite")
    assert [(r.status, r.cseq.method) for r in _responses(alice)] == [
        (180, "INVITE"),
        (200, "CANCEL"),
        (487, "INVITE"),
    ]
    assert len({r.to.tag for r in _responses(alice)}) == 1
    assert _ended(alice) == Ended(call=call, by=By.REMOTE, status=487, reason="Request Terminated")


@pytest.mark.rfc("3261 §9.2", "481 to a CANCEL of nothing")
def test_a_cancel_of_nothing_is_answered_481() -> None:
    alice = Solo()
    alice.ask("CANCEL", cseq=10, branch="z9hG4bKother")
    assert alice.last_status() == 481


@pytest.mark.rfc("3261 §9.2", "a CANCEL after the answer changes nothing")
def test_a_cancel_after_the_answer_changes_nothing() -> None:
    alice = Solo()
    call = _called(alice).call
    alice.say(alice.agent.accept(call, ANSWER, alice.now))
    alice.ask("CANCEL", cseq=10, branch="z9hG4bKinvite")
    assert alice.last_status() == 200
    assert alice.agent.calls() == (call,)


@pytest.mark.rfc("3261 §13.3.1", "an invitation is over when its Expires is")
def test_an_invitation_ends_when_it_expires() -> None:
    alice = Solo()
    call = _called(alice, ("Expires", "20")).call
    alice.say(alice.agent.ring(call, alice.now))
    alice.wind(19.9)
    assert alice.agent.calls() == (call,)
    alice.wind(0.2)
    assert (alice.last_status(), _ended(alice).status) == (487, 487)
    answered = Solo()
    call = _called(answered, ("Expires", "20")).call
    answered.say(answered.agent.accept(call, ANSWER, answered.now))
    answered.wind(21)
    assert answered.agent.calls() == (call,)


@pytest.mark.rfc("3261 §15.1.2", "a BYE in an early dialog ends it, and the INVITE gets its 487")
def test_an_early_bye_ends_the_call_and_answers_the_invite() -> None:
    alice = Solo()
    call = _called(alice).call
    alice.say(alice.agent.ring(call, alice.now))
    tag = _responses(alice)[-1].to.tag
    alice.ask("BYE", ("Reason", "Q.850;cause=16"), cseq=11, to_tag=tag)
    assert [r.status for r in _responses(alice)] == [180, 200, 487]
    assert (_ended(alice).by, _ended(alice).q850) == (By.REMOTE, 16)


@pytest.mark.rfc(
    "3261 §14.2", "500 with a Retry-After of 0 to 10 s to an INVITE before the first is answered"
)
@pytest.mark.rfc(
    "3311 §5.2", "500 with a Retry-After to an UPDATE with an offer before the first has its answer"
)
@pytest.mark.rfc("3261 §12.2.2", "500 to a number below the last one")
def test_other_requests_in_the_early_dialog_are_answered_each_as_it_must() -> None:
    alice = Solo()
    call = _called(alice).call
    alice.say(alice.agent.ring(call, alice.now))
    tag = _responses(alice)[-1].to.tag
    for method, cseq, sdp, status in (
        ("INFO", 11, "", 200),
        ("UPDATE", 12, "", 200),
        ("UPDATE", 13, OFFER, 500),
        ("INVITE", 14, OFFER, 500),
        ("PRACK", 15, "", 481),
        ("NOTIFY", 16, "", 481),
        ("INFO", 3, "", 500),
    ):
        alice.ask(method, cseq=cseq, to_tag=tag, sdp=sdp)
        assert alice.last_status() == status
        if status == 500 and cseq > 10:
            assert 0 <= int(_responses(alice)[-1].headers.get("Retry-After") or "99") <= 10
    assert len(alice.phone.news(InfoReceived)) == 1
    assert alice.agent.calls() == (call,)


def test_an_ack_before_any_answer_is_dropped() -> None:
    alice = Solo()
    call = _called(alice).call
    alice.say(alice.agent.ring(call, alice.now))
    alice.ask("ACK", cseq=10, to_tag=_responses(alice)[-1].to.tag)
    assert not alice.phone.news(Confirmed)
    assert alice.agent.calls() == (call,)


def test_an_ack_with_another_number_confirms_nothing() -> None:
    alice = Solo()
    call = _called(alice).call
    alice.say(alice.agent.accept(call, ANSWER, alice.now))
    alice.ask("ACK", cseq=9, to_tag=_responses(alice)[-1].to.tag)
    assert not alice.phone.news(Confirmed)


def test_each_call_has_an_id_of_its_own() -> None:
    alice = Solo()
    for number in range(3):
        alice.ask("INVITE", call_id=f"c{number}", tag=f"t{number}", sdp=OFFER)
    assert len(set(alice.agent.calls())) == 3
    assert alice.agent.account == Identity(
        user="alice", domain="atlanta.example", password="secret", hosts=("atlanta.example",)
    )


def test_the_bye_that_comes_before_the_ack_ends_the_call_once() -> None:
    alice = Solo()
    for parting in (False, True):
        before = len(alice.phone.news(Ended))
        call_id = f"c{parting}"
        alice.ask("INVITE", cseq=10, call_id=call_id, sdp=OFFER)
        (call,) = alice.agent.calls()
        alice.say(alice.agent.accept(call, ANSWER, alice.now))
        tag = _responses(alice)[-1].to.tag
        if parting:
            alice.say(alice.agent.hang_up(call, alice.now))
        alice.ask("BYE", cseq=11, call_id=call_id, to_tag=tag)
        assert alice.last_status() == 200
        assert len(alice.phone.news(Ended)) == before + 1
    assert alice.phone.wrote("BYE") == []


@pytest.mark.rfc("3261 §13.3.1.4", "without an ACK within 32 s a BYE goes")
def test_no_ack_after_hang_up_sends_the_bye_all_the_same() -> None:
    alice = Solo()
    call = _called(alice).call
    alice.say(alice.agent.accept(call, ANSWER, alice.now))
    alice.say(alice.agent.hang_up(call, alice.now))
    alice.wind(33)
    assert alice.phone.wrote("BYE") == ["BYE"]
    assert _ended(alice).by is By.LOCAL
    alice.wind(40)
    assert alice.agent.deadline is None


@pytest.mark.rfc("3261 §13.2.2.4", "nobody answers an ACK")
@pytest.mark.parametrize("broken", ["Contact", "Record-Route"])
def test_an_ack_or_bye_is_taken_whatever_else_is_in_it(broken: str) -> None:
    alice = Solo()
    call = _called(alice).call
    alice.say(alice.agent.accept(call, ANSWER, alice.now))
    tag = _responses(alice)[-1].to.tag
    alice.ask("ACK", (broken, "<<"), cseq=10, to_tag=tag)
    assert len(alice.phone.news(Confirmed)) == 1
    # RFC 3261 §13.2.2.4: nobody answers an ACK.
    assert alice.phone.wrote() == ["200 INVITE"]
    alice.ask("BYE", (broken, "<<"), cseq=11, to_tag=tag)
    assert alice.phone.wrote() == ["200 INVITE", "200 BYE"]


@pytest.mark.rfc("3261 §7.3.1", "tokens are compared without case")
def test_a_tag_is_the_same_in_capitals() -> None:
    """RFC 3261 §7.3.1: tokens are case-blind."""
    alice = Solo()
    call = _called(alice).call
    alice.say(alice.agent.accept(call, ANSWER, alice.now))
    alice.ask("ACK", cseq=10, to_tag=_responses(alice)[-1].to.tag.upper(), tag="B1")
    assert len(alice.phone.news(Confirmed)) == 1


def test_what_rings_when_the_socket_is_lost_can_be_answered_but_does_not_ring_for_ever() -> None:
    for answered in (True, False):
        alice = Solo()
        call = _called(alice, ("Expires", "500")).call
        alice.say(alice.agent.ring(call, alice.now))
        alice.say(alice.agent.transport_lost(alice.now))
        alice.wind(2)
        alice.say(alice.agent.transport_up(alice.now))
        alice.wind(50)
        if answered:
            alice.say(alice.agent.accept(call, ANSWER, alice.now))
            alice.ask("ACK", cseq=10, to_tag=_responses(alice)[-1].to.tag)
        alice.wind(600)
        assert bool(alice.agent.calls()) is answered
        if not answered:
            assert (_ended(alice).by, _ended(alice).status) == (By.REMOTE, 487)
            said = [each for each in alice.phone.wrote() if each != "OPTIONS"]
            assert said == ["180 INVITE", "180 INVITE", "487 INVITE"]
