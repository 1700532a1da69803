"""A connection that is another one: where the peer's requests come to is told anew."""

from __future__ import annotations

import pytest

from pair import ANSWER, OFFER, Pair, Solo
from webphone.sip import By, Ended, OfferReceived, Request

UPDATES = ("Allow", "INVITE, ACK, BYE, CANCEL, UPDATE")
HOLD = OFFER + "a=sendonly\r\n"


def _calling(*headers: tuple[str, str]) -> tuple[Solo, Request]:
    """Alice calls Bob, who answers with these headers."""
    alice = Solo()
    invite = alice.call()
    alice.answer(invite, 200, "b1", *headers, sdp=ANSWER)
    return alice, invite


def _lose(alice: Solo, seconds: float = 1.0) -> None:
    """Her connection goes."""
    alice.say(alice.agent.transport_lost(alice.now))
    alice.wind(seconds)


def _come_back(alice: Solo) -> None:
    """She has another one, and the server knows it."""
    alice.say(alice.agent.transport_up(alice.now))
    alice.say(alice.agent.renew_targets(alice.now))


def _reconnect(alice: Solo) -> None:
    _lose(alice)
    _come_back(alice)


def _refreshes(alice: Solo) -> list[str]:
    """What she said of the call since it began."""
    return alice.phone.wrote("UPDATE", "INVITE", "BYE")[1:]


@pytest.mark.rfc("3261 §12.2", "a new Contact is told by a target refresh")
@pytest.mark.rfc("3311 §5.1", "an UPDATE has a Contact")
def test_the_other_end_hears_of_a_new_connection_by_an_update_that_changes_nothing() -> None:
    pair = Pair()
    call = pair.talking()
    assert pair.bob.agent.renew_targets(pair.now) == []  # it has heard of no other one
    pair.say(pair.bob, pair.bob.agent.transport_lost(pair.now))
    pair.say(pair.bob, pair.bob.agent.transport_up(pair.now))
    assert pair.bob.wrote("UPDATE") == []
    before = pair.alice.news()
    pair.say(pair.bob, pair.bob.agent.renew_targets(pair.now))
    pair.deliver()
    assert pair.flow[-2:] == ["bob UPDATE", "alice 200 UPDATE"]
    update = pair.bob.sent[-1]
    assert update.contacts and not update.body
    assert not pair.alice.news(OfferReceived)
    assert len(pair.alice.news()) == len(before) + 1  # who it is now, and nothing else
    pair.say(pair.bob, pair.bob.agent.renew_targets(pair.now))
    pair.say(pair.bob, pair.bob.agent.hang_up(call, pair.now))
    pair.deliver()
    assert pair.bob.wrote("UPDATE") == ["UPDATE"]
    assert [phone.agent.calls() for phone in pair.phones()] == [(), ()]


def test_a_peer_without_update_hears_the_description_it_knows_again() -> None:
    alice, invite = _calling()
    _reconnect(alice)
    assert _refreshes(alice) == ["INVITE"]
    again = alice.last("INVITE")
    assert again.body == invite.body and again.contacts == invite.contacts
    alice.answer(again, 200, sdp=ANSWER)
    # That of the call is said again, as nobody knows whether it had arrived.
    assert alice.phone.wrote("ACK") == ["ACK", "ACK", "ACK"]
    alice.wind(100)
    assert alice.agent.deadline is None and alice.agent.calls()


@pytest.mark.parametrize("status", [405, 501])
def test_an_update_that_is_not_taken_after_all_is_made_up_for(status: int) -> None:
    alice, _invite = _calling(UPDATES)
    _reconnect(alice)
    alice.answer(alice.last("UPDATE"), status)
    assert _refreshes(alice) == ["UPDATE", "INVITE"]
    alice.answer(alice.last("INVITE"), 200, sdp=ANSWER)
    _reconnect(alice)
    assert _refreshes(alice) == ["UPDATE", "INVITE", "INVITE"]


@pytest.mark.parametrize("headers", [(), (UPDATES,)])
@pytest.mark.parametrize("status", [403, 404, 408, 480, 488, 500, 503, 603])
def test_a_refusal_ends_no_call(headers: tuple[tuple[str, str], ...], status: int) -> None:
    alice, _invite = _calling(*headers)
    _reconnect(alice)
    alice.answer(alice.phone.sent[-1], status)
    alice.wind(100)
    assert alice.agent.calls() == ("call",)
    assert len(_refreshes(alice)) == 1
    assert alice.agent.deadline is None


@pytest.mark.parametrize("headers", [(), (UPDATES,)])
def test_nor_does_silence(headers: tuple[tuple[str, str], ...]) -> None:
    alice, _invite = _calling(*headers)
    _reconnect(alice)
    alice.wind(100)
    assert alice.agent.calls() == ("call",) and len(_refreshes(alice)) == 1


@pytest.mark.rfc("3261 §12.2.1.2", "481 to a target refresh ends the call")
@pytest.mark.parametrize("headers", [(), (UPDATES,)])
def test_a_peer_that_knows_nothing_of_the_call_ends_it(
    headers: tuple[tuple[str, str], ...],
) -> None:
    alice, _invite = _calling(*headers)
    _reconnect(alice)
    alice.answer(alice.phone.sent[-1], 481)
    (ended,) = alice.phone.news(Ended)
    assert isinstance(ended, Ended) and (ended.by, ended.status) == (By.SYSTEM, 481)
    # RFC 3261 §12.2.1.2
    assert _refreshes(alice)[-1] == "BYE"


@pytest.mark.rfc("3261 §14.1", "491 to a target refresh: again after a pause")
@pytest.mark.parametrize(("status", "headers"), [(491, ()), (500, (("Retry-After", "2"),))])
def test_it_is_told_a_little_later_where_a_change_of_theirs_is_in_the_way(
    status: int, headers: tuple[tuple[str, str], ...]
) -> None:
    alice, _invite = _calling()
    _reconnect(alice)
    alice.answer(alice.last("INVITE"), status, "b1", *headers)
    alice.wind(2)
    assert _refreshes(alice) == ["INVITE"]
    alice.wind(2)
    assert _refreshes(alice) == ["INVITE", "INVITE"]
    alice.answer(alice.last("INVITE"), 200, sdp=ANSWER)
    alice.wind(100)
    assert len(_refreshes(alice)) == 2 and alice.agent.calls()


def test_a_peer_that_always_says_later_is_left_alone_in_the_end() -> None:
    alice, _invite = _calling(UPDATES)
    _reconnect(alice)
    for _ in range(20):
        alice.answer(alice.phone.sent[-1], 491)
        alice.wind(5)
    assert _refreshes(alice) == ["UPDATE"] * 6
    assert alice.agent.calls() and alice.agent.deadline is None


def test_it_waits_for_a_change_that_is_under_way() -> None:
    alice, invite = _calling(UPDATES)
    _lose(alice)
    alice.say(alice.agent.transport_up(alice.now))
    alice.ask("INVITE", dialog_of=invite, cseq=5, sdp=HOLD)
    alice.say(alice.agent.renew_targets(alice.now))
    alice.wind(10)
    assert _refreshes(alice) == []
    alice.say(alice.agent.rerefuse("call", 488, alice.now))
    alice.ask("ACK", dialog_of=invite, cseq=5)
    alice.wind(4)
    assert _refreshes(alice) == ["UPDATE"]


def test_a_change_of_ours_over_the_new_connection_tells_it_as_well() -> None:
    alice, _invite = _calling(UPDATES)
    _lose(alice)
    alice.say(alice.agent.transport_up(alice.now))
    alice.say(alice.agent.reinvite("call", HOLD, alice.now))
    alice.say(alice.agent.renew_targets(alice.now))
    assert _refreshes(alice) == ["INVITE"]
    alice.answer(alice.last("INVITE"), 200, sdp=ANSWER)
    alice.wind(100)
    assert _refreshes(alice) == ["INVITE"]


def test_a_change_that_was_answered_before_the_server_knows_us_tells_it_too() -> None:
    alice, _invite = _calling(UPDATES)
    _lose(alice)
    alice.say(alice.agent.transport_up(alice.now))
    alice.say(alice.agent.reinvite("call", HOLD, alice.now))
    alice.answer(alice.last("INVITE"), 200, sdp=ANSWER)
    alice.say(alice.agent.renew_targets(alice.now))
    assert _refreshes(alice) == ["INVITE"]


def test_a_change_from_before_the_loss_does_not() -> None:
    alice, _invite = _calling(UPDATES)
    alice.say(alice.agent.reinvite("call", HOLD, alice.now))
    _reconnect(alice)
    alice.answer(alice.last("INVITE"), 200, sdp=ANSWER)
    alice.wind(5)
    assert _refreshes(alice) == ["INVITE", "INVITE", "UPDATE"]


def test_a_connection_that_goes_again_meanwhile_begins_it_anew() -> None:
    alice, _invite = _calling(UPDATES)
    _reconnect(alice)
    _reconnect(alice)
    assert _refreshes(alice) == ["UPDATE", "UPDATE"]
    alice.answer(alice.last("UPDATE"), 491)
    _lose(alice, 10)
    assert _refreshes(alice) == ["UPDATE", "UPDATE"]
    _come_back(alice)
    assert _refreshes(alice) == ["UPDATE"] * 3


@pytest.mark.parametrize("headers", [(), (UPDATES,)])
def test_what_was_lost_with_its_connection_ends_no_call(
    headers: tuple[tuple[str, str], ...],
) -> None:
    """A refresh of the session timer goes out, and the connection was dead already."""
    timer = ("Session-Expires", "120;refresher=uac")
    alice, _invite = _calling(timer, *headers)
    alice.wind(60)
    lost = alice.phone.sent[-1]
    assert _refreshes(alice) == [lost.method]
    _lose(alice, 10)
    _come_back(alice)
    while (anew := alice.phone.sent[-1]).cseq.number == lost.cseq.number:
        alice.wind(1)
        assert alice.agent.calls()
    alice.answer(lost, 481)
    alice.answer(anew, 200, "b1", timer, *headers, sdp=ANSWER)
    alice.wind(50)
    assert alice.agent.calls() and alice.last(lost.method) is anew


def test_nor_does_what_was_lost_for_good() -> None:
    alice, _invite = _calling(UPDATES, ("Session-Expires", "600;refresher=uac"))
    alice.wind(300)
    _lose(alice, 100)
    assert alice.agent.calls() and _refreshes(alice) == ["UPDATE"]
    alice.wind(60)
    assert alice.agent.deadline is not None


def test_nothing_is_told_before_the_call_is_confirmed_nor_after_its_end() -> None:
    alice = Solo()
    alice.ask("INVITE", UPDATES, cseq=10, sdp=OFFER)
    (call,) = alice.agent.calls()
    alice.say(alice.agent.accept(call, ANSWER, alice.now))
    _reconnect(alice)
    alice.wind(10)
    assert alice.phone.wrote("UPDATE") == []
    alice.ask("ACK", cseq=10, to_tag=alice.phone.sent[-1].to.tag)
    alice.wind(4)
    assert alice.phone.wrote("UPDATE") == ["UPDATE"]
    _lose(alice)
    alice.say(alice.agent.hang_up(call, alice.now))
    _come_back(alice)
    assert alice.phone.wrote("UPDATE", "BYE") == ["UPDATE", "BYE"]


# --- With a session timer (RFC 4028) ---


def test_it_keeps_the_session_timer_and_counts_as_a_refresh() -> None:
    alice, _invite = _calling(UPDATES, ("Session-Expires", "120;refresher=uac"))
    alice.wind(50)
    _reconnect(alice)
    update = alice.last("UPDATE")
    assert update.headers.get("Session-Expires") == "120;refresher=uac"
    alice.answer(update, 200, "b1", UPDATES, ("Session-Expires", "120;refresher=uac"))
    alice.wind(58)
    assert _refreshes(alice) == ["UPDATE"]
    alice.wind(4)
    assert _refreshes(alice) == ["UPDATE", "UPDATE"]


def test_a_refused_one_does_not_put_off_what_the_peer_is_to_do() -> None:
    alice, _invite = _calling(UPDATES, ("Session-Expires", "120;refresher=uas"))
    _reconnect(alice)
    update = alice.last("UPDATE")
    assert update.headers.get("Session-Expires") == "120;refresher=uas"
    alice.answer(update, 403)
    alice.wind(80)
    assert alice.agent.calls()
    alice.wind(10)
    assert _refreshes(alice) == ["UPDATE", "BYE"]


def test_what_can_not_be_made_up_for_at_once_is_told_later() -> None:
    alice, invite = _calling(UPDATES)
    _reconnect(alice)
    alice.ask("INVITE", dialog_of=invite, cseq=5, sdp=HOLD)
    alice.answer(alice.last("UPDATE"), 405)
    assert _refreshes(alice) == ["UPDATE"]
    alice.say(alice.agent.rerefuse("call", 488, alice.now))
    alice.wind(4)
    assert _refreshes(alice) == ["UPDATE", "INVITE"]
