"""What a page reads of the phone at any time, from the snapshot: readings and :state() names."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from webphone.contract import SETTINGS, CallRecord, CallView, Json, camel, encode
from webphone.machine import Same
from webphone.phone.call.record import iso
from webphone.phone.history import RECENT, added
from webphone.phone.snapshot import Snapshot

Records = tuple[CallRecord, ...]

_PHONE_STATES = {
    "connecting": "loading",
    "registering": "loading",
    "registered": "registered",
    "offline": "offline",
    "reconnecting": "offline",
    "failed": "offline",
}


class Written:
    """The calls as plain data, and as JSON: one that has not changed is written no second time."""

    def __init__(self) -> None:
        self._calls: dict[str, Same[tuple[Json, str]]] = {}
        self._texts: dict[str, str] = {}  # of the same, by their ids

    def __call__(self, views: Sequence[CallView]) -> list[Json]:
        """These as plain data; of others nothing is kept."""
        self._calls = {view.id: self._calls.get(view.id) or Same() for view in views}
        found = {view.id: self._calls[view.id](_written, view) for view in views}
        self._texts = {id: text for id, (_, text) in found.items()}
        return [data for data, _ in found.values()]

    def text(self, told: Mapping[str, Json]) -> str:
        """Readings of these calls, as JSON."""
        texts = {name: json.dumps(value) for name, value in told.items() if name not in OF_CALLS}
        if "calls" in told:
            active = told["activeCall"]
            texts["calls"] = f"[{','.join(self._texts.values())}]"
            texts["activeCall"] = self._texts[active["id"]] if active else "null"
        return f"{{{','.join(f'{json.dumps(name)}:{text}' for name, text in texts.items())}}}"


OF_CALLS = ("calls", "activeCall")


def _written(view: CallView) -> tuple[Json, str]:
    data = encode(view)
    return data, json.dumps(data)


def readings(
    snapshot: Snapshot, before: Snapshot | None, written: Written | None = None
) -> dict[str, Json]:
    """The read-only properties that changed since the snapshot before, as plain data."""
    told: dict[str, Json] = {}  # historyAdded stands for a change of history
    if before is None or _other(snapshot, before):
        calls = (written or Written())([call.view for call in snapshot.calls])
        ids = [call.view.id for call in snapshot.calls]
        active = calls[ids.index(snapshot.active)] if snapshot.active in ids else None
        told |= {"calls": calls, "activeCall": active}
    if before is None or snapshot.state != before.state:
        told["state"] = snapshot.state
    if before is None or _second(snapshot) != _second(before):
        proved = snapshot.proved_at
        told["provedAt"] = None if proved is None else iso(proved)
    if before is None or snapshot.devices.listed != before.devices.listed:
        told["devices"] = encode(snapshot.devices.listed)
    same_words = before is not None and snapshot.speech == before.speech
    if before is None or snapshot.history is not before.history or not same_words:
        told |= _history(snapshot, before.history[:RECENT] if before and same_words else ())
    return told


def _other(snapshot: Snapshot, before: Snapshot) -> bool:
    """Whether there are other calls than before, or another one in front."""
    same = snapshot.calls is before.calls or snapshot.calls == before.calls
    return not same or snapshot.active != before.active


def _second(snapshot: Snapshot) -> int:
    """When it was proved that calls arrive, as often as it is told."""
    return -1 if snapshot.proved_at is None else int(snapshot.proved_at)


def _history(snapshot: Snapshot, before: Records) -> dict[str, Json]:
    """What came in front of how many records that the page has, and behind them; or all."""
    records, speech = snapshot.history[:RECENT], snapshot.speech
    new = added(records, before) if before and records else None
    if new is None:
        return {"history": encode(records, speech)}
    kept = min(len(before), len(records) - new)
    came, older = records[:new], records[new + kept :]
    told = {"records": encode(came, speech), "kept": kept}
    if older:
        told["older"] = encode(older, speech)
    return {"historyAdded": told} if came or older or kept < len(before) else {}


def config_readings(snapshot: Snapshot, before: Snapshot | None) -> dict[str, Json]:
    """The settings that changed since the snapshot before, by property; never a secret."""
    if before is not None and snapshot.config is before.config:
        return {}
    return {
        camel(name): getattr(snapshot.config, name)
        for name, row in SETTINGS.items()
        if not row.secret
        and (before is None or getattr(snapshot.config, name) != getattr(before.config, name))
    }


def states(snapshot: Snapshot) -> list[str]:
    """The names that CSS can ask the element for, as in `web-phone:state(held)`."""
    stages = {call.stage for call in snapshot.calls}
    active = next((call for call in snapshot.calls if call.view.id == snapshot.active), None)
    told: Mapping[str, bool] = {
        _PHONE_STATES.get(snapshot.state, "offline"): True,
        "ringing-in": "incoming" in stages,
        "ringing-out": bool(stages & {"dialling", "ringing", "early"}),
        "active": "active" in stages,
        "held": active is not None and active.view.held_by is not None,
        "muted": active is not None and active.muted,
        "in-conference": active is not None and active.joined,
        "recording": any(call.recording in ("on", "paused") for call in snapshot.calls),
        "other-tab": snapshot.other_tab,
        "error": snapshot.error is not None,
    }
    return [name for name, true in told.items() if true]
