"""The one record of a call: from what pages see of it, its moments, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from webphone.contract import CallRecord, CallView, Quality
from webphone.phone.call.endings import Ending, disposition, explanation
from webphone.sip.wire.reasons import REASONS
from webphone.words import say
from webphone.words.bidi import isolate


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The moments of a call as `now` values, and the seconds it was on hold until its end."""

    started_at: float
    ringing_at: float | None = None
    answered_at: float | None = None
    held_seconds: float = 0.0


def record_of(
    view: CallView,
    times: Times,
    ending: Ending,
    now: float,
    *,
    server: str,
    quality: Quality | None = None,
    session_id: str | None = None,
    transferred_to: str | None = None,
    repairs: tuple[str, ...] = (),
    recording_id: str | None = None,
) -> CallRecord:
    """The record of a call that ends `now`; times in whole milliseconds, lengths in seconds."""
    ringing_at, answered_at = times.ringing_at, times.answered_at
    outgoing, answered = view.direction == "outgoing", answered_at is not None
    verdict = disposition(ending, outgoing=outgoing, answered=answered)
    progress = ringing_at if ringing_at is not None else answered_at
    rang_until = now if answered_at is None else answered_at
    why = explanation(ending, verdict, rang=ringing_at is not None)
    if transferred_to is not None and verdict == "answered":
        why = say("ended_transferred", to=isolate(transferred_to))
    status = 200 if verdict == "answered" and ending.status is None else ending.status
    return CallRecord(
        id=view.id,
        call_id=view.call_id,
        session_id=session_id,
        direction=view.direction,
        from_=view.from_,
        to=view.to,
        display_name=view.display_name,
        started_at=view.started_at,
        ringing_at=None if ringing_at is None else iso(ringing_at),
        answered_at=view.answered_at,
        ended_at=iso(now),
        post_dial_delay_ms=(
            None if not outgoing or progress is None else round((progress - times.started_at) * 1e3)
        ),
        ring_seconds=0.0 if ringing_at is None else seconds(rang_until - ringing_at),
        talk_seconds=0.0 if answered_at is None else seconds(now - answered_at),
        hold_seconds=seconds(times.held_seconds),
        disposition=verdict,
        ended_by=ending.by.value,
        sip_code=status,
        sip_reason=ending.reason or REASONS.get(status or 0),
        q850=ending.q850,
        explanation=why,
        transferred_to=transferred_to,
        server=server or None,
        codec=view.codec,
        quality=quality or Quality(),
        recording_id=recording_id,
        timings=view.timings,
        repairs=repairs,
    )


def iso(moment: float) -> str:
    """`now` seconds as ISO 8601 in UTC with milliseconds."""
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def seconds(length: float) -> float:
    """A length as records have it, in seconds."""
    return round(max(length, 0.0), 3)
