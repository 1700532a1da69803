"""What servers in the field really send, as a whole phone takes it."""

from __future__ import annotations

import pytest

from phone.stage import Actor, Stranger, World, description
from webphone.phone import actions as do


def _dispositions(phone: Actor) -> list[str]:
    return [event.detail["disposition"] for event in phone.events if event.name == "end"]


def _talking(alice: Actor, dave: Stranger, *headers: str) -> None:
    """Alice has called Dave, who answered with these headers."""
    alice.ask("makeCall", "dave")
    dave.reply(200, *headers, sdp=description())


@pytest.mark.parametrize(
    "reason",
    [
        'SIP;cause=200;text="Call completed elsewhere"',
        "SIP ;cause=200 ;text=Call completed elsewhere",
        "Q.850;cause=26",
        'Q.850;cause=26;text="NONSELECTED_USER_CLEARING"',
        'q.850;cause="26"',
        'SIP;cause=487, Q.850;cause=26;text="x"',
        "Q.850;cause=16;text=ANSWERED_ELSEWHERE",
        "Call answered elsewhere",
        'FreeSWITCH;text="Picked up elsewhere"',
        'FreeSWITCH;cause=502;text="LOSE_RACE"',
        "Q850;cause=26",
        'SIP;cause=487;text="Answered by another phone"',
        'SIP;cause=487;text="answered on another device"',
        'SIP;cause=487;text="call-pickup"',
        'SIP;cause=487;text="Handled elsewhere"',
    ],
)
def test_a_call_that_a_colleague_took_is_answered_elsewhere(
    alice: Actor, dave: Stranger, reason: str
) -> None:
    dave.call("alice", sdp=description(setup="actpass"))
    dave.cancel(f"Reason: {reason}")
    assert _dispositions(alice) == ["answered-elsewhere"]


@pytest.mark.parametrize(
    "reason",
    [
        'SIP;cause=487;text="Cancelled"',
        "Q.850;cause=16",
        "Q.851;cause=26",
        "SIP;cause=26",
        'SIP;cause=603;text="Declined elsewhere"',
    ],
)
def test_a_caller_who_gave_up_is_missed(alice: Actor, dave: Stranger, reason: str) -> None:
    dave.call("alice", sdp=description(setup="actpass"))
    dave.cancel(f"Reason: {reason}")
    assert _dispositions(alice) == ["missed"]


def test_hold_ends_in_words_where_the_other_side_never_gives_way(
    world: World, alice: Actor, dave: Stranger
) -> None:
    _talking(alice, dave)
    promise = alice.ask("hold")
    for _ in range(20):
        if promise.settled:
            break
        dave.reply(491)
        world.wind(4.1)
    assert promise.error is not None
    assert "491" in promise.error.message
    assert len(world.sent("alice", "INVITE")) == 6
    world.wind(60)
    assert len(world.sent("alice", "INVITE")) == 6
    (call,) = alice.calls
    assert (call.state, call.held_by) == ("active", None)
    again = alice.ask("hold")
    dave.reply(200, sdp=description(direction="recvonly", version="2"))
    assert again.settled and again.error is None


@pytest.mark.parametrize("allow", ["INVITE, ACK, BYE", "INVITE, ACK, BYE, UPDATE"])
def test_a_call_outlives_its_session_interval_where_update_is_not_taken(
    world: World, alice: Actor, dave: Stranger, allow: str
) -> None:
    timer = "Session-Expires: 120;refresher=uac"
    _talking(alice, dave, timer, f"Allow: {allow}")
    for _ in range(4):
        world.wind(61)
        if dave.words()[-1] == "UPDATE":
            dave.reply(501, to="UPDATE")
        assert dave.words()[-1] == "INVITE"
        dave.reply(200, timer, f"Allow: {allow}", sdp=description())
    (call,) = alice.calls
    assert (call.state, call.held_by) == ("active", None)
    assert not [event for event in alice.events if event.name in ("hold", "resume", "error")]
    assert alice.mistakes == []


def _described(phone: Actor) -> list[tuple[do.Offer, str]]:
    return [
        (action.kind, action.sdp)
        for action in phone.actions
        if isinstance(action, do.DescribeRemote)
    ]


@pytest.mark.rfc("3311 §5.2", "an early UPDATE moves early media")
def test_early_media_moves_where_an_update_leads(alice: Actor, dave: Stranger) -> None:
    """RFC 3311 §5.2."""
    alice.ask("makeCall", "dave")
    dave.reply(183, sdp=description())
    dave.inside("UPDATE", sdp=description("elsewhere", setup="actpass", version="2"))
    answer = dave.last(200)
    assert "a=setup:passive" in answer.body.decode()
    (_kind, first), (kind, moved) = _described(alice)
    assert kind is do.Offer.PROVISIONAL
    assert "ufrag:far" in first and "ufrag:elsewhere" in moved
    assert "a=setup:active" in moved
    # The call is answered without a description: the last one holds.
    dave.reply(200)
    (call,) = alice.calls
    assert call.state == "active" and "ufrag:elsewhere" in _described(alice)[-1][1]
    assert alice.mistakes == []


def test_an_early_update_that_cannot_be_used_changes_nothing(alice: Actor, dave: Stranger) -> None:
    alice.ask("makeCall", "dave")
    dave.reply(180)
    dave.inside("UPDATE", sdp=description("soon", setup="actpass"))
    assert dave.words()[-1] == "491"
    dave.reply(183, sdp=description())
    dave.inside("UPDATE", sdp=description("new", setup="actpass", codecs="9"))
    assert dave.words()[-1] == "488"
    assert len(_described(alice)) == 1
    dave.reply(200, sdp=description())
    assert alice.calls[0].state == "active" and alice.mistakes == []


def test_an_early_update_may_name_another_one(alice: Actor, dave: Stranger) -> None:
    alice.ask("makeCall", "dave")
    dave.reply(180)
    dave.inside("UPDATE", 'P-Asserted-Identity: "Reception" <sip:500@one.example>')
    assert dave.words()[-1] == "200"
    assert alice.calls[0].display_name == "Reception"


@pytest.mark.rfc("8839 §5.4", "credentials that are too short are refused before it rings")
@pytest.mark.parametrize("short", ["a=ice-ufrag:abc", "a=ice-pwd:0123456789abcdef01234"])
def test_names_that_no_browser_takes_are_refused_before_it_rings(world, alice, short):
    """RFC 8839 §5.4."""
    dave = world.stranger("dave")
    name = short.partition(":")[0]
    lines = description().split("\r\n")
    dave.call("alice", sdp="\r\n".join(short if one.startswith(name) else one for one in lines))
    assert dave.words()[-1] == "488"
    assert alice.told("ringingin") == [] and alice.tone is None
    [record] = alice.history
    assert "too short for a browser" in record.explanation
