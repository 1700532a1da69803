"""What the person is asked before a call goes on: to an emergency number, or to another address."""

from __future__ import annotations

from webphone.contract import Confirm, Hangup
from webphone.phone.snapshot import CallSnapshot, Snapshot
from webphone.ui.html import Node, element
from webphone.ui.pieces import button, icon
from webphone.ui.selectors import asked
from webphone.ui.view import View
from webphone.ui.words import say
from webphone.words import Sentence


def question(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    """The question, what speaks against it, and both answers; the focus goes to the safe one."""
    call, config = asked(snapshot), snapshot.config
    assert call is not None  # the table of screens has asked
    return [
        element(
            "section",
            element(
                "div",
                icon("alert"),
                element("p", words(call), class_="sentence", part="question"),
                element("p", hint(call), class_="hint"),
                key="peer",
                class_="peer",
            ),
            element(
                "div",
                button(
                    say("do_not_call"),
                    on=Hangup(id=call.view.id),
                    part="hangup",
                    config=config,
                    sign="phone",
                    primary=True,
                ),
                button(
                    say("call_anyway" if call.question == "emergency" else "call_there"),
                    on=Confirm(id=call.view.id),
                    part="confirm",
                    config=config,
                    sign="phone",
                ),
                class_="end",
                key="end",
            ),
            key="question",
            class_="question",
            role="dialog",
            aria_label=words(call),
        )
    ]


def words(call: CallSnapshot) -> Sentence:
    """What is asked."""
    return say(f"asks_{call.question}", name=call.peer_name, address=call.question_about)


def hint(call: CallSnapshot) -> Sentence:
    """What to think of before the answer."""
    return say(f"asks_{call.question}_hint")
