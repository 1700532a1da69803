"""The recording of a call, from the wish to the saved file, and what is said of theirs.

Both sides know of it: ours by the screen, the other by `a=record` in the next description (RFC 7866
§7.1.2), or by a tone where its phone shows none (§6.1.2). What was recorded is saved however the
call ends.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Any, assert_never

from webphone.contract import Event as Announcement
from webphone.contract import WebPhoneError, encode
from webphone.machine import step
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.call.call import Call, Stage
from webphone.phone.call.part import Media, Quiet, Steps, Wider
from webphone.phone.call.record import iso
from webphone.phone.promises import Trouble
from webphone.words import as_written, say

# A file is no longer than this: four hours of two voices are some 115 MB.
SECONDS = 4 * 3600
OCTETS = 256 * 1024 * 1024
LONGEST_NUMBER = 32  # characters of it in the name of a file

# Why the browser records nothing, and the error that it is.
CODES = {
    "lacking": "unsupported",
    "silent": "sound_blocked",
    "failed": "media_failed",
    "empty": "media_failed",
}
# RFC 7866 §7.3.2: wishes of the other side that make us pause, and those that end that. To say
# nothing does not: the answer to what tells of the pause may be silent.
AGAINST = ("off", "pause")
FOR = ("on", "nopreference")


class State(Enum):
    """How far it has come.

    OFF ── wanted ──► STARTING ── began ──► ON ◄── pause, go on ──► PAUSED
     ▲                    │                 │                         │
     │ failed             │ stop, or the call is over                 │
     ├────────────────────┘                 ▼                         │
     └────────── saved, or failed ─────── SAVING ◄────────────────────┘

    The browser may save by itself when a file is full: from ON and PAUSED to OFF.
    """

    OFF = auto()
    STARTING = auto()
    ON = auto()
    PAUSED = auto()
    SAVING = auto()


class Event(Enum):
    """What can happen to it."""

    WANTED = auto()
    BEGAN = auto()
    PAUSE = auto()
    STOP = auto()
    OVER = auto()  # the call: its media are closed, and the file is saved by that
    SAVED = auto()
    FAILED = auto()


class Action(Enum):
    """What the table asks for."""

    BEGIN = auto()
    BE_ON = auto()
    PAUSE = auto()
    GO_ON = auto()
    END = auto()
    BE_SAVED = auto()
    FAIL = auto()


_SAVED = (State.OFF, (Action.BE_SAVED,))
_FAILED = (State.OFF, (Action.FAIL,))
_ENDING = (State.SAVING, (Action.END,))
_ENDS = (State.SAVING, ())

RECORDING: dict[tuple[State, Event], tuple[State, tuple[Action, ...]]] = {
    (State.OFF, Event.WANTED): (State.STARTING, (Action.BEGIN,)),
    (State.STARTING, Event.BEGAN): (State.ON, (Action.BE_ON,)),
    (State.STARTING, Event.FAILED): _FAILED,
    (State.STARTING, Event.STOP): _ENDING,
    (State.STARTING, Event.OVER): _ENDS,
    (State.ON, Event.PAUSE): (State.PAUSED, (Action.PAUSE,)),
    (State.ON, Event.STOP): _ENDING,
    (State.ON, Event.OVER): _ENDS,
    (State.ON, Event.SAVED): _SAVED,
    (State.ON, Event.FAILED): _FAILED,
    (State.PAUSED, Event.WANTED): (State.ON, (Action.GO_ON,)),
    (State.PAUSED, Event.STOP): _ENDING,
    (State.PAUSED, Event.OVER): _ENDS,
    (State.PAUSED, Event.SAVED): _SAVED,
    (State.PAUSED, Event.FAILED): _FAILED,
    (State.SAVING, Event.SAVED): _SAVED,
    (State.SAVING, Event.FAILED): _FAILED,
}


class Recording(Quiet):
    """Of one call."""

    rests = False

    def __init__(self, call: Call) -> None:
        self.state = State.OFF
        self._call = call
        self._id = self._next_id = ""
        self._file = ""
        self._error = WebPhoneError("cancelled")
        self._full = False
        self._unwaited = True  # no promise waited for what failed
        self._tried = False  # the setting has had it recorded, or a person
        self._wished = False  # it pauses as the other side wishes so
        self._theirs = ""  # what the page knows of theirs
        self._starts: list[int] = []  # promises
        self._stops: list[int] = []

    # --- Questions ---

    @property
    def runs(self) -> bool:
        """Whether it can be stopped."""
        return self.state in (State.STARTING, State.ON, State.PAUSED)

    @property
    def began(self) -> bool:
        """Whether it can be paused."""
        return self.state in (State.ON, State.PAUSED)

    @property
    def paused(self) -> bool:
        """Whether it pauses."""
        return self.state is State.PAUSED

    @property
    def unsaved(self) -> bool:
        """Whether there is, or may be, something to save."""
        return self.state is not State.OFF

    @property
    def shown(self) -> str:
        """How the screen names it, "" for none."""
        return "" if self.state is State.OFF else self.state.name.lower()

    # --- What a person, the page or the setting wants ---

    def start(self, id: str, reply: int | None, now: float) -> Steps:
        """Record, or go on where it pauses; the promise settles when it runs."""
        self._tried, self._wished, self._next_id = True, False, id
        if reply is not None:
            self._starts.append(reply)
        return [*self._happen(Event.WANTED, now), *self._settled()]

    def pause(self, paused: bool, now: float) -> Steps:
        """Record no more of it, or go on."""
        self._wished = False
        return self._happen(Event.PAUSE if paused else Event.WANTED, now)

    def stop(self, reply: int | None, now: float) -> Steps:
        """Save the file; the promise settles with the recording's id when that is done."""
        if reply is not None:
            self._stops.append(reply)
        return [*self._not_started(WebPhoneError("cancelled")), *self._happen(Event.STOP, now)]

    # --- As a part of the call ---

    def wake(self, now: float) -> Steps:
        """Follow the setting, and what the other side says."""
        call, policy = self._call, self._call.account.config.record
        steps = self._heard(now) if call.record_news else []
        if policy == "off" and self.runs:
            return [*steps, *self.stop(None, now)]
        up = call.stage is Stage.ACTIVE and not call.recovering
        if policy == "on" and up and not self._tried:
            self._tried = True
            steps.append(Wider(self._start_by_itself))
        return steps

    def media(self, news: Media, now: float) -> Steps:
        """The browser records, can't, or has saved what there was."""
        match news:
            case on.RecordingBegan():
                return [*self._happen(Event.BEGAN, now), *self._settled()]
            case on.RecordingSaved(file=file, full=full):
                self._file, self._full = file, full
                return [*self._happen(Event.SAVED, now), *self._again(now)]
            case on.RecordingFailed(code=code, text=text):
                self._error = error = _error(code, text)
                refused = [] if self.state is State.SAVING else self._not_started(error)
                self._unwaited = not refused
                return [*refused, *self._happen(Event.FAILED, now), *self._again(now)]
        return []

    def over(self, error: WebPhoneError) -> list[do.Action]:
        """The call is over: what there is gets saved, and who waits for that still does."""
        self.state, _ = step(RECORDING, self.state, Event.OVER)
        return self._not_started(error)

    # --- Steps ---

    def _not_started(self, error: WebPhoneError) -> list[do.Action]:
        starts, self._starts = self._starts, []
        return [do.Refuse(reply=reply, error=error) for reply in starts]

    def _start_by_itself(self, calls: Any, now: float) -> Steps:
        return self.start(calls.new_id(), None, now)

    def _again(self, now: float) -> Steps:
        """Somebody has wanted another one meanwhile."""
        if not self._starts or self._call.over:
            return []
        return self._happen(Event.WANTED, now)

    def _settled(self) -> Steps:
        if self.state is not State.ON:
            return []
        starts, self._starts = self._starts, []
        return [do.Settle(reply=reply) for reply in starts]

    def _happen(self, event: Event, now: float) -> Steps:
        self.state, actions = step(RECORDING, self.state, event)
        return [each for action in actions for each in self._do(action, now)]

    def _do(self, action: Action, now: float) -> Steps:
        call = self._call
        match action:
            case Action.BEGIN:
                self._id = self._next_id
                began = do.BeginRecording(
                    call=call.id,
                    file=_file_name(call, self._id, now),
                    tone=_toned(call),
                    seconds=SECONDS,
                    octets=OCTETS,
                )
                return [began]
            case Action.BE_ON:
                call.record_now, call.recording_id = "on", self._id
                return [self._tell("started")]
            case Action.PAUSE:
                call.record_now = "paused"
                return [do.PauseRecording(call=call.id, paused=True), self._tell("paused")]
            case Action.GO_ON:
                call.record_now = "on"
                return [do.PauseRecording(call=call.id, paused=False), self._tell("resumed")]
            case Action.END:
                self._forget()
                return [do.EndRecording(call=call.id)]
            case Action.BE_SAVED:
                return self._saved()
            case Action.FAIL:
                return self._failed()
            case _:
                assert_never(action)

    def _forget(self) -> None:
        """Nothing is recorded any more, and who was told of it is told."""
        if self._call.record_told or self._call.record_now:
            self._call.record_now = "off"

    def _saved(self) -> Steps:
        self._forget()
        stops, self._stops = self._stops, []
        settled = [do.Settle(reply=reply, value=self._id) for reply in stops]
        steps: Steps = [self._tell("ended", file=self._file), *settled]
        if self._full:
            steps.append(Trouble(WebPhoneError("unavailable", say("recording_full"))))
        return steps

    def _failed(self) -> Steps:
        """Nothing is or was recorded."""
        self._forget()
        stops, self._stops = self._stops, []
        told = self._tell("failed")
        self._call.recording_id = None
        refused: Steps = [do.Refuse(reply=reply, error=self._error) for reply in stops]
        if self._unwaited and not refused and self._error.code != "cancelled":
            refused.append(Trouble(self._error))
        return [told, *refused]

    def _heard(self, now: float) -> Steps:
        """The other side says that it records, or what it wishes of us."""
        call, before = self._call, self._theirs
        call.record_news, self._theirs = False, call.recorded
        steps: Steps = []
        if call.recorded != before and (word := _WORDS.get((before, call.recorded), "")):
            steps.append(self._tell(word, by="remote"))
        return [*steps, *self._wish(now)]

    def _wish(self, now: float) -> Steps:
        """RFC 7866 §7.1.3: whether a wish is granted is ours; the person here may overrule it."""
        if self._call.account.config.record != "ask":
            return []
        if self._call.record_wish in AGAINST and self.state is State.ON:
            self._wished = True
            return self._happen(Event.PAUSE, now)
        if self._call.record_wish in FOR and self._wished:
            self._wished = False
            return self._happen(Event.WANTED, now)
        return []

    def _tell(self, state: str, *, by: str = "local", file: str = "") -> do.Tell:
        detail = {
            **encode(self._call.view),
            "state": state,
            "by": by,
            "recordingId": self._id if by == "local" else None,
            "file": file or None,
        }
        return do.Tell(event=Announcement("recording", detail))


# What the page is told of theirs, by what was before and what is now.
_WORDS = {
    ("", "on"): "started",
    ("off", "on"): "started",
    ("", "paused"): "paused",
    ("off", "paused"): "paused",
    ("on", "paused"): "paused",
    ("paused", "on"): "resumed",
    ("on", "off"): "ended",
    ("paused", "off"): "ended",
}


def _error(code: str, text: str) -> WebPhoneError:
    if code not in CODES:
        return WebPhoneError("cancelled")
    return WebPhoneError(CODES[code], as_written(text) if text else say(f"recording_{code}"))


def _toned(call: Call) -> bool:
    """Whether both sides hear that it is recorded."""
    wanted = call.account.config.record_tone
    # RFC 7866 §6.1.2
    aware = "record-aware" in call.headers.get("supported", "").lower()
    return wanted == "on" or (wanted == "auto" and not aware)


def _file_name(call: Call, id: str, now: float) -> str:
    """From date, number and id, of characters that every disk takes."""
    number = re.sub(r"[^0-9A-Za-z+]", "", call.remote.uri.shown_number)[:LONGEST_NUMBER]
    moment = iso(now)[:19].replace(":", "-").replace("T", "_")
    return f"{moment}Z_{number or 'unknown'}_{id}"
