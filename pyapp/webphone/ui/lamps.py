"""What waits and who is there: the lamp of voice mail, and the lamps of colleagues."""

from __future__ import annotations

from dataclasses import replace

from webphone.contract import Command, Config, MakeCall, PickUp
from webphone.phone.snapshot import Lamp, LampNews, Snapshot, Voicemail
from webphone.ui.html import Node, element
from webphone.ui.pieces import button, number
from webphone.ui.words import say
from webphone.words import Sentence

# What a colleague does, in words: colour alone says nothing.
WORDS = {
    "unknown": "lamp_unknown",
    "idle": "lamp_idle",
    "ringing": "lamp_ringing",
    "busy": "lamp_busy",
    "away": "lamp_away",
}
# The same as news for the ear; that nothing is known is none.
SPOKEN = {
    "idle": "spoken_lamp_idle",
    "ringing": "spoken_lamp_ringing",
    "busy": "spoken_lamp_busy",
    "away": "spoken_lamp_away",
}


def lamps(snapshot: Snapshot) -> Node | None:
    """All of them, None where the phone has none."""
    config = snapshot.config
    mail = snapshot.voicemail
    shown = [
        *([_voicemail(mail, config)] if mail else []),
        *(_lamp(lamp, config) for lamp in snapshot.lamps),
    ]
    if not shown:
        return None
    return element(
        "div",
        *shown,
        part="lamps",
        key="lamps",
        role="group",
        aria_label=say("lamps"),
    )


def _voicemail(mail: Voicemail, config: Config) -> Node:
    """How many messages wait; a press dials the box."""
    dials = MakeCall(target=mail.number) if mail.number and config.show_dial else None
    drawn = button(
        _waiting(mail),
        on=dials,
        part="voicemail",
        config=config,
        sign="voicemail",
    )
    state = "waiting" if mail.waiting else "empty"
    return replace(drawn, attributes={**drawn.attributes, "data-state": state})


def _waiting(mail: Voicemail) -> Sentence:
    if not mail.waiting:
        return say("voicemail_empty")
    return say("voicemail_new", count=mail.new) if mail.new else say("voicemail_waiting")


def spoken(news: LampNews) -> list[tuple[str, Sentence]]:
    """What an ear is told of them, each sentence with its key."""
    sentences = [
        (f"lamp {lamp.number} {news.number}", say(SPOKEN[lamp.state], name=lamp.number))
        for lamp in news.lamps
    ]
    if news.more:
        sentences.append((f"lamps {news.number}", say("spoken_lamps_more", count=news.more)))
    if news.mail:
        words = say("spoken_voicemail", words=_waiting(news.mail))
        sentences.append((f"mail {news.number}", words))
    return sentences


def _lamp(lamp: Lamp, config: Config) -> Node:
    """One colleague; a press calls, or takes the call that rings there."""
    ringing = lamp.state == "ringing"
    words = say("lamp_ringing_of", caller=lamp.caller) if ringing and lamp.caller else None
    press: Command = PickUp(target=lamp.number) if ringing else MakeCall(target=lamp.number)
    works = config.show_dial and not config.disabled
    return element(
        "button",
        number(lamp.number, "lamp-number"),
        element("span", words or say(WORDS[lamp.state]), class_="words"),
        type="button",
        part="lamp",
        key=f"lamp-{lamp.number}",
        data_state=lamp.state,
        disabled=config.disabled,
        aria_disabled="true" if not config.show_dial and not config.disabled else None,
        on={"click": press} if works else {},
    )
