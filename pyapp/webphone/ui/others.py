"""The calls behind the one in front, each with the way to it."""

from __future__ import annotations

from webphone.contract import Config, Resume, Swap
from webphone.phone.snapshot import CallSnapshot, Snapshot
from webphone.ui.html import Node, element
from webphone.ui.peer import named, stage_words
from webphone.ui.pieces import avatar, button
from webphone.ui.selectors import living
from webphone.ui.words import clock, say


def others(front: CallSnapshot, snapshot: Snapshot, now: float) -> list[Node]:
    """The calls behind the one in front, each with the way to it."""
    behind = [call for call in living(snapshot) if call is not front and call.stage != "incoming"]
    if not behind:
        return []
    rows = [_row(call, front, len(behind), snapshot.config, now) for call in behind]
    return [
        element("ul", *rows, key="others", class_="others", part="list", aria_label=say("calls"))
    ]


def _row(call: CallSnapshot, front: CallSnapshot, count: int, config: Config, now: float) -> Node:
    words = stage_words(call)
    if call.stage == "active" and call.held_local and call.held_since is not None:
        words = say("held_for", time=clock(now - call.held_since))
    swappable = call.up and front.up and config.show_hold
    swap = Swap() if count == 1 else Resume(id=call.view.id)
    return element(
        "li",
        avatar(call.peer_name, call.peer_number, call.contact),
        named(
            call.peer_name,
            "",
            element("span", words, part="stage") if config.show_status else None,
        ),
        button(
            say("swap" if count == 1 else "take"),
            on=swap,
            part="swap",
            config=config,
            sign="swap",
        )
        if swappable
        else None,
        key=call.view.id,
        class_="row",
        part="list-item",
    )
