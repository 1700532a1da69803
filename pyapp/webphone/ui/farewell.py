"""How the last call ended, for a moment, and a way to try it again."""

from __future__ import annotations

from webphone.contract import MakeCall
from webphone.phone.snapshot import Snapshot
from webphone.ui.dialpad import aside
from webphone.ui.gestures import FarewellRead, FarewellVisited
from webphone.ui.html import Node, element
from webphone.ui.peer import named
from webphone.ui.pieces import avatar, button, lasting
from webphone.ui.view import View
from webphone.ui.words import say
from webphone.words import Sentence

# Whoever is there reads: it stays until they have gone.
VISITS = {
    "pointermove": FarewellVisited(there=True),
    "focusin": FarewellVisited(there=True),
    "pointerout": FarewellVisited(there=False),
    "focusout": FarewellVisited(there=False),
}


def after(time: str) -> Sentence:
    """How long it lasted."""
    return say("ended_after", time=time)


def ended(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    """How the last call ended, and a way to try it again."""
    config, farewell = snapshot.config, snapshot.farewell
    assert farewell is not None  # the table of screens has asked
    record = farewell.record
    target = farewell.peer_number or (
        record.from_.uri if record.direction == "incoming" else record.to.uri
    )
    lasted = record.answered_at is not None
    duration = lasting(record.talk_seconds, snapshot, view, after) if lasted else ()
    again = button(
        say("call_back"),
        on=MakeCall(target=target) if target else None,
        part="dial",
        config=config,
        sign="phone",
    )
    away = button(
        say("close"),
        on=FarewellRead(record=record.id),
        part="close",
        config=config,
        sign="close",
        primary=True,
    )
    shown = (
        element(
            "div",
            avatar(farewell.peer_name, farewell.peer_number),
            named(farewell.peer_name, farewell.peer_number),
            element("p", farewell.words, part="reason"),
            element("p", *duration, part="duration") if duration else None,
            key="peer",
            class_="peer",
            data_stage="ended",
            on=VISITS,
        ),
        aside(config) if config.layout != "bar" else None,  # for the next number
        element(
            "div", away, again if config.show_dial else None, class_="end", key="end", on=VISITS
        ),
    )
    return [part for part in shown if part is not None]
