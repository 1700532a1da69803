"""A conference: who is in it, and what can be done with each and with all of them."""

from __future__ import annotations

from webphone.contract import Config, Hangup, MuteMember, Resume, Split
from webphone.phone.snapshot import CallSnapshot
from webphone.ui.gestures import Together
from webphone.ui.html import Node, element
from webphone.ui.peer import named, standing
from webphone.ui.pieces import button, icon
from webphone.ui.words import hue, say
from webphone.words import Sentence

MOST_LISTED = 50  # rows of a server's conference: what is more is a number


def head(call: CallSnapshot, config: Config, time: tuple[Node | str, ...]) -> Node:
    """In the place of the one at the other end; `time` is how long the call in front lasts."""
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
        standing(call, time) if config.show_status else None,
        key="peer",
        class_="peer",
        data_stage=call.stage,
    )


def roster(members: tuple[CallSnapshot, ...], config: Config) -> Node:
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


def listed(call: CallSnapshot, config: Config) -> Node:
    """The others in the conference of a server, as it tells: nothing can be done with them here."""
    there = call.members[:MOST_LISTED]
    rows = [
        element(
            "li",
            named(
                member.name or member.number or member.id,
                "",
                element("span", say("member_silenced"), part="stage")
                if member.muted and config.show_status
                else None,
            ),
            key=member.id,
            class_="row",
            part="list-item",
        )
        for member in there
    ]
    more = len(call.members) - len(there)
    return element(
        "ul",
        *rows,
        element("li", f"+{more}", key="more", class_="row", part="list-item") if more else None,
        key="roster",
        class_="roster",
        part="list",
        aria_label=say("conference_members"),
        tabindex="0",  # it scrolls, and has no control that could be focused
    )


def pictures(members: list[CallSnapshot]) -> Node | None:
    """Whoever shows video, each with a name, and ourselves."""
    tiles = [
        _tile("remote", call.view.id, call.peer_name, say("remote_video", name=call.peer_name))
        for call in members
        if call.video_remote
    ]
    ours = next((call for call in members if call.video_local), None)
    if ours is not None:
        tiles.append(_tile("self", ours.view.id, say("self_video"), say("self_video")))
    if not tiles:
        return None
    return element("div", *tiles, key="video", part="video-view", class_="grid")


def _tile(media: str, id: str, name: Sentence | str, label: Sentence) -> Node:
    return element(
        "div",
        element(
            "video",
            key=f"{media} {id}",
            data_media=media,
            data_call=id,
            autoplay=True,
            playsinline=True,
            muted=True,
            aria_label=label,
        ),
        element("span", name, class_="name", dir="auto", aria_hidden="true"),
        key=f"tile {media} {id}",
        class_="tile",
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
