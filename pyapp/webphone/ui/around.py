"""What a phone wishes of what is around it: of the page, the system, the keys."""

from __future__ import annotations

from dataclasses import dataclass

from webphone.phone.snapshot import CallSnapshot, Snapshot
from webphone.ui.selectors import living
from webphone.ui.words import say
from webphone.words import said_in

LONGEST = 120  # characters of what the system or the title of a page is given


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A call that rings, for who looks elsewhere; `call` is its id."""

    call: str
    title: str
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """Ids of the calls that were missed while nobody looked, and of those that still ring."""

    ringing: frozenset[str] = frozenset()
    missed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What there should be around the phone now; what is not wished is not there."""

    alert: Alert | None = None
    missed: int = 0


def wishes(snapshot: Snapshot, unseen: Unseen, *, looking: bool) -> Wishes:
    """What the phone of this tab wishes; `looking`: the person has the page before them."""
    if snapshot.config.notifications == "off" or looking:
        return Wishes()
    return Wishes(alert=alert(snapshot), missed=len(unseen.missed))


def alert(snapshot: Snapshot) -> Alert | None:
    """The call to be told of: of several that ring, the one that has rung longest."""
    rings = next(iter(_ringing(snapshot)), None)
    if rings is None:
        return None
    key = "spoken_incoming_video" if rings.view.video else "spoken_incoming"
    told = said_in(snapshot.language, say(key, name=rings.peer_name or say("unknown")))
    number = rings.peer_number if rings.peer_number != rings.peer_name else ""
    return Alert(call=rings.view.id, title=told[:LONGEST], body=number[:LONGEST])


def seen(before: Unseen, snapshot: Snapshot, *, looking: bool) -> Unseen:
    """What nobody has seen yet: a call that rang, and is a missed one by its record."""
    ringing = frozenset(call.view.id for call in _ringing(snapshot))
    if looking:
        return Unseen(ringing=ringing)
    gone = before.ringing - ringing
    latest = snapshot.history[: len(gone) + 10]  # the newest records come first
    missed = {record.id for record in latest if record.disposition == "missed"} & gone
    return Unseen(ringing=ringing, missed=before.missed | missed)


def title(own: str, wished: Wishes, *, turn: bool) -> str:
    """The page's title beside `own`, which takes turns with a call that rings."""
    if wished.alert is not None and turn:
        return wished.alert.title
    return f"({wished.missed}) {own}" if wished.missed else own


def _ringing(snapshot: Snapshot) -> list[CallSnapshot]:
    return [call for call in living(snapshot) if call.stage == "incoming" and not call.quiet]
