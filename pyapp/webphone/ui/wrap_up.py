"""What a call came to: an outcome and a note, asked for when it has ended. Loaded by the first."""

from __future__ import annotations

from datetime import datetime

from webphone.contract import Config, LogCall
from webphone.phone.snapshot import EndedCall, Snapshot
from webphone.phone.wrapping import LONGEST_NOTE
from webphone.ui.drafts import NOTE, OUTCOME
from webphone.ui.farewell import after
from webphone.ui.gestures import DraftEdited, OutcomeChosen
from webphone.ui.html import Node, element
from webphone.ui.peer import named
from webphone.ui.pieces import avatar, button, lasting
from webphone.ui.view import View
from webphone.ui.words import clock, say

MOST = 20  # outcomes that there is room for


def body(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    """The screen, for the call that has waited longest."""
    config, ended = snapshot.config, snapshot.unlogged[0]
    id = ended.record.id
    outcome, note = (view.drafts.get(f"{what}{id}", "") for what in (OUTCOME, NOTE))
    more = len(snapshot.unlogged) - 1
    return [
        _peer(ended, more, snapshot, view, now),
        (_list if config.layout == "bar" else _chips)(id, outcome, config),
        _note(id, note, config),
        element(
            "div",
            button(
                say("wrap_up_skip"),
                on=LogCall(id=id),
                part="skip",
                config=config,
                sign="close",
                after="hangup",
            ),
            button(
                say("wrap_up_save"),
                on=LogCall(id=id, outcome=outcome, note=note),
                part="log-call",
                config=config,
                sign="ready",
                waits=not (outcome or note.strip()),
            ),
            class_="end",
            key="end",
        ),
    ]


def _peer(ended: EndedCall, more: int, snapshot: Snapshot, view: View, now: float) -> Node:
    """With whom it was, how long, and how long the person is at it."""
    record = ended.record
    since = now - datetime.fromisoformat(record.ended_at).timestamp()
    lasted = lasting(record.talk_seconds, snapshot, view, after)
    timer = element(
        "span", clock(since), part="timer", role="timer", aria_live="off", dir="ltr",
        translate="no", aria_label=say("wrap_up"),
    )  # fmt: skip
    facts = (
        element("span", *lasted),
        element("span", say("wrap_up"), " ", timer),
        element("span", say("wrap_up_more", count=more)) if more else None,
    )
    return element(
        "div",
        avatar(ended.peer_name, ended.peer_number),
        named(ended.peer_name, ended.peer_number, element("span", *facts, class_="facts")),
        key="peer",
        class_="peer",
        data_stage="ended",
    )


def _chips(id: str, chosen: str, config: Config) -> Node:
    """One press chooses an outcome, another one takes it back."""
    return element(
        "div",
        *(
            button(
                outcome,
                on=OutcomeChosen(record=id, outcome="" if outcome == chosen else outcome),
                part=f"outcome outcome-{number}",
                config=config,
                pressed=outcome == chosen,
                primary=number == 1,
            )
            for number, outcome in enumerate(_outcomes(config), 1)
        ),
        key="outcomes",
        part="outcomes",
        role="group",
        aria_label=say("wrap_up_outcome"),
    )


def _list(id: str, chosen: str, config: Config) -> Node:
    """The same where there is one line."""
    options = ("", *_outcomes(config))
    return element(
        "select",
        *(
            element("option", each or say("wrap_up_outcome"), key=each, value_=each)
            for each in options
        ),
        key="outcomes",
        part="outcomes",
        aria_label=say("wrap_up_outcome"),
        disabled=config.disabled,
        data_primary=True,
        value=chosen,
        on={} if config.disabled else {"input": DraftEdited(what=f"{OUTCOME}{id}")},
    )


def _note(id: str, note: str, config: Config) -> Node:
    return element(
        "input" if config.layout == "bar" else "textarea",
        key=f"note {id}",
        part="note-input",
        rows=None if config.layout == "bar" else "3",
        dir="auto",
        autocomplete="off",
        maxlength=LONGEST_NOTE,
        aria_label=say("wrap_up_note"),
        placeholder=say("wrap_up_note"),
        disabled=config.disabled,
        value=note,
        on={} if config.disabled else {"input": DraftEdited(what=f"{NOTE}{id}")},
    )


def _outcomes(config: Config) -> list[str]:
    return list(dict.fromkeys(config.wrap_up))[:MOST]
