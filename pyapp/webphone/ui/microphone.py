"""The browser's question about the microphone: why it is asked, and what to do after a no.

Loaded by the first question that waits, or by the first microphone that is not there.
"""

from __future__ import annotations

from webphone.contract import Answer, MakeCall
from webphone.phone.snapshot import CallSnapshot, Snapshot
from webphone.ui.html import Node, element
from webphone.ui.view import View
from webphone.ui.words import say
from webphone.words import Sentence

# Browsers that say how to take a refusal back in a way of their own.
UNBLOCKED = ("chromium", "firefox", "safari", "ios")
# Those whose yes is forgotten with the page unless they are told otherwise.
FORGETFUL = ("firefox",)


def explainer(call: CallSnapshot, snapshot: Snapshot) -> Node:
    """Why the browser asks, in the place of the controls: the question itself is the browser's."""
    forgets = snapshot.devices.browser in FORGETFUL
    return element(
        "div",
        element("p", say("microphone_why", name=call.peer_name), class_="sentence"),
        element("p", say("microphone_remember"), class_="hint") if forgets else None,
        key="explainer",
        part="explainer",
    )


def refusal(snapshot: Snapshot) -> tuple[Sentence, Sentence] | None:
    """What to say of a refused microphone, and the remedy; None where the error says it itself."""
    error, devices = snapshot.error, snapshot.devices
    if error is None or error.message.key != "error_mic_denied":
        return None
    if devices.permission == "granted":
        return say("microphone_allowed"), say("microphone_allowed_hint")
    if devices.permission == "prompt":  # it was closed, or answered for this time only
        return say("microphone_closed"), say("microphone_closed_hint")
    known = devices.browser in UNBLOCKED
    return error.message, say(f"unblock_{devices.browser}") if known else error.hint


def again(snapshot: Snapshot, view: View) -> MakeCall | Answer | None:
    """What the person wanted, and would have with a microphone: that may come back at any time."""
    calls = snapshot.living
    match view.tried:
        case MakeCall() as call if not calls:
            return call
        case Answer(id=id) as answer:
            rings = any(call.view.id == id and call.stage == "incoming" for call in calls)
            return answer if rings else None
    return None
