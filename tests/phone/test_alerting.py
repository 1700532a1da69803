"""Callers who ask to be announced in a way of their own, or to be answered by the phone itself."""

import pytest

from phone.stage import description
from webphone.phone import actions as do
from webphone.phone.call.alerting import TONE
from webphone.phone.tones import KEYS, SIGNALS, score

OFFER = description(setup="actpass")
AT_ONCE = "Call-Info: <sip:one.example>;answer-after=0"


def rung(dave, *headers):
    dave.call("alice", *headers, sdp=OFFER)


def beeps(alice):
    return [action.key for action in alice.actions if isinstance(action, do.PlayKey)]


@pytest.mark.rfc("7462 §7", "urn:alert is read: source and priority choose a ring")
@pytest.mark.parametrize(
    ("header", "tone"),
    [
        ("Alert-Info: <urn:alert:source:internal>", do.Tone.RINGTONE_INTERNAL),
        ("Alert-Info: <http://x.example>;info=alert-internal", do.Tone.RINGTONE_INTERNAL),
        ("Alert-Info: Bellcore-dr3", do.Tone.RINGTONE_PRIORITY),
        ("Alert-Info: <urn:alert:priority:high>", do.Tone.RINGTONE_PRIORITY),
        ("Alert-Info: <urn:alert:source:external>", do.Tone.RINGTONE),
        ("Alert-Info: <<<", do.Tone.RINGTONE),
        ("Call-Info: <sip:one.example>;answer-after=0", do.Tone.RINGTONE),
        ("Subject: none", do.Tone.RINGTONE),
    ],
)
def test_a_caller_may_ask_for_a_ring_but_not_for_an_answer(alice, dave, header, tone):
    rung(dave, header)
    assert alice.tone is tone and alice.call.state == "ringing"


def test_each_ring_sounds_another_way():
    rings = [score(tone) for tone in do.RINGING_TONES]
    assert len({(ring.length, len(ring.notes)) for ring in rings}) == 3
    assert SIGNALS["ANSWER"].frequencies[0] not in {
        pitch for key in KEYS.values() for pitch in key.frequencies
    }


def test_during_a_call_it_knocks_whatever_ring_is_asked_for(alice, bob, dave):
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    rung(dave, "Alert-Info: <urn:alert:priority:high>")
    assert alice.tone is do.Tone.WAITING


@pytest.mark.parametrize(
    "header",
    [
        AT_ONCE,
        'Call-Info: <sip:x>; Answer-After = "0"',
        "Alert-Info: <http://x.example>;info=alert-autoanswer",
        "Alert-Info: Ring Answer",
        "Alert-Info: <http://x.example>;answer-after=0",
    ],
)
def test_where_auto_answer_allows_it_a_tone_is_heard_and_then_the_caller(
    world, alice, dave, header
):
    alice.ask("setConfig", {"autoAnswer": True})
    rung(dave, header)
    assert beeps(alice) == ["ANSWER"] and alice.tone is None
    assert alice.call.state == "ringing"
    world.wind(TONE + 0.1)
    assert dave.last(200)
    dave.ack()
    assert alice.call.state == "active"
    world.wind(100)
    assert beeps(alice) == ["ANSWER"]


def test_it_rings_for_as_long_as_the_caller_says(world, alice, dave):
    alice.ask("setConfig", {"autoAnswer": True})
    rung(dave, "Call-Info: <sip:x>;answer-after=5")
    world.wind(4.5)
    assert alice.tone is do.Tone.RINGTONE and beeps(alice) == []
    world.wind(1.5)
    assert dave.last(200) and beeps(alice) == ["ANSWER"]


@pytest.mark.parametrize("after", ["61", "9999", "x", "-1"])
def test_a_time_that_makes_no_sense_is_none(alice, dave, after):
    alice.ask("setConfig", {"autoAnswer": True})
    rung(dave, f"Call-Info: <sip:x>;answer-after={after}")
    assert dave.last(200) and beeps(alice) == []


def test_whoever_answers_first_by_hand_hears_no_tone_later(world, alice, dave):
    alice.ask("setConfig", {"autoAnswer": True})
    rung(dave, "Call-Info: <sip:x>;answer-after=5")
    alice.ask("answer")
    dave.ack()
    world.wind(10)
    assert alice.call.state == "active" and beeps(alice) == []


def test_no_call_is_answered_by_itself_beside_another(world, alice, bob, dave):
    alice.ask("setConfig", {"autoAnswer": True})
    rung(dave, AT_ONCE)
    bob.ask("makeCall", "alice")
    world.wind(TONE + 0.1)
    assert [call.state for call in alice.calls] == ["ringing", "ringing"]
    assert alice.tone is do.Tone.RINGTONE


def test_a_caller_who_gives_up_during_the_tone_is_not_answered(world, alice, dave):
    alice.ask("setConfig", {"autoAnswer": True})
    rung(dave, AT_ONCE)
    dave.cancel()
    world.wind(TONE + 0.1)
    assert alice.calls == [] and alice.mistakes == []


def test_news_of_a_call_that_waits_to_be_answered_change_nothing_of_that(world, alice, dave):
    alice.ask("setConfig", {"autoAnswer": True})
    rung(dave, "Call-Info: <sip:x>;answer-after=5")
    dave.inside("UPDATE")
    world.wind(6)
    assert dave.last(200)
