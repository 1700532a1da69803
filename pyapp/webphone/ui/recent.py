"""The last calls, beside an idle phone that has room for two panes. Loaded when the page rests."""

from __future__ import annotations

from webphone.contract import CallRecord
from webphone.phone.snapshot import Snapshot
from webphone.ui.gestures import PageOpened
from webphone.ui.history import Drawn
from webphone.ui.html import Node, element
from webphone.ui.pieces import button
from webphone.ui.view import HISTORY, View
from webphone.ui.words import say

MOST = 12  # calls
DAY_BEGINS = 900.0  # seconds: somewhere on earth a day begins every quarter of an hour

ROWS = Drawn(deletes=False)


def recent(snapshot: Snapshot, view: View, now: float) -> Node:
    """The pane; it is made anew when a call comes to it, or when what it looks like may change."""
    config, newest = snapshot.config, snapshot.history[:MOST]
    whose = snapshot.people, snapshot.settings.domain, snapshot.settings.hosts
    day = now // DAY_BEGINS
    return view.drawn(
        "recent",
        lambda *_: _pane(newest, snapshot, view, now),
        *(newest, config, snapshot.language, day, view.dates, view.durations, *whose),
    )


def _pane(newest: tuple[CallRecord, ...], snapshot: Snapshot, view: View, now: float) -> Node:
    return element(
        "div",
        element(
            "div",
            element("div", say("history"), part="page-title", role="heading", aria_level="2"),
            button(
                say("history_all_calls"),
                on=PageOpened(page=HISTORY),
                part="open-history",
                config=snapshot.config,
            )
            if newest
            else None,
            class_="row",
        ),
        element(
            "div",
            *ROWS.days(newest, snapshot, view, now),
            None if newest else element("p", say("history_empty"), class_="hint"),
            part="history",
        ),
        key="recent",
        class_="recent",
        role="group",
        aria_label=say("history"),
    )
