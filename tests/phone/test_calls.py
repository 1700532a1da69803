"""Whole calls between whole phones: what each person hears, sees and keeps."""

import pytest

from phone.stage import SERVER
from webphone.contract import WebPhoneError
from webphone.phone import actions as do
from webphone.phone import happenings as on


def talk(alice, bob):
    """Alice calls Bob and he answers."""
    assert alice.ask("makeCall", "bob").value
    assert bob.ask("answer").value
    assert alice.call.state == bob.call.state == "active"


def test_the_right_password_registers(world):
    alice = world.registered("alice")
    [detail] = alice.told("registered")
    assert detail["server"] == SERVER
    assert detail["aor"] == "sip:alice@one.example"
    assert alice.desk.snapshot.state == "registered"


def test_the_wrong_password_is_said_in_words_and_hardly_tried_again(world):
    alice = world.phone("alice", password="wrong")
    promise = alice.ask("register")
    assert promise.error.code == "auth_failed"
    assert alice.desk.snapshot.state == "failed"
    sent = len(world.wire)
    for seconds, tries in ((59, 0), (2, 1), (298, 1), (3, 2), (900, 3), (1800, 4), (1800, 5)):
        world.wind(seconds)
        registers = [data for _, data in world.wire[sent:] if data.startswith(b"REGISTER")]
        assert len([data for data in registers if b"Authorization" in data]) == tries


def test_a_missing_password_is_not_called_a_wrong_one(world):
    alice = world.phone("alice", password="")
    error = alice.ask("register").error
    assert error.code == "auth_failed"
    assert "none is set" in error.message
    assert alice.desk.snapshot.error.hint == "Set password."


@pytest.mark.parametrize(
    "host", ["sip.example.com", "https://sip.example.com", "ws://sip.example.com"]
)
def test_a_wrong_setting_is_said_on_the_screen_and_on_the_console(world, host):
    alice = world.phone("alice")
    with pytest.raises(WebPhoneError) as wrong:
        alice.desk.config.changed({"host": host})
    alice.happens(on.SettingRefused(error=wrong.value))
    assert alice.desk.snapshot.error == wrong.value
    assert alice.told("error") == [wrong.value]
    notes = [
        each.text for each in alice.actions if each.__class__ is do.Note and each.level == "error"
    ]
    assert notes == [f"{wrong.value.message} {wrong.value.hint}"]


def test_no_secret_is_ever_written_plainly(world):
    alice = world.phone("alice", password="wr0ng-Secret!")
    alice.ask("register")
    assert all(b"wr0ng-Secret!" not in data for _, data in world.wire)
    seen = [repr(alice.actions), repr(alice.events), repr(alice.desk.config), repr(alice.desk)]
    assert all("wr0ng-Secret!" not in text for text in seen)


def test_a_call_rings_at_both_ends_and_is_answered(alice, bob):
    promise = alice.ask("makeCall", "bob")
    assert promise.value.direction == "outgoing"
    assert promise.value.state == "dialling"
    assert alice.call.state == "ringing"
    assert alice.tone is do.Tone.RINGBACK
    assert bob.tone is do.Tone.RINGTONE
    [ringing] = bob.told("ringingin")
    assert ringing["from"]["number"] == "alice"
    assert alice.told("ringingout")[0]["stage"] == "ringing"
    bob.ask("answer")
    assert alice.tone is None and bob.tone is None
    assert alice.told("answer")[0]["answeredBy"] == "remote"
    assert bob.told("answer")[0]["answeredBy"] == "local"
    assert alice.call.codec == "opus"


@pytest.mark.parametrize("who", ["caller", "callee"])
def test_either_side_hangs_up_and_each_keeps_one_record(world, alice, bob, who):
    talk(alice, bob)
    world.wind(12)
    first, second = (alice, bob) if who == "caller" else (bob, alice)
    assert first.ask("hangup").settled
    assert alice.calls == bob.calls == []
    [mine], [theirs] = first.told("end"), second.told("end")
    assert mine["disposition"] == theirs["disposition"] == "answered"
    assert mine["endedBy"] == "local" and theirs["endedBy"] == "remote"
    assert mine["talkSeconds"] == pytest.approx(12, abs=0.1)
    assert mine["callId"] == theirs["callId"]
    assert mine["sipCode"] == 200


def test_a_caller_who_gives_up_leaves_a_missed_call(world, alice, bob):
    alice.ask("makeCall", "bob")
    world.wind(5)
    alice.ask("hangup")
    assert alice.told("end")[0]["disposition"] == "cancelled"
    assert alice.told("end")[0]["sipCode"] == 487
    assert bob.told("end")[0]["disposition"] == "missed"
    assert bob.tone is None


def test_a_refused_call_is_busy_for_the_caller(alice, bob):
    alice.ask("makeCall", "bob")
    bob.ask("reject")
    assert bob.told("end")[0]["disposition"] == "rejected"
    [record] = alice.told("end")
    assert record["disposition"] == "busy"
    assert record["sipCode"] == 486
    assert alice.tone is do.Tone.BUSY


def test_the_busy_tone_stops_by_itself(world, alice, bob):
    alice.ask("makeCall", "bob")
    bob.ask("reject")
    world.wind(10)
    assert alice.tone is None
    assert alice.desk.snapshot.farewell is None


def test_how_a_call_ended_stays_on_the_screen_while_a_person_is_there(world, alice, bob):
    alice.happens(on.FarewellAttended(there=True))  # when nothing has ended yet
    alice.ask("makeCall", "bob")
    bob.ask("reject")
    world.wind(4)
    alice.happens(on.FarewellAttended(there=True))
    world.wind(600)
    assert alice.machine.snapshot.farewell is not None
    alice.happens(on.FarewellAttended(there=False))
    world.wind(4)
    assert alice.machine.snapshot.farewell is not None
    world.wind(2)
    assert alice.machine.snapshot.farewell is None


def test_nobody_at_that_number_is_said_in_words(alice):
    alice.ask("makeCall", "nobody")
    [record] = alice.told("end")
    assert record["disposition"] == "failed"
    assert record["sipCode"] == 404
    assert record["explanation"] == "There is nobody at that number. Check the number."


def test_hold_follows_the_answer_and_is_told_at_both_ends(world, alice, bob):
    talk(alice, bob)
    assert alice.ask("hold").value.state == "held"
    assert alice.call.held_by == "local" and bob.call.held_by == "remote"
    assert alice.told("hold")[0]["by"] == "local" and bob.told("hold")[0]["by"] == "remote"
    assert list(alice.media.values()) == ["sendonly"] and list(bob.media.values()) == ["recvonly"]
    world.wind(7)
    assert alice.ask("hold").value.state == "active"
    assert alice.call.held_by is None and bob.call.held_by is None
    alice.ask("hangup")
    assert alice.told("end")[0]["holdSeconds"] == pytest.approx(7, abs=0.1)


def test_both_can_hold_and_each_resumes_its_own(alice, bob):
    talk(alice, bob)
    alice.ask("hold")
    bob.ask("hold")
    assert alice.call.held_by == bob.call.held_by == "both"
    alice.ask("resume")
    assert alice.call.held_by == "remote" and bob.call.held_by == "local"
    bob.ask("resume")
    assert alice.call.held_by is None and bob.call.held_by is None


def test_hold_may_be_repeated_by_id(alice, bob):
    talk(alice, bob)
    id = alice.call.id
    assert alice.ask("hold", id).value.held_by == "local"
    assert alice.ask("hold", id).value.held_by == "local"
    assert len(alice.told("hold")) == 1


def test_a_refused_hold_leaves_the_call_as_it_was(alice, bob):
    talk(alice, bob)
    bob.media_fault = ("media_failed", "No way.")
    promise = alice.ask("hold")
    assert promise.error.code == "media_failed"
    assert promise.error.sip_code == 488
    assert alice.call.state == "active"
    assert alice.told("hold") == bob.told("hold") == []
    assert do.Rollback(call=alice.call.id) in alice.actions


def test_two_holds_that_cross_both_succeed_in_the_end(world, alice, bob):
    talk(alice, bob)
    alice.slow_media = bob.slow_media = True
    mine, theirs = alice.ask("hold"), bob.ask("hold")
    alice.slow_media = bob.slow_media = False
    alice.media_arrives()
    bob.media_arrives()
    world.wind(30)
    assert mine.settled and theirs.settled
    assert alice.call.held_by == bob.call.held_by == "both"


def test_a_refused_microphone_keeps_the_call_from_going_out(world, alice):
    alice.media_fault = ("mic_denied", "")
    promise = alice.ask("makeCall", "bob")
    assert promise.error.code == "mic_denied"
    assert alice.calls == [] and alice.told("end") == []
    assert not any(data.startswith(b"INVITE") for _, data in world.wire)


def test_a_refused_microphone_leaves_the_incoming_call_ringing(alice, bob):
    alice.ask("makeCall", "bob")
    bob.media_fault = ("mic_denied", "")
    assert bob.ask("answer").error.code == "mic_denied"
    assert bob.call.state == "ringing" and bob.tone is do.Tone.RINGTONE
    bob.media_fault = None
    assert bob.ask("answer").value.state == "active"
    assert alice.call.state == "active"


def test_hanging_up_before_the_microphone_is_there_sends_nothing(world, alice):
    alice.slow_media = True
    promise = alice.ask("makeCall", "bob")
    alice.ask("hangup")
    alice.media_arrives()
    assert promise.error.code == "cancelled"
    assert not any(data.startswith(b"INVITE") for _, data in world.wire)


def test_the_caller_gives_up_while_the_microphone_is_asked_for(alice, bob):
    alice.ask("makeCall", "bob")
    bob.slow_media = True
    promise = bob.ask("answer")
    alice.ask("hangup")
    bob.media_arrives()
    assert promise.error.code == "no_call"
    assert bob.calls == [] and len(bob.told("end")) == 1


def test_a_page_can_prevent_a_call_and_the_ringing(alice, bob):
    alice.prevented.add("beforedial")
    assert alice.ask("makeCall", "bob").error.code == "cancelled"
    alice.prevented.clear()
    bob.prevented.add("ringingin")
    alice.ask("makeCall", "bob")
    assert bob.tone is None
    assert bob.ask("answer").value.state == "active"


def test_mute_toggles_and_says_what_it_means(alice, bob):
    talk(alice, bob)
    assert alice.ask("mute").value is True
    assert alice.ask("mute", True).value is True
    assert alice.call.muted
    assert alice.ask("unmute").value is False
    assert [len(alice.told("mute")), len(alice.told("unmute"))] == [1, 1]


def typed(alice, number):
    alice.happens(on.NumberTyped(number=number))


def test_a_typed_number_makes_room_for_the_next_once_its_call_is_out(alice, bob):
    typed(alice, " bob ")
    alice.press("makeCall", "bob")
    assert alice.desk.snapshot.number == ""
    assert [detail["number"] for detail in alice.told("numberchange")] == [" bob ", ""]


def test_a_typed_number_stays_while_its_call_is_not_out(alice, bob):
    alice.media_fault = ("mic_denied", "")
    typed(alice, "bob")
    alice.press("makeCall", "bob")
    assert alice.desk.snapshot.error.code == "mic_denied"
    assert alice.desk.snapshot.number == "bob"


def test_a_call_of_the_page_leaves_what_is_typed_alone(alice, bob):
    typed(alice, "55")
    alice.ask("makeCall", "bob")
    assert alice.desk.snapshot.number == "55"


def test_after_a_call_the_number_is_again_what_the_page_said(alice, bob):
    alice.ask("setConfig", {"dial": "100"})
    typed(alice, "bob")
    alice.press("makeCall", "bob")
    assert alice.desk.snapshot.number == "100"


def test_digits_type_when_idle_and_sound_in_a_call(alice, bob):
    for key in "bob"[:0] + "12#":
        alice.ask("dialpadPress", key)
    assert alice.desk.snapshot.number == "12#"
    assert [detail["number"] for detail in alice.told("numberchange")] == ["1", "12", "12#"]
    talk(alice, bob)
    alice.ask("dialpadPress", "5")
    assert alice.told("dtmf")[0]["tone"] == "5"
    assert alice.desk.snapshot.number == "12#"


def test_digits_by_info_reach_the_other_side(alice, bob):
    talk(alice, bob)
    assert alice.ask("sendDtmf", "12#", {"method": "info"}).settled
    assert [detail["tone"] for detail in bob.told("dtmf")] == ["1", "2", "#"]
    assert [detail["tone"] for detail in alice.told("dtmf")] == ["1", "2", "#"]


def test_a_second_call_holds_the_first_and_swap_swaps(world, alice, bob):
    carol = world.registered("carol")
    talk(alice, bob)
    alice.ask("makeCall", "carol")
    carol.ask("answer")
    first, second = alice.calls
    assert first.held_by == "local" and second.held_by is None
    assert alice.desk.snapshot.active == second.id
    assert alice.ask("swap").settled
    first, second = alice.calls
    assert first.held_by is None and second.held_by == "local"
    assert alice.desk.snapshot.active == first.id
    alice.ask("hangupAll")
    assert len(alice.told("end")) == 2


def test_a_second_caller_waits_and_can_be_answered(world, alice, bob):
    carol = world.registered("carol")
    talk(alice, bob)
    carol.ask("makeCall", "alice")
    assert alice.tone is do.Tone.WAITING
    assert alice.ask("answer").value.from_.number == "carol"
    assert bob.call.held_by == "remote"


def test_call_waiting_off_is_busy_for_the_second_caller(world, alice, bob):
    carol = world.registered("carol")
    alice.ask("setConfig", {"callWaiting": "off"})
    talk(alice, bob)
    carol.ask("makeCall", "alice")
    assert carol.told("end")[0]["disposition"] == "busy"
    assert alice.call.state == "active"


def test_do_not_disturb_is_busy_for_the_caller(alice, bob):
    bob.ask("setConfig", {"dnd": True})
    alice.ask("makeCall", "bob")
    assert alice.told("end")[0]["disposition"] == "busy"
    assert bob.told("end")[0]["disposition"] == "rejected"
    assert bob.tone is None


def test_auto_answer_answers(alice, bob):
    bob.ask("setConfig", {"autoAnswer": True})
    alice.ask("makeCall", "bob")
    assert alice.call.state == bob.call.state == "active"


def test_leaving_the_page_says_goodbye(alice, bob):
    talk(alice, bob)
    alice.happens(on.Leaving())
    assert bob.told("end")[0]["endedBy"] == "remote"
    assert bob.calls == []


def test_a_page_that_comes_back_is_registered_again(world, alice):
    alice.happens(on.Leaving())
    assert alice.desk.snapshot.state == "offline"
    alice.happens(on.Woken())
    assert alice.desk.snapshot.state == "registered"


def test_wrong_settings_change_nothing(alice, bob):
    talk(alice, bob)
    before = alice.desk.config
    assert alice.ask("setConfig", {"host": "http://x"}).error.code == "invalid_config"
    assert alice.ask("setConfig", {"cli": "1\r\nX-Evil: 1"}).error.code == "invalid_config"
    assert alice.desk.config == before
    assert alice.call.state == "active"


@pytest.mark.parametrize("target", ["", "a b\r\nc", "<sip:x@y>", "x" * 10_000, "sip:", "sip:@x"])
def test_a_bad_number_is_named_and_nothing_goes_out(world, alice, target):
    sent = len(world.wire)
    assert alice.ask("makeCall", target).error.code == "invalid_number"
    assert len(world.wire) == sent
    assert alice.mistakes == []


def test_headers_of_a_page_cannot_break_out(world, alice):
    promise = alice.ask("makeCall", "bob", {"headers": {"X-A": "1\r\nX-Evil: 2"}})
    assert promise.error.code == "invalid_config"
    assert not any(b"X-Evil" in data for _, data in world.wire)


def test_markup_in_a_name_stays_text(world, alice, bob):
    alice.ask("setConfig", {"displayName": '<b>"A\\'})
    alice.ask("makeCall", "bob")
    assert bob.told("ringingin")[0]["displayName"] == '<b>"A\\'
