"""A call goes on without the one who transfers it: three real ends, and strangers who do it oddly."""

from __future__ import annotations

import pytest

from phone.stage import description
from webphone.phone import happenings as on
from webphone.phone.pickup import pickup


@pytest.fixture
def carol(world):
    return world.registered("carol", redirectPolicy="follow")


@pytest.fixture
def following(bob):
    """Bob's phone calls whom others name without asking."""
    bob.ask("setConfig", {"redirectPolicy": "follow"})
    return bob


def talk(caller, called):
    """One calls the other, who answers; the id at the caller's."""
    id = caller.ask("makeCall", called.user).value.id
    called.ask("answer")
    caller.world.wind(1)
    return id


def stages(phone):
    return [(one["by"], one["stage"], one["sipCode"]) for one in phone.told("transfer")]


def peers(phone):
    """Who is at the other end of each call, and how it stands."""
    return {
        (view.to if view.direction == "outgoing" else view.from_).number: view.state
        for view in phone.calls
    }


def shown(phone):
    """What the screen knows of transfers, by the other end."""
    return {
        call.peer.number: (call.transfer.stage, call.transfer.target)
        for call in phone.desk.snapshot.calls
        if call.transfer
    }


# --- Without asking first -------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["alice calls", "bob calls"])
def test_a_call_goes_on_with_whom_it_is_transferred_to(world, alice, following, carol, who):
    bob = following
    _ = talk(alice, bob) if who == "alice calls" else talk(bob, alice)

    promise = alice.ask("transfer", "carol")
    world.wind(1)

    assert not promise.settled
    assert peers(alice) == {"bob": "held"}
    assert shown(alice) == {"bob": ("progress", "carol")}
    assert peers(bob)["carol"] == "ringing"
    assert carol.tone is not None
    assert carol.call.headers["referred-by"] == "<sip:alice@one.example>"

    carol.ask("answer")
    world.wind(1)

    assert promise.settled and promise.error is None
    assert alice.calls == []
    assert peers(bob) == {"carol": "active"}
    assert peers(carol) == {"bob": "active"}
    progress = [("local", "accepted", 200), ("local", "progress", 100), ("local", "progress", 180)]
    assert [*stages(alice)] == [*progress, ("local", "completed", 200)]
    assert alice.history[0].transferred_to == "carol"
    assert alice.history[0].disposition == "answered"
    assert "carol" in alice.desk.snapshot.farewell.words
    assert bob.history[0].transferred_to == "carol"
    assert bob.desk.snapshot.farewell is None
    assert len(bob.history) == len(alice.history) == 1
    assert [one[:2] for one in stages(bob)] == [
        ("remote", "requested"), ("remote", "accepted"), ("remote", "completed"),
    ]  # fmt: skip
    assert not bob.mistakes and not alice.mistakes


def test_the_call_is_back_when_the_other_one_is_busy(world, alice, following, carol):
    bob = following
    talk(alice, bob)
    carol.ask("setConfig", {"dnd": True})

    promise = alice.ask("transfer", "carol")
    world.wind(2)

    assert promise.error.code == "busy"
    assert promise.error.sip_code == 486
    assert "busy" in str(promise.error.message)
    assert stages(alice)[-1] == ("local", "failed", 486)
    assert peers(alice) == {"bob": "active"}
    assert peers(bob) == {"alice": "active"}
    assert shown(alice) == shown(bob) == {}
    alice.ask("hangup")
    assert alice.history[0].transferred_to is None
    assert bob.history[0].transferred_to is None


def test_a_call_in_the_background_stays_there_when_it_fails(world, alice, following, carol):
    first = talk(alice, following)
    dave = world.registered("dave")
    talk(alice, dave)
    carol.ask("setConfig", {"dnd": True})

    promise = alice.ask("transfer", "carol", first)
    world.wind(2)

    assert promise.error.code == "busy"
    assert peers(alice) == {"bob": "held", "dave": "active"}


def test_a_transfer_can_be_taken_back(world, alice, following, carol):
    talk(alice, following)
    promise = alice.ask("transfer", "carol")
    world.wind(1)

    back = alice.ask("cancelTransfer")
    world.wind(1)

    assert promise.error.code == "cancelled"
    assert back.value.held_by == "remote"
    assert shown(alice) == {}
    # The other side is at it still: who answers has the call.
    carol.ask("answer")
    world.wind(1)
    assert alice.calls == []
    assert stages(alice)[-1] == ("local", "completed", 200)
    assert alice.history[0].transferred_to == "carol"


def test_a_transfer_is_taken_back_before_it_is_asked_for(world, alice, bob):
    talk(alice, bob)
    bob.slow_media = True  # the hold waits for its answer
    promise = alice.ask("transfer", "carol")
    world.wind(1)

    back = alice.ask("cancelTransfer")
    bob.slow_media = False
    bob.media_arrives()
    world.wind(2)

    assert promise.error.code == "cancelled"
    assert back.settled and back.error is None
    assert peers(alice) == {"bob": "active"}
    assert world.sent("alice", "REFER") == []


def test_only_an_answered_call_is_transferred_and_once(world, alice, following, carol):
    assert alice.ask("transfer", "carol").error.code == "no_call"
    assert alice.ask("cancelTransfer").error.code == "no_call"
    assert alice.ask("completeTransfer").error.code == "no_call"
    assert alice.ask("consult", "carol").error.code == "no_call"
    alice.ask("makeCall", "bob")
    assert alice.ask("transfer", "carol").error.code == "no_call"
    following.ask("answer")
    world.wind(1)
    assert alice.ask("transfer", "no <good>").error.code == "invalid_number"
    alice.ask("transfer", "carol")
    assert alice.ask("transfer", "dave").error.code == "in_call"
    assert alice.ask("completeTransfer").error.code == "no_call"


def test_nothing_is_transferred_without_a_connection(world, alice, bob):
    talk(alice, bob)
    world.broken = {"wss://one.example/ws": "dead"}
    world.cut(alice)
    assert alice.ask("transfer", "carol").error.code == "connection_failed"


# --- Others do it otherwise -----------------------------------------------------------------------


@pytest.fixture
def dave(world, alice):
    """A stranger whom alice talks with."""
    dave = world.stranger("dave")
    alice.ask("makeCall", "dave")
    dave.reply(200, sdp=description())
    world.wind(1)
    return dave


def asked(world, alice, dave):
    """Alice transfers the call: it is on hold, and the REFER has come; the promise."""
    promise = alice.ask("transfer", "carol")
    dave.reply(200, sdp=description(direction="recvonly"))
    world.wind(0.1)
    assert dave.last("REFER").headers.get("Refer-To") == "<sip:carol@one.example>"
    assert dave.last("REFER").headers.get("Referred-By") == "<sip:alice@one.example>"
    return promise


def news(dave, line, standing="active"):
    headers = ("Event: refer", f"Subscription-State: {standing}")
    dave.inside("NOTIFY", *headers, "Content-Type: message/sipfrag", sdp=line)


def test_news_may_come_before_the_answer(world, alice, dave):
    promise = asked(world, alice, dave)
    news(dave, "SIP/2.0 180 Ringing")
    news(dave, "SIP/2.0 200 OK", "terminated")
    assert promise.settled and promise.error is None
    assert "BYE" in dave.words()
    dave.reply(202, to="REFER")
    news(dave, "SIP/2.0 200 OK", "terminated")
    assert [one[1] for one in stages(alice)] == ["progress", "completed"]
    assert len(alice.told("end")) == 1


def test_the_end_of_the_call_is_news_enough(world, alice, dave):
    promise = asked(world, alice, dave)
    dave.reply(202, to="REFER")
    dave.inside("BYE")
    assert promise.settled and promise.error is None
    news(dave, "SIP/2.0 200 OK", "terminated")
    assert dave.words()[-1] == "200"
    assert [one[1] for one in stages(alice)] == ["accepted", "completed"]
    assert alice.history[0].transferred_to == "carol"
    news(dave, "SIP/2.0 200 OK", "terminated")
    assert dave.words()[-1] == "481"


def test_an_end_before_the_other_side_has_agreed_is_an_end(world, alice, dave):
    promise = asked(world, alice, dave)
    dave.inside("BYE")
    assert promise.error.code == "no_call"
    assert alice.history[0].transferred_to is None
    assert stages(alice) == [("local", "failed", None)]


def test_a_call_that_ends_while_it_is_put_on_hold_is_not_transferred(world, alice, dave):
    promise = alice.ask("transfer", "carol")
    dave.inside("BYE")
    assert promise.error.code == "no_call"
    assert alice.calls == []


def test_an_end_for_want_of_an_answer_is_no_transfer(world, alice, dave):
    promise = asked(world, alice, dave)
    dave.reply(202, to="REFER")
    alice.ask("hold")
    alice.ask("sendDtmf", "1", {"method": "info"})
    dave.reply(481, to="INFO")
    assert promise.error.code == "no_call"


def test_who_wants_no_news_is_believed(world, alice, dave):
    promise = asked(world, alice, dave)
    dave.reply(202, "Refer-Sub: false", to="REFER")
    assert promise.settled and promise.error is None
    assert "BYE" in dave.words()
    assert alice.history[0].transferred_to == "carol"


@pytest.mark.parametrize(
    ("status", "code"),
    [(405, "unsupported"), (603, "declined"), (500, "unavailable"), (401, "auth_failed")],
)
def test_who_does_not_take_it_keeps_the_call(world, alice, dave, status, code):
    promise = asked(world, alice, dave)
    challenge = 'WWW-Authenticate: Digest realm="elsewhere", nonce="n", algorithm=MD5'
    dave.reply(status, *([challenge] if status == 401 else []), to="REFER")
    assert (promise.error.code, promise.error.sip_code) == (code, status)
    assert "sendrecv" in dave.last("INVITE").body.decode()
    dave.reply(200, sdp=description())
    world.wind(1)
    assert alice.call.state == "active"


def test_without_news_the_call_is_back_after_half_a_minute(world, alice, dave):
    promise = asked(world, alice, dave)
    dave.reply(202, to="REFER")
    world.wind(20)
    news(dave, "SIP/2.0 180 Ringing")
    world.wind(29)
    assert not promise.settled
    world.wind(2)
    assert promise.error.code == "timeout"
    assert "sendrecv" in dave.last("INVITE").body.decode()
    dave.reply(200, sdp=description())
    news(dave, "SIP/2.0 486 Busy Here", "terminated")
    assert alice.call.state == "active"
    # It can be tried again.
    assert not asked(world, alice, dave).settled


def test_a_refer_that_nobody_answers_gives_the_call_back(world, alice, dave):
    promise = asked(world, alice, dave)
    world.wind(31)
    assert promise.error.code == "timeout"
    assert alice.call.state != "ended"


def test_a_hold_that_nobody_answers_gives_the_call_back(world, alice, dave):
    promise = alice.ask("transfer", "carol")
    world.wind(31)
    assert promise.error.code == "timeout"


def test_a_hold_that_is_refused_does_not_keep_the_call_from_going(world, alice, dave):
    promise = alice.ask("transfer", "carol")
    dave.reply(488)
    dave.reply(202, to="REFER")
    news(dave, "SIP/2.0 200 OK", "terminated")
    assert promise.settled and promise.error is None


def test_a_person_who_presses_hears_of_a_failure(world, alice, dave):
    alice.press("transfer", "carol")
    dave.reply(200, sdp=description(direction="recvonly"))
    dave.reply(603, "Reason: x", to="REFER")
    assert alice.told("error")[-1].code == "declined"


# --- With asking first ----------------------------------------------------------------------------


@pytest.mark.parametrize("second", ["out", "in"])
@pytest.mark.parametrize("first", ["out", "in"])
def test_two_calls_are_joined_whoever_made_them(world, alice, following, carol, first, second):
    bob = following
    _ = talk(alice, bob) if first == "out" else talk(bob, alice)
    _ = talk(alice, carol) if second == "out" else talk(carol, alice)
    assert peers(alice) == {"bob": "held", "carol": "active"}

    promise = alice.ask("completeTransfer")
    world.wind(1)

    assert promise.settled and promise.error is None
    assert alice.calls == []
    assert peers(bob) == {"carol": "active"}
    assert peers(carol) == {"bob": "active"}
    assert {one.to.number if one.direction == "outgoing" else one.from_.number: one.transferred_to
            for one in alice.history} == {"bob": "carol", "carol": "bob"}  # fmt: skip
    assert carol.history[0].transferred_to == "bob"
    assert carol.history[0].disposition == "answered"
    assert len(carol.history) == 1
    assert carol.tone is None
    assert len(carol.told("ringingin")) == (1 if second == "out" else 0)
    world.wind(40)
    assert peers(bob) == {"carol": "active"}
    for phone in (alice, bob, carol):
        phone.ask("hangup")
        assert not phone.mistakes


def test_somebody_is_asked_first_while_the_caller_waits(world, alice, following, carol):
    bob = following
    talk(bob, alice)
    consult = alice.ask("consult", "carol")
    assert consult.value.to.number == "carol"
    carol.ask("answer")
    world.wind(1)
    assert peers(alice) == {"bob": "held", "carol": "active"}
    assert shown(alice) == {"bob": ("consulting", "carol")}
    (waiting,) = [call for call in alice.desk.snapshot.calls if call.transfer]
    assert waiting.transfer.consult == consult.value.id

    # Back and forth: it is still the caller who goes.
    alice.ask("swap")
    world.wind(1)
    assert peers(alice) == {"bob": "active", "carol": "held"}
    promise = alice.ask("completeTransfer")
    world.wind(1)

    assert promise.settled and promise.error is None
    assert alice.calls == []
    assert peers(bob) == {"carol": "active"}
    assert "Replaces" in world.wire[-1][1].decode() or world.sent("alice", "REFER")


def test_who_was_asked_first_may_not_want_it(world, alice, bob, carol):
    talk(bob, alice)
    alice.ask("consult", "carol")
    carol.ask("answer")
    world.wind(1)

    promise = alice.ask("cancelTransfer")
    world.wind(1)

    assert promise.value.state == "active"
    assert peers(alice) == {"bob": "active"}
    assert carol.calls == []
    assert alice.told("transfer") == []


def test_who_is_asked_may_not_answer(world, alice, bob, carol):
    talk(bob, alice)
    alice.ask("consult", "carol")
    promise = alice.ask("cancelTransfer")
    world.wind(1)
    assert promise.value.state == "active"
    assert carol.history[0].disposition == "missed"


def test_the_page_may_forbid_to_ask_somebody(world, alice, bob):
    talk(bob, alice)
    alice.prevented.add("beforedial")
    assert alice.ask("consult", "carol").error.code == "cancelled"
    assert peers(alice) == {"bob": "active"}


def test_a_call_goes_to_who_does_not_answer_yet(world, alice, following, carol):
    bob = following
    talk(alice, bob)
    alice.ask("consult", "carol")
    world.wind(1)

    promise = alice.ask("completeTransfer")
    world.wind(1)
    carol.ask("answer")
    world.wind(1)

    assert promise.settled and promise.error is None
    assert peers(bob) == {"carol": "active"}
    assert [one.disposition for one in carol.history] == ["missed"]


def test_both_calls_stay_when_they_can_not_be_joined(world, alice, bob, carol):
    bob.ask("setConfig", {"redirectPolicy": "refuse"})
    talk(alice, bob)
    talk(alice, carol)
    promise = alice.ask("completeTransfer")
    world.wind(1)
    assert promise.error.code == "declined"
    assert peers(alice) == {"bob": "held", "carol": "active"}
    alice.ask("hangupAll")
    assert {one.transferred_to for one in alice.history} == {None}


def test_who_was_asked_hangs_up_too_early(world, alice, bob, carol):
    talk(alice, bob)
    talk(alice, carol)
    bob.slow_media = True
    alice.ask("swap")  # bob answers slowly
    alice.ask("swap")
    promise = alice.ask("completeTransfer")
    carol.ask("hangup")
    bob.slow_media = False
    bob.media_arrives()
    world.wind(2)
    assert promise.error is not None
    assert "bob" in peers(alice)


# --- The other side transfers us ------------------------------------------------------------------


def test_nothing_is_dialled_before_the_person_says_so(world, alice, bob, carol):
    talk(alice, bob)
    alice.ask("transfer", "carol")
    world.wind(1)

    assert shown(bob) == {"alice": ("requested", "carol")}
    assert [one["stage"] for one in bob.told("transfer")] == ["requested"]
    assert world.sent("bob", "INVITE sip:carol") == []

    granted = bob.ask("completeTransfer")
    world.wind(1)
    assert granted.value.to.number == "carol"
    assert shown(bob) == {"alice": ("following", "carol")}
    carol.ask("answer")
    world.wind(1)
    assert peers(bob) == {"carol": "active"}


@pytest.mark.parametrize("how", ["page", "person", "nobody", "policy"])
def test_nobody_is_called_against_their_will(world, alice, bob, carol, how):
    talk(alice, bob)
    if how == "page":
        bob.prevented.add("transfer")
    if how == "policy":
        bob.ask("setConfig", {"redirectPolicy": "refuse"})
    promise = alice.ask("transfer", "carol")
    world.wind(1)
    if how == "person":
        assert bob.ask("cancelTransfer").settled
    world.wind(26 if how == "nobody" else 1)
    assert promise.error.code == "declined"
    assert peers(alice) == {"bob": "active"}
    assert peers(bob) == {"alice": "active"}
    assert world.sent("bob", "INVITE sip:carol") == []
    assert bool(bob.told("transfer")) is (how != "policy")


@pytest.mark.parametrize(
    "target", ["sip:112@one.example", "tel:911", f"tel:{'1' * 300}", "mailto:x@y.example"]
)
def test_no_transfer_makes_us_call_what_is_forbidden(world, alice, target):
    alice.ask("setConfig", {"redirectPolicy": "follow", "country": "US"})
    dave = world.stranger("dave")
    dave.call("alice", sdp=description())
    alice.ask("answer")
    dave.ack()
    dave.inside("REFER", f"Refer-To: <{target}>")
    assert dave.words()[-1] in ("603", "416")
    assert len(alice.calls) == 1
    assert alice.told("transfer") == []


def referred(world, alice, *headers):
    """A stranger whom alice talks with transfers her to carol."""
    dave = world.stranger("dave")
    dave.call("alice", sdp=description())
    alice.ask("answer")
    dave.ack()
    dave.inside("REFER", "Refer-To: <sip:carol@one.example>", *headers)
    return dave


@pytest.mark.rfc("5057 §4.1", "the news of a transfer outlive the call")
def test_who_hangs_up_at_once_has_transferred_all_the_same(world, alice, carol):
    alice.ask("setConfig", {"redirectPolicy": "follow"})
    dave = referred(world, alice)
    news = [one.body for one in dave.heard if getattr(one, "method", "") == "NOTIFY"]
    assert news == [b"SIP/2.0 100 Trying\r\n", b"SIP/2.0 180 Ringing\r\n"]
    dave.inside("BYE")
    carol.ask("answer")
    world.wind(10)
    assert peers(alice) == {"carol": "active"}
    assert alice.history[0].transferred_to == "carol"
    # RFC 5057 §4.1: what was promised is told all the same.
    assert dave.last("NOTIFY").body == b"SIP/2.0 200 OK\r\n"


def test_who_wants_no_news_gets_none(world, alice, carol):
    alice.ask("setConfig", {"redirectPolicy": "follow"})
    dave = referred(world, alice, "Refer-Sub: false")
    carol.ask("answer")
    assert "NOTIFY" not in dave.words()
    world.wind(6)
    assert "BYE" in dave.words()
    assert peers(alice) == {"carol": "active"}


def test_who_forgets_to_hang_up_is_left(world, alice, carol):
    alice.ask("setConfig", {"redirectPolicy": "follow"})
    dave = referred(world, alice)
    carol.ask("answer")
    assert dave.last("NOTIFY").body == b"SIP/2.0 200 OK\r\n"
    world.wind(6)
    assert "BYE" in dave.words()
    assert peers(alice) == {"carol": "active"}


def test_while_it_rings_there_is_a_sign_of_life(world, alice, carol):
    alice.ask("setConfig", {"redirectPolicy": "follow"})
    dave = referred(world, alice)
    dave.reply(200, sdp=description(direction="recvonly"))
    for _ in range(3):
        dave.reply(200, to="NOTIFY")
        world.wind(21)
    bodies = [one.body for one in dave.heard if getattr(one, "method", "") == "NOTIFY"]
    assert len([body for body in bodies if b"180" in body]) >= 3


def test_without_a_microphone_they_hear_that_it_failed(world, alice, carol):
    alice.ask("setConfig", {"redirectPolicy": "follow"})
    talk(carol, alice)
    alice.media_fault = ("mic_denied", "No.")
    promise = carol.ask("transfer", "bob")
    world.wind(1)
    assert promise.error.code == "no_answer"
    assert peers(alice)["carol"] in ("held", "active")


def test_a_second_wish_of_theirs_waits(world, alice, carol):
    dave = referred(world, alice)
    dave.inside("REFER", "Refer-To: <sip:bob@one.example>")
    assert dave.words()[-1] == "491"


def test_a_call_that_ends_takes_the_question_with_it(world, alice):
    dave = referred(world, alice)
    assert shown(alice) == {"dave": ("requested", "carol")}
    dave.inside("BYE")
    assert alice.ask("completeTransfer").error.code == "no_call"


def test_who_talks_to_somebody_else_by_then_is_left_alone(world, alice, bob, carol):
    alice.ask("setConfig", {"redirectPolicy": "follow"})
    talk(bob, alice)
    bob.ask("transfer", "carol")
    world.wind(1)
    dave = world.registered("dave")
    talk(alice, dave)
    carol.ask("reject")
    world.wind(2)
    assert peers(alice)["dave"] == "active"
    assert peers(alice)["bob"] == "held"


# --- Replaces -------------------------------------------------------------------------------------


def test_a_call_that_takes_the_place_of_a_muted_one_is_muted(world, alice, following, carol):
    talk(alice, following)
    talk(alice, carol)
    carol.ask("mute")
    alice.ask("completeTransfer")
    world.wind(1)
    assert carol.call.muted


def test_a_call_in_the_background_is_replaced_there(world, alice, following, carol):
    talk(alice, carol)
    dave = world.registered("dave")
    talk(carol, dave)
    talk(alice, following)
    first = alice.calls[0].id
    alice.ask("resume", first)
    world.wind(1)
    alice.ask("completeTransfer")
    world.wind(1)
    assert peers(carol) == {"dave": "active", "bob": "held"}


def names(view_call, to, of):
    return f"Replaces: {view_call};to-tag={to};from-tag={of}"


def ringing(world, at):
    """What names the dialog of a call that rings at a phone, as that phone would publish it."""
    heard = [data for user, data in world.wire if user == at and b" 180 " in data[:12]]
    lines = dict(line.split(": ", 1) for line in heard[-1].decode().split("\r\n") if ": " in line)
    remote, local = (lines[name].partition("tag=")[2] for name in ("From", "To"))
    return {"call_id": lines["Call-ID"], "local_tag": local, "remote_tag": remote}


@pytest.mark.rfc("3891 §3", "an early dialog that the one who gets the INVITE began is taken over")
def test_a_call_that_rings_at_a_colleague_is_taken(world, alice, bob, carol):
    alice.ask("makeCall", "bob")
    taken = pickup("sip:alice@one.example", **ringing(world, "bob"))
    carol.happens(on.Asked(command=taken))
    world.wind(1)
    assert peers(carol) == {"alice": "active"}
    assert peers(alice) == {"carol": "active"}
    assert bob.calls == []
    assert alice.told("ringingin") == []
    assert carol.history == []


@pytest.mark.rfc("3891 §4", "early-only leaves an answered call alone")
def test_a_call_that_the_colleague_has_answered_is_left_alone(world, alice, bob, carol):
    talk(alice, bob)
    carol.happens(on.Asked(command=pickup("alice", **ringing(world, "bob"))))
    world.wind(1)
    assert peers(alice) == {"bob": "active"}
    assert carol.history[0].sip_code == 486


@pytest.mark.rfc("3891 §3", "who takes our early call has it, and the fork that rang is cancelled")
def test_a_colleague_takes_the_call_that_we_make(world, alice, bob):
    """RFC 3891 §3: an early dialog that we began."""
    alice.ask("makeCall", "bob")
    dave = world.stranger("dave")
    call = ringing(world, "bob")
    dave.call(
        "alice",
        names(call["call_id"], call["remote_tag"], call["local_tag"]),
        sdp=description(),
    )
    assert dave.words()[-1] == "200"
    dave.ack()
    world.wind(1)
    assert peers(alice) == {"dave": "active"}
    assert alice.told("ringingin") == []
    assert bob.calls == []
    record = alice.history[0]
    assert record.disposition == "answered-elsewhere"
    assert record.transferred_to == "dave"


@pytest.mark.parametrize("how", ["no such call", "no sound", "no microphone"])
def test_a_call_whose_place_is_not_taken_goes_on(world, alice, bob, how):
    talk(alice, bob)
    invite = next(data for user, data in world.wire if user == "alice" and data[:6] == b"INVITE")
    answer = next(data for user, data in world.wire if user == "bob" and b" 200 " in data[:12]
                  and b"INVITE" in data)  # fmt: skip
    ours = invite.decode().partition("From: ")[2].partition("tag=")[2].partition("\r\n")[0]
    theirs = answer.decode().partition("To: ")[2].partition("tag=")[2].partition("\r\n")[0]
    if how == "no microphone":
        alice.media_fault = ("mic_denied", "")
    dave = world.stranger("dave")
    sdp = description()
    if how == "no sound":
        sdp = sdp.replace("fingerprint", "x-fingerprint")
    tag = "nobodys" if how == "no such call" else theirs
    dave.call("alice", names(alice.call.call_id, ours, tag), sdp=sdp)
    world.wind(1)
    status = {"no such call": "481", "no sound": "488", "no microphone": "486"}[how]
    assert dave.words()[-1] == status
    assert peers(alice) == {"bob": "active"}
    assert peers(bob) == {"alice": "active"}


def test_a_call_that_ends_before_its_place_is_taken_is_just_over(world, alice, following, carol):
    talk(alice, following)
    talk(alice, carol)
    carol.slow_media = True
    alice.ask("completeTransfer")
    carol.ask("hangup", carol.calls[0].id)
    carol.slow_media = False
    carol.media_arrives()
    world.wind(2)
    assert len(carol.calls) <= 1
    assert not carol.mistakes


def test_media_of_both_calls_are_closed_in_the_end(world, alice, following, carol):
    talk(alice, following)
    talk(alice, carol)
    alice.ask("completeTransfer")
    world.wind(1)
    carol.ask("hangup")
    world.wind(1)
    for phone in (alice, following, carol):
        assert phone.media == {}
        assert phone.calls == []


def test_a_call_of_an_account_that_was_given_up_can_still_be_moved(world, alice, bob):
    talk(bob, alice)
    carol = world.registered("carol")
    talk(bob, carol)
    alice.ask("setConfig", {"username": "dave", "password": "d", "redirectPolicy": "follow"})
    bob.ask("completeTransfer")
    world.wind(2)
    assert peers(alice) == {"carol": "active"}
    assert peers(carol) == {"alice": "active"}


def test_a_call_of_another_user_is_not_for_the_one_that_came_after(world, alice, bob):
    """Only calls of the account that is asked are looked at."""
    talk(bob, alice)
    alice.ask("setConfig", {"username": "dave", "password": "d"})
    assert alice.ask("register").settled
    invite = next(data for user, data in world.wire if user == "bob" and data[:6] == b"INVITE")
    answer = next(data for user, data in world.wire if user == "alice" and b" 200 " in data[:12]
                  and b"INVITE" in data)  # fmt: skip
    theirs = invite.decode().partition("From: ")[2].partition("tag=")[2].partition("\r\n")[0]
    ours = answer.decode().partition("To: ")[2].partition("tag=")[2].partition("\r\n")[0]
    eve = world.stranger("eve")
    eve.call("dave", names(alice.call.call_id, ours, theirs), sdp=description())
    assert eve.words()[-1] == "481"
    assert peers(alice) == {"bob": "active"}
