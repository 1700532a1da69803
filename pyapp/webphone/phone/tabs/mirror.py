"""The phone of the tab that leads, as the others know it, and what becomes of its calls."""

from __future__ import annotations

from dataclasses import dataclass

from webphone.contract import CallRecord, Quality
from webphone.phone.call.call import iso
from webphone.phone.snapshot import CallSnapshot, EndedCall, Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """The phone in the tab that leads. `term` counts the leaders; times are `now` values."""

    tab: str
    term: int
    instance: str  # what the server knows this phone by
    wanted: bool  # whether it is to be registered
    state: str
    server: str = ""
    attempt: int = 0
    retry_at: float | None = None
    calls: tuple[CallSnapshot, ...] = ()
    active: str | None = None
    farewell: EndedCall | None = None


def reflect(snapshot: Snapshot, *, tab: str, term: int, instance: str, wanted: bool) -> Mirror:
    """What the others see of the phone in this tab."""
    return Mirror(
        tab=tab,
        term=term,
        instance=instance,
        wanted=wanted,
        state=snapshot.state,
        server=snapshot.server,
        attempt=snapshot.attempt,
        retry_at=snapshot.retry_at,
        calls=snapshot.calls,
        active=snapshot.active,
        farewell=snapshot.farewell,
    )


def record_of_lost(call: CallSnapshot, server: str, now: float) -> EndedCall:
    """How a call ended whose tab is gone: nobody knows more than was mirrored of it."""
    view = call.view
    talked = now - call.answered_at if call.answered_at is not None else 0.0
    rang = (call.answered_at or now) - call.started_at if view.direction == "incoming" else 0.0
    words = "The browser tab that had the call is gone."
    made = CallRecord(
        id=view.id,
        call_id=view.call_id,
        session_id=view.headers.get("session-id"),
        direction=view.direction,
        from_=view.from_,
        to=view.to,
        display_name=view.display_name,
        started_at=view.started_at,
        ringing_at=view.started_at if view.direction == "incoming" else None,
        answered_at=view.answered_at,
        ended_at=iso(now),
        post_dial_delay_ms=None,
        ring_seconds=round(max(rang, 0.0), 3),
        talk_seconds=round(max(talked, 0.0), 3),
        hold_seconds=round(now - call.held_since, 3) if call.held_since is not None else 0.0,
        disposition="failed",
        ended_by="system",
        sip_code=None,
        sip_reason=None,
        q850=None,
        explanation=words,
        transferred_to=None,
        server=server or None,
        codec=view.codec,
        quality=Quality(),
        recording_id=None,
    )
    return EndedCall(
        record=made, peer_name=call.peer_name, peer_number=call.peer_number, words=words
    )
