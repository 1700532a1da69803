"""What a person types besides a number: kept until it is sent, whatever the screen shows then."""

from __future__ import annotations

from dataclasses import replace

from webphone.contract import Command, Config, MakeCall, SendMessage, WebPhoneError
from webphone.phone.feature_codes import codes
from webphone.phone.happenings import Asked, Happening, SettingChosen
from webphone.phone.numbers import address, printed
from webphone.phone.snapshot import Snapshot
from webphone.ui.gestures import DraftEdited, DraftKeyPressed, DraftSent
from webphone.ui.html import Node, element
from webphone.ui.pieces import button
from webphone.ui.view import MESSAGES, View

# Drafts: whom to write to, where calls are to go, and of each peer the next text.
TO, FORWARD, TEXT = "to", "forward", "text "
TEST = "test-call"  # the number of an echo
# What a call came to, by the id of its record.
OUTCOME, NOTE = "outcome ", "note "
# What is typed of a contact, and what contacts are looked for.
PERSON_NAME, PERSON_NUMBERS, CONTACT = "person-name", "person-numbers", "contact-search"
# What calls of the past are looked for.
SEARCH, KIND = "history-search", "history-kind"
MOST, LONGEST = 50, 4000


def line(
    what: str,
    view: View,
    config: Config,
    *,
    name: str,
    part: str,
    send: str,
    does: str,
    sign: str,
    key: str = "field",
    primary: bool = False,
) -> Node:
    """The field of a draft with its `name` and `part`, and the button `does` that sends it."""
    return element(
        "div",
        _field(what, view, name=name, part=part, disabled=config.disabled),
        button(
            send,
            on=DraftSent(what=what),
            part=does,
            config=config,
            sign=sign,
            wordless=True,
            waits=not typed(view, what),
            primary=primary,
        ),
        class_="field",
        key=key,
    )


def typed(view: View, what: str) -> str:
    """What the draft says, "" where it says nothing."""
    return view.drafts.get(what, "").strip()


def _field(what: str, view: View, *, name: str, part: str, disabled: bool) -> Node:
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
    """The draft says this now; an empty one is none. Whoever looks for calls begins anew."""
    drafts = {name: text for name, text in view.drafts.items() if name != what}
    if value:
        drafts[what] = value[:LONGEST]
    of = "" if what in (SEARCH, KIND) else view.of
    return replace(view, of=of, drafts=dict(list(drafts.items())[-MOST:]))


def logged(view: View, record: str) -> View:
    """The view once a call has its note: it is typed no more, and how it ended is known."""
    done = (f"{OUTCOME}{record}", f"{NOTE}{record}")
    drafts = {name: text for name, text in view.drafts.items() if name not in done}
    return replace(view, drafts=drafts, read=record)


def sent(view: View, what: str, snapshot: Snapshot) -> tuple[View, list[Happening]]:
    """The person is done with it. What can't be sent stays where it is, and the phone says why."""
    text = typed(view, what)
    if not text:
        return view, []
    if what == TO:
        return replace(edited(view, what, ""), open=MESSAGES, of=printed(text) or text), []
    command: Command
    if what == TEST:
        target = printed(text) or text
        command, kept = MakeCall(target=target), SettingChosen(name="test_number", value=target)
        return replace(edited(view, what, ""), tried=command), [kept, Asked(command=command)]
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
