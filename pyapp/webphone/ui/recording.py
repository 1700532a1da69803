"""Who records a call or listens to it, for everybody to see, and the buttons for it."""

from __future__ import annotations

from webphone.contract import Config, PauseRecording, StartRecording, StopRecording
from webphone.phone.snapshot import CallSnapshot
from webphone.ui.html import Node, element
from webphone.ui.pieces import button
from webphone.ui.words import say
from webphone.words import Sentence


def recorded(call: CallSnapshot) -> list[tuple[str, str, Sentence]]:
    """What is said of recordings as long as they last."""
    told = (
        ("recording", call.recording == "on", "recording"),
        ("recording", call.recording == "paused", "recording_paused"),
        ("processed", call.processed, "processed"),
        ("overheard", call.overheard and not call.processed, "overheard"),
    )
    shown = [(key, "record", say(words)) for key, true, words in told if true]
    theirs = (
        ("recorded", call.recorded == "on", "recorded_by_them"),
        ("recorded", call.recorded == "paused", "recorded_by_them_paused"),
        ("wish", call.wishes_against or call.wishes_for, f"wish_{call.record_wish}"),
    )
    name = call.peer_name
    return shown + [(key, "record", say(words, name=name)) for key, true, words in theirs if true]


def spoken(call: CallSnapshot) -> list[tuple[str, Sentence]]:
    """The same for the ear, each once."""
    return [(f"{key} {words} {call.view.id}", words) for key, _, words in recorded(call)]


def recorder(call: CallSnapshot, config: Config) -> list[Node]:
    """Record, or Pause and Stop; where each call is recorded by itself, there is no Stop."""
    if call.stage != "active":
        return []
    running = call.recording in ("on", "paused")
    shown = _running(call, config) if running else [_start(call, config)]
    return [
        element("div", *shown, key="recorder", class_="choices running" if running else "choices")
    ]


def _start(call: CallSnapshot, config: Config) -> Node:
    return button(
        say("record"),
        on=StartRecording() if call.up else None,
        part="record",
        config=config,
        sign="record",
        waits=call.recording in ("starting", "saving"),
        after="record-stop",
    )


def _running(call: CallSnapshot, config: Config) -> list[Node]:
    paused = call.recording == "paused"
    pausing = button(
        say("resume_recording" if paused else "pause_recording"),
        on=PauseRecording(on=not paused),
        part="record-pause",
        config=config,
        sign="record-pause",
    )
    if config.record == "on":
        return [pausing]
    stopping = button(
        say("stop_recording"),
        on=StopRecording(),
        part="record-stop",
        config=config,
        sign="record-stop",
        after="record",
    )
    return [pausing, stopping]
