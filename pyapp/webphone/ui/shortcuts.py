"""Which keys do what, on a page of the phone that `?` opens. Loaded when somebody asks."""

from __future__ import annotations

from webphone.phone.snapshot import Snapshot
from webphone.ui.gestures import PageClosed
from webphone.ui.html import Node, element
from webphone.ui.keyboard import MAP, listens
from webphone.ui.messages import title
from webphone.ui.words import say


def body(snapshot: Snapshot) -> list[Node]:
    """The page: those that the setting leaves to the phone."""
    config = snapshot.config
    there = [row for row in MAP if not row[1] or listens(config.hotkeys, row[1])]
    return [
        title(say("keys"), say("close"), PageClosed(), config),
        # In a call there is no room for it.
        *([] if snapshot.living else [element("p", say("keys_hint"), key="hint", class_="hint")]),
        element(
            "dl",
            *(_row(key, does) for key, _, does in there),
            key="keys",
            part="shortcuts",
            class_="shortcuts",
        ),
    ]


def _row(key: str, does: str) -> Node:
    caps = element("dt", *(element("kbd", each, dir="ltr") for each in key.split(" ")))
    return element("div", caps, element("dd", say(does)), key=does)
