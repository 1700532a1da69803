"""Far ends that behave as no phone of ours does: early media, refusals, challenges, odd offers."""

import pytest

from phone.stage import description
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.sip import parse
from webphone.sip.transactions import cancel_of


def tones(phone):
    return [action.tone for action in phone.actions if isinstance(action, do.PlayTone)]


def described(phone):
    return [each.kind for each in phone.actions if isinstance(each, do.DescribeRemote)]


def only_record(phone):
    [record] = phone.told("end")
    assert phone.calls == [] and phone.mistakes == []
    return record


def answered(alice, dave):
    """Alice calls Dave and he answers."""
    promise = alice.ask("makeCall", "dave")
    dave.reply(200, sdp=description())
    assert alice.call.state == "active" and dave.words()[-1] == "ACK"
    return promise


# --- Before the answer ---


def test_early_media_takes_the_place_of_the_ringback(alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(180)
    assert tones(alice) == [do.Tone.RINGBACK]
    dave.reply(183, sdp=description())
    assert tones(alice) == [do.Tone.RINGBACK, None]
    assert alice.call.state == "early"
    alice.happens(on.SoundCame(call=alice.call.id))
    dave.reply(180)
    assert tones(alice) == [do.Tone.RINGBACK, None]
    assert [told["stage"] for told in alice.told("ringingout")] == [
        "ringing",
        "earlymedia",
        "earlymedia",
    ]
    dave.reply(200, sdp=description())
    assert described(alice) == [do.Offer.PROVISIONAL, do.Offer.ANSWER]
    assert alice.call.state == "active" and tones(alice)[-1] is None


@pytest.mark.rfc("3261 §13.2.1", "the first answer counts, be it in a 183")
def test_a_200_without_a_description_keeps_what_its_183_said(alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(183, sdp=description())
    dave.reply(200)
    assert described(alice) == [do.Offer.PROVISIONAL, do.Offer.ANSWER]
    assert alice.call.codec == "opus"


def test_a_183_without_a_description_rings_no_bell(alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(183)
    assert tones(alice) == [] and alice.call.state == "dialling"
    assert alice.told("ringingout")[0]["sipCode"] == 183
    dave.reply(180)
    assert tones(alice) == [do.Tone.RINGBACK]


def test_180_with_a_description_is_early_media(alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(180, sdp=description())
    assert alice.call.state == "early" and described(alice) == [do.Offer.PROVISIONAL]
    assert tones(alice) == [do.Tone.RINGBACK]
    alice.happens(on.SoundCame(call=alice.call.id))
    assert tones(alice) == [do.Tone.RINGBACK, None]


@pytest.mark.rfc("3960 §3.2", "after a 180, only sound that comes in silences the ringback")
@pytest.mark.parametrize("status", [183, 182])
def test_a_180_after_early_media_that_is_silent_brings_the_ringback_back(alice, dave, status):
    """RFC 3960 §3.2: rings until packets come in, whatever path is up."""
    alice.ask("makeCall", "dave")
    dave.reply(status, sdp=description())
    alice.happens(on.MediaChanged(call=alice.call.id, state="connected"))
    assert tones(alice) == []
    dave.reply(180)
    assert tones(alice) == [do.Tone.RINGBACK] and alice.call.state == "early"
    alice.happens(on.SoundCame(call=alice.call.id))
    assert tones(alice) == [do.Tone.RINGBACK, None]
    dave.reply(180)
    dave.reply(200, sdp=description())
    assert tones(alice) == [do.Tone.RINGBACK, None] and alice.call.state == "active"


def test_early_media_that_stays_silent_after_a_180_brings_the_ringback_back(world, alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(180)
    dave.reply(183, sdp=description())
    world.wind(0.9)
    assert tones(alice) == [do.Tone.RINGBACK, None]
    world.wind(0.2)
    assert tones(alice) == [do.Tone.RINGBACK, None, do.Tone.RINGBACK]
    alice.happens(on.SoundCame(call=alice.call.id))
    world.wind(10)
    assert tones(alice)[3:] == [None]


def test_early_media_that_sounds_in_time_is_not_rung_over(world, alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(180)
    dave.reply(183, sdp=description())
    alice.happens(on.SoundCame(call=alice.call.id))
    world.wind(10)
    assert tones(alice) == [do.Tone.RINGBACK, None]


@pytest.mark.rfc("3960 §3.2", "no local ringing unless a 180 came")
def test_silence_behind_a_183_alone_is_not_rung_over(world, alice, dave):
    """RFC 3960 §3.2, rule 1: unless a 180 has come."""
    alice.ask("makeCall", "dave")
    dave.reply(183, sdp=description())
    world.wind(10)
    assert tones(alice) == []


@pytest.mark.rfc("6228 §1", "199: this fork has failed, others go on")
def test_when_the_fork_that_was_heard_has_failed_the_one_that_rings_does(world, alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(180, tag="first")
    dave.reply(183, sdp=description(), tag="second")
    alice.happens(on.SoundCame(call=alice.call.id))
    dave.reply(199, tag="second")
    assert tones(alice) == [do.Tone.RINGBACK, None, do.Tone.RINGBACK]
    dave.reply(199, tag="first")
    world.wind(10)
    dave.reply(200, sdp=description(), tag="third")
    assert alice.call.state == "active" and tones(alice)[-1] is None


def test_another_fork_that_is_heard_is_silent_until_its_own_sound_comes(alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(183, sdp=description("one"), tag="one")
    alice.happens(on.SoundCame(call=alice.call.id))
    alice.happens(on.MediaChanged(call=alice.call.id, state="failed"))
    dave.reply(183, sdp=description("two"), tag="two")
    dave.reply(180, tag="two")
    assert alice.tone is do.Tone.RINGBACK
    alice.happens(on.SoundCame(call=alice.call.id))
    assert alice.tone is None


def test_a_call_that_is_answered_rings_back_no_more(alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(183, sdp=description())
    dave.reply(180)
    dave.reply(200, sdp=description())
    assert tones(alice) == [do.Tone.RINGBACK, None] and alice.call.state == "active"


@pytest.mark.rfc("3261 §13.2.1", "a description in any 1xx is early media")
@pytest.mark.parametrize("status", [181, 182, 184, 198])
def test_a_description_in_any_provisional_response_is_early_media(alice, dave, status):
    """RFC 3261 §13.2.1: the announcements of a queue or of a forwarding are heard."""
    alice.ask("makeCall", "dave")
    dave.reply(status, sdp=description())
    assert alice.call.state == "early" and described(alice) == [do.Offer.PROVISIONAL]
    [told] = alice.told("ringingout")
    assert (told["stage"], told["sipCode"]) == ("earlymedia", status)
    dave.reply(200)
    assert alice.call.state == "active"


def test_a_queue_that_only_says_so_changes_nothing(alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(182)
    assert alice.told("ringingout") == [] and alice.call.state == "dialling"


def test_early_media_that_no_browser_takes_leaves_the_ringback(alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(180, sdp=description().replace("a=fingerprint", "a=x-fingerprint"))
    assert tones(alice) == [do.Tone.RINGBACK] and described(alice) == []
    dave.reply(200)
    record = only_record(alice)
    assert "fingerprint" in record["explanation"]
    assert record["endedBy"] == "system"


def test_early_media_that_fails_in_the_browser_does_not_end_the_call(alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(183, sdp=description())
    alice.happens(on.MediaFailed(call=alice.call.id, code="media_failed", text="No."))
    dave.reply(200, sdp=description())
    assert alice.call.state == "active"


@pytest.mark.parametrize("status", [None, 180])
def test_media_that_fails_before_the_answer_takes_the_call_back(alice, dave, status):
    alice.ask("makeCall", "dave")
    if status:
        dave.reply(status)
    alice.happens(on.MediaFailed(call=alice.call.id, code="media_failed", text="Unplugged."))
    record = only_record(alice)
    assert (record["disposition"], record["endedBy"]) == ("failed", "system")
    assert record["explanation"] == "Unplugged."
    if not status:
        dave.reply(180)
    assert dave.words()[-1] == "CANCEL"
    assert alice.tone is None


def test_media_that_fails_while_it_rings_here_refuses_the_call(alice, dave):
    dave.call("alice", sdp=description(setup="actpass"))
    alice.happens(on.MediaFailed(call=alice.call.id, code="media_failed", text="Unplugged."))
    assert only_record(alice)["explanation"] == "Unplugged." and dave.words()[-1] == "488"


def test_a_camera_that_is_refused_leaves_the_sound(alice, dave):
    assert alice.ask("makeCall", "dave", {"video": True}).error is None
    dave.reply(200, sdp=description())
    assert alice.call.state == "active" and not alice.call.video


def test_pictures_that_the_other_side_refuses_leave_a_call_of_sound(alice, dave):
    alice.slow_media = True
    alice.ask("makeCall", "dave", {"video": True})
    offer = description("alice", setup="actpass")
    camera = on.MediaReady(call=alice.call.id, kind=do.Offer.OFFER, sdp=offer, video=True)
    alice.happens(camera)
    assert alice.call.video
    dave.reply(200, sdp=description())
    assert alice.call.state == "active" and not alice.call.video


def test_being_forwarded_or_queued_is_no_ringing(alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(181)
    dave.reply(182)
    assert alice.told("ringingout") == [] and alice.call.state == "dialling"


def test_a_183_late_on_the_way_changes_nothing_after_the_answer(alice, dave):
    answered(alice, dave)
    dave.reply(183, sdp=description("late"))
    assert described(alice) == [do.Offer.ANSWER] and alice.call.state == "active"


@pytest.mark.parametrize(
    ("status", "disposition", "words"),
    [
        (486, "busy", "The line is busy."),
        (600, "busy", "The line is busy."),
        (603, "rejected", "Declined."),
        (480, "no-answer", "Nobody answered."),
        (408, "no-answer", "Nobody answered."),
        (487, "no-answer", "Nobody answered."),
        (404, "failed", "There is nobody at that number."),
        (484, "failed", "That number is not complete (484 Address Incomplete)."),
        (403, "failed", "The server does not allow this call (403 Forbidden)."),
        (488, "failed", "The two phones share no codec or encryption (488 Not Acceptable Here)."),
        (502, "failed", "The next server on the way made a mistake (502 Bad Gateway)."),
        (699, "failed", "The call failed (699"),
    ],
)
def test_each_refusal_has_its_words(alice, dave, status, disposition, words):
    alice.ask("makeCall", "dave")
    dave.reply(180)
    dave.reply(status)
    record = only_record(alice)
    assert (record["disposition"], record["endedBy"]) == (disposition, "remote")
    assert record["sipCode"] == status
    assert record["explanation"].startswith(words)
    assert alice.tone is (do.Tone.BUSY if disposition == "busy" else None)


def test_a_number_that_has_moved_says_where_to(world, dave):
    alice = world.registered("alice", redirect_policy="refuse")
    alice.ask("makeCall", "dave")
    dave.reply(302, "Contact: <sip:dave@new.example>")
    record = only_record(alice)
    assert (record["disposition"], record["sipCode"]) == ("failed", 302)
    moved = "That number is now sip:dave@new.example (302 Moved Temporarily)."
    words = f"{moved} Call that one instead."
    assert record["explanation"] == words


def test_a_proxy_to_use_instead_is_not_the_number_s_new_one(alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(305, "Contact: <sip:proxy.example>")
    assert only_record(alice)["explanation"] == "The call failed (305 Use Proxy). Call again later."


@pytest.mark.parametrize("status", [420, 421, 494])
def test_a_server_that_wants_what_no_phone_in_a_browser_does_is_said(alice, dave, status):
    alice.ask("makeCall", "dave")
    dave.reply(status, "Require: sec-agree")
    said = only_record(alice)["explanation"]
    assert said.startswith("The server asks for something this phone can't do")


def test_a_server_that_never_answers_the_call_is_not_nobody_at_home(world, alice, dave):
    carry = world.carry
    world.carry = lambda link, data: None if data.startswith(b"INVITE") else carry(link, data)
    alice.ask("makeCall", "dave")
    world.wind(40)
    record = only_record(alice)
    assert record["explanation"] == "The server did not answer the call. Call again later."
    told = (record["disposition"], record["endedBy"], record["sipCode"])
    assert told == ("failed", "system", 408)


def test_a_ringing_caller_can_be_sent_elsewhere(alice, dave):
    dave.call("alice", sdp=description(setup="actpass"))
    assert alice.ask("redirect", alice.call.id, "carol").settled
    answer = dave.last(302)
    assert str(answer.contacts[0].uri) == "sip:carol@one.example"
    record = only_record(alice)
    assert (record["disposition"], record["sipCode"]) == ("rejected", 302)


def test_the_reason_of_a_failure_is_in_its_words(alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(500, 'Warning: 399 far "Out of paper"')
    assert "Out of paper" in only_record(alice)["explanation"]


def test_nobody_who_answers_ends_in_no_answer(world, alice, dave):
    alice.ask("makeCall", "dave")
    world.wind(200)
    assert only_record(alice)["disposition"] == "no-answer"


def test_an_answer_without_a_description_ends_the_call(alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(200)
    record = only_record(alice)
    assert record["explanation"] == "The other side answered without a session description."
    assert dave.words()[-2:] == ["ACK", "BYE"]
    assert alice.told("error")[0].code == "media_failed"


# --- Challenged by the far end itself ---

CHALLENGE = (
    'WWW-Authenticate: Digest realm="one.example", nonce="{}", algorithm=SHA-256, qop="auth"'
)


def test_an_invite_is_answered_to_a_challenge_on_the_way(alice, dave):
    promise = alice.ask("makeCall", "dave")
    dave.reply(401, CHALLENGE.format("n1"))
    assert 'username="alice"' in dave.last("INVITE").headers.get("Authorization")
    assert len(alice.told("end")) == 0
    dave.invite = dave.last("INVITE")
    dave.reply(200, sdp=description())
    assert promise.value.state == "dialling" and alice.call.state == "active"


def test_an_invite_refused_twice_says_that_the_password_is_wrong(alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(401, CHALLENGE.format("n1"))
    dave.reply(401, CHALLENGE.format("n2"))
    record = only_record(alice)
    assert (record["disposition"], record["sipCode"]) == ("failed", 401)
    assert record["explanation"].startswith("The server refuses the user name or the password")


def test_hold_and_hanging_up_are_answered_to_challenges_too(alice, dave):
    answered(alice, dave)
    promise = alice.ask("hold")
    dave.reply(401, CHALLENGE.format("n1"))
    assert "Authorization" in dave.last("INVITE").headers
    dave.reply(200, sdp=description(direction="recvonly"))
    assert promise.value.held_by == "local"
    alice.ask("hangup")
    dave.reply(401, CHALLENGE.format("n2"), to="BYE")
    assert 'nonce="n2"' in dave.last("BYE").headers.get("Authorization")
    assert only_record(alice)["disposition"] == "answered"


# --- Changes of a call ---


@pytest.mark.parametrize("status", [488, 500, 603])
def test_a_refused_hold_leaves_the_call_talking(alice, dave, status):
    answered(alice, dave)
    promise = alice.ask("hold")
    dave.reply(status)
    assert promise.error.sip_code == status
    assert alice.call.state == "active" and alice.told("end") == []
    assert alice.actions.count(do.Rollback(call=alice.call.id)) == 1


def test_a_hold_by_the_button_that_is_refused_is_said_on_the_screen(alice, dave):
    answered(alice, dave)
    alice.press("hold")
    dave.reply(488)
    assert alice.desk.snapshot.error.sip_code == 488
    assert not alice.desk.snapshot.calls[0].changing


def test_a_change_that_finds_no_call_over_there_ends_it_here(world, alice, dave):
    answered(alice, dave)
    promise = alice.ask("hold")
    dave.reply(481)
    record = only_record(alice)
    assert (record["disposition"], record["endedBy"]) == ("answered", "system")
    assert record["sipCode"] == 481
    assert record["explanation"] == "The other side has lost the call."
    assert promise.error.code == "no_call"


@pytest.mark.parametrize("what", ["408", "silence", "silence after 100", "a cut"])
def test_pressing_hold_never_ends_a_call(world, alice, dave, what):
    answered(alice, dave)
    promise = alice.ask("hold")
    if what == "408":
        dave.reply(408)
    elif what == "silence after 100":
        dave.reply(100)
    elif what == "a cut":
        world.cut(alice)
    world.wind(100)
    assert promise.error.code == "media_failed" and alice.told("end") == []
    assert (alice.call.state, alice.call.held_by) == ("active", None)
    again = alice.ask("hold")
    dave.reply(200, sdp=description(direction="recvonly", version="2"))
    assert again.settled and alice.call.held_by == "local"


def test_a_change_agreed_to_without_a_description_is_taken_back(alice, dave):
    answered(alice, dave)
    promise = alice.ask("hold")
    dave.reply(200)
    assert promise.error.code == "media_failed"
    assert do.Rollback(call=alice.call.id) in alice.actions
    assert alice.call.state == "active"


def test_remote_hold_is_told_and_ends(alice, dave):
    answered(alice, dave)
    dave.inside("INVITE", sdp=description(direction="sendonly", setup="actpass"))
    assert alice.call.held_by == "remote" and alice.told("hold")[0]["by"] == "remote"
    assert list(alice.media.values()) == ["recvonly"]
    assert "a=recvonly" in dave.last(200).body.decode()
    dave.inside("ACK")
    dave.inside("UPDATE", sdp=description(setup="actpass", version="3"))
    assert alice.call.held_by is None and alice.told("resume")[0]["by"] == "remote"
    assert dave.last(200).cseq.method == "UPDATE"


def direction_of(invite):
    [line] = [line for line in invite.body.decode().split("\r\n") if line.startswith("a=send")]
    return line


UNUSABLE = {
    "nonsense": "nonsense",
    "no description": "",
    "nothing left": description(version="2").replace("m=audio 9", "m=audio 0"),
    "no certificate": description(version="2").replace("a=fingerprint", "a=x"),
    "no codec of ours": description(version="2", codecs="18"),
}


@pytest.mark.parametrize("setup", ["active", "passive", "actpass"])
def test_an_answer_to_a_hold_may_name_any_side_of_dtls_as_it_is_known(world, alice, dave, setup):
    answered(alice, dave)
    promise = alice.ask("hold")
    dave.reply(200, sdp=description(version="2", setup=setup))
    assert promise.settled and promise.error is None
    assert alice.call.held_by == "local"


@pytest.mark.parametrize("answer", UNUSABLE)
def test_an_answer_to_a_hold_that_is_of_no_use_leaves_the_call_as_it_was(
    world, alice, dave, answer
):
    answered(alice, dave)
    promise = alice.ask("hold")
    assert direction_of(dave.last("INVITE")) == "a=sendonly"
    dave.reply(200, sdp=UNUSABLE[answer])
    assert promise.settled and promise.error.code == "media_failed"
    assert alice.call.state == "active" and alice.call.held_by is None
    assert any(isinstance(action, do.Rollback) for action in alice.actions)
    # The other side believes that it is held: it is told that it is not, and that once.
    assert dave.words()[-2:] == ["ACK", "INVITE"]
    assert direction_of(dave.last("INVITE")) == "a=sendrecv"
    dave.reply(200, sdp=UNUSABLE[answer])
    world.wind(60)
    assert dave.words().count("INVITE") == 3 and alice.call.state == "active"
    assert not any(call.changing for call in alice.machine.snapshot.calls)
    again = alice.ask("hold")
    dave.reply(200, sdp=description(direction="recvonly", version="4"))
    assert again.settled and again.error is None and alice.call.held_by == "local"


def test_an_answer_to_a_resume_that_is_of_no_use_leaves_the_call_on_hold(alice, dave):
    answered(alice, dave)
    alice.ask("hold")
    dave.reply(200, sdp=description(direction="recvonly", version="2"))
    promise = alice.ask("resume")
    dave.reply(200, sdp="nonsense")
    assert promise.error.code == "media_failed" and alice.call.held_by == "local"
    assert direction_of(dave.last("INVITE")) == "a=sendonly"


def test_an_answer_to_a_hold_that_the_browser_refuses_is_undone(world, alice, dave):
    answered(alice, dave)
    alice.press("hold")
    dave.reply(200, sdp=description(direction="recvonly", version="2"))
    assert alice.call.held_by == "local"
    alice.happens(on.MediaFailed(call=alice.call.id, code="media_failed", text="SSL role."))
    assert alice.call.state == "active" and alice.call.held_by is None
    assert alice.told("resume") == [{**alice.told("resume")[0], "by": "local"}]
    assert alice.told("error")[0].code == "media_failed"
    assert direction_of(dave.last("INVITE")) == "a=sendrecv"
    dave.reply(200, sdp=description(version="3"))
    alice.happens(on.MediaFailed(call=alice.call.id, code="media_failed", text="SSL role."))
    world.wind(60)
    assert dave.words().count("INVITE") == 3
    assert alice.call.state == "active" and alice.told("end") == []


def test_what_fails_long_after_a_hold_leaves_it_and_is_said(world, alice, dave):
    answered(alice, dave)
    alice.ask("hold")
    dave.reply(200, sdp=description(direction="recvonly", version="2"))
    world.wind(60)
    alice.happens(on.MediaFailed(call=alice.call.id, code="mic_missing"))
    assert alice.call.held_by == "local" and alice.told("error")[0].code == "mic_missing"


FAX = """v=0\r
o=- 1 2 IN IP4 127.0.0.1\r
s=-\r
c=IN IP4 127.0.0.1\r
t=0 0\r
m=audio 0 RTP/AVP 0\r
m=image 4000 udptl t38\r
a=T38FaxVersion:0\r
"""


@pytest.mark.rfc("3261 §14.2", "488 to a change that would leave nothing")
@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
@pytest.mark.parametrize(
    "offer",
    [
        FAX,
        FAX.replace("m=audio 0 RTP/AVP 0\r\n", ""),
        description(version="2", setup="actpass").replace("m=audio 9", "m=audio 0"),
        description(version="2", setup="actpass").replace("a=fingerprint", "a=x"),
    ],
)
def test_a_change_that_would_leave_nothing_is_refused_and_the_voice_goes_on(
    alice, dave, method, offer
):
    answered(alice, dave)
    dave.inside(method, sdp=offer)
    assert dave.words()[-1] == "488"
    assert alice.call.state == "active" and alice.call.held_by is None
    dave.inside("ACK") if method == "INVITE" else None
    dave.inside("INVITE", sdp=description(version="3", setup="actpass"))
    assert dave.words()[-1] == "200"
    dave.inside("ACK")
    hold = alice.ask("hold")
    dave.reply(200, to="INVITE", sdp=description(direction="recvonly", version="4"))
    assert hold.settled and hold.error is None


def test_a_call_may_be_used_before_its_ringing_was_acknowledged(world, alice, dave):
    """RFC 3262: the answer waits for the PRACK, and whatever the person wants waits with it."""
    dave.call("alice", "Require: 100rel", sdp=description(setup="actpass"))
    ringing = dave.last(180)
    assert alice.ask("answer").settled
    alice.ask("sendDtmf", "5", {"method": "info"})
    held = alice.ask("hold")
    assert dave.words()[-1] == "180"
    dave.answer = ringing
    dave.inside("PRACK", f"RAck: {ringing.headers.get('RSeq')} {ringing.cseq}")
    dave.ack()
    world.wind(3)
    assert "INFO" in dave.words()
    dave.reply(200, sdp=description(direction="recvonly"))
    assert held.value.held_by == "local"
    assert alice.mistakes == []


def test_a_hold_that_is_heard_and_never_answered_is_taken_back(world, alice, dave):
    answered(alice, dave)
    promise = alice.ask("hold")
    dave.reply(100)
    world.wind(40)
    assert dave.words()[-1] == "CANCEL" and not promise.settled
    dave.reply(200, to="CANCEL")
    world.wind(40)
    assert (promise.error.code, promise.error.sip_code) == ("media_failed", 487)
    assert alice.call.state == "active" and not alice.desk.snapshot.calls[0].changing
    promise = alice.ask("hold")
    dave.reply(200, sdp=description(direction="recvonly"))
    assert promise.value.held_by == "local"


@pytest.mark.rfc("3261 §14.2", "a re-INVITE without an offer gets ours")
def test_an_offerless_change_gets_our_offer_and_the_answer_counts(alice, dave):
    answered(alice, dave)
    dave.inside("INVITE")
    assert "a=setup:actpass" in dave.last(200).body.decode()
    dave.inside("ACK", sdp=description(direction="sendonly"))
    assert alice.call.held_by == "remote"
    assert described(alice) == [do.Offer.ANSWER, do.Offer.ANSWER]


def test_an_offerless_change_never_answered_leaves_the_call_free_to_change(alice, dave):
    answered(alice, dave)
    dave.inside("INVITE")
    dave.inside("ACK")
    assert do.Rollback(call=alice.call.id) in alice.actions
    promise = alice.ask("hold")
    dave.reply(200, sdp=description(direction="recvonly"))
    assert promise.value.held_by == "local"


def test_an_unreadable_change_is_refused(alice, dave):
    answered(alice, dave)
    dave.inside("INVITE", sdp="nonsense")
    assert dave.words()[-1] == "488"
    assert alice.call.state == "active" and alice.mistakes == []


def test_a_change_our_browser_refuses_is_refused_and_then_ours_may_go(alice, dave):
    answered(alice, dave)
    alice.media_fault = ("media_failed", "No way.")
    dave.inside("INVITE", sdp=description(setup="actpass"))
    assert dave.words()[-1] == "488"
    alice.media_fault = None
    alice.ask("hold")
    assert dave.words()[-1] == "INVITE"


def test_a_change_that_comes_while_ours_is_made_meets_491(alice, dave):
    answered(alice, dave)
    alice.slow_media = True
    alice.ask("hold")
    dave.inside("INVITE", sdp=description(setup="actpass"))
    assert dave.words()[-1] == "491"
    alice.media_arrives()
    assert dave.words()[-1] == "INVITE"


@pytest.mark.parametrize("fault", [None, ("media_failed", "No.")])
@pytest.mark.parametrize("offer", [True, False])
def test_a_change_taken_back_before_it_was_answered_leaves_no_trace(alice, dave, offer, fault):
    answered(alice, dave)
    alice.media_fault = fault
    alice.slow_media = True
    sdp = description(setup="actpass", direction="sendonly") if offer else ""
    dave.inside("INVITE", sdp=sdp)
    invite = alice.received[-1]
    cancel = bytes(cancel_of(parse(invite.data)))
    alice.happens(on.Received(socket=invite.socket, data=cancel))
    assert dave.words()[-1] == "487"
    alice.slow_media, alice.media_fault = False, None
    alice.media_arrives()
    assert alice.mistakes == [] and alice.call.held_by is None
    alice.ask("hold")
    assert dave.words()[-1] == "INVITE"


def test_an_answer_our_browser_refuses_ends_the_call_in_words(alice, dave):
    answered(alice, dave)
    alice.happens(on.MediaFailed(call=alice.call.id, code="media_failed", text="No DTLS."))
    record = only_record(alice)
    assert record["explanation"] == "No DTLS."
    assert dave.words()[-1] == "BYE"


@pytest.mark.rfc("8839 §4.4.1.1.1", "a path that fails is sought anew by an ICE restart")
def test_a_network_path_that_fails_is_sought_anew(alice, dave):
    answered(alice, dave)
    id = alice.call.id
    alice.happens(on.MediaChanged(call=id, state="disconnected"))
    assert alice.desk.snapshot.calls[0].unstable and dave.words()[-1] == "ACK"
    alice.happens(on.MediaChanged(call=id, state="failed"))
    [offer] = [each for each in alice.actions if isinstance(each, do.Reoffer)]
    assert offer.restart and dave.words()[-1] == "INVITE"
    dave.reply(200, sdp=description())
    alice.happens(on.MediaChanged(call=id, state="connected"))
    assert not alice.desk.snapshot.calls[0].unstable
    alice.happens(on.QualityMeasured(call=id, stats={"whole": {"mos": 4.2}}))
    dave.inside("BYE")
    assert only_record(alice)["quality"]["mos"] == 4.2


def test_a_hold_while_a_new_path_is_sought_waits_its_turn(alice, dave):
    answered(alice, dave)
    alice.happens(on.MediaChanged(call=alice.call.id, state="failed"))
    promise = alice.ask("hold")
    dave.reply(200, sdp=description())
    assert not promise.settled
    dave.reply(200, sdp=description(direction="recvonly"))
    assert promise.value.held_by == "local"


def test_our_media_fails_in_the_middle_of_a_hold(alice, dave):
    answered(alice, dave)
    alice.media_fault = ("media_failed", "Not now.")
    assert alice.ask("hold").error.message == "Not now."
    assert alice.call.state == "active"


# --- Calls that come in ---


def test_an_offerless_invite_is_answered_with_an_offer(alice, dave):
    dave.call("alice")
    assert alice.tone is do.Tone.RINGTONE
    promise = alice.ask("answer")
    assert promise.value.state == "active"
    assert "a=setup:actpass" in dave.last(200).body.decode()
    dave.ack(sdp=description())
    assert described(alice) == [do.Offer.ANSWER] and alice.call.codec == "opus"
    dave.inside("BYE")
    assert only_record(alice)["endedBy"] == "remote"


def test_an_offerless_invite_without_an_answer_in_its_ack_ends_in_words(alice, dave):
    dave.call("alice")
    alice.ask("answer")
    dave.ack()
    record = only_record(alice)
    assert "without a session description" in record["explanation"]
    assert dave.words()[-1] == "BYE"


def test_a_lost_ack_ends_the_call_after_a_while(world, alice, dave):
    dave.call("alice", sdp=description(setup="actpass"))
    alice.ask("answer")
    alice.ask("hold")  # no change before the ACK (RFC 3261 §14.1)
    world.wind(40)
    record = only_record(alice)
    assert (record["endedBy"], record["disposition"]) == ("system", "answered")
    assert record["explanation"] == "The connection to the other side was lost."
    assert dave.words()[-1] == "BYE"


def test_a_hold_right_after_the_answer_waits_for_the_ack(world, alice, dave):
    dave.call("alice", sdp=description(setup="actpass"))
    alice.ask("answer")
    promise = alice.ask("hold")
    assert dave.words()[-1] == "200"
    dave.ack()
    world.wind(1)
    dave.reply(200, sdp=description(direction="recvonly"))
    assert promise.value.held_by == "local"


def test_an_offer_that_no_browser_takes_is_refused_at_once(alice, dave):
    dave.call(
        "alice",
        sdp=description()
        .replace("UDP/TLS/RTP/SAVPF", "RTP/AVP")
        .replace("a=fingerprint", "a=x-fingerprint"),
    )
    assert dave.words()[-1] == "488"
    assert "DTLS-SRTP" in dave.last(488).headers.get("Warning")
    record = only_record(alice)
    assert (record["disposition"], record["endedBy"]) == ("failed", "system")
    assert alice.told("ringingin") == []


def test_an_answer_our_browser_cannot_make_refuses_the_call_and_says_why(alice, dave):
    dave.call("alice", sdp=description(setup="actpass"))
    alice.media_fault = ("media_failed", "No codec.")
    promise = alice.ask("answer")
    assert (promise.error.code, promise.error.message) == ("media_failed", "No codec.")
    assert dave.last(488).headers.get("Warning") == '399 webphone "No codec."'
    assert only_record(alice)["disposition"] == "failed"


def test_the_caller_cancels_with_the_news_that_another_phone_answered(alice, dave):
    dave.call("alice", sdp=description(setup="actpass"))
    dave.cancel('Reason: SIP;cause=200;text="Call completed elsewhere"')
    assert only_record(alice)["disposition"] == "answered-elsewhere"


def test_who_calls_is_told_with_all_that_the_invite_says(alice, dave):
    dave.call(
        "alice",
        "Alert-Info: <urn:alert:source:external>",
        "P-Asserted-Identity: <sip:+15551000;verstat=TN-Validation-Passed@one.example>",
        'Diversion: "Desk" <sip:200@one.example>;reason=no-answer',
        sdp=description(setup="actpass"),
    )
    [told] = alice.told("ringingin")
    assert told["alertInfo"] == "<urn:alert:source:external>"
    assert told["forwardedFrom"]["displayName"] == "Desk"
    assert told["from"]["number"] == "+15551000"


def test_unreadable_headers_of_a_caller_are_passed_over(alice, dave):
    dave.call(
        "alice", "P-Asserted-Identity: <<", "Diversion: ???", sdp=description(setup="actpass")
    )
    [told] = alice.told("ringingin")
    assert told["verstat"] is None and told["forwardedFrom"] is None
    assert alice.mistakes == []


def test_a_verified_caller_is_told_as_such(alice, dave):
    identity = "P-Asserted-Identity: <sip:1@one.example;verstat=TN-Validation-Passed>"
    dave.call("alice", identity, sdp=description(setup="actpass"))
    assert alice.told("ringingin")[0]["verstat"] == "passed"


def test_news_of_calls_that_are_over_changes_nothing(alice, dave):
    answered(alice, dave)
    id = alice.call.id
    alice.ask("hangup")
    before = len(alice.actions)
    for late in (
        on.MediaReady(call=id, kind=do.Offer.ANSWER, sdp=description()),
        on.MediaFailed(call=id, code="media_failed"),
        on.MediaChanged(call=id, state="failed"),
        on.QualityMeasured(call=id, stats={}),
        on.ToneSent(call=id, tone="1"),
        on.Permitted(ask=999, allowed=True),
    ):
        alice.happens(late)
    assert len(alice.actions) == before and alice.mistakes == []


# --- Reasons and waits (RFC 3326, RFC 3261 §20.33) ------------------------------------------------


def test_a_caller_hears_when_to_call_again(alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(486, "Retry-After: 120 (in a meeting);duration=600")
    assert only_record(alice)["explanation"] == "The line is busy. Call again in 2 minutes."


def test_a_call_taken_back_since_the_sound_failed_says_so_to_the_other_side(alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(180)
    alice.happens(on.MediaFailed(call=alice.call.id, code="media_failed", text="no codec"))
    reason = dave.last("CANCEL").headers.get("Reason")
    assert reason.startswith('SIP;cause=487;text="') and "no codec" in reason


def test_the_reason_of_a_bye_is_kept_in_the_record(alice, dave):
    answered(alice, dave)
    dave.inside("BYE", 'Reason: Q.850;cause=38;text="network out of order"')
    assert only_record(alice)["q850"] == 38


@pytest.mark.parametrize("seconds", [0, 600])
def test_the_setting_says_whether_a_call_asks_for_a_session_timer(world, dave, seconds):
    alice = world.registered("alice", session_expires=seconds)
    alice.ask("makeCall", "dave")
    said = dave.last("INVITE").headers.get("Session-Expires")
    assert said == (str(seconds) if seconds else None)


def test_a_hold_is_done_when_the_browser_has_taken_the_answer(world, alice, dave):
    answered(alice, dave)
    alice.takes_answers = False
    promise = alice.ask("hold")
    dave.reply(200, sdp=description(direction="recvonly"))
    assert not promise.settled
    alice.happens(on.AnswerTaken(call=alice.call.id))
    assert promise.value.held_by == "local"


def test_a_hold_whose_answer_the_browser_refuses_is_rejected_and_undone(world, alice, dave):
    answered(alice, dave)
    alice.takes_answers = False
    promise = alice.ask("hold")
    dave.reply(200, sdp=description(direction="recvonly"))
    failed = on.MediaFailed(call=alice.call.id, code="media_failed", text="Not this one.")
    alice.happens(failed)
    assert promise.error.code == "media_failed" and "Not this one." in promise.error.message
    assert alice.call.state == "active" and alice.call.held_by is None
    # The other side, which has taken the hold, is told that it is over.
    assert "a=sendrecv" in dave.last("INVITE").body.decode()


def test_a_browser_that_says_nothing_of_the_answer_is_not_waited_for_for_ever(world, alice, dave):
    answered(alice, dave)
    alice.takes_answers = False
    promise = alice.ask("hold")
    dave.reply(200, sdp=description(direction="recvonly"))
    world.wind(9)
    assert not promise.settled
    world.wind(2)
    assert promise.value.held_by == "local"
