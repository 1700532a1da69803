"""A call is recorded: both sides know of it, and what was recorded is saved."""

import re

import pytest

from phone.stage import description
from webphone.media import Description
from webphone.media.recorded import recording, wish
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.sip import parse


@pytest.fixture
def alice(world):
    return world.registered("alice", record="ask")


def talk(alice, bob):
    alice.ask("makeCall", "bob")
    assert bob.ask("answer").done
    assert alice.call.state == bob.call.state == "active"


def called(alice, dave, *headers, line=""):
    """Dave calls, and is answered."""
    dave.call("alice", *headers, sdp=description().replace("t=0 0\r\n", f"t=0 0\r\n{line}"))
    alice.ask("answer")
    answer_of(dave)
    dave.inside("ACK")


def answer_of(dave):
    dave.answer = dave.last(200)


def shown(phone):
    (call,) = phone.machine.snapshot.calls
    return call.recording, call.recorded


def descriptions(world, who):
    """All that a phone described, the oldest first."""
    messages = [parse(data) for user, data in world.wire if user == who]
    return [each.body.decode() for each in messages if each.body]


def said(world, who):
    """What the last description of a phone says of its recording."""
    return recording(Description.parse(descriptions(world, who)[-1]))


def story(phone, by="local"):
    return [each["state"] for each in phone.told("recording") if each["by"] == by]


def begun(phone):
    return [each for each in phone.actions if isinstance(each, do.BeginRecording)]


# --- From the wish to the file --------------------------------------------------------------------


@pytest.mark.rfc("7866 §7.1.2", "each change of a recording is told by a re-INVITE")
@pytest.mark.rfc("7866 §7.3.1", "the other side's recording is shown, by its last a=record")
def test_a_recording_starts_pauses_goes_on_and_is_saved_and_both_sides_know(world, alice, bob):
    talk(alice, bob)
    assert said(world, "alice") == "" and alice.call.recorded_by is None
    assert alice.ask("startRecording").done
    assert (shown(alice), shown(bob)) == (("on", ""), ("", "on"))
    assert said(world, "alice") == "on"
    assert (alice.call.recorded_by, bob.call.recorded_by) == ("local", "remote")
    assert alice.ask("pauseRecording").value is True
    assert (shown(alice), shown(bob)) == (("paused", ""), ("", "paused"))
    assert alice.ask("pauseRecording").value is False
    assert (shown(alice), shown(bob)) == (("on", ""), ("", "on"))
    stopped = alice.ask("stopRecording")
    assert (shown(alice), shown(bob)) == (("", ""), ("", "off"))
    assert stopped.done and [stopped.value in name for name in alice.files] == [True]
    assert alice.call.recorded_by is None and bob.call.recorded_by is None
    assert story(alice) == ["started", "paused", "resumed", "ended"]
    assert story(bob, "remote") == ["started", "paused", "resumed", "ended"]
    last = alice.told("recording")[-1]
    assert (last["file"], last["recordingId"]) == (alice.files[0], stopped.value)
    assert bob.told("recording")[-1]["recordingId"] is None


def test_the_file_is_named_by_date_number_and_the_recordings_id(alice, bob):
    talk(alice, bob)
    alice.ask("startRecording")
    recorded = alice.ask("stopRecording").value
    assert alice.files == [f"2023-11-14_22-13-20Z_bob_{recorded}.webm"]
    alice.ask("hangup")
    assert alice.history[0].recording_id == recorded


def test_a_file_is_bounded_and_its_name_takes_no_mark_of_a_stranger(world, alice, dave):
    name = "..%2f..%00etc%2f" + "1234567890" * 9
    called(alice, dave, f'P-Asserted-Identity: "x" <sip:{name}@one.example>')
    alice.ask("startRecording")
    (asked,) = begun(alice)
    assert re.fullmatch(r"[0-9A-Za-z+_-]{1,90}", asked.file), asked.file
    assert (asked.seconds, asked.octets) == (14_400, 268_435_456)


def test_pause_and_go_on_say_what_they_mean_and_may_be_repeated(alice, bob):
    talk(alice, bob)
    alice.ask("startRecording")
    for wanted in (True, True, False, False):
        assert alice.ask("pauseRecording", wanted).value is wanted
    alice.ask("pauseRecording", True)
    assert alice.ask("startRecording").done  # which goes on, too
    assert alice.ask("startRecording").done
    assert story(alice) == ["started", "paused", "resumed", "paused", "resumed"]
    assert len(begun(alice)) == 1


def test_one_file_follows_the_other(alice, bob):
    talk(alice, bob)
    ids = set()
    for _ in range(2):
        alice.ask("startRecording")
        ids.add(alice.ask("stopRecording").value)
    assert len(ids) == len(set(alice.files)) == 2


# --- However the call ends ------------------------------------------------------------------------


def hung_up(world, alice, bob):
    alice.ask("hangup")


def left_by_them(world, alice, bob):
    bob.ask("hangup")


def left_by_the_page(world, alice, bob):
    alice.happens(on.Leaving())


@pytest.mark.parametrize("end", [hung_up, left_by_them, left_by_the_page])
@pytest.mark.parametrize("paused", [True, False])
def test_the_end_of_the_call_saves_the_file(world, alice, bob, end, paused):
    talk(alice, bob)
    alice.ask("startRecording")
    alice.ask("pauseRecording", paused)
    end(world, alice, bob)
    assert len(alice.files) == 1 and alice.calls == []
    assert alice.told("recording")[-1]["state"] == "ended"
    assert alice.told("recording")[-1]["file"] == alice.files[0]
    assert alice.history[0].recording_id in alice.files[0]


def test_who_waits_for_the_file_gets_it_when_the_call_ends_meanwhile(alice, bob):
    talk(alice, bob)
    alice.ask("startRecording")
    name = alice.recorded.pop(alice.call.id)
    call = alice.call.id
    stopped = alice.ask("stopRecording")
    alice.ask("hangup")
    assert not stopped.settled and alice.calls == []
    alice.happens(on.RecordingSaved(call=call, file=name))
    assert stopped.done and stopped.value in name
    alice.happens(on.RecordingSaved(call=call, file=name))  # news of nothing
    alice.happens(on.SoundCame(call=call))
    assert story(alice) == ["started", "ended"]


def test_a_recording_that_has_not_begun_when_the_call_ends_is_none(alice, bob):
    talk(alice, bob)
    alice.recording_fault = "waits"
    call = alice.call.id
    started = alice.ask("startRecording")
    assert shown(alice) == ("starting", "")
    assert alice.ask("pauseRecording").error.code == "no_call"
    alice.ask("hangup")
    assert started.error.code == "no_call"
    alice.happens(on.RecordingFailed(call=call, code="cancelled"))
    assert alice.history[0].recording_id is None and alice.told("error") == []


def test_a_recording_goes_on_over_hold_and_device_change_and_a_new_path(world, alice, bob):
    talk(alice, bob)
    alice.ask("startRecording")
    alice.ask("hold")
    assert said(world, "alice") == "on"
    alice.ask("resume")
    bob.ask("hold")
    bob.ask("resume")
    assert said(world, "alice") == "on"  # in the answer to their re-INVITE
    alice.happens(on.MicrophoneEnded(call=alice.call.id, lost="Headset", name="Built-in"))
    alice.happens(on.MediaChanged(call=alice.call.id, state="failed"))
    alice.happens(on.MediaChanged(call=alice.call.id, state="connected"))
    assert shown(alice) == ("on", "") and story(alice) == ["started"]
    assert said(world, "alice") == "on" and bob.call.recorded_by == "remote"


def test_a_full_file_is_saved_and_the_person_told(alice, bob):
    talk(alice, bob)
    alice.press("startRecording")
    alice.saves(alice.call.id, full=True)
    assert shown(alice)[0] == "" and len(alice.files) == 1
    assert alice.machine.snapshot.error.code == "unavailable"
    assert alice.ask("startRecording").done


# --- What can't be --------------------------------------------------------------------------------


def test_where_recording_is_off_nobody_records(alice, bob):
    talk(alice, bob)
    refused = bob.ask("startRecording")
    assert refused.error.code == "unsupported" and "record" in refused.error.hint
    assert begun(bob) == []


def test_only_an_answered_call_is_recorded_and_only_a_recording_ends(alice, bob):
    assert alice.ask("startRecording").error.code == "no_call"
    alice.ask("makeCall", "bob")
    assert alice.ask("startRecording").error.code == "no_call"
    bob.ask("answer")
    assert alice.ask("stopRecording").error.code == "no_call"
    assert alice.ask("pauseRecording").error.code == "no_call"


@pytest.mark.parametrize(
    "fault, code",
    {"lacking": "unsupported", "silent": "sound_blocked", "failed": "media_failed"}.items(),
)
def test_a_browser_that_can_not_says_why_and_the_call_goes_on(world, alice, bob, fault, code):
    talk(alice, bob)
    alice.recording_fault = fault
    before = len(world.sent("alice", "INVITE"))
    assert alice.ask("startRecording").error.code == code
    assert alice.told("error") == []
    alice.press("startRecording")
    assert alice.machine.snapshot.error.code == code
    assert alice.call.state == "active" and shown(alice) == ("", "")
    assert len(world.sent("alice", "INVITE")) == before and alice.call.recorded_by is None


def test_what_fails_later_is_told_on_both_sides(world, alice, bob):
    talk(alice, bob)
    alice.ask("startRecording")
    failed = on.RecordingFailed(call=alice.call.id, code="failed", text="The disk is full.")
    alice.happens(failed)
    assert alice.machine.snapshot.error.message == "The disk is full."
    assert story(alice) == ["started", "failed"] and shown(bob) == ("", "off")


def test_who_stops_before_there_is_any_sound_is_told_that_nothing_was_recorded(alice, bob):
    talk(alice, bob)
    alice.ask("startRecording")
    alice.recorded.clear()
    promise = alice.ask("stopRecording")
    alice.happens(on.RecordingFailed(call=alice.call.id, code="empty"))
    assert promise.error.code == "media_failed"
    assert promise.error.message == "Nothing was recorded: it ended too soon."
    assert story(alice) == ["started", "failed"] and shown(bob) == ("", "off")
    assert alice.ask("startRecording").done


def test_a_start_that_is_stopped_is_cancelled(alice, bob):
    talk(alice, bob)
    alice.recording_fault = "waits"
    started, stopped = alice.ask("startRecording"), alice.ask("stopRecording")
    assert started.error.code == "cancelled" and not stopped.settled
    again = alice.ask("startRecording")
    alice.recording_fault = ""
    alice.happens(on.RecordingFailed(call=alice.call.id, code="cancelled"))
    assert stopped.error.code == "cancelled"
    assert again.done and shown(alice) == ("on", "")


def test_of_two_calls_the_recorded_one_is_meant(world, alice, bob):
    world.registered("carol")
    talk(alice, bob)
    alice.ask("startRecording")
    alice.ask("makeCall", "carol")
    assert world.phones[-1].ask("answer").done
    assert alice.ask("pauseRecording").value is True
    alice.ask("startRecording")
    assert [call.recording for call in alice.machine.snapshot.calls] == ["paused", "on"]
    assert alice.ask("pauseRecording", True).value is True
    assert [call.recording for call in alice.machine.snapshot.calls] == ["paused", "paused"]
    alice.ask("hangupAll")
    assert len(alice.files) == 2


def test_the_other_side_may_refuse_to_be_told_and_the_recording_goes_on(world, alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(200, sdp=description())
    alice.ask("startRecording")
    dave.reply(488)
    assert shown(alice) == ("on", "") and alice.machine.snapshot.error is None
    before = len(world.sent("alice", "INVITE"))
    world.wind(5)
    assert len(world.sent("alice", "INVITE")) == before


# --- The setting ----------------------------------------------------------------------------------


def test_where_it_is_on_every_call_is_recorded_and_its_first_description_says_so(world, bob):
    carol = world.registered("carol", record="on")
    carol.ask("makeCall", "bob")
    assert said(world, "carol") == "on" and shown(bob) == ("", "on")
    bob.ask("answer")
    assert shown(carol) == ("on", "") and carol.call.recorded_by == "local"
    assert len(world.sent("carol", "INVITE")) == 1  # no re-INVITE
    carol.ask("hangup")
    bob.ask("makeCall", "carol")
    carol.ask("answer")
    assert said(world, "carol") == "on" and shown(bob) == ("", "on")
    carol.ask("stopRecording")
    assert shown(carol) == ("", "") and shown(bob) == ("", "off")
    world.wind(5)
    assert shown(carol) == ("", "")
    carol.ask("hangup")
    assert len(carol.files) == 2


def test_where_it_is_on_and_can_not_be_both_sides_learn_that(world, bob):
    carol = world.registered("carol", record="on")
    carol.recording_fault = "silent"
    carol.ask("makeCall", "bob")
    bob.ask("answer")
    assert carol.machine.snapshot.error.code == "sound_blocked"
    assert shown(bob) == ("", "off") and carol.call.recorded_by is None
    carol.recording_fault = ""
    carol.press("startRecording")
    assert (shown(carol), shown(bob)) == (("on", ""), ("", "on"))


def test_the_setting_takes_effect_in_a_call(world, alice, bob):
    talk(alice, bob)
    alice.ask("setConfig", {"record": "on"})
    assert (shown(alice), shown(bob)) == (("on", ""), ("", "on"))
    alice.ask("setConfig", {"record": "off"})
    assert (shown(alice), shown(bob)) == (("", ""), ("", "off"))
    assert len(alice.files) == 1


# --- A tone for who sees nothing ------------------------------------------------------------------


@pytest.mark.rfc("7866 §6.1.2", "a tone where the other side's phone shows no recording")
@pytest.mark.parametrize(
    "setting, aware, toned",
    [
        ("auto", True, False),
        ("auto", False, True),
        ("on", True, True),
        ("off", False, False),
    ],
)
def test_who_sees_no_recording_hears_a_tone(world, setting, aware, toned):
    alice = world.registered("alice", record="ask", record_tone=setting)
    dave = world.stranger("dave")
    alice.ask("makeCall", "dave")
    dave.reply(200, "Supported: timer" + ", record-aware" * aware, sdp=description())
    alice.ask("startRecording")
    assert [each.tone for each in begun(alice)] == [toned]


@pytest.mark.rfc("7866 §6.3", "the INVITE and its response say that recordings are shown")
def test_our_phone_says_that_it_shows_recordings(world, alice, bob):
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    invites = [data for user, data in world.wire if data.startswith(b"INVITE")]
    accepts = [data for user, data in world.wire if user == "bob" and b"200 OK" in data[:20]]
    assert all(b"record-aware" in data for data in invites)
    assert any(b"CSeq: 1 INVITE" in data or b"record-aware" in data for data in accepts)
    assert bob.ask("setConfig", {"record": "ask"}).done and bob.ask("startRecording").done
    assert [each.tone for each in begun(bob)] == [False]


# --- What the other side says and wishes ----------------------------------------------------------


def test_who_calls_and_records_is_shown_so_before_the_answer(world, alice, dave):
    dave.call("alice", sdp=description().replace("t=0 0\r\n", "t=0 0\r\na=record:on\r\n"))
    assert shown(alice) == ("", "on") and alice.call.recorded_by == "remote"
    alice.ask("answer")
    answer_of(dave)
    dave.inside("ACK")
    alice.ask("startRecording")
    assert alice.call.recorded_by == "both"
    assert story(alice, "remote") == ["started"]


def agree(dave):
    """Dave takes the re-INVITE that says who records."""
    dave.reply(200, sdp=description())


def changed(dave, version, *lines):
    """A re-INVITE of theirs with these lines; and what we say to it then is agreed to."""
    sdp = description(version=version).replace("t=0 0", "\r\n".join(["t=0 0", *lines]))
    before = len(dave.words())
    dave.inside("INVITE", sdp=sdp)
    answer_of(dave)
    dave.inside("ACK")
    dave.world.wind(1)
    if "INVITE" in dave.words()[before:]:
        agree(dave)


@pytest.mark.rfc("7866 §7.1.3", "a wish not to be recorded pauses, and the answer says so")
def test_a_wish_not_to_be_recorded_pauses_until_it_is_taken_back(world, alice, dave):
    called(alice, dave)
    alice.ask("startRecording")
    agree(dave)
    changed(dave, "5", "a=recordpref:off")
    assert shown(alice)[0] == "paused"
    assert said(world, "alice") == "paused"
    # Their answer wished nothing: what pauses goes on when they say so.
    assert shown(alice)[0] == "paused" and alice.machine.snapshot.calls[0].record_wish == ""
    changed(dave, "6", "a=recordpref:on")
    assert shown(alice)[0] == "on"
    changed(dave, "7", "a=recordpref:pause")
    assert shown(alice)[0] == "paused"
    alice.ask("pauseRecording", False)  # the person here overrules it
    assert shown(alice)[0] == "on"
    changed(dave, "8")
    assert shown(alice)[0] == "on" and alice.machine.snapshot.calls[0].record_wish == ""


def test_where_recording_is_the_rule_a_wish_is_only_shown(world, dave):
    alice = world.registered("alice", record="on")
    called(alice, dave, line="a=recordpref:off\r\n")
    (call,) = alice.machine.snapshot.calls
    assert (call.recording, call.wishes_against, call.wishes_for) == ("on", True, False)


def test_a_wish_to_be_recorded_is_shown_and_records_nothing(world, alice, dave):
    called(alice, dave, line="a=recordpref:on\r\n")
    (call,) = alice.machine.snapshot.calls
    assert (call.recording, call.wishes_against, call.wishes_for) == ("", False, True)


def test_what_we_wish_goes_with_every_description(world, bob):
    carol = world.registered("carol", record_preference="off")
    carol.ask("makeCall", "bob")
    assert wish(Description.parse(descriptions(world, "carol")[-1])) == "off"
    assert bob.machine.snapshot.calls[0].record_wish == "off"


# --- Another page ---------------------------------------------------------------------------------


def test_a_call_that_outlives_its_page_is_not_recorded_any_more_and_they_are_told(world, bob):
    carol = world.registered("carol", record="ask", recover="reload")
    carol.ask("makeCall", "bob")
    bob.ask("answer")
    carol.ask("startRecording")
    assert shown(bob) == ("", "on")
    after = carol.reload()
    assert len(carol.files) == 1
    world.wind(10)
    assert after.call.state == "active"
    assert shown(bob) == ("", "off") and shown(after) == ("", "")
