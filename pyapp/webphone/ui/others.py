"""The calls behind the one in front, each with the way to it."""

from __future__ import annotations

from webphone.contract import Conference, Config, Resume, Swap
from webphone.phone.snapshot import CallSnapshot, Snapshot
from webphone.ui.drawn import Drawn
from webphone.ui.html import Node, element
from webphone.ui.peer import named, stage_words
from webphone.ui.pieces import avatar, button
from webphone.ui.view import View
from webphone.ui.words import clock, say


def others(front: CallSnapshot, snapshot: Snapshot, view: View, now: float) -> list[Node]:
    """The calls behind the one in front, each with the way to it; a conference is one of them."""
    joined = snapshot.joined
    behind = [
        call
        for call in snapshot.living
        if call is not front
        and call.stage != "incoming"
        and not (call.joined and (front.joined or call is not joined[0]))
    ]
    alone = len(behind) == 1
    whose = front.view.id, front.up, snapshot.config
    rows = [
        view.drawn(
            ("behind", call.view.id), _row, view.drawn, call, _held(call, now), *whose, alone=alone
        )
        for call in behind
    ]
    shown = []
    if front.joined:
        # Loaded by the first conference.
        from webphone.ui.conference import roster

        shown.append(view.drawn("roster", roster, joined, snapshot.config))
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


def _held(call: CallSnapshot, now: float) -> str:
    """For how long."""
    return "" if call.held_since is None else clock(now - call.held_since)


def _row(
    drawn: Drawn,
    call: CallSnapshot,
    held: str,
    front: str,
    front_up: bool,
    config: Config,
    *,
    alone: bool,
) -> Node:
    """One of them, behind `front`; `alone`: no other is."""
    id, name, digits, contact = call.view.id, call.peer_name, call.peer_number, call.contact
    if call.joined:
        name, digits, contact = say("conference"), "", None
    stage = call.stage, call.view.video, call.held_local, held
    swaps = call.up and front_up and config.show_hold
    return _listed(
        id,
        drawn("face", avatar, name, digits, contact),
        drawn("who", _named, name, stage if config.show_status else None),
        drawn("ways", _ways, id, front, name, config, alone=alone) if swaps else None,
    )


def _listed(call: str, face: Node, who: Node, ways: Node | None) -> Node:
    return element("li", face, who, ways, key=call, class_="row", part="list-item")


def _named(name: str, stage: tuple[str, bool, bool, str] | None) -> Node:
    """`stage` is how it stands, and for how long we have held it."""
    if stage is None:
        return named(name, "")
    lasts = stage[0] == "active" and stage[2] and stage[3]
    words = say("held_for", time=stage[3]) if lasts else stage_words(*stage[:3])
    return named(name, "", element("span", words, part="stage"))


def _ways(call: str, front: str, name: str, config: Config, *, alone: bool) -> Node:
    """To it alone, and to both."""
    return element(
        "div",
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
        class_="tools",
    )
