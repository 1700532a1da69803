"""The messages lately sent and received on the screen, drawn as the rungs of a ladder.

Loaded by the first look at it.
"""

from __future__ import annotations

from webphone.phone.happenings import LadderWanted
from webphone.phone.snapshot import Ladder, Rung, Snapshot
from webphone.ui.gestures import PageOpened
from webphone.ui.html import Node, element
from webphone.ui.messages import title
from webphone.ui.pieces import button
from webphone.ui.view import DIAGNOSIS
from webphone.ui.words import say

COLOURS = 6  # calls and registrations are told apart by so many


def body(snapshot: Snapshot) -> list[Node]:
    """The page."""
    config, seen = snapshot.config, snapshot.ladder or Ladder(rungs=())
    told = say(f"ladder_copied_{seen.copied}") if seen.copied else say("ladder_hint")
    copy = button(
        say("ladder_copy"),
        on=LadderWanted(copy=True),
        part="ladder-copy",
        config=config,
        sign="copy",
        primary=True,
    )
    again = button(
        say("ladder_again"), on=LadderWanted(), part="ladder-again", config=config, sign="retry"
    )
    return [
        title(say("ladder"), say("back"), PageOpened(page=DIAGNOSIS), config),
        element("p", told, key="told", class_="hint", role="status"),
        element(
            "ol",
            *(_rung(each, each.at - seen.rungs[0].at) for each in seen.rungs),
            key="ladder",
            part="ladder",
            class_="ladder",
            tabindex="0",
            aria_label=say("ladder"),
        )
        if seen.rungs
        else element("p", say("ladder_empty"), key="empty"),
        element("div", copy if seen.rungs else None, again, key="again", class_="more"),
    ]


def _rung(each: Rung, after: float) -> Node:
    way = say("ladder_sent") if each.sent else say("ladder_received")
    return element(
        "li",
        element("span", say("seconds", seconds=f"{after:.2f}"), class_="time"),
        element("span", way, class_="spoken"),
        element("span", each.what, class_="rung", dir="ltr"),
        part="rung",
        data_way="sent" if each.sent else "received",
        data_of=str(each.of % COLOURS) if each.of else None,
    )
