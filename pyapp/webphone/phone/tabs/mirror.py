"""The phone of the tab that leads, as the others know it, and what becomes of its calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from webphone.phone.call.endings import Ending
from webphone.phone.call.record import Times, record_of
from webphone.phone.snapshot import CallSnapshot, EndedCall, SharedSnapshot
from webphone.sip import By


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """The phone in the tab that leads."""

    tab: str
    term: int  # counts the leaders
    instance: str  # what the server knows this phone by
    wanted: bool  # whether it is to be registered
    phone: SharedSnapshot
    kept: str = field(default="", repr=False)  # what it takes to go on with its calls; see Keep
    # The INVITEs of those that ring, by the ids of these, an octet a character; see Entrust.
    invites: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def gone(self) -> Mirror:
        """What the others see when it is theirs no more."""
        nothing = replace(self.phone, state="offline", calls=(), active=None)
        return replace(self, phone=nothing, kept="", invites={})


def record_of_lost(call: CallSnapshot, server: str, now: float) -> EndedCall:
    """How a call ended whose tab is gone: nobody knows more than was mirrored of it."""
    times = Times(
        started_at=call.started_at,
        ringing_at=call.started_at if call.view.direction == "incoming" else None,
        answered_at=call.answered_at,
        held_seconds=now - call.held_since if call.held_since is not None else 0.0,
    )
    ending = Ending(by=By.SYSTEM, tab_gone=True)
    record = record_of(call.view, times, ending, now, server=server)
    return EndedCall(record=record, domain=call.domain)
