"""A call survives a reload of its page: the new page takes it back, and it stays one call."""

import re

import pytest

from phone.stage import SERVER, description, entrusted
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.desk import COARSE
from webphone.sip import parse, reply


def talking(world, **settings):
    """Alice, whose calls outlive her page, has called Bob, a minute ago."""
    alice = world.registered("alice", recover="reload", **settings)
    bob = world.registered("bob")
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    world.wind(60)
    return alice, bob


def sound(phone):
    """The media of its only call are connected."""
    phone.happens(on.MediaChanged(call=phone.call.id, state="connected"))


def test_the_new_page_takes_the_call_back_by_an_invite_that_replaces_it(world):
    alice, bob = talking(world)
    before, session = alice.call, alice.agent.session_id(alice.call.call_id)[:32]
    there = bob.call.id
    again = alice.reload()
    assert alice.history == [] and alice.calls == [] and world.sent("alice", "BYE") == []
    assert again.machine.snapshot.calls[0].recovering
    invites = [data for who, data in world.wire if who == "alice" and data[:6] == b"INVITE"]
    assert b"\r\nReplaces: " in invites[-1] and b"\r\nRequire: replaces\r\n" in invites[-1]
    sound(again)
    assert not again.machine.snapshot.calls[0].recovering
    after = again.call
    assert (after.id, after.started_at, after.answered_at) == (
        before.id,
        before.started_at,
        before.answered_at,
    )
    assert again.agent.session_id(after.call_id)[:32] == session
    assert bob.call.state == "active" and bob.call.id == there
    assert [one["stage"] for one in again.told("recover")] == ["started", "done"]
    world.wind(100)
    bob.ask("hangup")
    [record] = again.history
    assert (record.id, record.disposition, record.ended_by) == (before.id, "answered", "remote")
    assert record.session_id[:32] == session and record.talk_seconds >= 160
    assert again.told("answer") == [] and again.kept == "" and again.mistakes == []
    [theirs] = bob.history
    assert (theirs.id, theirs.disposition, theirs.call_id) == (there, "answered", record.call_id)
    assert theirs.session_id == ";remote=".join(reversed(record.session_id.split(";remote=")))
    assert len(bob.told("answer")) == len(bob.told("end")) == 1 and bob.mistakes == []


def others_invites(world, who="alice"):
    """The INVITEs that a phone has sent, as text."""
    return [data.decode() for user, data in world.wire if user == who and data[:6] == b"INVITE"]


def with_dave(world, *said, sdp="", **settings):
    """Alice, whose calls outlive her page, talks to Dave, whose phone says `said` of itself."""
    alice, dave = world.registered("alice", recover="reload", **settings), world.stranger("dave")
    alice.ask("makeCall", "dave")
    dave.reply(200, *said, sdp=sdp or description())
    return alice, dave


def test_after_a_crash_it_is_the_same(world):
    alice, bob = talking(world)
    id = alice.call.id
    again = alice.reload(crash=True)
    sound(again)
    assert again.call.id == id and bob.call.state == "active"
    assert again.desk.instance == alice.desk.instance
    world.wind(200)
    assert again.call.state == bob.call.state == "active" and again.mistakes == []


def test_a_call_that_came_in_is_taken_back_too_and_again(world):
    alice, bob = world.registered("alice", recover="reload"), world.registered("bob")
    bob.ask("makeCall", "alice")
    alice.ask("answer")
    for _ in range(2):
        alice = alice.reload()
        sound(alice)
    assert alice.call.direction == "incoming" and bob.call.state == "active"
    world.wind(300)
    alice.ask("hangup")
    assert [record.disposition for record in alice.history] == ["answered"]
    assert bob.calls == [] and alice.calls == []


def test_it_is_still_muted_and_still_held(world):
    alice, bob = talking(world)
    alice.ask("mute", True)
    alice.ask("hold")
    held = alice.machine.snapshot.calls[0].held_since
    again = alice.reload()
    assert "a=sendonly" in others_invites(world)[-1]
    sound(again)
    assert again.call.muted and again.call.held_by == "local" and bob.call.held_by == "remote"
    assert again.machine.snapshot.calls[0].held_since == held
    assert [each.muted for each in again.actions if isinstance(each, do.MuteMicrophone)] == [True]
    assert again.ask("resume").done
    assert again.call.held_by is None and bob.call.held_by is None


def test_who_knows_no_replaces_gets_a_re_invite_over_new_keys(world):
    alice, dave = with_dave(world, "Supported: timer")
    again = alice.reload()
    offer = dave.last("INVITE")
    body = offer.body.decode()
    assert offer.cseq.number == 2 and "Replaces" not in offer.headers
    assert "a=setup:active" in body and "o=- 1 2 IN IP4" in body
    dave.reply(200, to=offer, sdp=description())
    sound(again)
    assert again.call.state == "active"
    again.ask("hold")
    assert "o=- 1 3 IN IP4" in dave.last("INVITE").body.decode()
    dave.reply(200, to="INVITE", sdp=description(direction="recvonly"))
    dave.inside("BYE")
    assert again.history[0].disposition == "answered" and len(again.history) == 1


def test_a_browser_is_not_asked_to_change_its_part_in_dtls(world):
    theirs = description().replace("t=0 0", "t=0 0\r\na=msid-semantic: WMS")
    alice, dave = with_dave(world, "Supported: timer", sdp=theirs)
    again = alice.reload()
    assert "a=setup:actpass" in dave.last("INVITE").body.decode()
    dave.reply(488, to="INVITE")
    assert dave.words().count("INVITE") == 2 and again.calls == []


def test_who_refuses_to_be_called_in_place_of_it_gets_a_re_invite(world):
    alice, dave = with_dave(world, "Supported: replaces")
    again = alice.reload()
    dave.reply(420, to=dave.last("INVITE"))
    offer = dave.last("INVITE")
    assert "Replaces" not in offer.headers and "a=setup:active" in offer.body.decode()
    dave.reply(488, to=offer)
    plain = dave.last("INVITE")
    assert "a=setup:actpass" in plain.body.decode()
    dave.reply(200, to=plain, sdp=description())
    sound(again)
    assert again.call.state == "active"


@pytest.mark.parametrize("late", [487, 0])
def test_silence_to_it_is_not_waited_for(world, late):
    alice, dave = with_dave(world, "Supported: replaces")
    again = alice.reload()
    first = dave.last("INVITE")
    dave.reply(100, to=first)
    world.wind(5)
    assert dave.words()[-2:] == ["CANCEL", "INVITE"]
    dave.reply(200, to="CANCEL")
    dave.reply(200, to=dave.last("INVITE"), sdp=description())
    sound(again)
    if late:
        dave.reply(late, to=first)
    world.wind(50)
    assert again.call.state == "active" and again.history == []


def test_an_asterisk_that_keeps_silent_has_no_other_way(world):
    theirs = description().replace("a=setup", "a=connection:new\r\na=setup")
    alice, _ = with_dave(world, sdp=theirs)
    again = alice.reload()
    world.wind(5)
    assert "could not be taken back" in again.history[0].explanation


@pytest.mark.parametrize("status", [403, 481])
def test_what_is_refused_in_every_way_is_said_in_words(world, status):
    alice, dave = with_dave(world, "Supported: timer")
    again = alice.reload()
    dave.reply(status, to="INVITE")
    [record] = again.history
    assert record.disposition == "answered" and record.ended_by == "system"
    assert "could not be taken back" in record.explanation
    assert again.machine.snapshot.farewell.record == record
    assert [one["stage"] for one in again.told("recover")] == ["started", "failed"]
    assert dave.words()[-1] == "BYE" and again.kept == ""


def test_who_has_hung_up_meanwhile_has_hung_up(world):
    """The BYE waits for the new page, or comes while it calls."""
    alice, dave = with_dave(world, "Supported: replaces")
    again = alice.reload()
    invite = dave.last("INVITE")
    dave.inside("BYE")
    assert again.calls and dave.words()[-1] == "200"
    dave.reply(481, to=invite)
    [record] = again.history
    assert record.ended_by == "remote" and record.disposition == "answered"


def test_an_asterisk_is_offered_pcmu_alone_first_and_never_new_keys(world):
    theirs = description().replace("a=setup", "a=connection:new\r\na=setup")
    alice, dave = with_dave(world, sdp=theirs)
    again = alice.reload()
    narrow = dave.last("INVITE")
    assert "Replaces" in narrow.headers
    assert "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n" in narrow.body.decode()
    dave.reply(488, to=narrow)
    wide = dave.last("INVITE")
    assert "SAVPF 111 0 110" in wide.body.decode() and "Replaces" in wide.headers
    dave.reply(404, to=wide)
    assert "could not be taken back" in again.history[0].explanation


def test_an_asterisk_is_offered_all_codecs_once_it_is_heard(world):
    theirs = description().replace("a=setup", "a=connection:new\r\na=setup")
    alice, dave = with_dave(world, sdp=theirs)
    again = alice.reload()
    dave.reply(200, to="INVITE", sdp=theirs.replace("111 0 110", "0"))
    sound(again)
    world.wind(1)
    assert "SAVPF 111 0 110" in dave.last("INVITE").body.decode()


@pytest.mark.parametrize(
    "spoiled",
    [
        lambda text: text[:-5],
        lambda text: text.replace('"format": 1', '"format": 0'),
        lambda text: text.replace("wss://one", "wss://two"),
        lambda text: text.replace("sip:alice@one.example wss", "sip:eve@one.example wss"),
        lambda text: text.replace('"target": "sip:', '"target": "\\u0000:'),
        lambda text: text.replace('"local": "<sip', '"local": "'),
        lambda text: text + " " * 70_000,
    ],
)
def test_what_makes_no_sense_is_thrown_away(world, spoiled):
    alice, _ = talking(world)
    alice.kept = spoiled(alice.kept)
    again = alice.reload(crash=True)
    assert again.calls == [] and again.kept == "" and again.mistakes == []
    assert again.state == "registered"


def test_a_name_of_the_communication_that_is_none_is_given_anew(world):
    alice, bob = talking(world)
    alice.kept = re.sub(r'"sessionId": "[^"]*"', '"sessionId": "x"', alice.kept)
    again = alice.reload(crash=True)
    sound(again)
    assert again.call.state == bob.call.state == "active"
    assert re.fullmatch("[0-9a-f]{32}", again.agent.session_id(again.call.call_id)[:32])


def test_what_is_not_wanted_any_more_is_thrown_away(world):
    alice, _ = talking(world)
    off = alice.reload(crash=True, recover="off")
    assert off.calls == [] and off.kept == ""


def gone(world, phone):
    """Its page is gone for a minute and a half."""
    for socket in list(phone.links):
        world.disconnect(phone, socket)
    world.phones.remove(phone)
    world.wind(91)
    world.phones.append(phone)


@pytest.mark.rfc("4028 §10", "who hears no refresh of its peer's ends the call")
@pytest.mark.parametrize("calling", [True, False])
def test_who_never_comes_back_is_given_up_within_a_minute_and_a_half(world, calling):
    """Nobody speaks for the page, as in Firefox with `recover="reload"`."""
    alice, bob = world.registered("alice", recover="reload"), world.registered("bob")
    caller, called = (alice, bob) if calling else (bob, alice)
    caller.ask("makeCall", called.user)
    called.ask("answer")
    world.wind(300)
    assert bob.call.state == "active"
    gone(world, alice)
    assert bob.calls == [] and len(bob.history) == 1


def test_what_is_too_old_leaves_its_record(world):
    alice, _ = talking(world)
    before, session = alice.call, alice.agent.session_id(alice.call.call_id)
    world.wind(60)
    gone(world, alice)
    late = alice.reload(crash=True)
    [record] = late.history
    assert (
        late.calls == []
        and late.kept == ""
        and [each["id"] for each in late.told("end")] == [before.id]
    )
    assert (record.id, record.session_id, record.disposition) == (before.id, session, "answered")
    assert 105 <= record.talk_seconds <= 120 and record.ended_by == "system"
    assert "could not be taken back" in record.explanation and late.mistakes == []


def test_what_is_too_old_and_spoiled_does_not(world):
    alice, _ = talking(world)
    alice.kept = alice.kept.replace('"local": "<sip', '"local": "')
    gone(world, alice)
    assert alice.reload(crash=True).history == []


def test_it_waits_for_the_account(world):
    alice, bob = talking(world)
    username, alice.settings = "alice", {**alice.settings, "username": ""}
    again = alice.reload()
    assert again.calls == []
    again.ask("setConfig", {"username": username})
    sound(again)
    assert again.call.state == bob.call.state == "active"


def test_without_a_server_it_is_given_up_after_a_while(world):
    alice, _ = talking(world)
    world.broken = {SERVER: "dead"}
    again = alice.reload()
    assert again.calls
    world.wind(31)
    assert again.calls == [] and "could not be taken back" in again.history[0].explanation


def test_without_a_microphone_it_is_given_up(world):
    alice, bob = talking(world)
    again = alice.reload(fault=("mic_denied", ""))
    assert "could not be taken back" in again.history[0].explanation
    world.wind(1)
    assert bob.calls == []


def test_a_server_that_registers_slowly_is_not_waited_for(world):
    alice, dave = with_dave(world, "Supported: timer")
    world.registrar = lambda request: reply(request, 100)
    again = alice.reload()
    assert again.state == "registering" and dave.words().count("INVITE") == 1
    world.wind(3)
    assert dave.words().count("INVITE") == 2
    dave.reply(200, to="INVITE", sdp=description())
    sound(again)
    assert again.call.state == "active"


def test_what_is_about_to_leave_is_kept_before_it_leaves(world):
    """A crash between the two would let the next page use a number twice."""
    alice, _ = talking(world)
    del alice.actions[:]
    alice.ask("hold")
    place = [type(action) for action in alice.actions].index(do.Send)
    sent = parse(alice.actions[place].data)
    kept = [each.text for each in alice.actions[:place] if isinstance(each, do.Keep)]
    assert sent.method == "INVITE" and f'"localCseq": {sent.cseq.number},' in kept[-1]


def test_a_call_is_kept_before_it_is_told_that_it_is_taken(world):
    """A page that crashes as soon as the other end knows has the call."""
    alice, bob = world.registered("alice"), world.registered("bob")
    bob.ask("makeCall", "alice")
    alice.waits = True
    del alice.actions[:]
    alice.ask("answer")
    place = [
        isinstance(action, do.Send) and action.data.startswith(b"SIP/2.0 200 ")
        for action in alice.actions
    ].index(True)
    assert any(isinstance(action, do.Keep) for action in alice.actions[:place])
    again = alice.reload(crash=True)
    assert again.call.state == bob.call.state == "active"


def test_what_does_not_bind_us_is_kept_once_the_screen_shows_it(world):
    """A page that crashes in between has its calls, as they were a moment ago."""
    alice, bob = talking(world)
    kept, alice.waits = alice.kept, True
    alice.ask("mute")
    assert alice.call.muted and alice.kept == kept and alice.desk.owes
    alice.has_had_a_moment()
    assert alice.kept != kept and not alice.desk.owes
    alice.ask("unmute")
    again = alice.reload(crash=True)
    assert again.call.state == bob.call.state == "active" and again.call.muted


def test_how_it_sounds_is_kept_by_nobody_but_that_it_goes_on(world):
    alice, _ = talking(world)
    heard = on.QualityMeasured(
        call=alice.call.id, stats={"mos": 4.3, "whole": None, "warnings": []}
    )
    alice.waits = True
    alice.happens(heard)
    alice.has_had_a_moment()
    alice.happens(heard)
    assert not alice.desk.owes
    kept = alice.kept
    world.wind(COARSE)
    alice.happens(heard)
    assert alice.desk.owes
    alice.has_had_a_moment()
    assert alice.kept != kept
    alice.ask("mute")
    alice.happens(heard)
    assert alice.desk.owes


def test_a_page_that_goes_has_no_moment_and_keeps_all_at_once(world):
    alice, _ = talking(world)
    alice.waits = True
    alice.ask("mute")
    assert '"muted": true' not in alice.kept
    alice.happens(on.Leaving())
    assert '"muted": true' in alice.kept


def test_a_phone_that_never_had_a_call_owes_nothing(world):
    alice = world.registered("alice")
    alice.waits = True
    alice.ask("setConfig", {"ringVolume": 7})
    assert not alice.desk.owes
    alice.happens(on.Afterwards())
    assert alice.kept == ""


def test_nothing_secret_is_kept(world):
    alice, _ = talking(world)
    again = alice.reload()
    wire = b"".join(data for _, data in world.wire).decode()
    proofs = set(re.findall(r'(?:response|nonce)="([^"]+)"', wire))
    assert len(proofs) > 2
    for text in (alice.kept, again.kept):
        assert text and len(text) < 10_000
        for secret in (*proofs, "0123456789abcdef01234567", "00:11:22", "nonce", "m=audio"):
            assert secret not in text


@pytest.mark.parametrize("settings", [{}, {"recover": "off"}])
def test_where_nobody_speaks_for_a_page_that_is_gone_its_calls_end_with_it(world, settings):
    alice, bob = world.registered("alice", **settings), world.registered("bob")
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    alice.happens(on.Leaving())
    assert bob.calls == [] and len(alice.history) == 1 and alice.kept == ""


def test_where_somebody_does_they_outlive_it_without_any_setting(world):
    alice, bob = entrusted(world)
    id = alice.call.id
    again = alice.reload()
    sound(again)
    assert again.call.id == id and bob.call.state == "active"
    assert "Session-Expires: 90" not in others_invites(world)[0]


def test_what_is_said_where_no_page_comes_ends_the_call(world):
    alice, bob = entrusted(world)
    crashed = alice.will
    assert crashed.server == SERVER
    [bye] = map(parse, crashed.messages)
    sent = [parse(data) for who, data in world.wire if who == "alice" and b" BYE" not in data[:60]]
    last = [each for each in sent if getattr(each, "method", "") == "INVITE"][-1]
    assert (bye.method, bye.call_id, bye.cseq.number) == ("BYE", last.call_id, last.cseq.number + 1)
    for socket in list(alice.links):
        world.disconnect(alice, socket)
    world.stranger("somebody").say(crashed.messages[0])
    assert bob.calls == []


def crashed(world, phone):
    """Its page is gone without a word; what was to be said then."""
    for socket in list(phone.links):
        world.disconnect(phone, socket)
    world.phones.remove(phone)
    return phone.will.messages


def test_a_call_that_rings_elsewhere_is_taken_back_for_a_page_that_is_gone(world):
    alice, bob = world.registered("alice"), world.registered("bob")
    alice.ask("makeCall", "bob")
    [cancel] = crashed(world, alice)
    assert b"Authorization" not in cancel
    world.stranger("somebody").say(cancel)
    assert bob.calls == [] and bob.tone is None
    assert [record.disposition for record in bob.history] == ["missed"]


def test_who_calls_a_page_that_is_gone_is_told_so(world):
    alice, bob = world.registered("alice"), world.registered("bob")
    bob.ask("makeCall", "alice")
    assert bob.call.state == "ringing"
    [refusal] = crashed(world, alice)
    world.stranger("somebody").say(refusal)
    assert bob.calls == [] and bob.history[0].sip_code == 480


def test_what_is_said_of_one_that_rings_is_void_once_it_is_answered_or_the_page_says_it(world):
    alice, bob = world.registered("alice"), world.registered("bob")
    alice.ask("makeCall", "bob")
    ringing = alice.will
    bob.ask("answer")
    [bye] = map(parse, alice.will.messages)
    assert bye.method == "BYE" and alice.will != ringing
    alice.ask("hangup")
    assert alice.will.messages == ()
    alice.ask("makeCall", "bob")
    assert len(alice.will.messages) == 1
    alice.happens(on.Leaving())
    assert alice.will.messages == () and bob.calls == []


@pytest.mark.parametrize("answered", [False, True])
def test_calls_that_no_page_takes_back_are_ended_for_one_that_crashed(world, answered):
    alice, bob = world.registered("alice", recover="off"), world.registered("bob")
    alice.ask("makeCall", "bob")
    if answered:
        bob.ask("answer")
    assert alice.kept == "" and not alice.will.waits
    [farewell] = crashed(world, alice)
    world.stranger("somebody").say(farewell)
    assert bob.calls == [] and bob.history[0].ended_by == "remote"


def test_nobody_speaks_for_a_demo(world):
    """Its other ends are in the page."""
    alice, _ = talking(world)
    assert alice.will.messages
    alice.ask("setConfig", {"demo": True})
    assert alice.will.messages == () and alice.kept == ""


def test_it_is_written_anew_before_the_next_message_and_void_once_the_call_is_over(world):
    alice, bob = entrusted(world)
    del alice.actions[:]
    alice.ask("hold")
    place = [type(action) for action in alice.actions].index(do.Send)
    [will] = [each for each in alice.actions[:place] if isinstance(each, do.Entrust)]
    assert parse(will.messages[0]).cseq.number == parse(alice.actions[place].data).cseq.number + 1
    bob.ask("hangup")
    assert alice.will == do.Entrust(server="", messages=())


def test_time_alone_entrusts_nothing_anew(world):
    alice, _ = entrusted(world)
    assert alice.will.messages
    del alice.actions[:]
    world.wind(60)
    assert [each for each in alice.actions if isinstance(each, do.Entrust)] == []


def test_a_page_of_another_account_leaves_the_word_with_who_has_it(world):
    """The calls that it does not take back are to end."""
    alice, _ = entrusted(world)
    assert alice.will.messages
    again = alice.reload(username="carol", password="c")
    assert again.calls == [] and again.kept == ""
    assert [each for each in again.actions if isinstance(each, do.Entrust)] == []


def test_a_phone_that_is_taken_out_of_its_page_ends_its_calls(world):
    alice, bob = talking(world)
    alice.happens(on.Leaving(removed=True))
    assert bob.calls == [] and alice.kept == "" and alice.will.messages == ()


def test_a_page_that_is_put_aside_ends_it_too_and_one_that_rings_is_refused(world):
    alice, bob = talking(world)
    alice.happens(on.Leaving(put_aside=True))
    assert bob.calls == [] and alice.kept == ""
    carol, eve = world.registered("carol", recover="reload"), world.registered("eve")
    eve.ask("makeCall", "carol")
    assert carol.reload().calls == [] and eve.calls == []


def test_two_calls_come_back_and_the_one_in_front_stays_there(world):
    alice, bob = talking(world)
    carol = world.registered("carol")
    alice.ask("makeCall", "carol")
    carol.ask("answer")
    front = alice.machine.snapshot.active
    again = alice.reload()
    for call in again.calls:
        again.happens(on.MediaChanged(call=call.id, state="connected"))
    assert again.machine.snapshot.active == front
    assert [call.held_by for call in again.calls] == ["local", None]
    assert bob.call.held_by == "remote" and carol.call.held_by is None


def test_what_they_describe_early_may_be_their_answer(world):
    alice, dave = with_dave(world, "Supported: replaces")
    again = alice.reload()
    invite = dave.last("INVITE")
    dave.reply(183, to=invite, sdp=description())
    dave.reply(200, to=invite)
    sound(again)
    assert again.call.state == "active" and dave.words()[-1] == "ACK"


def test_an_answer_that_nobody_can_hear_ends_it(world):
    alice, dave = with_dave(world, "Supported: replaces")
    again = alice.reload()
    dave.reply(200, to="INVITE", sdp=description().replace("m=audio 9", "m=audio 0"))
    assert "could not be taken back" in again.history[0].explanation
    assert "BYE" in dave.words()


def test_what_they_offer_meanwhile_has_to_wait(world):
    """In the dialog that is replaced, and in the one that is not answered yet."""
    alice, dave = with_dave(world, "Supported: replaces")
    again = alice.reload()
    first, invite = dave.invite, dave.last("INVITE")
    dave.inside("INVITE", sdp=description())
    assert dave.words()[-1] == "491"
    dave.inside("ACK")
    dave.reply(183, "RSeq: 1", "Require: 100rel", to=invite, sdp=description())
    dave.reply(200, to="PRACK")
    dave.invite = invite
    dave.inside("UPDATE", sdp=description(version="2"))
    assert dave.words()[-1] == "491"
    dave.reply(200, to=invite)
    dave.invite = first
    sound(again)
    assert again.call.state == "active"


def test_they_may_hang_up_while_it_is_changed(world):
    alice, dave = with_dave(world, "Supported: timer")
    again = alice.reload()
    dave.inside("BYE")
    assert again.calls == [] and again.history[0].ended_by == "remote"


def test_a_call_that_stays_silent_stands_all_the_same(world):
    alice, dave = with_dave(world, "Supported: timer")
    again = alice.reload()
    dave.reply(200, to="INVITE", sdp=description())
    world.wind(31)
    [shown] = again.machine.snapshot.calls
    assert (
        not shown.recovering
        and shown.unstable
        and [one["stage"] for one in again.told("recover")] == ["started"]
    )


def test_a_call_made_meanwhile_is_in_front(world):
    alice, dave = with_dave(world, "Supported: timer")
    bob = world.registered("bob")
    again = alice.reload()
    offer = dave.last("INVITE")
    again.ask("makeCall", "bob")
    bob.ask("answer")
    dave.reply(200, to=offer, sdp=description())
    assert "a=sendonly" in dave.last("INVITE").body.decode()


def test_the_connection_may_go_again_while_it_is_taken_back(world):
    alice, dave = with_dave(world, "Supported: replaces")
    again = alice.reload()
    world.cut(again)
    world.wind(2)
    dave.reply(200, to=dave.last("INVITE"), sdp=description())
    sound(again)
    assert again.call.state == "active"
    alice, eve = world.registered("alice", recover="reload"), world.stranger("eve")
    alice.ask("makeCall", "eve")
    eve.reply(200, "Supported: timer", sdp=description())
    again = alice.reload()
    world.cut(again)
    world.wind(3)
    eve.reply(200, to=eve.last("INVITE"), sdp=description())
    assert again.machine.snapshot.calls[0].view.state == "active"


def test_the_person_may_hang_up_while_it_is_taken_back(world):
    alice, dave = with_dave(world, "Supported: replaces")
    again = alice.reload()
    dave.reply(180, to=dave.last("INVITE"))
    again.ask("hangup")
    assert {"CANCEL", "BYE"} <= set(dave.words())
    assert again.calls == [] and again.history[0].ended_by == "local" and again.kept == ""


def test_a_dialog_that_is_replaced_and_that_nobody_ends_is_ended(world):
    alice, dave = with_dave(world, "Supported: replaces")
    again = alice.reload()
    first = dave.invite
    dave.reply(200, to=dave.last("INVITE"), sdp=description())
    sound(again)
    world.wind(63)
    assert "BYE" not in dave.words()
    world.wind(2)
    assert dave.last("BYE").call_id == first.call_id and again.call.state == "active"


def test_a_dialog_that_could_not_be_replaced_stays(world):
    alice, dave = with_dave(world, "Supported: replaces")
    again = alice.reload()
    dave.reply(420, to=dave.last("INVITE"))
    dave.reply(200, to=dave.last("INVITE"), sdp=description())
    sound(again)
    world.wind(100)
    assert again.call.state == "active" and "BYE" not in dave.words()


def test_who_changes_their_mind_before_they_leave_hangs_up(world):
    alice, bob = talking(world)
    alice.ask("setConfig", {"recover": "off"})
    alice.happens(on.Leaving())
    assert bob.calls == [] and alice.kept == ""


def test_a_page_that_can_say_no_bye_any_more_leaves_it_to_the_next(world):
    """Firefox closes the connection of a page that is loaded anew before the page is told."""
    alice, bob = world.registered("alice"), world.registered("bob")
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    before = alice.call
    world.broken = {SERVER: "mute"}
    world.cut(alice)
    alice.happens(on.Leaving())
    assert [record.id for record in alice.history] == [before.id] and bob.calls
    world.broken = {}
    again = alice.reload(crash=True)
    assert bob.calls == [] and bob.history[0].ended_by == "remote"
    assert again.calls == [] and again.history == [] and again.kept == ""
    world.wind(40)
    assert again.agent.transactions == bob.agent.transactions == 0 and again.mistakes == []


@pytest.mark.parametrize("recover", ["auto", "off"])
@pytest.mark.parametrize("put_aside", [False, True])
def test_where_another_connection_stands_by_it_says_so_over_that(world, put_aside, recover):
    alice = world.registered("alice", recover=recover)
    bob, carol = world.registered("bob"), world.registered("carol")
    dave = world.stranger("dave")
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    alice.ask("makeCall", "carol")
    assert alice.will.server == SERVER and len(alice.will.messages) == 2
    world.broken = {SERVER: "mute"}
    world.cut(alice)
    alice.happens(on.Leaving(put_aside=put_aside))
    assert [each.split()[0] for each in alice.beside] == [b"BYE", b"CANCEL"]
    for message in alice.beside:
        dave.say(message)
    assert bob.calls == carol.calls == [] and len(alice.history) == 2
    kinds = [type(action) for action in alice.actions]
    assert put_aside or do.Entrust in kinds[kinds.index(do.SayBeside) :]


@pytest.mark.parametrize("recover", ["auto", "off"])
def test_a_page_with_a_connection_says_it_over_the_other_too(world, recover):
    """Firefox throws away what the WebSocket of a closed tab has not sent yet."""
    alice, bob = world.registered("alice", recover=recover), world.registered("bob")
    dave = world.stranger("dave")
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    alice.happens(on.Leaving())
    assert bob.calls == [] and [each.split()[0] for each in alice.beside] == [b"BYE"]
    dave.say(alice.beside[0])
    assert len(bob.history) == 1 and b"BYE" not in alice.kept.encode()


def test_who_may_come_back_or_does_not_end_it_says_nothing_over_another(world):
    alice, bob = world.registered("alice"), world.registered("bob")
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    alice.happens(on.Leaving(put_aside=True))
    assert bob.calls == [] and alice.beside == ()
    carol, eve = world.registered("carol", recover="reload"), world.registered("eve")
    carol.ask("makeCall", "eve")
    eve.ask("answer")
    world.broken = {SERVER: "mute"}
    world.cut(carol)
    carol.happens(on.Leaving())
    assert eve.calls and carol.beside == ()


def test_what_pages_look_up_of_the_caller_is_there_again(world):
    alice, dave = world.registered("alice", recover="reload"), world.stranger("dave")
    dave.call(
        "alice", "X-Customer: 4711", f"X-Long: {'x' * 3000}", "Subject: no", sdp=description()
    )
    alice.ask("answer")
    dave.ack()
    assert alice.reload().call.headers == {"x-customer": "4711"}


def test_who_is_away_at_the_moment_is_tried_again(world):
    """Their page may be loaded anew as well."""
    alice, dave = with_dave(world, "Supported: timer")
    again = alice.reload()
    for _ in range(3):
        dave.reply(480, to="INVITE")
        assert again.call.state == "active" and again.machine.snapshot.calls[0].recovering
        world.wind(1)
    offer = dave.last("INVITE")
    assert "Replaces" not in offer.headers and dave.words().count("INVITE") == 5
    dave.reply(200, to=offer, sdp=description())
    sound(again)
    assert again.call.state == "active" and again.mistakes == []
    dave.inside("BYE")
    assert len(again.history) == 1


def test_who_stays_away_is_not_waited_for_for_ever(world):
    alice, dave = with_dave(world, "Supported: timer")
    again = alice.reload()
    for _ in range(60):
        if again.calls:
            dave.reply(480, to="INVITE")
            world.wind(0.6)
    [record] = again.history
    assert again.calls == [] and "could not be taken back" in record.explanation
