"""The phone in a small window that stays above all others: the call, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from webphone.phone.snapshot import Snapshot
from webphone.ui.html import Node
from webphone.ui.screen import screen
from webphone.ui.view import View

# Spoken and opened in the phone itself.
ELSEWHERE = ("status", "alert")
MENU = "menu"


def wanted(snapshot: Snapshot) -> bool:
    """Whether there is anything to be shown in it."""
    return bool(snapshot.living)


def small(snapshot: Snapshot) -> Snapshot:
    """What it shows: no keys and no pictures, and always how to hang up."""
    config = replace(
        snapshot.config,
        layout="bar",
        show_dialpad=False,
        show_dialled_number=False,
        show_dial=False,
        show_answer=True,
        show_hangup=True,
        show_mute=True,
        show_status=True,
    )
    calls = tuple(replace(call, video_local=False, video_remote=False) for call in snapshot.calls)
    return replace(snapshot, config=config, calls=calls, lamps=(), voicemail=None)


def mini(snapshot: Snapshot, view: View, now: float) -> Node:
    """The small phone at `now`."""
    return _without(screen(small(snapshot), view, now))


def _without(node: Node) -> Node:
    children = tuple(
        _without(child) if isinstance(child, Node) else child
        for child in node.children
        if not (isinstance(child, Node) and _elsewhere(child))
    )
    return replace(node, children=children)


def _elsewhere(node: Node) -> bool:
    return node.attributes.get("role") in ELSEWHERE or node.attributes.get("part") == MENU
