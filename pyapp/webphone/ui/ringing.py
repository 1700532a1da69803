"""A call that comes in: alone on the screen, or waiting beside another."""

from __future__ import annotations

from webphone.contract import Answer, Config, Hangup, Reject
from webphone.phone.snapshot import CallSnapshot, Snapshot
from webphone.ui.dialpad import idle_keys
from webphone.ui.drawn import Drawn
from webphone.ui.gestures import Together
from webphone.ui.haste import typing
from webphone.ui.html import Node, element
from webphone.ui.others import others
from webphone.ui.peer import named, peer, stage_words
from webphone.ui.pieces import avatar, button
from webphone.ui.selectors import answer_command, front
from webphone.ui.view import View
from webphone.ui.words import hue, say


def rings(snapshot: Snapshot, view: View) -> bool:
    """Whether the call in front waits for an answer from here."""
    call = snapshot.foremost
    return call is not None and call.stage == "incoming"


def ringing(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    """A call that comes in."""
    call, config = front(snapshot), snapshot.config
    shown = (
        # Whoever types gets no control under the fingers that a key could press.
        view.drawn("ringing", _ringing, call, view.drawn, config, primary=not typing(view, now)),
        idle_keys(config),
        *others(call, snapshot, view, now),
    )
    return [part for part in shown if part is not None]


def _ringing(call: CallSnapshot, drawn: Drawn, config: Config, *, primary: bool) -> Node:
    return element(
        "section",
        peer(call, drawn, config, ()),
        _with_video(call, config),
        answering(call, config, primary=primary),
        key="ringing",
        class_="ringing",
        data_hue=hue(call.peer_number or call.peer_name),
        role="dialog",
        aria_label=stage_words(call.stage, call.view.video, call.held_local),
    )


def call_waiting(
    ringing: CallSnapshot, first: CallSnapshot, config: Config, count: int
) -> Node | None:
    """A second call rings, of `count`: answering it puts the first on hold, or ends it.

    By that, no conference is ended.
    """
    told = say("waiting") if count == 1 else say("waiting_more", count=count)
    talking = first.stage != "incoming" and not first.joined
    both = button(
        say("end_and_answer"),
        on=Together(commands=(Hangup(id=first.view.id), answer_command(ringing))),
        part="end-and-answer",
        config=config,
    )
    shown = [
        *_declining(ringing, config),
        *_accepting(ringing, config, primary=True),
        *([pictures] if (pictures := _with_video(ringing, config)) else []),
        *([both] if talking and config.show_hangup and config.show_answer else []),
    ]
    if not shown and not config.show_status:
        return None
    return element(
        "section",
        element(
            "div",
            avatar(ringing.peer_name, ringing.peer_number, ringing.contact),
            named(
                ringing.peer_name,
                ringing.peer_number,
                element("span", told, part="stage", aria_hidden="true")
                if config.show_status
                else None,
            ),
            class_="row",
        ),
        element("div", *shown, class_="end") if shown else None,
        key="waiting",
        class_="waiting",
        part="dialog",
        role="dialog",
        aria_label=told,
    )


# --- Controls -------------------------------------------------------------------------------------


def answering(call: CallSnapshot, config: Config, *, primary: bool) -> Node | None:
    """Decline and Answer, in this order along the line of writing."""
    shown = [*_declining(call, config), *_accepting(call, config, primary=primary)]
    return element("div", *shown, class_="end", key="end") if shown else None


def _declining(call: CallSnapshot, config: Config) -> list[Node]:
    if not config.show_hangup:
        return []
    return [
        button(
            say("decline"),
            on=Reject(id=call.view.id),
            part="hangup decline",
            config=config,
            sign="phone",
        )
    ]


def _accepting(call: CallSnapshot, config: Config, *, primary: bool) -> list[Node]:
    if not config.show_answer:
        return []
    return [
        button(
            say("answer"),
            on=answer_command(call),
            part="answer",
            config=config,
            sign="phone",
            primary=primary,
        )
    ]


def _with_video(call: CallSnapshot, config: Config) -> Node | None:
    """The other answer, where pictures are offered."""
    if not config.show_answer or not call.view.video:
        return None
    return button(
        say("answer_video"),
        on=Answer(id=call.view.id, video=True),
        part="answer answer-video",
        config=config,
        sign="camera",
    )
