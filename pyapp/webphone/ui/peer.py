"""Who is at the other end of a call, and how the call stands."""

from __future__ import annotations

from webphone.contract import Config
from webphone.phone.snapshot import CallSnapshot, TransferSnapshot
from webphone.ui.drawn import Drawn
from webphone.ui.html import Node, element
from webphone.ui.pieces import avatar, number
from webphone.ui.words import clock, say
from webphone.words import Sentence


def peer(call: CallSnapshot, drawn: Drawn, config: Config, time: tuple[Node | str, ...]) -> Node:
    """The other end; `time` is how long it has lasted, () where it is not answered."""
    name, digits = call.peer_name, call.peer_number
    stands = (call.stage, call.view.video, call.held_local, call.quality)
    return drawn(
        "peer",
        _peer,
        drawn("face", avatar, name, digits, call.contact),
        drawn("who", _named, name, digits, call.view.verstat),
        call.contact.note if call.contact else "",
        drawn("standing", _standing, time, *stands) if config.show_status else None,
        call.stage,
    )


def _peer(face: Node, who: Node, note: str, standing: Node | None, stage: str) -> Node:
    """`note` is what the page knows of them besides."""
    return element(
        "div",
        face,
        who,
        element("span", note, class_="note", dir="auto", part="peer-note") if note else None,
        standing,
        key="peer",
        class_="peer",
        data_stage=stage,
    )


def _named(name: str, digits: str, verstat: str | None) -> Node:
    """`verstat`: whether the server has checked who calls, where it says so."""
    if verstat is None:
        return named(name, digits)
    words = say(f"caller_{verstat}")
    return named(name, digits, element("span", words, class_="verstat", data_verstat=verstat))


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
    return _standing(time, call.stage, call.view.video, call.held_local, call.quality)


def _standing(
    time: tuple[Node | str, ...], stage: str, video: bool, held: bool, quality: str
) -> Node:
    if not time:
        # Of a call that rings they are the name of the dialog around, and said with that.
        hidden = "true" if stage == "incoming" else None
        words = stage_words(stage, video, held)
        return element("span", words, part="stage", aria_hidden=hidden)
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
    return element("span", timer, _bars(quality), class_="standing") if quality else timer


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


def stage_words(stage: str, video: bool, held: bool) -> Sentence:
    """How a call stands, for an eye; `held`: by us."""
    if stage == "incoming":
        return say("incoming_video" if video else "incoming")
    if stage == "active":
        return say("held" if held else "answering")
    return say(stage)


def call_words(call: CallSnapshot) -> Sentence:
    """How the call stands, for an ear."""
    stage = "held" if call.stage == "active" and call.held_local else call.stage
    return say(f"spoken_{stage}", name=call.peer_name)


def transfer_words(call: CallSnapshot, transfer: TransferSnapshot) -> Sentence:
    """How far the transfer of a call has come."""
    return say(f"transfer_{transfer.stage}", name=call.peer_name, target=transfer.target)
