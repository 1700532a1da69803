"""The calls behind the one in front, each with the way to it."""

from __future__ import annotations

from webphone.contract import Conference, Config, Resume, Swap
from webphone.phone.snapshot import CallSnapshot, Snapshot
from webphone.ui.html import Node, element
from webphone.ui.peer import named, stage_words
from webphone.ui.pieces import avatar, button
from webphone.ui.selectors import conference, living
from webphone.ui.view import View
from webphone.ui.words import clock, say


def others(front: CallSnapshot, snapshot: Snapshot, view: View, now: float) -> list[Node]:
    """The calls behind the one in front, each with the way to it; a conference is one of them."""
    joined = conference(snapshot)
    behind = [
        call
        for call in living(snapshot)
        if call is not front
        and call.stage != "incoming"
        and not (call.joined and (front.joined or call is not joined[0]))
    ]
    rows = [
        view.drawn(
            ("behind", call.view.id),
            _row,
            call,
            snapshot.config,
            front=front.view.id if front.up else "",
            alone=len(behind) == 1,
            held="" if call.held_since is None else clock(now - call.held_since),
        )
        for call in behind
    ]
    shown = []
    if front.joined:
        # Loaded by the first conference.
        from webphone.ui.conference import roster

        shown.append(view.drawn("roster", roster, tuple(joined), snapshot.config))
    elif front.members:
        from webphone.ui.conference import listed

        shown.append(view.drawn("listed", listed, front, snapshot.config))
    if rows:
        shown.append(view.drawn("behind", _behind, *rows))
    crowd = "conferring" if front.joined or front.members else "crowded" if len(rows) > 1 else ""
    kind = f"others {crowd}".strip()
    return [view.drawn("others", _others, kind, *shown)] if shown else []


def _others(kind: str, *shown: Node) -> Node:
    return element("div", *shown, key="others", class_=kind)


def _behind(*rows: Node) -> Node:
    return element("ul", *rows, key="behind", part="list", aria_label=say("calls"))


def _row(call: CallSnapshot, config: Config, *, front: str, alone: bool, held: str) -> Node:
    """`front` is the id of the call in front, "" where nothing can be done with it; `held`: for
    how long this one is."""
    words = stage_words(call)
    if call.stage == "active" and call.held_local and held:
        words = say("held_for", time=held)
    name = say("conference") if call.joined else call.peer_name
    swappable = call.up and front and config.show_hold
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
        element("div", *_ways(call.view.id, front, name, config, alone=alone), class_="tools")
        if swappable
        else None,
        key=call.view.id,
        class_="row",
        part="list-item",
    )


def _ways(call: str, front: str, name: str, config: Config, *, alone: bool) -> list[Node]:
    """To it alone, and to both."""
    return [
        button(
            say("swap" if alone else "take"),
            on=Swap() if alone else Resume(id=call),
            part="swap",
            config=config,
            sign="swap",
            label="" if alone else say("take_call", name=name),
        ),
        button(
            say("merge"),
            on=Conference(ids=(front, call)),
            part="merge",
            config=config,
            sign="conference",
            label="" if alone else say("merge_with", name=name),
        ),
    ]
