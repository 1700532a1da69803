"""Which tone should sound now, as a function of the calls; and of what a person did, once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from webphone.contract import Config, Event
from webphone.phone.actions import Action, PlayKey, Tell, Tone
from webphone.phone.call.call import Call, Stage

CUED = ("mute", "unmute", "hold", "resume")  # events whose doing the person hears
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


def cue(actions: Sequence[Action], config: Config) -> list[Action]:
    """What the person hears of what they did: one sound, also where it is of several calls."""
    told = [action.event for action in actions if isinstance(action, Tell)]
    ours = [each for each in told if each.name in CUED and _by_us(each)]
    wanted = ours and config.call_sounds == "on"
    return [PlayKey(key=ours[0].name)] if wanted else []


def _by_us(event: Event) -> bool:
    """Whether this end has done it; only a hold may be the other's."""
    return bool(event.detail.get("by", "local") == "local")
