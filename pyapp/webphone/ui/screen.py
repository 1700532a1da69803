"""The whole screen: a pure function of the snapshot, the screen's own state and the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import floor, inf
from operator import attrgetter

from webphone.contract import SETTINGS, Config, Kind
from webphone.phone.snapshot import CallSnapshot, Snapshot
from webphone.ui import call, menu, messages, ringing
from webphone.ui.dialpad import dialling, matches
from webphone.ui.farewell import ended
from webphone.ui.gestures import KeyPressed
from webphone.ui.html import Node, element
from webphone.ui.lamps import lamps
from webphone.ui.lasting import lasts
from webphone.ui.pieces import place
from webphone.ui.selectors import (
    all_waiting,
    asked,
    farewell_shown,
    own_page,
    signs_in,
    transfer_open,
    waiting,
    wraps_up,
)
from webphone.ui.status import banners, header, live_regions
from webphone.ui.view import (
    ABOUT,
    CONTACTS,
    DEVICES,
    DIAGNOSIS,
    HISTORY,
    LADDER,
    MENU,
    MESSAGES,
    SETTINGS_PAGE,
    SHORTCUTS,
    View,
)
from webphone.ui.words import say
from webphone.words import ENGLISH, RIGHT_TO_LEFT

# A timer may ring a moment early, and sums of seconds are rounded: this long after a full second it
# surely is over, and nobody sees the difference.
PAST = 0.002

# --- The screens ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Screen:
    """One row: when this screen is shown, and what its body holds."""

    shown: Callable[[Snapshot, View], bool] | str  # or the page of the phone itself that it is
    body: Callable[[Snapshot, View, float], list[Node]]


def _question(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    # Loaded by the first question.
    from webphone.ui.question import question

    return question(snapshot, view, now)


def _diagnosis(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    # Loaded by the first diagnosis.
    from webphone.ui.diagnosis import body

    return body(snapshot)


def _ladder(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    # Loaded when somebody looks at the messages.
    from webphone.ui.ladder import body

    return body(snapshot)


def _shortcuts(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    # Loaded when somebody asks for them.
    from webphone.ui.shortcuts import body

    return body(snapshot)


def _history(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    # Loaded when somebody looks at them.
    from webphone.ui.history import body

    return body(snapshot, view, now)


def _wrap_up(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    # Loaded by the first call that gets a note.
    from webphone.ui.wrap_up import body

    return body(snapshot, view, now)


def _signing_in(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    # Loaded where the page leaves it to the person.
    from webphone.ui.sign_in import body

    return body(snapshot, view)


def _contacts(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    # Loaded when somebody looks at them.
    from webphone.ui.contacts import body

    return body(snapshot, view, now)


def _devices(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    # Loaded when somebody looks at them.
    from webphone.ui.devices import body

    return body(snapshot, view, now)


def _settings(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    # Loaded when somebody looks at them.
    from webphone.ui.settings import body

    return body(snapshot, view, now)


def _about(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    # Loaded when somebody asks.
    from webphone.ui.about import body

    return body(snapshot, view)


def _beside_call(
    body: Callable[[Snapshot, View, float], list[Node]],
) -> Callable[[Snapshot, View, float], list[Node]]:
    """That page; while a call goes on behind it, it can be ended there too."""
    return lambda snapshot, view, now: [
        *body(snapshot, view, now),
        *call.hanging_up(snapshot, view),
    ]


# The first that is shown is the one: what a call asks goes before a page that is open, and that
# before what the phone shows by itself.
SCREENS: dict[str, Screen] = {
    "ringing": Screen(ringing.rings, ringing.ringing),
    "question": Screen(lambda snapshot, view: asked(snapshot) is not None, _question),
    "transfer": Screen(transfer_open, call.transferring),
    "keypad": Screen(call.keypad_open, call.keying),
    "ended": Screen(farewell_shown, ended),
    "messages": Screen(MESSAGES, _beside_call(messages.body)),
    "history": Screen(HISTORY, _beside_call(_history)),
    "contacts": Screen(CONTACTS, _beside_call(_contacts)),
    "devices": Screen(DEVICES, _beside_call(_devices)),
    "diagnosis": Screen(DIAGNOSIS, _beside_call(_diagnosis)),
    "ladder": Screen(LADDER, _beside_call(_ladder)),
    "settings": Screen(SETTINGS_PAGE, _beside_call(_settings)),
    "about": Screen(ABOUT, _beside_call(_about)),
    "shortcuts": Screen(SHORTCUTS, _beside_call(_shortcuts)),
    "menu": Screen(MENU, _beside_call(menu.body)),
    "call": Screen(call.goes_on, call.talking),
    "wrap-up": Screen(lambda snapshot, view: wraps_up(snapshot), _wrap_up),
    "sign-in": Screen(lambda snapshot, view: signs_in(snapshot), _signing_in),
    "idle": Screen(lambda snapshot, view: True, dialling),
}


def shown(snapshot: Snapshot, view: View) -> str:
    """The name of the screen to show."""
    page = own_page(snapshot, view)
    return next(
        name
        for name, row in SCREENS.items()
        if (row.shown == page if isinstance(row.shown, str) else row.shown(snapshot, view))
    )


# --- Around them ----------------------------------------------------------------------------------


def screen(snapshot: Snapshot, view: View, now: float) -> Node:
    """What to show at `now` (seconds on the clock of the snapshot's times)."""
    view.drawn.begin(now)
    visible = not headless(snapshot.config)
    front = snapshot.foremost
    # Of a time that passes they know nothing.
    name = view.drawn("name", shown, snapshot, view)
    whole = element(
        "div",
        *view.drawn("spoken", live_regions, snapshot, view, lasts(view, snapshot)),
        *(_shown(snapshot, view, front, name, now) if visible else []),
        # A bar has no room for it within.
        matches(snapshot, view) if name == "idle" and snapshot.config.layout == "bar" else None,
        class_="phone",
        part="phone",
        role="group",
        aria_label=say("phone"),
        tabindex="-1" if visible else None,
        data_screen=front.stage if front else name,
        data_theme=None if snapshot.config.theme == "auto" else snapshot.config.theme,
        lang=snapshot.language,
        dir=_direction(snapshot.language),
        on={"keydown": KeyPressed()} if visible else {},
    )
    return whole if snapshot.speech == ENGLISH else view.drawn.said(whole, snapshot.speech)


def _direction(language: str) -> str | None:
    """Where it runs to; English is also what is said where a page's language is not known."""
    if language == ENGLISH:
        return None
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def ticks(snapshot: Snapshot, view: View) -> float | None:
    """When to draw the screen again because a time runs on it, seen from when it was drawn last.

    None: no time does. Of several, it is the time that is looked at most: the others have no
    drawings of their own.
    """
    if not snapshot.config.show_status or headless(snapshot.config):
        return None
    since, drawn = _runs_from(snapshot, view), view.drawn.at
    if since is None or drawn == -inf:
        return None
    return since + floor(drawn - since) + 1 + PAST


def _runs_from(snapshot: Snapshot, view: View) -> float | None:
    """The moment from which, or up to which, the time on the screen is counted in seconds."""
    if not own_page(snapshot, view):
        if wraps_up(snapshot):
            return datetime.fromisoformat(snapshot.unlogged[0].record.ended_at).timestamp()
        front = snapshot.foremost
        if front is not None and front.stage == "active":
            return front.answered_at
        behind = [call.held_since for call in snapshot.living if call.stage == "active"]
        if held := [since for since in behind if since is not None]:
            return held[0]
    if snapshot.state == "reconnecting" and snapshot.retry_at is not None:
        return snapshot.retry_at
    return snapshot.proved_at if menu.counts(snapshot, view) else None


def headless(config: Config) -> bool:
    """Whether every part is hidden: the phone is then driven by the page alone."""
    return not any(_shows(config))


_shows = attrgetter(*(name for name, row in SETTINGS.items() if row.kind is Kind.SHOWN))


def _shown(
    snapshot: Snapshot, view: View, front: CallSnapshot | None, name: str, now: float
) -> list[Node]:
    if snapshot.config.layout != "launcher":
        return [_card(snapshot, view, front, name, now)]
    # Loaded by a page that wants it so.
    from webphone.ui import launcher

    card = _card(snapshot, view, front, name, now, launcher.closer(snapshot))
    return launcher.launched(snapshot, view, now, card)


def _card(
    snapshot: Snapshot,
    view: View,
    front: CallSnapshot | None,
    name: str,
    now: float,
    closer: Node | None = None,
) -> Node:
    config = snapshot.config
    second = waiting(snapshot)
    count = len(all_waiting(snapshot, front))
    # In a call it stands beside Hang up.
    ends = front is not None and config.show_hangup
    more = None if ends else menu.opener(snapshot, view)
    sheet = None
    if second and front:
        sheet = view.drawn("waiting", ringing.call_waiting, second, front, config, count)
    return element(
        "div",
        header(snapshot, view, more, now, signing=name == "sign-in", closer=closer),
        *view.drawn("banners", banners, snapshot, view, signing=name == "sign-in"),
        lamps(snapshot) if name in ("idle", "menu") else None,
        sheet,
        element(
            "div",
            *SCREENS[name].body(snapshot, view, now),
            key="body",
            class_="body",
            data_tall=config.show_dialpad,
        ),
        place("idle-extra") if name == "idle" else None,
        place("call-extra") if front is not None else None,
        place("footer"),
        class_="card",
        key="card",
        data_page=name,
    )
