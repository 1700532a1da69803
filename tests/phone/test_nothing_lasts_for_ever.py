"""Every state of a call has an end of its own, and nobody takes all the lines."""

import pytest

from phone.stage import description
from webphone.phone import actions as do
from webphone.phone import happenings as on

OFFER = description(setup="actpass")


@pytest.fixture(autouse=True)
def patient_server(monkeypatch):
    """A proxy ends what rings for three minutes; most servers are no such proxy, nor strangers."""
    monkeypatch.setattr("webphone.exchange.proxy.RING_AT_MOST", 3600.0)


def ring(world, alice, user, number=0, from_=""):
    """Somebody calls whose From is of their own choice."""
    end = world.stranger(user)
    address = from_ or f"<sip:{user}{number}@far.example>"
    end.say(
        end._request(
            "INVITE",
            "sip:alice@one.example",
            f"{address};tag=me",
            "<sip:alice@one.example>",
            1,
            (),
            (),
            OFFER,
        )
    )
    return end


# --- Coming in ------------------------------------------------------------------------------------


def test_what_nobody_answers_nor_takes_back_is_over_in_minutes(world, alice, dave):
    dave.call("alice", sdp=OFFER)
    world.wind(3 * 60)
    assert alice.tone is do.Tone.RINGTONE
    world.wind(2 * 60)
    assert alice.calls == [] and alice.tone is None and dave.words()[-1] == "480"
    [record] = alice.history
    assert (record.disposition, record.ended_by, record.sip_code) == ("missed", "system", 480)
    assert record.explanation == "Missed call."


def test_a_microphone_that_is_never_allowed_keeps_no_caller_waiting_for_ever(world, alice, dave):
    dave.call("alice", sdp=OFFER)
    alice.slow_media = True
    promise = alice.ask("answer")
    world.wind(5 * 60)
    assert alice.calls == [] and dave.words()[-1] == "480"
    assert promise.error.code == "no_call"
    alice.media_arrives()
    assert alice.calls == [] and alice.mistakes == []


def test_a_call_that_is_answered_lasts(world, alice, bob):
    bob.ask("makeCall", "alice")
    alice.ask("answer")
    for phone in (alice, bob):
        phone.happens(on.MediaChanged(call=phone.call.id, state="connected"))
        phone.happens(on.SoundCame(call=phone.call.id))
    world.wind(20 * 60)
    assert alice.call.state == bob.call.state == "active"


# --- Going out ------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [100, 180, 183])
def test_a_call_that_is_never_answered_is_taken_back_in_words(world, alice, dave, status):
    alice.ask("makeCall", "dave")
    dave.reply(status, sdp=description() if status == 183 else "")
    world.wind(4 * 60)
    assert len(alice.calls) == 1
    world.wind(2 * 60)
    assert alice.calls == [] and alice.tone is None and dave.words()[-1] == "CANCEL"
    [record] = alice.history
    assert (record.disposition, record.sip_code) == ("no-answer", 480)


def test_a_queue_that_goes_on_speaking_is_waited_for(world, alice, dave):
    alice.ask("makeCall", "dave")
    for _ in range(10):
        dave.reply(183, sdp=description())
        world.wind(2 * 60)
    assert alice.call.state == "early"


def test_a_call_whose_microphone_is_never_allowed_never_goes_out(world, alice, dave):
    alice.slow_media = True
    promise = alice.ask("makeCall", "dave")
    world.wind(3 * 60)
    assert promise.error.code == "timeout" and alice.calls == [] and alice.history == []
    alice.media_arrives()
    assert dave.words() == [] and alice.mistakes == []


# --- Lines ----------------------------------------------------------------------------------------


def test_calls_that_only_ring_take_no_line_from_a_person(world, alice, bob):
    for at in range(8):
        ring(world, alice, "eve", at)
    assert len(alice.calls) == 8
    promise = alice.ask("makeCall", "bob")
    assert promise.settled and promise.error is None
    assert len(bob.calls) == 1


def test_calls_that_were_made_or_answered_count(world, alice, bob):
    alice.ask("setConfig", {"maxCalls": 2})
    ring(world, alice, "eve")
    alice.ask("answer")
    assert alice.ask("makeCall", "bob").error is None
    assert alice.ask("makeCall", "carol").error.code == "in_call"


@pytest.mark.parametrize("number", ["eve", "+4930123"])
def test_one_caller_rings_twice_and_no_more(world, alice, number):
    from_ = f'"Eve" <sip:{number}@far.example>'
    ends = [ring(world, alice, "eve", from_=from_) for _ in range(4)]
    assert len(alice.calls) == 2
    assert [end.words()[-1] for end in ends] == ["180", "180", "486", "486"]
    alice.ask("answer")
    assert ring(world, alice, "eve", from_=f"<sip:{number}@FAR.example>").words()[-1] == "180"


@pytest.mark.parametrize(
    "from_",
    [
        '"Anonymous" <sip:anonymous@anonymous.invalid>',
        "<sip:far.example>",
        "<sip:unknown@far.example>",
        "<sip:Private@far.example>",
        "<tel:+4930123>",
        '"Queue 5" <sip:800@one.example>',
    ],
)
def test_callers_without_a_number_and_a_queue_of_ours_are_not_one_caller(world, alice, from_):
    for _ in range(4):
        ring(world, alice, "eve", from_=from_)
    assert len(alice.calls) == 4


# --- The history ----------------------------------------------------------------------------------


def test_a_caller_who_is_refused_unheard_leaves_the_last_of_the_records(world, alice, bob):
    alice.ask("setConfig", {"dnd": True})
    bob.ask("makeCall", "alice")
    for _ in range(30):
        ring(world, alice, "eve", from_='"Eve" <sip:eve@far.example>')
        world.wind(1)
    assert [record.from_.number for record in alice.history] == ["eve", "bob"]
    assert len({record["id"] for record in alice.told("end")}) == 31
    assert alice.history[0].id == alice.told("end")[-1]["id"]


def test_calls_that_rang_keep_a_record_each(world, alice):
    for _ in range(3):
        ring(world, alice, "eve", from_='"Eve" <sip:eve@far.example>')
        world.wind(1)
        alice.ask("reject")
    assert len(alice.history) == 3


def test_50_refused_callers_with_names_of_60_kb_leave_little(world, alice):
    alice.ask("setConfig", {"dnd": True})
    for at in range(50):
        ring(world, alice, "eve", from_=f'"{"n" * 60_000}" <sip:{at}-{"9" * 500}@far.example>')
    assert len(alice.history) == 50
    assert sum(len(repr(record)) for record in alice.history) < 150_000
