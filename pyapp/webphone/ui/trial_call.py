"""A test call on the page of devices: an ordinary call to a number that plays back what it hears.

Loaded with that page. The page names the number, or the person does, and it is remembered.
"""

from __future__ import annotations

from webphone.contract import MakeCall
from webphone.phone.happenings import SettingChosen
from webphone.phone.snapshot import Snapshot
from webphone.ui import drafts
from webphone.ui.html import Node, element
from webphone.ui.pieces import button
from webphone.ui.view import View
from webphone.ui.words import say

NUMBER = "test_number"  # the setting


def trial_call(snapshot: Snapshot, view: View) -> Node | None:
    """What it is, and the way to it; nothing where the phone can't make such a call now."""
    config, number = snapshot.config, snapshot.settings.test_number
    if not config.show_dial or not snapshot.settings.complete or snapshot.living:
        return None
    return element(
        "div",
        element("p", say("test_call_hint"), key="hint", class_="hint"),
        *(_known(number, snapshot) if number else _asked(snapshot, view)),
        key="test-call",
        class_="trials",
    )


def _known(number: str, snapshot: Snapshot) -> list[Node]:
    config = snapshot.config
    shown = [
        button(
            say("test_call", number=number),
            on=MakeCall(target=number),
            part="test-call",
            config=config,
            sign="phone",
        )
    ]
    if NUMBER in snapshot.chosen and NUMBER not in snapshot.fixed:
        shown.append(
            button(
                say("test_call_other"),
                on=SettingChosen(name=NUMBER),
                part="test-number",
                config=config,
                sign="undo",
            )
        )
    return shown


def _asked(snapshot: Snapshot, view: View) -> list[Node]:
    return [
        drafts.line(
            drafts.TEST,
            view,
            snapshot.config,
            name=say("test_call_number"),
            part="test-number-input",
            send=say("call"),
            does="test-call",
            sign="phone",
        )
    ]
