"""Session timers that a peer or a proxy asks for (RFC 4028)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pair import ANSWER, BILOXI, OFFER, Pair, Phone, Solo
from webphone.sip import (
    By,
    Ended,
    NotNow,
    OfferAnswered,
    OfferRefused,
    Request,
    Response,
    Uri,
)

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


@pytest.mark.rfc("4028 §9", "the answer says who refreshes, and requires `timer`")
@pytest.mark.rfc("4028 §10", "a session that nobody refreshes is ended a third before its time")
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


@pytest.mark.rfc("4028 §7.4", "a refresh goes after half the interval, by UPDATE without an offer")
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


@pytest.mark.rfc("4028 §4", "no interval is below 90 s")
@pytest.mark.rfc("4028 §9", "422 with Min-SE to an interval that is too brief")
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
    alice, invite = _calling(("Session-Expires", "120;refresher=uac"), NEEDS, UPDATES)
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


@pytest.mark.rfc("4028 §10", "481 or 408 to a refresh ends the call, nothing else does")
@pytest.mark.parametrize(
    ("status", "updates", "ends"),
    [
        (481, 1, [(By.SYSTEM, 481)]),
        (408, 2, []),
        (500, 2, []),
    ],
)
def test_a_refused_refresh_ends_the_call_only_where_the_peer_has_lost_it(
    status: int, updates: int, ends: list[tuple[By, int | None]]
) -> None:
    alice, _invite = _calling(("Session-Expires", "120;refresher=uac"), UPDATES)
    alice.wind(61)
    alice.answer(alice.last("UPDATE"), status, "")
    alice.wind(31)
    assert len(alice.phone.wrote("UPDATE")) == updates
    assert _ends(alice) == ends


@pytest.mark.rfc("4028 §10", "only a 2xx to a refresh extends the session, which then is over")
def test_a_peer_in_whose_place_others_refuse_every_refresh_is_gone() -> None:
    alice, _invite = _calling(("Session-Expires", "120;refresher=uac"), UPDATES)
    alice.wind(61)
    for status in (480, 500):
        alice.answer(alice.last("UPDATE"), status, "")
        assert _ends(alice) == []
        alice.wind(31)
    alice.answer(alice.last("UPDATE"), 480, "")
    assert _ends(alice) == [(By.SYSTEM, None)] and alice.phone.wrote("BYE") == ["BYE"]


def test_a_refresh_that_is_too_brief_is_sent_again_with_more() -> None:
    alice, _invite = _calling(("Session-Expires", "120;refresher=uac"), UPDATES)
    alice.wind(61)
    for _ in range(2):
        alice.answer(alice.last("UPDATE"), 422, "", ("Min-SE", "400"))
    assert alice.phone.wrote("UPDATE") == ["UPDATE", "UPDATE"]
    again = alice.last("UPDATE")
    assert again.headers.get("Session-Expires") == "400;refresher=uac"
    assert again.headers.get("Min-SE") == "400"


def test_a_refresh_answered_after_the_end_changes_nothing() -> None:
    alice, _invite = _calling(("Session-Expires", "120;refresher=uac"), UPDATES)
    alice.wind(61)
    alice.say(alice.agent.hang_up("call", alice.now))
    alice.answer(alice.last("UPDATE"), 200, "", ("Session-Expires", "120;refresher=uac"))
    alice.answer(alice.last("BYE"), 200, "")
    alice.wind(60)
    assert alice.agent.idle
    assert alice.agent.deadline is None


NO_UPDATES = ("Allow", "INVITE, ACK, BYE, CANCEL, OPTIONS")


def _refreshes(alice: Solo) -> list[str]:
    """What she has sent since the call was made."""
    return alice.phone.wrote("INVITE", "UPDATE", "BYE")[1:]


@pytest.mark.rfc(
    "4028 §7.4", "a peer without UPDATE is refreshed by a re-INVITE with the description as it is"
)
@pytest.mark.parametrize("allowed", [(), (NO_UPDATES,)])
def test_a_peer_that_does_not_take_update_is_refreshed_by_the_same_description_again(
    allowed: tuple[tuple[str, str], ...],
) -> None:
    """RFC 4028 §7.4."""
    alice, invite = _calling(("Session-Expires", "120;refresher=uac"), *allowed)
    for count in (1, 2, 3):
        alice.wind(61)
        assert _refreshes(alice) == ["INVITE"] * count
        again = alice.last("INVITE")
        assert again.body == invite.body
        assert again.headers.get("Session-Expires") == "120;refresher=uac"
        alice.answer(again, 200, "", ("Session-Expires", "120;refresher=uac"), sdp=ANSWER)
        assert alice.last("ACK").cseq.number == again.cseq.number
    # Nobody but the two agents need know of it.
    assert alice.phone.news(OfferAnswered, OfferRefused) == []


def test_as_the_one_who_was_called_too() -> None:
    asks = ("Session-Expires", "600;refresher=uas")
    alice, answer = _called(KNOWS, NO_UPDATES, asks)
    assert answer.headers.get("Session-Expires") == "600;refresher=uas"
    alice.wind(301)
    again = alice.last("INVITE")
    assert (again.body.decode(), again.to.tag) == (ANSWER, "b1")


def test_the_description_that_is_sent_again_is_the_last_that_was_agreed() -> None:
    alice, _invite = _calling(("Session-Expires", "120;refresher=uac"), NO_UPDATES)
    hold, other = OFFER.replace("1 1 IN", "1 2 IN"), OFFER.replace("1 1 IN", "1 3 IN")
    alice.say(alice.agent.reinvite("call", hold, alice.now))
    alice.answer(alice.last("INVITE"), 200, "", ("x", "120;refresher=uac"), sdp=ANSWER)
    alice.say(alice.agent.reinvite("call", other, alice.now))
    alice.answer(alice.last("INVITE"), 488, "")
    alice.wind(61)
    assert alice.last("INVITE").body.decode() == hold


@pytest.mark.parametrize("status", [405, 501])
def test_a_peer_that_refuses_update_against_its_word_is_refreshed_by_invite_at_once(
    status: int,
) -> None:
    alice, invite = _calling(("Session-Expires", "120;refresher=uac"), UPDATES)
    alice.wind(61)
    alice.answer(alice.last("UPDATE"), status, "")
    assert _refreshes(alice) == ["UPDATE", "INVITE"]
    assert alice.last("INVITE").body == invite.body
    alice.answer(alice.last("INVITE"), 200, "", ("x", "120;refresher=uac"), UPDATES, sdp=ANSWER)
    alice.wind(61)
    assert _refreshes(alice) == ["UPDATE", "INVITE", "INVITE"]


@pytest.mark.parametrize("status", [491, 500, 488, 405])
def test_a_refresh_by_invite_that_is_refused_is_tried_again_before_the_time_is_up(
    status: int,
) -> None:
    alice, _invite = _calling(("Session-Expires", "120;refresher=uac"), NO_UPDATES)
    alice.wind(61)
    alice.answer(alice.last("INVITE"), status, "")
    alice.wind(31)
    assert _refreshes(alice) == ["INVITE", "INVITE"]
    alice.answer(alice.last("INVITE"), 200, "", ("x", "120;refresher=uac"), sdp=ANSWER)
    alice.say(alice.agent.reinvite("call", OFFER, alice.now))
    assert alice.agent.calls() == ("call",)
    assert alice.phone.news(OfferAnswered, OfferRefused) == []


def test_a_refresh_by_invite_is_too_brief_once() -> None:
    alice, _invite = _calling(("Session-Expires", "120;refresher=uac"), NO_UPDATES)
    alice.wind(61)
    alice.answer(alice.last("INVITE"), 422, "", ("Min-SE", "400"))
    again = alice.last("INVITE")
    assert again.headers.get("Session-Expires") == "400;refresher=uac"
    assert again.headers.get("Min-SE") == "400"
    assert _refreshes(alice) == ["INVITE", "INVITE"]


@pytest.mark.parametrize(("status", "times"), [(481, 1), (408, 2)])
def test_a_refresh_by_invite_finds_out_that_the_peer_has_lost_the_call(
    status: int, times: int
) -> None:
    alice, _invite = _calling(("Session-Expires", "120;refresher=uac"), NO_UPDATES)
    alice.wind(61)
    for _ in range(times):
        assert _ends(alice) == []
        alice.answer(alice.last("INVITE"), status, "")
    assert _ends(alice) == [(By.SYSTEM, status)]


@pytest.mark.parametrize("allow", [UPDATES, NO_UPDATES])
def test_a_refresh_that_is_not_heard_once_costs_no_call(allow: tuple[str, str]) -> None:
    alice, _invite = _calling(("Session-Expires", "1800;refresher=uac"), allow)
    method = "UPDATE" if allow is UPDATES else "INVITE"
    for _ in range(3):
        alice.wind(901)
        alice.answer(alice.last(method), 408, "")
        alice.answer(alice.last(method), 200, "", ("Session-Expires", "1800;refresher=uac"), allow)
    assert _ends(alice) == []
    alice.wind(901)
    for _ in range(2):
        alice.answer(alice.last(method), 408, "")
    assert _ends(alice) == [(By.SYSTEM, 408)]


def test_what_the_other_side_offers_during_a_refresh_waits_for_its_turn() -> None:
    alice, invite = _calling(("Session-Expires", "120;refresher=uac"), NO_UPDATES)
    alice.wind(61)
    alice.ask("INVITE", dialog_of=invite, cseq=5, sdp=OFFER)
    assert alice.last_status() == 491
    with pytest.raises(NotNow):
        alice.agent.reinvite("call", OFFER, alice.now)
    # Heard, and then nothing more: the change after it is not kept waiting for ever.
    alice.answer(alice.last("INVITE"), 100)
    alice.wind(33)
    assert alice.phone.wrote("CANCEL") == ["CANCEL"]
    alice.say(alice.agent.reinvite("call", OFFER, alice.now))
    assert alice.agent.calls() == ("call",)


def test_a_change_under_way_is_the_refresh() -> None:
    alice, _invite = _calling(("Session-Expires", "120;refresher=uac"), NO_UPDATES)
    alice.wind(55)
    alice.say(alice.agent.reinvite("call", OFFER, alice.now))
    alice.answer(alice.last("INVITE"), 100)
    alice.wind(10)
    assert _refreshes(alice) == ["INVITE"]
    alice.answer(alice.last("INVITE"), 488, "")
    alice.wind(26)
    assert _refreshes(alice) == ["INVITE", "INVITE"]


def test_a_call_whose_interval_is_too_brief_for_a_proxy_is_made_again_once_each() -> None:
    alice = Solo()
    first = alice.call()
    alice.answer(first, 422, "p1", ("Min-SE", "1800;x=y"))
    again = alice.last("INVITE")
    assert again.cseq.number == first.cseq.number + 1
    assert again.headers.get("Session-Expires") == "1800"
    assert again.headers.get("Min-SE") == "1800"
    alice.answer(again, 422, "p1", ("Min-SE", "1800"))
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


@pytest.mark.parametrize(("status", "timed"), [(500, False), (405, False), (500, True)])
def test_a_refresh_of_the_other_side_outdates_ours(status: int, timed: bool) -> None:
    alice, invite = _calling(("Session-Expires", "120;refresher=uac"), UPDATES)
    alice.wind(61)
    headers = (KNOWS, ("x", "120;refresher=uac")) if timed else ()
    alice.ask("UPDATE", *headers, UPDATES, dialog_of=invite, cseq=5)
    alice.answer(alice.last("UPDATE"), status, "")
    alice.wind(70)
    assert _refreshes(alice) == ["UPDATE"]
    alice.wind(30)
    assert bool(alice.phone.wrote("BYE")) is timed


# --- Asked for by us ------------------------------------------------------------------------------


def _wanting(pair: Pair, *phones: Phone, seconds: int = 1800) -> None:
    """These ends ask for a session timer of that many seconds."""
    for phone in phones:
        assert phone.agent.account is not None
        phone.agent.account = replace(phone.agent.account, session_expires=seconds)


@pytest.mark.rfc("4028 §7.1", "an INVITE has Session-Expires and supports `timer`")
def test_a_call_of_ours_asks_for_a_timer_and_the_other_end_keeps_it() -> None:
    pair = Pair()
    _wanting(pair, pair.alice)
    pair.talking()
    invite = next(one for one in pair.alice.sent if isinstance(one, Request))
    assert (invite.headers.get("Session-Expires"), "timer" in invite.supported) == ("1800", True)
    pair.wind(905)
    assert pair.alice.wrote("UPDATE") == ["UPDATE"]
    pair.wind(3600)
    assert pair.alice.agent.calls() and pair.bob.agent.calls()


def test_a_call_to_us_is_given_a_timer_and_we_refresh_it() -> None:
    pair = Pair()
    _wanting(pair, pair.bob, seconds=90)
    pair.talking()
    pair.wind(100)
    assert (pair.alice.wrote("UPDATE"), len(pair.bob.wrote("UPDATE"))) == ([], 2)
    pair.fate = lambda message: None
    pair.wind(200)
    assert not pair.alice.agent.calls() and not pair.bob.agent.calls()


def test_a_caller_without_timers_is_given_none() -> None:
    alice = Solo()
    assert alice.agent.account is not None
    alice.agent.account = replace(alice.agent.account, session_expires=1800)
    alice.ask("INVITE", cseq=10, sdp=OFFER)
    (call,) = alice.agent.calls()
    alice.say(alice.agent.accept(call, ANSWER, alice.now))
    assert "Session-Expires" not in _last(alice).headers


@pytest.mark.parametrize(
    ("asked", "least", "granted"),
    [("7200", "", "1800"), ("7200", "3600", "3600"), ("600", "", "600"), ("90", "no", "90")],
)
def test_an_interval_that_is_longer_than_ours_is_made_shorter(
    asked: str, least: str, granted: str
) -> None:
    alice = Solo()
    assert alice.agent.account is not None
    alice.agent.account = replace(alice.agent.account, session_expires=1800)
    more = [("Min-SE", least)] if least else []
    alice.ask("INVITE", KNOWS, ("Session-Expires", asked), *more, cseq=10, sdp=OFFER)
    (call,) = alice.agent.calls()
    alice.say(alice.agent.accept(call, ANSWER, alice.now))
    assert _last(alice).headers.get("Session-Expires") == f"{granted};refresher=uac"


def test_a_page_that_writes_a_timer_itself_is_obeyed() -> None:
    alice = Solo()
    assert alice.agent.account is not None
    alice.agent.account = replace(alice.agent.account, session_expires=1800)
    bob, headers = Uri.parse(f"sip:bob@{BILOXI}"), (("Session-Expires", "300"),)
    alice.say(alice.agent.invite("call", bob, OFFER, alice.now, headers=headers))
    assert alice.last("INVITE").headers.values("Session-Expires") == ["300"]


@pytest.mark.rfc("4028 §7.3", "422: again, with the longer interval and Min-SE")
def test_each_proxy_on_the_way_may_want_a_longer_interval() -> None:
    alice = Solo()
    assert alice.agent.account is not None
    alice.agent.account = replace(alice.agent.account, session_expires=90)
    alice.call()
    for least in ("300", "600", "900"):
        alice.answer(alice.last("INVITE"), 422, "p1", ("Min-SE", least))
        assert alice.last("INVITE").headers.get("Session-Expires") == least
    alice.answer(alice.last("INVITE"), 422, "p1", ("Min-SE", "1200"))
    assert _ends(alice) == [(By.REMOTE, 422)]


@pytest.mark.rfc("3326 §2", "a BYE that nobody asked for says why")
def test_a_call_that_nobody_refreshes_is_ended_with_the_reason() -> None:
    alice, _answer = _called(NEEDS, KNOWS, ("Session-Expires", "90"))
    alice.wind(61)
    bye = alice.last("BYE")
    assert bye.headers.get("Reason") == 'SIP;cause=408;text="the session was not refreshed"'
