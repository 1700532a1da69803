"""A call that goes on with somebody else: to whom, and how far that has come."""

from __future__ import annotations

from webphone.contract import CancelTransfer, Command, CompleteTransfer, Config, Consult, Transfer
from webphone.phone.snapshot import CallSnapshot, TransferSnapshot
from webphone.ui.gestures import PageClosed, TransferTyped
from webphone.ui.html import Node, element
from webphone.ui.peer import transfer_words
from webphone.ui.pieces import button, icon, number_field
from webphone.ui.view import View
from webphone.ui.words import say

# Stage -> what can be done about it, by words, part, command and the part whose place it takes.
Choice = tuple[str, str, Command, str]
TAKE_BACK: Choice = ("take_back", "transfer-cancel", CancelTransfer(), "transfer-now")
CHOICES: dict[str, tuple[Choice, ...]] = {
    "consulting": (
        ("transfer_back", "transfer-cancel", CancelTransfer(), ""),
        ("complete", "transfer-complete", CompleteTransfer(), "consult"),
    ),
    "asking": (TAKE_BACK,),
    "accepted": (TAKE_BACK,),
    "progress": (TAKE_BACK,),
    "requested": (
        ("transfer_stay", "transfer-cancel", CancelTransfer(), ""),
        ("transfer_agree", "transfer-complete", CompleteTransfer(), ""),
    ),
    "following": (),
}


def pane(call: CallSnapshot, view: View, config: Config) -> list[Node]:
    """To whom, and both ways to do it, in the place of the call's other controls."""
    target = view.transfer_to.strip()
    field = element(
        "div",
        number_field(
            say("transfer_to"),
            key="transfer",
            value=view.transfer_to,
            on={"input": TransferTyped()},
            config=config,
            data_after="action transfer",
        ),
        button(
            say("transfer_close"),
            on=PageClosed(),
            part="transfer-back",
            config=config,
            sign="close",
            wordless=True,
        ),
        class_="field",
        key="transfer",
    )
    ways = element(
        "div",
        button(
            say("transfer_ask"),
            on=Consult(target=target) if target else None,
            part="consult",
            config=config,
        ),
        button(
            say("transfer_now"),
            on=Transfer(target=target, id=call.view.id) if target else None,
            part="transfer-now",
            config=config,
            sign="transfer",
        ),
        class_="choices",
        key="ways",
    )
    return [field, ways]


def standing(call: CallSnapshot, transfer: TransferSnapshot, config: Config) -> list[Node]:
    """How far it has come, and what can be done about that."""
    shown = [
        button(say(words), on=command, part=part, config=config, after=after)
        for words, part, command, after in CHOICES[transfer.stage]
    ]
    told = element(
        "p",
        icon("transfer"),
        element("span", transfer_words(call, transfer), class_="words"),
        part="notice",
        key="transfer",
    )
    if not shown:
        return [told]
    return [told, element("div", *shown, class_="choices", key="choices")]
