"""A call as the screen sees it, made of values alone."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from webphone.phone.call import seldom
from webphone.phone.call.call import OF_VIEW, Call, Stage
from webphone.phone.call.digits import Digits
from webphone.phone.call.filming import shown_of
from webphone.phone.call.microphone import Microphone
from webphone.phone.call.quality import SAID, Measurements
from webphone.phone.call.renegotiation import Renegotiation
from webphone.phone.snapshot import CallSnapshot, TransferSnapshot

# All that it sees a call by, besides its parts and what a page sees.
_OWN = attrgetter(
    *("hold.since", "unstable", "recovering", "quiet", "announced", "members"),
    *("asks", "asks_about", "record_wish", "overheard", "filtered", "account.config"),
)
_SOUND = attrgetter("word", "warnings", "warned")


def on_screen(call: Call, calls: Iterable[Call]) -> CallSnapshot:
    """This call, one of these."""
    recording = seldom.recording_of(call)
    return call.shown(
        _made,
        call,
        seldom.transfer_of(call, calls),
        *shown_of(call),
        *seldom.seat_of(call),
        recording.shown if recording else "",
        call.part(Digits).sent,
        call.part(Microphone).asked,
        call.part(Renegotiation).hold_wanted,
        *_SOUND(call.part(Measurements)),
        *OF_VIEW(call),
        *_OWN(call),
    )


def _made(
    call: Call,
    transfer: TransferSnapshot | None,
    filming: bool,
    sharing: bool,
    silenced: bool,
    speaking: bool,
    recording: str,
    *_made_of: object,
) -> CallSnapshot:
    sound = call.part(Measurements)
    return CallSnapshot(
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
        transfer=transfer,
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
        recording=recording,
        recorded=call.recorded,
        record_wish=call.record_wish,
        processed=call.processed,
        overheard=call.overheard,
        filtered=call.filtered,
    )
