"""Digits in a call: which are taken, how they go out, and what comes in."""

import pytest

from phone.stage import description
from webphone.contract import DialpadPress, SendDtmf
from webphone.phone import actions as do
from webphone.phone import happenings as on


def answered(alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(200, sdp=description().replace("a=rtpmap:110 telephone-event/48000\r\n", ""))


def infos(dave):
    return [one.body.decode() for one in dave.heard if getattr(one, "method", "") == "INFO"]


def test_digits_go_in_the_sound_where_both_can(alice, world):
    bob = world.registered("bob")
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    assert alice.ask("sendDtmf", "1d,#", {"duration": 200, "gap": 80}).settled
    [sent] = [each for each in alice.actions if isinstance(each, do.SendTones)]
    assert (sent.tones, sent.duration, sent.gap) == ("1D,#", 200, 80)
    assert alice.desk.snapshot.calls[0].digits == "1D#"


def test_digits_go_by_info_one_after_the_other_where_the_other_side_has_no_events(alice, dave):
    answered(alice, dave)
    alice.ask("sendDtmf", "12")
    alice.ask("sendDtmf", "D")
    assert infos(dave) == ["Signal=1\r\nDuration=160\r\n"]
    dave.reply(200, to="INFO")
    dave.reply(200, to="INFO")
    dave.reply(200, to="INFO")
    assert [body[7] for body in infos(dave)] == ["1", "2", "D"]
    assert [told["tone"] for told in alice.told("dtmf")] == ["1", "2", "D"]


def test_a_comma_is_a_pause_of_two_seconds(world, alice, dave):
    answered(alice, dave)
    alice.ask("sendDtmf", "1,,2", {"duration": 300})
    dave.reply(200, to="INFO")
    world.wind(3.9)
    assert len(infos(dave)) == 1
    world.wind(0.2)
    assert infos(dave)[1] == "Signal=2\r\nDuration=300\r\n"
    dave.reply(200, to="INFO")
    assert alice.desk.snapshot.calls[0].digits == "12"


def test_a_far_end_that_takes_no_info_is_said_in_words(alice, dave):
    answered(alice, dave)
    alice.ask("sendDtmf", "12")
    dave.reply(415, to="INFO")
    assert len(infos(dave)) == 1
    assert alice.told("error")[0].sip_code == 415
    alice.ask("sendDtmf", "3")
    assert len(infos(dave)) == 2


def test_a_far_end_that_lost_the_call_ends_it_at_the_first_digit(alice, dave):
    answered(alice, dave)
    alice.ask("sendDtmf", "12")
    dave.reply(481, to="INFO")
    assert alice.told("end")[0]["sipCode"] == 481
    assert alice.mistakes == []


@pytest.mark.parametrize("tones", ["x", "1x", "", "1\r\n2", "ä", "1" * 10_000])
def test_a_character_that_is_no_digit_is_refused_and_nothing_goes_out(alice, dave, tones):
    answered(alice, dave)
    assert alice.ask("sendDtmf", tones).error.code in ("invalid_config", "invalid_number")
    alice.happens(on.Asked(command=SendDtmf(tones="x")))
    assert alice.desk.snapshot.error.code == "invalid_number"
    assert infos(dave) == []


def test_a_way_that_does_not_exist_is_refused(alice, dave):
    answered(alice, dave)
    alice.happens(on.Asked(command=SendDtmf(tones="1", method="smoke")))
    assert "smoke" in alice.desk.snapshot.error.message


def test_digits_need_a_call_that_is_up(alice, dave):
    assert alice.ask("sendDtmf", "1").error.code == "no_call"
    alice.ask("makeCall", "dave")
    assert alice.ask("sendDtmf", "1").error.code == "no_call"


@pytest.mark.rfc("6086 §4.1", "no INFO before the answer")
def test_digits_go_into_early_media_only_in_the_sound(alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(183, sdp=description())
    assert alice.ask("sendDtmf", "1").settled
    assert [each.tones for each in alice.actions if isinstance(each, do.SendTones)] == ["1"]
    assert alice.ask("sendDtmf", "2", {"method": "info"}).error.code == "no_call"
    dave.reply(200, sdp=description())
    assert alice.ask("sendDtmf", "3", {"method": "info"}).settled
    assert [body[7] for body in infos(dave)] == ["3"]


@pytest.mark.rfc("4733 §2.3", "the octets of an event are read out of an INFO")
@pytest.mark.parametrize(
    ("kind", "body", "tone"),
    [
        ("application/dtmf-relay", "Signal=5\r\nDuration=100\r\n", "5"),
        ("application/dtmf", "#", "#"),
        ("application/dtmf", "11", "#"),
        ("application/dtmf", "Signal=A", "A"),
        ("application/vnd.nortelnetworks.digits", "p=1\r\ny=Digits\r\nd=9\r\n", "9"),
        ("audio/telephone-event", "\x0b\x0a\x03\x20", "#"),
        ("audio/telephone-event", "7", "7"),
        ("text/plain", "5", None),
        ("application/dtmf-relay", "nonsense", None),
    ],
)
def test_digits_that_come_by_info_are_told(alice, dave, kind, body, tone):
    answered(alice, dave)
    dave.inside("INFO", f"Content-Type: {kind}", sdp=body)
    told = [detail["tone"] for detail in alice.told("dtmf")]
    assert told == ([tone] if tone else [])
    assert dave.words()[-1] == "200"
    assert all(detail["by"] == "remote" for detail in alice.told("dtmf"))


def test_keys_type_when_idle_and_send_in_a_call(alice, dave):
    for key in "+12a*":
        assert alice.ask("dialpadPress", key).settled
    assert alice.desk.snapshot.number == "+12A*"
    assert [each.key for each in alice.actions if isinstance(each, do.PlayKey)] == list("+12A*")
    answered(alice, dave)
    alice.ask("dialpadPress", "d")
    alice.ask("dialpadPress", "+")
    assert [body[7] for body in infos(dave)] == ["D"]
    assert alice.desk.snapshot.number == "+12A*+"


@pytest.mark.parametrize("key", ["x", "", "12", "ß"])
def test_a_key_that_is_not_there_is_named(alice, key):
    alice.happens(on.Asked(command=DialpadPress(key=key)))
    assert alice.desk.snapshot.error.code == "invalid_number"
    assert alice.desk.snapshot.number == ""


def test_the_number_typed_is_the_number_dialled(alice, dave):
    alice.happens(on.NumberTyped(number="dave"))
    alice.happens(on.NumberTyped(number="dave"))
    assert len(alice.told("numberchange")) == 1
    alice.press("makeCall", alice.desk.snapshot.number)
    assert dave.words() == ["INVITE"]


# --- In other scripts -----------------------------------------------------------------------------


def test_keys_and_tones_of_every_script_are_digits(world, alice, bob):
    for key in "١２३":
        assert alice.ask("dialpadPress", key).error is None
    assert alice.machine.snapshot.number == "123"
    alice.ask("makeCall", "ｂｏｂ")
    bob.ask("answer")
    assert alice.ask("sendDtmf", "٤\u200f٥＃").error is None
    assert [detail["tone"] for detail in alice.told("dtmf")] == ["4", "5", "#"]
    assert alice.ask("sendDtmf", "4①").error.code == "invalid_config"
    assert [detail["tone"] for detail in alice.told("dtmf")] == ["4", "5", "#"]


def test_a_number_typed_in_another_script_is_called_as_digits(world, alice):
    alice.happens(on.NumberTyped(number="１２-\u200e٣٤"))
    alice.press("makeCall", alice.machine.snapshot.number)
    assert set(world.sent("alice", "INVITE")) == {"INVITE sip:1234@one.example SIP/2.0"}
    assert alice.machine.snapshot.number == ""


# --- On hold --------------------------------------------------------------------------------------


@pytest.mark.parametrize("direction", ["sendonly", "inactive"])
def test_digits_for_who_holds_us_go_by_info(world, alice, direction):
    dave = world.stranger("dave")
    dave.call("alice", sdp=description(setup="actpass"))
    alice.ask("answer")
    dave.ack()
    dave.inside("INVITE", sdp=description(direction=direction, setup="actpass", version="2"))
    dave.ack()
    assert alice.call.held_by == "remote"
    alice.press("dialpadPress", "5")
    assert dave.last("INFO").body.startswith(b"Signal=5")
    assert [detail["tone"] for detail in alice.told("dtmf")] == ["5"]
    dave.reply(200, to="INFO")
    refused = alice.ask("sendDtmf", "5", {"method": "rtp"}).error
    assert (refused.code, refused.message) == (
        "media_failed",
        "The call is on hold: the other side hears no digits in the sound.",
    )
    dave.inside("INVITE", sdp=description(setup="actpass", version="3"))
    dave.ack()
    assert alice.ask("sendDtmf", "6").error is None
    assert [action.tones for action in alice.actions if isinstance(action, do.SendTones)] == ["6"]


def test_digits_for_who_answers_our_hold_with_silence_go_by_info(world, alice):
    dave = world.stranger("dave")
    dave.call("alice", sdp=description(setup="actpass"))
    alice.ask("answer")
    dave.ack()
    alice.ask("hold")
    dave.reply(200, sdp=description(direction="inactive", version="2"))
    assert alice.call.held_by == "local"
    assert alice.ask("sendDtmf", "7").error is None
    assert dave.last("INFO").body.startswith(b"Signal=7")


def test_the_number_that_is_shown_to_others_is_in_digits_too(world):
    carol = world.registered("carol", cli="\u200e＋٤٤١")
    carol.ask("makeCall", "100")
    [invite] = {data for user, data in world.wire if user == "carol" and data.startswith(b"INVITE")}
    assert b"From: <sip:+441@one.example>" in invite
