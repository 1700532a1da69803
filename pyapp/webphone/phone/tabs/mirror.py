"""The phone of the tab that leads, as the others know it, and what becomes of its calls."""

from __future__ import annotations

from dataclasses import dataclass

from webphone.phone.call.endings import Ending
from webphone.phone.call.record import Times, record_of
from webphone.phone.snapshot import CallSnapshot, EndedCall, Snapshot
from webphone.sip import By


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
    times = Times(
        started_at=call.started_at,
        ringing_at=call.started_at if call.view.direction == "incoming" else None,
        answered_at=call.answered_at,
        held_seconds=now - call.held_since if call.held_since is not None else 0.0,
    )
    ending = Ending(by=By.SYSTEM, tab_gone=True)
    return EndedCall(record=record_of(call.view, times, ending, now, server=server))
