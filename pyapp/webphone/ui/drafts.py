"""What a person types besides a number: kept until it is sent, whatever the screen shows then."""

from __future__ import annotations

from dataclasses import replace

from webphone.contract import Command, MakeCall, SendMessage, WebPhoneError
from webphone.phone.feature_codes import codes
from webphone.phone.happenings import Asked, Happening
from webphone.phone.numbers import address, printed
from webphone.phone.snapshot import Snapshot
from webphone.ui.gestures import DraftEdited, DraftKeyPressed
from webphone.ui.html import Node, element
from webphone.ui.view import MESSAGES, View

# Drafts: whom to write to, where calls are to go, and of each peer the next text.
TO, FORWARD, TEXT = "to", "forward", "text "
MOST, LONGEST = 50, 4000


def field(what: str, view: View, *, name: str, part: str, disabled: bool) -> Node:
    """The field of a draft; Enter sends it."""
    text = what.startswith(TEXT)
    return element(
        "input",
        key=what,
        part=part,
        type="text" if text else "tel",
        enterkeyhint="send" if text else "go",
        autocomplete="off",
        dir="auto" if text else "ltr",
        maxlength=LONGEST,
        aria_label=name,
        placeholder=name,
        disabled=disabled,
        value=view.drafts.get(what, ""),
        on={}
        if disabled
        else {"input": DraftEdited(what=what), "keydown": DraftKeyPressed(what=what)},
    )


def edited(view: View, what: str, value: str) -> View:
    """The draft says this now; an empty one is none."""
    drafts = {name: text for name, text in view.drafts.items() if name != what}
    if value:
        drafts[what] = value[:LONGEST]
    return replace(view, drafts=dict(list(drafts.items())[-MOST:]))


def sent(view: View, what: str, snapshot: Snapshot) -> tuple[View, list[Happening]]:
    """The person is done with it. What can't be sent stays where it is, and the phone says why."""
    text = view.drafts.get(what, "").strip()
    if not text:
        return view, []
    if what == TO:
        return replace(edited(view, what, ""), open=MESSAGES, of=printed(text) or text), []
    command: Command
    if what == FORWARD:
        target = codes(snapshot.config.feature_codes).forward + (printed(text) or text)
        command = MakeCall(target=target)
    else:
        target = what.removeprefix(TEXT)
        command = SendMessage(target=target, text=text)
    view = edited(view, what, "") if _may_go(target, snapshot) else view
    return view, [Asked(command=command)]


def _may_go(target: str, snapshot: Snapshot) -> bool:
    """Whether the phone takes it on: from then on the phone keeps it."""
    try:
        address(target, snapshot.settings.domain)
    except WebPhoneError:
        return False
    return snapshot.settings.complete
