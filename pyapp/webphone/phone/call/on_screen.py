"""A call as the screen sees it, made of values alone."""

from __future__ import annotations

from collections.abc import Iterable

from webphone.phone.call import seldom
from webphone.phone.call.call import Call, Stage
from webphone.phone.call.digits import Digits
from webphone.phone.call.filming import shown_of
from webphone.phone.call.microphone import Microphone
from webphone.phone.call.quality import SAID, Measurements
from webphone.phone.call.renegotiation import Renegotiation
from webphone.phone.snapshot import CallSnapshot


def on_screen(call: Call, calls: Iterable[Call]) -> CallSnapshot:
    """This call, one of these."""
    filming, sharing = shown_of(call)
    silenced, speaking = seldom.seat_of(call)
    sound = call.part(Measurements)
    recording = seldom.recording_of(call)
    return call.shown(
        CallSnapshot,
        view=call.view,
        stage=(Stage.ACTIVE if call.recovering else call.stage).value,
        recovering=call.recovering,
        started_at=call.started_at,
        answered_at=call.answered_at,
        held_since=call.hold.since,
        changing=call.part(Renegotiation).changing,
        video_local=call.video_local,
        video_remote=call.video_remote,
        digits=call.part(Digits).sent,
        unstable=call.unstable,
        domain=call.domain,
        microphone_asked=call.part(Microphone).asked,
        transfer=seldom.transfer_of(call, calls),
        quality=sound.word,
        warnings=tuple(each.code for each in sound.warnings if each.code in SAID),
        warned=sound.warned,
        question=call.asks,
        question_about=call.asked_for,
        contact=call.contact,
        filming=filming,
        sharing=sharing,
        silenced=silenced,
        speaking=speaking,
        members=call.members,
        quiet=call.quiet or call.announced,
        recording=recording.shown if recording else "",
        recorded=call.recorded,
        record_wish=call.record_wish,
        processed=call.processed,
        overheard=call.overheard,
        filtered=call.filtered,
    )
