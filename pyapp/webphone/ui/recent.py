"""The last calls, beside an idle phone that has room for two panes. Loaded when the page rests."""

from __future__ import annotations

from webphone.phone.snapshot import Snapshot
from webphone.ui.drawn import Drawn
from webphone.ui.gestures import PageOpened
from webphone.ui.history import Manner, days, manner
from webphone.ui.html import Node, element
from webphone.ui.pieces import button
from webphone.ui.view import HISTORY, Records, View
from webphone.ui.words import say

MOST = 12  # calls
DAY_BEGINS = 900.0  # seconds: somewhere on earth a day begins every quarter of an hour


def recent(snapshot: Snapshot, view: View, now: float) -> Node:
    """The pane; it is made anew when a call comes to it, or when what it looks like may change."""
    newest, day = snapshot.history[:MOST], int(now // DAY_BEGINS)
    return view.drawn("recent", _pane, newest, manner(snapshot, view), view.drawn, day)


def _pane(newest: Records, manner: Manner, drawn: Drawn, day: int) -> Node:
    """`day` counts quarters of an hour, in none of which a day begins."""
    return element(
        "div",
        element(
            "div",
            element("div", say("history"), part="page-title", role="heading", aria_level="2"),
            button(
                say("history_all_calls"),
                on=PageOpened(page=HISTORY),
                part="open-history",
                config=manner.config,
            )
            if newest
            else None,
            class_="row",
        ),
        element(
            "div",
            *days(newest, manner, drawn, day * DAY_BEGINS, deletes=False),
            None if newest else element("p", say("history_empty"), class_="hint"),
            part="history",
        ),
        key="recent",
        class_="recent",
        role="group",
        aria_label=say("history"),
    )
