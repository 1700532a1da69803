"""Which tone should sound now, as a function of the calls."""

from __future__ import annotations

from collections.abc import Iterable

from webphone.phone.actions import Tone
from webphone.phone.call.call import Call, Stage

TALKING = (Stage.ACTIVE, Stage.EARLY, Stage.RECOVERING)


def tone(calls: Iterable[Call], *, ended_busy: bool = False) -> Tone | None:
    """The one tone to play, or None for silence; early media silences the local ringback.

    RFC 3960 §3.2: once it has rung over there, only sound that really comes in does.
    """
    calls = list(calls)
    stages = {call.stage for call in calls}
    up = [call for call in calls if call.stage in TALKING and not call.ringback]
    talking = any(not call.hold.local for call in up)
    for call in calls:
        if call.stage is Stage.INCOMING and not (call.quiet or call.announced):
            return Tone.WAITING if talking else call.ring
    if talking:
        return None
    if Stage.RINGING in stages or any(call.ringback for call in calls):
        return Tone.RINGBACK
    return Tone.BUSY if ended_busy and not calls else None
