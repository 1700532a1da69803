"""Who records a call is on its screen as long as it lasts, with the buttons for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gallery import BOB, CONFIG, NOW, RECORDS, SCREENS, talking
from webphone.contract import PauseRecording, StartRecording, StopRecording
from webphone.phone.readings import states
from webphone.ui.html import find, find_all, text
from webphone.ui.screen import screen
from webphone.ui.view import View


def shown(config=RECORDS, **call):
    return screen(talking(replace(BOB, **call), config=config), View(), NOW)


def notices(tree):
    return [text(each) for each in find_all(tree, part="notice")]


def wish(tree, name):
    """What a press of the button asks for, None where it asks for nothing."""
    return find(tree, role="button", name=name).on.get("click")


def actions(tree):
    return [text(each) for each in find_all(tree, role="button")]


def test_a_call_is_recorded_paused_and_saved_by_its_buttons():
    assert wish(shown(), "Record") == StartRecording()
    on = shown(recording="on")
    assert wish(on, "Pause recording") == PauseRecording(on=True)
    assert wish(on, "Stop recording") == StopRecording()
    paused = shown(recording="paused")
    assert wish(paused, "Go on recording") == PauseRecording(on=False)
    assert wish(paused, "Stop recording") == StopRecording()
    assert "Record" not in actions(on)


@pytest.mark.parametrize("state", ["starting", "saving"])
def test_a_recording_that_begins_or_is_saved_takes_no_press(state):
    assert wish(shown(recording=state), "Record") is None


def test_a_call_that_is_not_up_cannot_be_recorded_yet():
    assert wish(shown(recovering=True), "Record") is None
    assert "Record" not in actions(shown(stage="ringing"))


def test_where_each_call_is_recorded_nobody_stops_it_by_hand():
    always = replace(CONFIG, record="on")
    on = actions(shown(always, recording="on"))
    assert "Pause recording" in on and "Stop recording" not in on
    assert "Record" in actions(shown(always))  # where it has failed to begin


def test_where_none_is_recorded_there_is_no_button():
    assert not {"Record", "Pause recording", "Stop recording"} & set(actions(shown(CONFIG)))


@pytest.mark.parametrize("status", [True, False])
def test_who_records_is_said_whatever_else_is_shown(status):
    config = replace(RECORDS, show_status=status)
    assert notices(shown(config)) == []
    assert notices(shown(config, recording="on")) == ["This call is recorded"]
    assert notices(shown(config, recording="paused")) == ["The recording pauses"]
    (theirs,) = notices(shown(config, recorded="on"))
    assert theirs == "Bob Marsh records this call"
    (paused,) = notices(shown(config, recorded="paused"))
    assert paused == "The recording of Bob Marsh pauses"
    assert notices(shown(config, recorded="off", recording="saving")) == []


@pytest.mark.parametrize(
    "wished, recording, told",
    [
        ("off", "on", True),
        ("pause", "paused", True),
        ("off", "", False),
        ("on", "", True),
        ("on", "on", False),
        ("nopreference", "on", False),
    ],
)
def test_what_the_other_side_wishes_is_said_where_it_is_otherwise(wished, recording, told):
    said = notices(shown(record_wish=wished, recording=recording))
    assert any("recorded" in each or "pause" in each for each in said if "Bob" in each) is told


def test_an_ear_hears_it_too():
    tree = screen(*SCREENS["recording"], NOW)
    polite = next(each for each in find_all(tree, role="status") if "aria-live" in each.attributes)
    assert "This call is recorded" in text(polite) and "records this call" in text(polite)
    assert "recording" in states(SCREENS["recording"][0])
    assert "recording" not in states(SCREENS["recorded by them"][0])


def test_a_page_that_listens_or_changes_the_sound_is_seen():
    assert notices(shown(CONFIG, overheard=True)) == ["This page listens to the call"]
    assert notices(shown(CONFIG, processed=True)) == ["This page processes the sound"]
    assert notices(shown(CONFIG, processed=True, overheard=True)) == [
        "This page processes the sound"
    ]
