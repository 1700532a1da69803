"""The phone as a round button in a corner of the page, which opens it and says what goes on."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile
from math import isinf

from webphone.contract import Config
from webphone.phone.call.record import iso
from webphone.phone.snapshot import CallSnapshot, Snapshot
from webphone.ui.gestures import LauncherPressed
from webphone.ui.haste import typing
from webphone.ui.html import Node, element
from webphone.ui.messages import all_unread
from webphone.ui.peer import call_words, lasts, named, stage_words, standing
from webphone.ui.pieces import button, icon, place
from webphone.ui.ringing import answering
from webphone.ui.selectors import asked, launcher_shut
from webphone.ui.view import View
from webphone.ui.words import say
from webphone.words import Sentence

MOST = 99  # more than so many are "99+"


def missed(snapshot: Snapshot, view: View) -> int:
    """So many calls were missed since the phone was closed."""
    if isinf(view.shut_at) or not launcher_shut(snapshot, view):
        return 0
    since = iso(view.shut_at)
    newer = takewhile(lambda record: record.ended_at > since, snapshot.history)
    return sum(record.disposition == "missed" for record in newer)


def spoken(snapshot: Snapshot, view: View) -> list[tuple[str, Sentence]]:
    """What of it an ear is told."""
    count = missed(snapshot, view)
    return [(f"missed {count}", say("missed_calls", count=count))] if count else []


# --- What is drawn --------------------------------------------------------------------------------


def launched(snapshot: Snapshot, view: View, now: float, card: Node) -> list[Node]:
    """The button, and beside it the phone, or a call that rings while that is closed."""
    if not launcher_shut(snapshot, view):
        return [
            element("div", _button(snapshot, view, now), key="launcher", class_="launcher"),
            element("div", card, key="launched", class_="launched"),
        ]
    rings = next((call for call in snapshot.living if call.stage == "incoming"), None)
    shown = [
        _ringing(rings, snapshot.config, view, now) if rings else None,
        _button(snapshot, view, now),
    ]
    return [element("div", *shown, key="launcher", class_="launcher")]


def closer(snapshot: Snapshot) -> Node | None:
    """The way back to the button, also where the phone covers it; not while the phone asks."""
    if asked(snapshot):
        return None
    return button(
        say("close_phone"),
        on=LauncherPressed(open=False),
        part="launcher-close",
        config=snapshot.config,
        sign="close",
        wordless=True,
    )


def _button(snapshot: Snapshot, view: View, now: float) -> Node:
    """The button: its name is what it shows, and what else there is to know."""
    config, call, open = snapshot.config, snapshot.foremost, not launcher_shut(snapshot, view)
    in_call = None if open or call is None or call.stage == "incoming" else call
    news = [] if open else _news(snapshot, view)
    looks = "ringing" if call and call.stage == "incoming" else "call" if call else None
    told = [element("span", words, key=key, class_="told") for key, words in news]
    if in_call is not None:
        told.append(element("span", call_words(in_call), key="call", class_="told"))
    drawn = button(
        say("phone"),
        on=LauncherPressed(open=not open),
        part="launcher",
        config=config,
        sign="muted" if in_call and in_call.muted else "phone",
        # What rings has its own.
        primary=not open and looks != "ringing",
        waits=asked(snapshot) is not None,
    )
    sign, words = drawn.children
    assert isinstance(words, Node)
    assert isinstance(sign, Node)
    below = [
        sign if in_call or looks else place("launcher-icon", sign),
        replace(words, attributes={**words.attributes, "class": "told"}),
        *told,
        standing(in_call, lasts(in_call, now)) if in_call and config.show_status else None,
        _badge(snapshot, view) if news else None,
    ]
    return replace(
        drawn,
        attributes={
            **drawn.attributes,
            "aria-expanded": str(open).lower(),
            **({"data-looks": looks} if looks else {}),
        },
        children=tuple(each for each in below if each is not None),
    )


def _news(snapshot: Snapshot, view: View) -> list[tuple[str, Sentence]]:
    """What has come since the phone was closed, in words."""
    unread = all_unread(snapshot, view)
    return [
        *spoken(snapshot, view),
        *([("unread", say("messages_unread", count=unread))] if unread else []),
        *([("error", snapshot.error.message)] if snapshot.error else []),
    ]


def _badge(snapshot: Snapshot, view: View) -> Node:
    """The same for the eye: how many, or that something is wrong."""
    count = missed(snapshot, view) + all_unread(snapshot, view)
    words = f"{MOST}+" if count > MOST else str(count) if count else icon("alert")
    return element(
        "span",
        words,
        key="badge",
        part="badge",
        data_mood=None if count else "bad",
        dir="ltr",
        aria_hidden="true",
    )


def _ringing(call: CallSnapshot, config: Config, view: View, now: float) -> Node | None:
    """Who calls, and the answer."""
    controls = answering(call, config, primary=not typing(view, now))
    if controls is None and not config.show_status:
        return None
    words = stage_words(call.stage, call.view.video, call.held_local)
    # The name of the dialog, and said with that.
    told = element("span", words, part="stage", aria_hidden="true") if config.show_status else None
    return element(
        "section",
        named(call.peer_name, call.peer_number, told),
        controls,
        key="ringing",
        class_="toast",
        role="dialog",
        aria_label=words,
    )
