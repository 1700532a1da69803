"""A call as the screen sees it, made of values alone."""

from __future__ import annotations

from operator import attrgetter, itemgetter
from typing import Any

from webphone.phone.call import seldom
from webphone.phone.call.call import OF_VIEW, Call, Stage
from webphone.phone.call.digits import Digits
from webphone.phone.call.filming import pictures, shown_of
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
# Parts that every call has by then, and those that most calls never need.
_KINDS: tuple[Any, ...] = (Digits, Microphone, Renegotiation, Measurements)
_PARTS = itemgetter(*_KINDS)
_SELDOM = frozenset((pictures, seldom.seat, seldom.recording, seldom.transfer, seldom.referral))
# What they show of a call without them: pictures ours and shared, silence and speech of one in a
# conference, a recording.
_NOTHING = (False, False, False, False, "")


def on_screen(call: Call, consult: Call | None) -> CallSnapshot:
    """This call; while it waits for another one to be asked, that is `consult`."""
    try:
        digits, microphone, change, sound = _PARTS(call.parts)
    except KeyError:
        digits, microphone, change, sound = map(call.part, _KINDS)
    plain = consult is None and not call.video_local and _SELDOM.isdisjoint(call.parts)
    return call.shown(
        _made,
        call,
        *((None, _NOTHING) if plain else (seldom.transfer_of(call, consult), _seldom(call))),
        digits.sent,
        microphone.asked,
        change.hold_wanted,
        *_SOUND(sound),
        *OF_VIEW(call),
        *_OWN(call),
    )


def _seldom(call: Call) -> tuple[bool, bool, bool, bool, str]:
    recording = seldom.recording_of(call)
    return *shown_of(call), *seldom.seat_of(call), recording.shown if recording else ""


def _made(
    call: Call,
    transfer: TransferSnapshot | None,
    parts: tuple[bool, bool, bool, bool, str],
    *_made_of: object,
) -> CallSnapshot:
    filming, sharing, silenced, speaking, recording = parts
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
