"""Being called by who takes only reliable provisional responses (RFC 3262)."""

from __future__ import annotations

import pytest

from pair import ANSWER, BILOXI, OFFER, Pair, Solo
from webphone.sip import By, Ended, NotNow, Response, Uri

NEEDS = ("Require", "100rel")


def _called(alice: Solo, sdp: str = OFFER, *headers: tuple[str, str]) -> str:
    """Bob calls Alice, whose phone rings."""
    alice.ask("INVITE", NEEDS, *headers, cseq=10, sdp=sdp)
    (call,) = alice.agent.calls()
    alice.say(alice.agent.ring(call, alice.now))
    return call


def _responses(alice: Solo) -> list[Response]:
    return [message for message in alice.phone.sent if isinstance(message, Response)]


def _prack(alice: Solo, rack: str = "", *, cseq: int = 11, sdp: str = "") -> int:
    """Bob acknowledges the last ringing; what he is answered."""
    ringing = next(r for r in reversed(_responses(alice)) if r.headers.get("RSeq"))
    rack = rack or f"{ringing.headers.get('RSeq')} 10 INVITE"
    alice.ask("PRACK", ("RAck", rack), cseq=cseq, to_tag=ringing.to.tag, sdp=sdp)
    return next(r.status for r in _responses(alice) if r.cseq.number == cseq)


def _ends(alice: Solo) -> list[tuple[By, int | None]]:
    return [(news.by, news.status) for news in alice.phone.news(Ended) if isinstance(news, Ended)]


def test_ringing_is_said_until_it_is_acknowledged_and_then_the_call_is_answered() -> None:
    alice = Solo()
    call = _called(alice)
    (ringing,) = _responses(alice)
    assert ringing.require == ["100rel"]
    assert 1 <= int(ringing.headers.get("RSeq") or "0") < 2**31
    alice.wind(0.4)
    assert alice.phone.wrote() == ["180 INVITE"]
    # After 0.5, 1.5, 3.5 and 7.5 s: unlike a 2xx without a limit of 4 s.
    alice.wind(7.5)
    assert alice.phone.wrote() == ["180 INVITE"] * 5
    assert {bytes(response) for response in _responses(alice)} == {bytes(ringing)}
    assert _prack(alice) == 200
    alice.wind(60)
    assert alice.phone.wrote() == [*["180 INVITE"] * 5, "200 PRACK"]
    alice.say(alice.agent.accept(call, ANSWER, alice.now))
    assert alice.phone.wrote()[-1] == "200 INVITE"


def test_an_answer_waits_for_the_acknowledgement_of_the_ringing() -> None:
    alice = Solo()
    call = _called(alice)
    alice.say(alice.agent.accept(call, ANSWER, alice.now))
    assert alice.phone.wrote() == ["180 INVITE"]
    with pytest.raises(NotNow):
        alice.agent.accept(call, ANSWER, alice.now)
    assert _prack(alice) == 200
    assert alice.phone.wrote() == ["180 INVITE", "200 PRACK", "200 INVITE"]
    assert _responses(alice)[-1].body.decode() == ANSWER


def test_only_its_own_acknowledgement_counts_and_only_once() -> None:
    alice = Solo()
    _called(alice)
    for cseq, rack in enumerate(("", "1 10 INVITE", "x", "99999999999999999999 10 INVITE"), 11):
        assert _prack(alice, rack or "1", cseq=cseq) == 481
    assert _prack(alice, cseq=20) == 200
    assert _prack(alice, cseq=21) == 481


def test_a_second_ringing_waits_for_the_first_and_has_the_next_number() -> None:
    alice = Solo()
    call = _called(alice)
    assert alice.agent.ring(call, alice.now, sdp=ANSWER) == []
    _prack(alice)
    alice.say(alice.agent.ring(call, alice.now, sdp=ANSWER))
    first, _, second = _responses(alice)
    assert second.status == 183
    assert int(second.headers.get("RSeq") or "") == int(first.headers.get("RSeq") or "") + 1


def test_an_offer_in_the_acknowledgement_is_refused_and_the_call_goes_on() -> None:
    alice = Solo()
    call = _called(alice)
    assert _prack(alice, sdp=OFFER) == 488
    alice.say(alice.agent.accept(call, ANSWER, alice.now))
    assert alice.phone.wrote()[-1] == "200 INVITE"


def test_a_caller_without_an_offer_hears_nothing_before_the_answer() -> None:
    """RFC 3262 §5: the first reliable response would have to hold our offer."""
    alice = Solo()
    call = _called(alice, sdp="")
    assert alice.phone.wrote() == []
    alice.say(alice.agent.accept(call, OFFER, alice.now))
    assert alice.phone.wrote() == ["200 INVITE"]


@pytest.mark.parametrize("accepted", [False, True])
@pytest.mark.parametrize("how", ["nothing", "cancel", "bye", "refuse", "expire"])
def test_a_call_that_ends_unacknowledged_ends_once(accepted: bool, how: str) -> None:
    alice = Solo()
    call = _called(alice, OFFER, *([("Expires", "20")] if how == "expire" else []))
    tag = _responses(alice)[-1].to.tag
    if accepted:
        alice.say(alice.agent.accept(call, ANSWER, alice.now))
    match how:
        case "cancel":
            alice.ask("CANCEL", cseq=10, branch="z9hG4bKbob1")
        case "bye":
            alice.ask("BYE", cseq=11, to_tag=tag)
        case "refuse":
            alice.say(alice.agent.hang_up(call, alice.now))
    alice.wind(33)
    ends = {"nothing": (By.SYSTEM, 504), "refuse": (By.LOCAL, 486)}
    assert _ends(alice) == [ends.get(how, (By.REMOTE, 487))]
    assert [r.status for r in _responses(alice) if r.status >= 300] == [
        {"nothing": 504, "refuse": 486}.get(how, 487)
    ]
    alice.wind(40)
    assert alice.agent.idle
    assert alice.agent.deadline is None


def test_two_of_us_talk_whoever_needs_what() -> None:
    pair = Pair()
    bob = Uri.parse(f"sip:bob@{BILOXI}")
    pair.say(pair.alice, pair.alice.agent.invite("call", bob, OFFER, pair.now, headers=(NEEDS,)))
    pair.deliver()
    pair.answer()
    assert pair.flow == [
        "alice INVITE",
        "bob 180 INVITE",
        "alice PRACK",
        "bob 200 PRACK",
        "bob 200 INVITE",
        "alice ACK",
    ]
