"""A conference: who is in it, and what can be done with each and with all of them."""

from __future__ import annotations

from webphone.contract import Config, Hangup, MuteMember, Resume, Split
from webphone.phone.snapshot import CallSnapshot
from webphone.ui.gestures import Together
from webphone.ui.html import Node, element
from webphone.ui.peer import named, standing
from webphone.ui.pieces import button, icon
from webphone.ui.words import hue, say


def head(call: CallSnapshot, config: Config, now: float) -> Node:
    """In the place of the one at the other end; the time is that of the call in front."""
    return element(
        "div",
        element(
            "span",
            icon("conference"),
            part="avatar",
            data_hue=hue("conference"),
            aria_hidden="true",
        ),
        named(say("conference"), ""),
        standing(call, now) if config.show_status else None,
        key="peer",
        class_="peer",
        data_stage=call.stage,
    )


def roster(members: list[CallSnapshot], config: Config) -> Node:
    """All of them, each with its controls."""
    rows = [_row(call, config) for call in members]
    return element(
        "ul",
        *rows,
        key="roster",
        class_="roster",
        part="list",
        aria_label=say("conference_members"),
    )


def ending(members: list[CallSnapshot], config: Config) -> Node:
    """The end of it for all: they have only us in common."""
    return button(
        say("end_conference"),
        on=Together(commands=tuple(Hangup(id=call.view.id) for call in members)),
        part="hangup end-conference",
        config=config,
        sign="phone",
        primary=True,
    )


def _row(call: CallSnapshot, config: Config) -> Node:
    name, id = call.peer_name, call.view.id
    words = _words(call)
    shown = (
        _hearing(call, config),
        button(
            say("split_member", name=name),
            on=Split(id=id) if call.up else None,
            part="split",
            config=config,
            sign="split",
            wordless=True,
        )
        if config.show_hold
        else None,
        button(
            say("drop_member", name=name),
            on=Hangup(id=id),
            part="drop",
            config=config,
            sign="drop",
            wordless=True,
        )
        if config.show_hangup
        else None,
    )
    return element(
        "li",
        named(
            name,
            "",
            element("span", words, part="stage") if words and config.show_status else None,
        ),
        element("div", *shown, class_="tools"),
        key=id,
        class_="row",
        part="list-item",
        data_speaking=call.speaking,
    )


def _hearing(call: CallSnapshot, config: Config) -> Node | None:
    """Whether they are heard; who was put on hold alone is taken back first."""
    if call.held_local:
        return (
            button(
                say("take_member", name=call.peer_name),
                on=Resume(id=call.view.id) if call.up else None,
                part="take-member",
                config=config,
                sign="hold",
                wordless=True,
                waits=call.changing,
                pressed=True,
            )
            if config.show_hold
            else None
        )
    if not config.show_mute:
        return None
    return button(
        say("silence_member", name=call.peer_name),
        on=MuteMember(id=call.view.id, on=not call.silenced),
        part="silence",
        config=config,
        sign="silenced" if call.silenced else "sound",
        wordless=True,
        pressed=call.silenced,
    )


def _words(call: CallSnapshot) -> str:
    if call.recovering:
        return say("taking_back")
    if call.held_local:
        return say("held")
    if call.held_remote:
        return say("member_holds")
    if call.unstable:
        return say("unstable")
    if call.silenced:
        return say("member_silenced")
    return say("member_speaks") if call.speaking else ""
