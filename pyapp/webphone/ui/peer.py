"""Who is at the other end of a call, and how the call stands."""

from __future__ import annotations

from webphone.contract import Config
from webphone.phone.snapshot import CallSnapshot, TransferSnapshot
from webphone.ui.html import Node, element
from webphone.ui.pieces import avatar, number
from webphone.ui.words import clock, say
from webphone.words import Sentence


def peer(call: CallSnapshot, config: Config, time: tuple[Node | str, ...]) -> Node:
    """The other end; `time` is how long it has lasted, () where it is not answered."""
    return element(
        "div",
        avatar(call.peer_name, call.peer_number, call.contact),
        named(call.peer_name, call.peer_number, _checked(call)),
        _note(call),
        standing(call, time) if config.show_status else None,
        key="peer",
        class_="peer",
        data_stage=call.stage,
    )


def _checked(call: CallSnapshot) -> Node | None:
    """Whether the server has checked who calls, where it says so."""
    if call.view.verstat is None:
        return None
    words = say(f"caller_{call.view.verstat}")
    return element("span", words, class_="verstat", data_verstat=call.view.verstat)


def _note(call: CallSnapshot) -> Node | None:
    """What the page knows of them besides."""
    note = call.contact.note if call.contact else ""
    return element("span", note, class_="note", dir="auto", part="peer-note") if note else None


def named(name: str, digits: str, below: Node | None = None) -> Node:
    """The peer's name, and the number below when it says more; then what else is to say."""
    known = name and name != digits
    shown = element("span", name, dir="auto", part="peer-name")
    return element(
        "div",
        shown if known else number(digits or say("unknown"), "peer-name"),
        number(digits, "peer-number") if known and digits else None,
        below,
        class_="who",
    )


def lasts(call: CallSnapshot, now: float) -> tuple[str, ...]:
    """How long an answered call has lasted, () for another."""
    if call.stage != "active" or call.answered_at is None:
        return ()
    return (clock(now - call.answered_at),)


def standing(call: CallSnapshot, time: tuple[Node | str, ...]) -> Node:
    """The timer of an answered call, or else words for its stage."""
    if time:
        timer = element(
            "span",
            *time,
            part="timer",
            role="timer",
            aria_live="off",
            aria_label=say("duration"),
            dir="ltr",
            translate="no",
        )
        if not call.quality:
            return timer
        return element("span", timer, _bars(call.quality), class_="standing")
    return element("span", stage_words(call), part="stage")


def _bars(quality: str) -> Node:
    """How it sounds, in as many full bars as it is worth; the words are the same for everybody."""
    words = say(f"quality_{quality}")
    bars = (element("i") for _ in range(3))
    return element(
        "span",
        *bars,
        part="quality",
        data_quality=quality,
        role="img",
        aria_label=words,
        title=words,
    )


def stage_words(call: CallSnapshot) -> str:
    if call.stage == "incoming":
        return say("incoming_video" if call.view.video else "incoming")
    if call.stage == "active" and call.held_local:
        return say("held")
    return say(call.stage) if call.stage != "active" else say("answering")


def call_words(call: CallSnapshot) -> Sentence:
    """How the call stands, for an ear."""
    stage = "held" if call.stage == "active" and call.held_local else call.stage
    return say(f"spoken_{stage}", name=call.peer_name)


def transfer_words(call: CallSnapshot, transfer: TransferSnapshot) -> Sentence:
    """How far the transfer of a call has come."""
    return say(f"transfer_{transfer.stage}", name=call.peer_name, target=transfer.target)
