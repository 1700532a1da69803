"""The calls behind the one in front, each with the way to it."""

from __future__ import annotations

from webphone.contract import Conference, Config, Resume, Swap
from webphone.phone.snapshot import CallSnapshot, Snapshot
from webphone.ui.html import Node, element
from webphone.ui.peer import named, stage_words
from webphone.ui.pieces import avatar, button
from webphone.ui.selectors import conference, living
from webphone.ui.words import clock, say


def others(front: CallSnapshot, snapshot: Snapshot, now: float) -> list[Node]:
    """The calls behind the one in front, each with the way to it; a conference is one of them."""
    joined = conference(snapshot)
    behind = [
        call
        for call in living(snapshot)
        if call is not front
        and call.stage != "incoming"
        and not (call.joined and (front.joined or call is not joined[0]))
    ]
    rows = [_row(call, front, len(behind), snapshot.config, now) for call in behind]
    shown = []
    if front.joined:
        # Loaded by the first conference.
        from webphone.ui.conference import roster

        shown.append(roster(joined, snapshot.config))
    elif front.members:
        from webphone.ui.conference import listed

        shown.append(listed(front, snapshot.config))
    if rows:
        shown.append(element("ul", *rows, key="behind", part="list", aria_label=say("calls")))
    crowd = "conferring" if front.joined or front.members else "crowded" if len(rows) > 1 else ""
    kind = f"others {crowd}".strip()
    return [element("div", *shown, key="others", class_=kind)] if shown else []


def _row(call: CallSnapshot, front: CallSnapshot, count: int, config: Config, now: float) -> Node:
    words = stage_words(call)
    if call.stage == "active" and call.held_local and call.held_since is not None:
        words = say("held_for", time=clock(now - call.held_since))
    name = say("conference") if call.joined else call.peer_name
    swappable = call.up and front.up and config.show_hold
    return element(
        "li",
        avatar(
            name,
            "" if call.joined else call.peer_number,
            None if call.joined else call.contact,
        ),
        named(
            name,
            "",
            element("span", words, part="stage") if config.show_status else None,
        ),
        element("div", *_ways(call, front, name, count, config), class_="tools")
        if swappable
        else None,
        key=call.view.id,
        class_="row",
        part="list-item",
    )


def _ways(
    call: CallSnapshot, front: CallSnapshot, name: str, count: int, config: Config
) -> list[Node]:
    """To it alone, and to both."""
    alone = count == 1
    return [
        button(
            say("swap" if alone else "take"),
            on=Swap() if alone else Resume(id=call.view.id),
            part="swap",
            config=config,
            sign="swap",
            label="" if alone else say("take_call", name=name),
        ),
        button(
            say("merge"),
            on=Conference(ids=(front.view.id, call.view.id)),
            part="merge",
            config=config,
            sign="conference",
            label="" if alone else say("merge_with", name=name),
        ),
    ]
