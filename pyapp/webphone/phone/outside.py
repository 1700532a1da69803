"""What a page reads of the phone at any time, from the picture: readings and :state() names."""

from __future__ import annotations

from collections.abc import Mapping

from webphone.contract import SETTINGS, Json, camel, encode
from webphone.phone.picture import Picture

_PHONE_STATES = {
    "connecting": "loading",
    "registering": "loading",
    "registered": "registered",
    "offline": "offline",
    "reconnecting": "offline",
    "failed": "offline",
}


def readings(picture: Picture, before: Picture | None) -> dict[str, Json]:
    """The read-only properties that changed since the picture before, as plain data."""
    told: dict[str, Json] = {}
    if before is None or picture.calls != before.calls or picture.active != before.active:
        calls = [call.view for call in picture.calls]
        active = next((view for view in calls if view.id == picture.active), None)
        told |= {"calls": encode(calls), "activeCall": encode(active)}
    if before is None or picture.state != before.state:
        told["state"] = picture.state
    if before is None or picture.history is not before.history:
        told["history"] = encode(picture.history)
    return told


def config_readings(picture: Picture, before: Picture | None) -> dict[str, Json]:
    """The settings that changed since the picture before, by property; never a secret."""
    return {
        camel(name): getattr(picture.config, name)
        for name, row in SETTINGS.items()
        if not row.secret
        and (before is None or getattr(picture.config, name) != getattr(before.config, name))
    }


def states(picture: Picture) -> list[str]:
    """The names that CSS can ask the element for, as in `web-phone:state(held)`."""
    stages = {call.stage for call in picture.calls}
    active = next((call for call in picture.calls if call.view.id == picture.active), None)
    told: Mapping[str, bool] = {
        _PHONE_STATES.get(picture.state, "offline"): True,
        "ringing-in": "incoming" in stages,
        "ringing-out": bool(stages & {"dialling", "ringing", "early"}),
        "active": "active" in stages,
        "held": active is not None and active.view.held_by is not None,
        "muted": active is not None and active.muted,
        "other-tab": picture.other_tab,
        "error": picture.fault is not None,
    }
    return [name for name, true in told.items() if true]
