"""Session timers that a peer or a proxy asks for (RFC 4028)."""

from __future__ import annotations

import pytest

from pair import ANSWER, BILOXI, OFFER, Pair, Solo
from webphone.sip import By, Ended, Request, Response, Uri

KNOWS = ("Supported", "timer")
NEEDS = ("Require", "timer")
UPDATES = ("Allow", "INVITE, ACK, BYE, CANCEL, UPDATE")


def _last(alice: Solo) -> Response:
    message = alice.phone.sent[-1]
    assert isinstance(message, Response)
    return message


def _ends(alice: Solo) -> list[tuple[By, int | None]]:
    return [(news.by, news.status) for news in alice.phone.news(Ended) if isinstance(news, Ended)]


def _called(*headers: tuple[str, str]) -> tuple[Solo, Response]:
    """Bob calls Alice with these headers, and they talk; her 200."""
    alice = Solo()
    alice.ask("INVITE", *headers, cseq=10, sdp=OFFER)
    (call,) = alice.agent.calls()
    alice.say(alice.agent.accept(call, ANSWER, alice.now))
    answer = _last(alice)
    alice.ask("ACK", cseq=10, to_tag=answer.to.tag)
    return alice, answer


def _calling(*headers: tuple[str, str]) -> tuple[Solo, Request]:
    """Alice calls Bob, who answers with these headers."""
    alice = Solo()
    invite = alice.call()
    alice.answer(invite, 200, "b1", *headers, sdp=ANSWER)
    return alice, invite


def test_a_caller_that_needs_timers_gets_through_and_refreshes() -> None:
    alice, answer = _called(NEEDS, KNOWS, ("Session-Expires", "90"))
    assert answer.headers.get("Session-Expires") == "90;refresher=uac"
    assert answer.require == ["timer"]
    for cseq in (11, 12, 13):
        alice.wind(55)
        alice.ask("UPDATE", KNOWS, ("x", "90;refresher=uac"), cseq=cseq, to_tag=answer.to.tag)
        assert _last(alice).headers.get("Session-Expires") == "90;refresher=uac"
    assert alice.agent.calls()
    # §10: a third of the interval before its end.
    alice.wind(59)
    assert alice.agent.calls()
    alice.wind(2)
    assert alice.phone.wrote("BYE") == ["BYE"]
    assert _ends(alice) == [(By.SYSTEM, None)]
    alice.answer(alice.last("BYE"), 200)
    assert alice.agent.deadline is None


def test_a_refresh_without_a_timer_ends_the_timer() -> None:
    alice, answer = _called(KNOWS, ("Session-Expires", "90"))
    alice.ask("UPDATE", cseq=11, to_tag=answer.to.tag)
    assert "Session-Expires" not in _last(alice).headers
    alice.wind(500)
    assert alice.agent.calls()


def test_a_caller_may_leave_the_refreshing_to_us() -> None:
    alice, answer = _called(KNOWS, UPDATES, ("Session-Expires", "1800;refresher=uas"))
    assert answer.headers.get("Session-Expires") == "1800;refresher=uas"
    assert answer.require == ["timer"]
    for count in (1, 2, 3):
        alice.wind(899)
        assert len(alice.phone.wrote("UPDATE")) == count - 1
        alice.wind(2)
        update = alice.last("UPDATE")
        assert update.headers.get("Session-Expires") == "1800;refresher=uac"
        assert "timer" in update.supported
        assert update.body == b""
        alice.answer(update, 200, "", ("Session-Expires", "1800;refresher=uac"))
    assert alice.agent.calls()


def test_a_proxy_may_ask_where_the_caller_knows_no_timers() -> None:
    _alice, answer = _called(UPDATES, ("Session-Expires", "600"))
    assert answer.headers.get("Session-Expires") == "600;refresher=uas"
    assert answer.require == []


def test_nothing_is_promised_to_a_caller_who_takes_no_update_unless_it_must_be() -> None:
    asks = ("Session-Expires", "600;refresher=uas")
    _alice, answer = _called(KNOWS, ("Allow", "INVITE, ACK, BYE"), asks)
    assert "Session-Expires" not in answer.headers
    _alice, answer = _called(KNOWS, NEEDS, asks)
    assert answer.headers.get("Session-Expires") == "600;refresher=uas"


def test_too_brief_an_interval_is_refused_with_the_least_there_may_be() -> None:
    alice = Solo()
    alice.ask("INVITE", KNOWS, ("Session-Expires", "60"), sdp=OFFER)
    assert (_last(alice).status, _last(alice).headers.get("Min-SE")) == (422, "90")


@pytest.mark.parametrize("value", ["", "0", "soon", ";refresher=uac", "90;;", '90;x="'])
def test_an_interval_that_cannot_be_read_is_none(value: str) -> None:
    alice, answer = _called(KNOWS, ("Session-Expires", value))
    assert "Session-Expires" not in answer.headers
    alice, _invite = _calling(("Session-Expires", value))
    alice.wind(10_000)
    assert alice.agent.calls() == ("call",)


def test_who_answers_may_have_us_refresh_and_our_changes_say_so_too() -> None:
    alice, invite = _calling(("Session-Expires", "120;refresher=uac"), NEEDS)
    assert "timer" in invite.supported
    alice.wind(30)
    alice.say(alice.agent.reinvite("call", OFFER, alice.now))
    change = alice.last("INVITE")
    assert change.headers.get("Session-Expires") == "120;refresher=uac"
    alice.answer(change, 200, "", ("Session-Expires", "120;refresher=uac"), sdp=ANSWER)
    alice.wind(59)
    assert alice.phone.wrote("UPDATE") == []
    alice.wind(2)
    assert alice.phone.wrote("UPDATE") == ["UPDATE"]


def test_who_answers_may_refresh_and_ends_the_call_by_keeping_silent() -> None:
    alice, _invite = _calling(("Session-Expires", "1800;refresher=uas"))
    alice.wind(1767)
    assert alice.agent.calls() == ("call",)
    alice.wind(2)
    assert alice.phone.wrote("UPDATE", "BYE") == ["BYE"]
    assert _ends(alice) == [(By.SYSTEM, None)]


@pytest.mark.parametrize(
    ("status", "updates", "ends"),
    [
        (481, 1, [(By.SYSTEM, 481)]),
        (408, 1, [(By.SYSTEM, 408)]),
        (405, 1, []),
        (500, 2, []),
    ],
)
def test_a_refused_refresh_ends_the_call_only_where_the_peer_has_lost_it(
    status: int, updates: int, ends: list[tuple[By, int | None]]
) -> None:
    alice, _invite = _calling(("Session-Expires", "120;refresher=uac"))
    alice.wind(61)
    alice.answer(alice.last("UPDATE"), status, "")
    alice.wind(31)
    assert len(alice.phone.wrote("UPDATE")) == updates
    assert _ends(alice) == ends


def test_a_refresh_that_is_too_brief_is_sent_again_with_more() -> None:
    alice, _invite = _calling(("Session-Expires", "120;refresher=uac"))
    alice.wind(61)
    for _ in range(2):
        alice.answer(alice.last("UPDATE"), 422, "", ("Min-SE", "400"))
    assert alice.phone.wrote("UPDATE") == ["UPDATE", "UPDATE"]
    again = alice.last("UPDATE")
    assert again.headers.get("Session-Expires") == "400;refresher=uac"
    assert again.headers.get("Min-SE") == "400"


def test_a_refresh_answered_after_the_end_changes_nothing() -> None:
    alice, _invite = _calling(("Session-Expires", "120;refresher=uac"))
    alice.wind(61)
    alice.say(alice.agent.hang_up("call", alice.now))
    alice.answer(alice.last("UPDATE"), 200, "", ("Session-Expires", "120;refresher=uac"))
    alice.answer(alice.last("BYE"), 200, "")
    alice.wind(60)
    assert alice.agent.idle
    assert alice.agent.deadline is None


def test_a_call_whose_interval_is_too_brief_for_a_proxy_is_made_again_once() -> None:
    alice = Solo()
    first = alice.call()
    alice.answer(first, 422, "p1", ("Min-SE", "1800;x=y"))
    again = alice.last("INVITE")
    assert again.cseq.number == first.cseq.number + 1
    assert again.headers.get("Session-Expires") == "1800"
    assert again.headers.get("Min-SE") == "1800"
    alice.answer(again, 422, "p1", ("Min-SE", "3600"))
    assert _ends(alice) == [(By.REMOTE, 422)]


def test_two_of_us_talk_for_an_hour_on_a_timer_of_90_seconds() -> None:
    pair = Pair()
    bob, headers = Uri.parse(f"sip:bob@{BILOXI}"), (("Session-Expires", "90"),)
    pair.say(pair.alice, pair.alice.agent.invite("call", bob, OFFER, pair.now, headers=headers))
    pair.deliver()
    call = pair.answer()
    pair.wind(3600)
    assert len(pair.alice.wrote("UPDATE")) == 80
    assert pair.bob.wrote("UPDATE") == []
    assert pair.bob.agent.calls() == (call,)
    pair.fate = lambda message: None
    pair.wind(120)
    assert not pair.alice.agent.calls()
    assert not pair.bob.agent.calls()
