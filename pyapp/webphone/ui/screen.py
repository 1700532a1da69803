"""The whole screen: a pure function of the snapshot, the screen's own state and the time."""

from __future__ import annotations

from webphone.contract import Config
from webphone.phone.snapshot import CallSnapshot, Snapshot
from webphone.ui.call import call_waiting, calling, ended
from webphone.ui.dialpad import dialling
from webphone.ui.html import Node, element, said
from webphone.ui.status import banners, header, live_regions
from webphone.ui.view import (
    KeyPressed,
    View,
    all_waiting,
    farewell_shown,
    foremost,
    living,
    waiting,
)
from webphone.ui.words import say
from webphone.words import ENGLISH


def screen(snapshot: Snapshot, view: View, now: float) -> Node:
    """What to show at `now` (seconds on the clock of the snapshot's times)."""
    visible = not headless(snapshot.config)
    front = foremost(snapshot)
    whole = element(
        "div",
        *live_regions(snapshot),
        *([_card(snapshot, view, front, now)] if visible else []),
        class_="phone",
        part="phone",
        role="group",
        aria_label=say("phone"),
        tabindex="-1" if visible else None,
        data_screen=_name(snapshot, view, front),
        on={"keydown": KeyPressed()} if visible else {},
    )
    return whole if snapshot.language == ENGLISH else said(whole, snapshot.language)


def ticks(snapshot: Snapshot, view: View) -> bool:
    """Whether the screen shows a time that runs, so that it must be drawn every second."""
    if not snapshot.config.show_status or headless(snapshot.config):
        return False
    if snapshot.state == "reconnecting" and snapshot.retry_at is not None:
        return True
    return any(call.stage == "active" for call in living(snapshot))


def headless(config: Config) -> bool:
    """Whether every part is hidden: the phone is then driven by the page alone."""
    return not any(
        (
            config.show_dialpad,
            config.show_dialled_number,
            config.show_answer,
            config.show_hangup,
            config.show_hold,
            config.show_mute,
            config.show_dial,
            config.show_status,
        )
    )


def _name(snapshot: Snapshot, view: View, front: CallSnapshot | None) -> str:
    if front is not None:
        return front.stage
    return "ended" if farewell_shown(view, snapshot) else "idle"


def _card(snapshot: Snapshot, view: View, front: CallSnapshot | None, now: float) -> Node:
    config = snapshot.config
    second = waiting(snapshot)
    count = len(all_waiting(snapshot, front))
    sheet = call_waiting(second, front, config, count) if second and front else None
    return element(
        "div",
        header(snapshot, now),
        *banners(snapshot),
        sheet,
        element(
            "div",
            *_body(snapshot, view, front, now),
            key="body",
            class_="body",
            data_tall=config.show_dialpad,
        ),
        class_="card",
        key="card",
    )


def _body(snapshot: Snapshot, view: View, front: CallSnapshot | None, now: float) -> list[Node]:
    if front is not None:
        return calling(front, snapshot, view, now)
    if snapshot.farewell is not None and farewell_shown(view, snapshot):
        return ended(snapshot.farewell, snapshot.config)
    return dialling(snapshot)
