"""Being called by who takes only reliable provisional responses (RFC 3262)."""

from __future__ import annotations

import pytest

from pair import ANSWER, BILOXI, OFFER, Pair, Solo, word
from webphone.sip import (
    By,
    Confirmed,
    EarlyAnswer,
    EarlyOffer,
    Ended,
    NotNow,
    Response,
    Uri,
)

NEEDS = ("Require", "100rel")


def _called(alice: Solo, sdp: str = OFFER, *headers: tuple[str, str]) -> str:
    """Bob calls Alice, whose phone rings."""
    alice.ask("INVITE", NEEDS, *headers, cseq=10, sdp=sdp)
    (call,) = alice.agent.calls()
    alice.say(alice.agent.ring(call, alice.now))
    return call


def _responses(alice: Solo) -> list[Response]:
    return [message for message in alice.phone.sent if isinstance(message, Response)]


def _prack(alice: Solo, rack: str = "", *, cseq: int = 11, sdp: str = "") -> int | None:
    """Bob acknowledges the last ringing; what he is answered, None for nothing yet."""
    ringing = next(r for r in reversed(_responses(alice)) if r.headers.get("RSeq"))
    rack = rack or f"{ringing.headers.get('RSeq')} 10 INVITE"
    alice.ask("PRACK", ("RAck", rack), cseq=cseq, to_tag=ringing.to.tag, sdp=sdp)
    return next((r.status for r in _responses(alice) if r.cseq.number == cseq), None)


def _ends(alice: Solo) -> list[tuple[By, int | None]]:
    return [(news.by, news.status) for news in alice.phone.news(Ended) if isinstance(news, Ended)]


@pytest.mark.rfc(
    "3262 §3", "a reliable 18x is said again, doubling from T1 without a limit, until its PRACK"
)
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


@pytest.mark.rfc("3262 §3", "the 2xx waits for the PRACK")
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


@pytest.mark.rfc("3262 §3", "481 to a PRACK that acknowledges nothing")
def test_only_its_own_acknowledgement_counts_and_only_once() -> None:
    alice = Solo()
    _called(alice)
    for cseq, rack in enumerate(("", "1 10 INVITE", "x", "99999999999999999999 10 INVITE"), 11):
        assert _prack(alice, rack or "1", cseq=cseq) == 481
    assert _prack(alice, cseq=20) == 200
    assert _prack(alice, cseq=21) == 481


@pytest.mark.rfc("3262 §3", "one reliable 18x at a time, each with the next RSeq")
def test_a_second_ringing_waits_for_the_first_and_has_the_next_number() -> None:
    alice = Solo()
    call = _called(alice)
    assert alice.agent.ring(call, alice.now, sdp=ANSWER) == []
    _prack(alice)
    alice.say(alice.agent.ring(call, alice.now, sdp=ANSWER))
    first, _, second = _responses(alice)
    assert second.status == 183
    assert int(second.headers.get("RSeq") or "") == int(first.headers.get("RSeq") or "") + 1


@pytest.mark.rfc("6337 §2.2", "no offer before the first has its answer")
def test_an_offer_before_the_first_has_its_answer_is_refused_and_the_call_goes_on() -> None:
    """RFC 6337 §2.2; §2.3: without the offer the acknowledgement may come again."""
    alice = Solo()
    call = _called(alice)
    tag = _responses(alice)[-1].to.tag
    assert _prack(alice, sdp=OFFER) == 488
    assert _prack(alice, cseq=12) == 200
    assert _prack(alice, cseq=13) == 481
    alice.ask("UPDATE", cseq=14, to_tag=tag, sdp=OFFER)
    assert alice.last_status() == 500
    alice.say(alice.agent.accept(call, ANSWER, alice.now))
    assert alice.phone.wrote()[-1] == "200 INVITE"


@pytest.mark.rfc("3262 §5", "no reliable 18x without an offer where the INVITE had none")
def test_a_caller_without_an_offer_hears_nothing_before_the_answer() -> None:
    """RFC 3262 §5: the first reliable response would have to hold our offer."""
    alice = Solo()
    call = _called(alice, sdp="")
    assert alice.phone.wrote() == []
    alice.say(alice.agent.accept(call, OFFER, alice.now))
    assert alice.phone.wrote() == ["200 INVITE"]


INVITE, PLAIN = ("INVITE", OFFER), ("INVITE", "")
RELIABLE, OFFERLESS = ("INVITE 100rel", OFFER), ("INVITE 100rel", "")
HEARD = [RELIABLE, ("ring", ANSWER)]  # and so answered before the call is
OTHER = OFFER.replace("alice 1 1", "bob 2 2")

# RFC 6337 table 1: what Bob asks and what Alice does, each with its description; and which
# messages have carried one by the end.
PATTERNS = {
    "1": ([INVITE, ("ring", ""), ("accept", ANSWER), ("ACK", "")], ["INVITE", "200 INVITE"]),
    "1 after plain early media": (
        [INVITE, ("ring", ANSWER), ("accept", ANSWER), ("ACK", "")],
        ["INVITE", "183 INVITE", "200 INVITE"],
    ),
    "2": ([PLAIN, ("ring", ""), ("accept", OFFER), ("ACK", ANSWER)], ["200 INVITE", "ACK"]),
    "2 never in a plain 18x": (
        [PLAIN, ("ring", OFFER), ("accept", OFFER), ("ACK", ANSWER)],
        ["200 INVITE", "ACK"],
    ),
    "3": (
        [*HEARD, ("PRACK", ""), ("accept", ANSWER), ("ACK", "")],
        ["INVITE", "183 INVITE"],
    ),
    "3 and ringing again": (
        [*HEARD, ("PRACK", ""), ("ring", ANSWER), ("PRACK", ""), ("accept", ANSWER), ("ACK", "")],
        ["INVITE", "183 INVITE"],
    ),
    "4": (
        [OFFERLESS, ("ring", OFFER), ("PRACK", ANSWER), ("accept", OFFER), ("ACK", "")],
        ["183 INVITE", "PRACK"],
    ),
    "4 answered meanwhile": (
        [OFFERLESS, ("ring", OFFER), ("accept", OFFER), ("PRACK", ANSWER), ("ACK", "")],
        ["183 INVITE", "PRACK"],
    ),
    "5": (
        [*HEARD, ("PRACK", OTHER), ("reaccept", ANSWER), ("accept", ANSWER), ("ACK", "")],
        ["INVITE", "183 INVITE", "PRACK", "200 PRACK"],
    ),
    "5 answered meanwhile": (
        [*HEARD, ("accept", ANSWER), ("PRACK", OTHER), ("reaccept", ANSWER), ("ACK", "")],
        ["INVITE", "183 INVITE", "PRACK", "200 PRACK"],
    ),
    "6": (
        [*HEARD, ("PRACK", ""), ("UPDATE", OTHER), ("reaccept", ANSWER), ("accept", ANSWER)],
        ["INVITE", "183 INVITE", "UPDATE", "200 UPDATE"],
    ),
    "6 answered meanwhile": (
        [*HEARD, ("PRACK", ""), ("UPDATE", OTHER), ("accept", ANSWER), ("reaccept", ANSWER)],
        ["INVITE", "183 INVITE", "UPDATE", "200 UPDATE"],
    ),
}


def _play(alice: Solo, steps: list[tuple[str, str]]) -> list[str]:
    """Play these steps; which messages carried a description."""
    carried: list[str] = []
    for cseq, (step, sdp) in enumerate(steps, 10):
        before, first = len(alice.phone.sent), next(iter(_responses(alice)), None)
        to_tag, number = (first.to.tag, 10 if step == "ACK" else cseq) if first else ("", cseq)
        method, _, needs = step.partition(" ")
        match step:
            case "ring":
                alice.say(alice.agent.ring(alice.agent.calls()[0], alice.now, sdp=sdp))
            case "accept":
                alice.say(alice.agent.accept(alice.agent.calls()[0], sdp, alice.now))
            case "reaccept":
                alice.say(alice.agent.reaccept(alice.agent.calls()[0], sdp, alice.now))
            case "PRACK":
                assert _prack(alice, cseq=cseq, sdp=sdp) in (200, None)
            case _:
                headers = (NEEDS,) if needs else ()
                alice.ask(method, *headers, cseq=number, to_tag=to_tag, sdp=sdp)
        carried += [method] if method.isupper() and sdp else []
        carried += [word(message) for message in alice.phone.sent[before:] if message.body]
    return carried


@pytest.mark.rfc("3262 §5", "offers and answers in INVITE, 18x and PRACK")
@pytest.mark.rfc("6337 §2.2", "patterns 1 to 6 of table 1, as the one who is called")
@pytest.mark.parametrize("pattern", PATTERNS)
def test_each_offer_has_its_answer_where_the_rfc_puts_it(pattern: str) -> None:
    alice = Solo()
    steps, carriers = PATTERNS[pattern]
    assert _play(alice, steps) == carriers
    assert alice.phone.wrote("200 INVITE") == ["200 INVITE"]
    early = [EarlyAnswer(call=alice.agent.calls()[0], sdp=ANSWER)] if pattern[0] == "4" else []
    assert alice.phone.news(EarlyAnswer) == early
    offers = [news.sdp for news in alice.phone.news(EarlyOffer) if isinstance(news, EarlyOffer)]
    assert offers == ([OTHER] if pattern[0] in "56" else [])
    answers = [news.sdp for news in alice.phone.news(Confirmed) if isinstance(news, Confirmed)]
    assert answers == [] if pattern[0] == "6" else [ANSWER if pattern[0] == "2" else None]


def test_ringing_again_waits_for_an_answer_to_what_is_offered_meanwhile() -> None:
    alice = Solo()
    _play(alice, [*HEARD, ("PRACK", OTHER)])
    (call,) = alice.agent.calls()
    assert alice.agent.ring(call, alice.now) == []
    alice.ask("UPDATE", cseq=20, to_tag=_responses(alice)[0].to.tag, sdp=OTHER)
    assert alice.last_status() == 500
    alice.say(alice.agent.rerefuse(call, 488, alice.now))
    assert alice.phone.wrote()[-1] == "488 PRACK"
    with pytest.raises(NotNow):
        alice.agent.reaccept(call, ANSWER, alice.now)


@pytest.mark.rfc("3311 §5.2", "491 to an UPDATE while our offer has no answer")
def test_an_offer_of_theirs_is_void_while_ours_has_no_answer() -> None:
    """RFC 3311 §5.2."""
    alice = Solo()
    _play(alice, [OFFERLESS, ("ring", OFFER), ("UPDATE", OTHER)])
    assert alice.last_status() == 491
    assert alice.phone.news(EarlyOffer) == []


def test_an_acknowledgement_without_the_answer_that_it_owes_is_told() -> None:
    alice = Solo()
    _play(alice, [OFFERLESS, ("ring", OFFER), ("PRACK", "")])
    assert alice.phone.news(EarlyAnswer) == [EarlyAnswer(call=alice.agent.calls()[0], sdp=None)]


@pytest.mark.rfc("3261 §15.1.2", "what waits for an answer when the call ends gets 487")
def test_what_is_offered_to_a_call_that_ends_is_answered_with_its_end() -> None:
    """RFC 3261 §15.1.2."""
    alice = Solo()
    _play(alice, [*HEARD, ("PRACK", OTHER)])
    alice.say(alice.agent.hang_up(alice.agent.calls()[0], alice.now))
    assert sorted(alice.phone.wrote("4")) == ["486 INVITE", "487 PRACK"]
    alice.wind(40)
    assert alice.agent.idle


@pytest.mark.rfc("3262 §3", "without a PRACK within 32 s the INVITE is refused with 5xx")
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
