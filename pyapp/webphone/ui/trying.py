"""What a person tries on the page of devices: the microphone, the ring, their own voice.

Loaded with that page. A trial lasts as long as its page is seen; nothing of it leaves the browser.
"""

from __future__ import annotations

from dataclasses import replace

from webphone.phone.snapshot import Snapshot, Trial
from webphone.ui.gestures import DeviceTried
from webphone.ui.html import Node, element
from webphone.ui.pieces import button
from webphone.ui.view import DEVICES, View
from webphone.ui.words import say
from webphone.words import Sentence

SIGNS = {"microphone": "microphone", "voice": "sound", "sound": "notifications"}
# From which level on it is called so; see Trial.
LOUD_ENOUGH, TOO_LOUD, LOUDEST = 40, 90, 100
LEVELS = (
    (TOO_LOUD, say("level_high")),
    (LOUD_ENOUGH, say("level_good")),
    (5, say("level_low")),
    (0, say("level_none")),
)


def still(view: View, shown: str, *, disabled: bool) -> View:
    """The view without a trial whose page is not seen any more; `shown` is the screen that is."""
    if not view.trying or (shown == DEVICES and not disabled):
        return view
    return replace(view, trying="")


def trials(names: tuple[str, ...], snapshot: Snapshot, view: View) -> Node:
    """The buttons that begin and end them, and what there is to see meanwhile."""
    running = snapshot.trial if view.trying in names else None
    metered = running is not None and running.stage in ("listening", "recording")
    return element(
        "div",
        *(_button(what, snapshot, view) for what in names),
        _meter(running) if running and metered else None,
        element("p", words(running), key="hint", class_="hint") if running else None,
        key=f"trials-{names[0]}",
        class_="trials",
    )


def _button(what: str, snapshot: Snapshot, view: View) -> Node:
    on = view.trying == what
    return button(
        say(f"try_{what}"),
        on=DeviceTried(what="" if on else what),
        part=f"try-{what}",
        config=snapshot.config,
        sign=SIGNS[what],
        pressed=on,
    )


def words(trial: Trial) -> Sentence:
    """What it is at, and what to do."""
    heard = trial.heard and trial.stage == "listening"
    return say("try_heard" if heard else f"try_{trial.stage}")


def spoken(trial: Trial) -> list[tuple[str, Sentence]]:
    """The same for an ear: once, however often the level changes."""
    told = words(trial)
    return [(f"trial {told.key}", told)]


def _meter(trial: Trial) -> Node:
    return element(
        "meter",
        role="meter",
        key="meter",
        part="level",
        aria_label=say("level"),
        aria_valuemin="0",
        aria_valuemax=str(LOUDEST),
        aria_valuenow=str(trial.level),
        aria_valuetext=next(told for least, told in LEVELS if trial.level >= least),
        min="0",
        max=str(LOUDEST),
        low=str(LOUD_ENOUGH),
        high=str(TOO_LOUD),
        optimum="60",
        value_=str(trial.level),
    )
