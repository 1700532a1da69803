"""A test of the phone on the screen: what was tried, what it came to, and how to mend it.

Loaded by the first one.
"""

from __future__ import annotations

from webphone.contract import Diagnose
from webphone.phone.snapshot import Diagnosis, Found, Snapshot
from webphone.ui.gestures import PageOpened
from webphone.ui.html import Node, element
from webphone.ui.messages import title
from webphone.ui.pieces import button
from webphone.ui.view import LADDER, MENU
from webphone.ui.words import say


def body(snapshot: Snapshot) -> list[Node]:
    """The page."""
    config, seen = snapshot.config, snapshot.diagnosis or Diagnosis(steps=(), of=0)
    running = say("diagnosis_step", step=min(len(seen.steps) + 1, seen.of), of=seen.of)
    words = running if seen.running else say(f"diagnosis_{seen.verdict}")
    again = button(
        say("diagnose_again"),
        on=Diagnose(),
        part="diagnose",
        config=config,
        sign="diagnose",
        primary=True,
        waits=seen.running,
    )
    ladder = button(
        say("ladder_open"),
        on=PageOpened(page=LADDER),
        part="open-ladder",
        config=config,
        sign="ladder",
    )
    return [
        title(say("diagnosis"), say("back"), PageOpened(page=MENU), config),
        element("p", words, key="verdict", part="verdict", data_verdict=seen.verdict or None),
        element(
            "ul",
            *map(_row, seen.steps if seen.running else sorted(seen.steps, key=_first_the_worst)),
            key="findings",
            part="findings",
            class_="findings",
            tabindex="0",
            aria_label=say("diagnosis"),
            aria_busy=str(seen.running).lower(),
        ),
        element("div", again, ladder, key="again", class_="more"),
    ]


def _first_the_worst(step: Found) -> bool:
    return step.verdict not in ("blocked", "poor")


def _row(step: Found) -> Node:
    return element(
        "li",
        element("strong", say(f"step_{step.name}")),
        element("span", say(f"verdict_{step.verdict}"), class_="verdict"),
        element("span", step.fact, class_="fact"),
        element("span", step.fix, class_="hint") if step.fix else None,
        key=step.name,
        part="finding",
        data_verdict=step.verdict,
    )
