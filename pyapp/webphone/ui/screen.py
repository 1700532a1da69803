"""The whole screen: a pure function of the phone's picture, the screen's own state and the time."""

from __future__ import annotations

from webphone.contract import Config
from webphone.phone.picture import CallPicture, Picture
from webphone.ui.call import call_waiting, calling, ended
from webphone.ui.dialpad import dialling
from webphone.ui.html import Node, element
from webphone.ui.status import banners, header, live_regions
from webphone.ui.view import (
    KeyPressed,
    View,
    all_waiting,
    farewell_shown,
    foremost,
    living,
    waiting,
)
from webphone.ui.words import say


def screen(picture: Picture, view: View, now: float) -> Node:
    """What to show at `now` (seconds on the clock of the picture's times)."""
    visible = not headless(picture.config)
    front = foremost(picture)
    return element(
        "div",
        *live_regions(picture),
        *([_card(picture, view, front, now)] if visible else []),
        class_="phone",
        part="phone",
        role="group",
        aria_label=say("phone"),
        tabindex="-1" if visible else None,
        data_screen=_name(picture, view, front),
        on={"keydown": KeyPressed()} if visible else {},
    )


def ticks(picture: Picture, view: View) -> bool:
    """Whether the screen shows a time that runs, so that it must be drawn every second."""
    if not picture.config.show_status or headless(picture.config):
        return False
    if picture.state == "reconnecting" and picture.retry_at is not None:
        return True
    return any(call.stage == "active" for call in living(picture))


def headless(config: Config) -> bool:
    """Whether every part is hidden: the phone is then driven by the page alone."""
    return not any(
        (
            config.show_dialpad,
            config.show_dialled_number,
            config.show_answer,
            config.show_hangup,
            config.show_hold,
            config.show_mute,
            config.show_dial,
            config.show_status,
        )
    )


def _name(picture: Picture, view: View, front: CallPicture | None) -> str:
    if front is not None:
        return front.stage
    return "ended" if farewell_shown(view, picture) else "idle"


def _card(picture: Picture, view: View, front: CallPicture | None, now: float) -> Node:
    config = picture.config
    second = waiting(picture)
    count = len(all_waiting(picture, front))
    sheet = call_waiting(second, front, config, count) if second and front else None
    return element(
        "div",
        header(picture, now),
        *banners(picture),
        sheet,
        element(
            "div",
            *_body(picture, view, front, now),
            key="body",
            class_="body",
            data_tall=config.show_dialpad,
        ),
        class_="card",
        key="card",
    )


def _body(picture: Picture, view: View, front: CallPicture | None, now: float) -> list[Node]:
    if front is not None:
        return calling(front, picture, view, now)
    if picture.farewell is not None and farewell_shown(view, picture):
        return ended(picture.farewell, picture.config)
    return dialling(picture)
