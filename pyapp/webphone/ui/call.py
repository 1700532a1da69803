"""A call on the screen: who it is, how it stands, and what can be done with it."""

from __future__ import annotations

from webphone.contract import Answer, Config, Hangup, MakeCall, Reject, Resume, Swap
from webphone.phone.snapshot import CallSnapshot, Snapshot
from webphone.ui.dialpad import digits_sent, keypad
from webphone.ui.gestures import FarewellRead, PageOpened, Together
from webphone.ui.haste import typing
from webphone.ui.html import Node, element
from webphone.ui.pieces import avatar, button, icon, number
from webphone.ui.selectors import answer_command, foremost, hold_command, living, mute_command
from webphone.ui.view import View
from webphone.ui.words import clock, say

# The page of a call that its keypad is.
KEYPAD = "keypad"
# Stages in which the other side can hear keys: in a call, or a machine before it answers.
KEYED = ("early", "active")


def rings(snapshot: Snapshot, view: View) -> bool:
    """Whether the call in front waits for an answer from here."""
    call = foremost(snapshot)
    return call is not None and call.stage == "incoming"


def ringing(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    """A call that comes in."""
    call, config = _front(snapshot), snapshot.config
    return [
        element(
            "section",
            _peer(call, config, now),
            _with_video(call, config),
            # Whoever types gets no control under the fingers that a key could press.
            _answering(call, config, primary=not typing(view, now)),
            key="ringing",
            class_="ringing",
            role="alertdialog",
            aria_label=_stage_words(call),
        ),
        *_others(call, snapshot, now),
    ]


def goes_on(snapshot: Snapshot, view: View) -> bool:
    """Whether there is a call."""
    return foremost(snapshot) is not None


def talking(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    """The call in front, from dialling to its end."""
    return _call(snapshot, now, _actions(_front(snapshot), snapshot.config))


def keypad_open(snapshot: Snapshot, view: View) -> bool:
    """Whether the keypad of the call in front is open."""
    call, config = foremost(snapshot), snapshot.config
    return (
        call is not None
        and (view.open, view.of) == (KEYPAD, call.view.id)
        and call.stage in KEYED
        and config.show_dialpad
        and config.layout != "bar"  # which has no room for keys
    )


def keying(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    """The call in front with its keypad in the place of its other controls."""
    call, config = _front(snapshot), snapshot.config
    return _call(snapshot, now, digits_sent(call, config), keypad(config, call))


def _front(snapshot: Snapshot) -> CallSnapshot:
    call = foremost(snapshot)
    assert call is not None  # the table of screens has asked
    return call


def _call(snapshot: Snapshot, now: float, *controls: Node | None) -> list[Node]:
    call, config = _front(snapshot), snapshot.config
    shown = (
        _peer(call, config, now),
        _video(call) if call.video_remote or call.video_local else None,
        _notices(call, config, now),
        *_others(call, snapshot, now),
        *controls,
        _ending(call, config) if config.show_hangup else None,
    )
    return [part for part in shown if part is not None]


def _peer(call: CallSnapshot, config: Config, now: float) -> Node:
    return element(
        "div",
        avatar(call.peer_name),
        _named(call.peer_name, call.peer_number),
        _standing(call, now) if config.show_status else None,
        key="peer",
        class_="peer",
        data_stage=call.stage,
    )


def _named(name: str, digits: str, below: Node | None = None) -> Node:
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


def _standing(call: CallSnapshot, now: float) -> Node:
    """The timer of an answered call, or else words for its stage."""
    if call.stage == "active" and call.answered_at is not None:
        return element(
            "span",
            clock(now - call.answered_at),
            part="timer",
            role="timer",
            aria_live="off",
            aria_label=say("duration"),
            dir="ltr",
            translate="no",
        )
    return element("span", _stage_words(call), part="stage")


def _stage_words(call: CallSnapshot) -> str:
    if call.stage == "incoming":
        return say("incoming_video" if call.view.video else "incoming")
    if call.stage == "active" and call.held_local:
        return say("held")
    return say(call.stage) if call.stage != "active" else say("answering")


def _video(call: CallSnapshot) -> Node:
    """Two views that the media room fills; they stay the same elements for the whole call."""
    return element(
        "div",
        element(
            "video",
            key=f"remote {call.view.id}",
            data_media="remote",
            data_call=call.view.id,
            autoplay=True,
            playsinline=True,
            muted=True,
            hidden=not call.video_remote,
            aria_label=say("remote_video", name=call.peer_name),
        ),
        element(
            "video",
            key=f"self {call.view.id}",
            data_media="self",
            data_call=call.view.id,
            autoplay=True,
            playsinline=True,
            muted=True,
            hidden=not call.video_local,
            aria_label=say("self_video"),
        ),
        key="video",
        part="video-view",
    )


# --- Notices --------------------------------------------------------------------------------------


def _notices(call: CallSnapshot, config: Config, now: float) -> Node | None:
    """What a person must not overlook while talking."""
    if not config.show_status:
        return None
    shown = []
    if call.within_page:
        shown.append(("within", "offline", say("no_network")))
    if call.unstable:
        shown.append(("unstable", "alert", say("unstable")))
    if call.changing:
        shown.append(("hold", "busy", say("resuming" if call.held_local else "holding")))
    elif call.held_local:
        since = now - (now if call.held_since is None else call.held_since)
        shown.append(("hold", "hold", say("held_for", time=clock(since))))
    if call.held_remote and call.stage == "active":
        shown.append(("them", "hold", say("held_by_them", name=call.peer_name)))
    if call.muted:
        shown.append(("muted", "muted", say("muted")))
    if not shown:
        return None
    return element(
        "div",
        *(
            element("p", icon(sign), element("span", words, class_="words"), key=key, part="notice")
            for key, sign, words in shown
        ),
        key="notices",
        class_="notices",
    )


# --- Controls -------------------------------------------------------------------------------------


def _actions(call: CallSnapshot, config: Config) -> Node | None:
    up = call.stage == "active"
    shown = [
        part
        for part in (
            button(
                say("mute"),
                on=mute_command(call),
                part="action mute",
                config=config,
                sign="muted" if call.muted else "microphone",
                pressed=call.muted,
            )
            if config.show_mute
            else None,
            button(
                say("keypad"),
                on=PageOpened(page=KEYPAD, of=call.view.id) if call.stage in KEYED else None,
                part="action keypad-open",
                config=config,
                sign="keypad",
                after="hide-keypad",
            )
            if config.show_dialpad
            else None,
            button(
                say("hold"),
                on=hold_command(call) if up else None,
                part="action hold",
                config=config,
                sign="hold",
                pressed=call.held_local,
                waits=call.changing,
            )
            if config.show_hold
            else None,
        )
        if part is not None
    ]
    if not shown:
        return None
    return element(
        "div", *shown, key="actions", part="actions", role="group", aria_label=say("actions")
    )


def _ending(call: CallSnapshot, config: Config) -> Node:
    return element("div", _hangup(call, config), class_="end", key="end")


def _hangup(call: CallSnapshot, config: Config) -> Node:
    return button(
        say("hang_up"),
        on=Hangup(id=call.view.id),
        part="hangup",
        config=config,
        sign="phone",
        primary=True,
    )


def _answering(call: CallSnapshot, config: Config, *, primary: bool) -> Node | None:
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


# --- Several calls --------------------------------------------------------------------------------


def call_waiting(
    ringing: CallSnapshot, first: CallSnapshot, config: Config, count: int
) -> Node | None:
    """A second call rings, of `count`: answering it puts the first on hold, or ends it."""
    told = say("waiting") if count == 1 else say("waiting_more", count=count)
    talking = first.stage != "incoming"
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
            avatar(ringing.peer_name),
            _named(
                ringing.peer_name,
                ringing.peer_number,
                element("span", told, part="stage") if config.show_status else None,
            ),
            class_="row",
        ),
        element("div", *shown, class_="end") if shown else None,
        key="waiting",
        class_="waiting",
        part="dialog",
        role="alertdialog",
        aria_label=say("waiting"),
    )


def _others(front: CallSnapshot, snapshot: Snapshot, now: float) -> list[Node]:
    """The calls behind the one in front, each with the way to it."""
    behind = [call for call in living(snapshot) if call is not front and call.stage != "incoming"]
    if not behind:
        return []
    rows = [_row(call, front, len(behind), snapshot.config, now) for call in behind]
    return [
        element("ul", *rows, key="others", class_="others", part="list", aria_label=say("calls"))
    ]


def _row(call: CallSnapshot, front: CallSnapshot, count: int, config: Config, now: float) -> Node:
    words = _stage_words(call)
    if call.stage == "active" and call.held_local and call.held_since is not None:
        words = say("held_for", time=clock(now - call.held_since))
    swappable = call.stage == "active" and front.stage == "active" and config.show_hold
    swap = Swap() if count == 1 else Resume(id=call.view.id)
    return element(
        "li",
        avatar(call.peer_name),
        _named(
            call.peer_name,
            "",
            element("span", words, part="stage") if config.show_status else None,
        ),
        button(
            say("swap" if count == 1 else "take"),
            on=swap,
            part="swap",
            config=config,
            sign="swap",
        )
        if swappable
        else None,
        key=call.view.id,
        class_="row",
        part="list-item",
    )


# --- Afterwards -----------------------------------------------------------------------------------


def ended(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    """How the last call ended, and a way to try it again."""
    config, farewell = snapshot.config, snapshot.farewell
    assert farewell is not None  # the table of screens has asked
    record = farewell.record
    target = farewell.peer_number or (
        record.from_.uri if record.direction == "incoming" else record.to.uri
    )
    lasted = record.answered_at is not None
    duration = say("ended_after", time=clock(record.talk_seconds)) if lasted else None
    again = button(
        say("call_back"),
        on=MakeCall(target=target) if target else None,
        part="dial",
        config=config,
        sign="phone",
    )
    away = button(
        say("close"), on=FarewellRead(record=record.id), part="close", config=config, primary=True
    )
    return [
        element(
            "div",
            avatar(farewell.peer_name),
            _named(farewell.peer_name, farewell.peer_number),
            element("p", farewell.words, part="reason"),
            element("p", duration, part="duration") if duration else None,
            key="peer",
            class_="peer",
            data_stage="ended",
        ),
        element("div", away, again if config.show_dial else None, class_="end", key="end"),
    ]
