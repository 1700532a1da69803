"""A call in front, from dialling to its end: how it stands, and what can be done with it."""

from __future__ import annotations

from webphone.contract import Config, Hangup
from webphone.phone.snapshot import CallSnapshot, Snapshot
from webphone.ui.dialpad import aside, digits_sent, idle_keys
from webphone.ui.drawn import Drawn
from webphone.ui.gestures import PageClosed, PageOpened
from webphone.ui.html import Node, element
from webphone.ui.menu import away, opener, recorder
from webphone.ui.others import others
from webphone.ui.peer import lasts, peer
from webphone.ui.pieces import button, timed
from webphone.ui.selectors import (
    front,
    hold_command,
    in_transfer,
    mute_command,
    parkable,
    transferable,
)
from webphone.ui.strip import strip
from webphone.ui.view import View
from webphone.ui.words import say

# The page of a call that its keypad is.
KEYPAD = "keypad"
# Stages in which the other side can hear keys: in a call, or a machine before it answers.
KEYED = ("early", "active")


def goes_on(snapshot: Snapshot, view: View) -> bool:
    """Whether there is a call."""
    return snapshot.foremost is not None


def talking(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    """The call in front, from dialling to its end."""
    call = front(snapshot)
    keys = _keys(call, snapshot)
    controls = _explainer(call, snapshot) or _controls(call, snapshot, view)
    return _call(snapshot, view, now, controls, keys, digits=call.digits)


def keypad_open(snapshot: Snapshot, view: View) -> bool:
    """Whether the keypad of the call in front is open."""
    call, config = snapshot.foremost, snapshot.config
    return (
        call is not None
        and (view.open, view.of) == (KEYPAD, call.view.id)
        and call.stage in KEYED
        and config.show_dialpad
        and config.layout != "bar"  # which has no room for keys
    )


def keying(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    """The call in front with its keypad open, where room is little instead of its controls."""
    call = front(snapshot)
    actions = _controls(call, snapshot, view, keying=True)
    return _call(snapshot, view, now, actions, _keys(call, snapshot, digits_sent(call)))


def transferring(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    """The call in front with the question whom to transfer it to."""
    # Loaded by the first transfer.
    from webphone.ui.transfer import pane

    asked = pane(front(snapshot), view, snapshot.config)
    return _call(snapshot, view, now, *asked, idle_keys(snapshot.config))


def _keys(call: CallSnapshot, snapshot: Snapshot, *above: Node) -> Node | None:
    """The keys of a call: seen where there is room beside it, or once the keypad is open."""
    if call.stage not in KEYED or snapshot.config.layout == "bar":
        return idle_keys(snapshot.config)
    return aside(snapshot.config, call, *above)


def _explainer(call: CallSnapshot, snapshot: Snapshot) -> Node | None:
    """Why the browser asks for the microphone, while it does; a bar says no more than that."""
    config = snapshot.config
    if not call.microphone_asked or not config.show_status or config.layout == "bar" or call.up:
        return None
    # Loaded by the first question that waits.
    from webphone.ui.microphone import explainer

    return explainer(call, snapshot)


def _transfer(snapshot: Snapshot) -> list[Node]:
    """How far a transfer has come, if there is one."""
    call = in_transfer(snapshot)
    if call is None or call.transfer is None:
        return []
    from webphone.ui.transfer import standing

    return standing(call, call.transfer, snapshot.config)


def _call(
    snapshot: Snapshot, view: View, now: float, *controls: Node | None, digits: str = ""
) -> list[Node]:
    call, config = front(snapshot), snapshot.config
    shown = (
        _head(call, view.drawn, config, _time(call, snapshot, view, now)),
        _pictures(call, snapshot),
        strip(call, snapshot, view, now, digits),
        *others(call, snapshot, view, now),
        *_transfer(snapshot),
        *(recorder(call, config) if config.layout != "bar" else []),
        *controls,
        _ending(call, snapshot, view) if config.show_hangup else None,
    )
    return [part for part in shown if part is not None]


def _time(call: CallSnapshot, snapshot: Snapshot, view: View, now: float) -> tuple[Node | str, ...]:
    """How long the call has lasted, if it is answered."""
    written = lasts(call, now)
    if call.joined or call.answered_at is None or not written:
        return written
    seconds = max(0, int(now - call.answered_at))
    return view.drawn("time", timed, *written, view.durations(seconds, snapshot.language))


def _head(call: CallSnapshot, drawn: Drawn, config: Config, time: tuple[Node | str, ...]) -> Node:
    if not call.joined:
        return peer(call, drawn, config, time)
    # Loaded by the first conference.
    from webphone.ui.conference import head

    return drawn("head", head, call, config, time)


def _pictures(call: CallSnapshot, snapshot: Snapshot) -> Node | None:
    """Who is seen, if anybody is."""
    if call.joined:
        from webphone.ui.conference import pictures

        return pictures([*snapshot.joined])
    return _video(call) if call.video_remote or call.video_local else None


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


# --- Controls -------------------------------------------------------------------------------------


def _controls(
    call: CallSnapshot, snapshot: Snapshot, view: View, *, keying: bool = False
) -> Node | None:
    goes = transferable(snapshot)
    return view.drawn(
        "actions", _actions, call, view.drawn, snapshot.config, goes=goes, keying=keying
    )


def _actions(
    call: CallSnapshot, drawn: Drawn, config: Config, *, goes: bool, keying: bool
) -> Node | None:
    """`goes`: it can be transferred. `keying`: its keypad is open."""
    id, up, held, joined = call.view.id, call.up, call.held_local, call.joined
    ways = drawn("away", away, id, config, "action ", goes=goes, parks=parkable(call))
    shown = (
        drawn("mute", _mute, id, config, muted=call.muted) if config.show_mute else None,
        drawn("keys", _keypad_switch, id, config, live=call.stage in KEYED, open=keying)
        if config.show_dialpad
        else None,
        drawn("hold", _hold, id, config, up=up, held=held, joined=joined, waits=call.changing)
        if config.show_hold
        else None,
        *ways,
    )
    if not any(shown):
        return None
    return element(
        "div", *shown, key="actions", part="actions", role="group", aria_label=say("actions")
    )


def _mute(call: str, config: Config, *, muted: bool) -> Node:
    return button(
        say("mute"),
        on=mute_command(call, muted=muted),
        part="action mute",
        config=config,
        sign="muted" if muted else "microphone",
        pressed=muted,
    )


def _hold(call: str, config: Config, *, up: bool, held: bool, joined: bool, waits: bool) -> Node:
    """`waits`: for the answer to what was pressed last."""
    return button(
        say("hold"),
        on=hold_command(call, held=held, joined=joined) if up else None,
        part="action hold",
        config=config,
        sign="hold",
        pressed=held,
        waits=waits,
        after="resume",
    )


def _keypad_switch(call: str, config: Config, *, live: bool, open: bool) -> Node:
    """Opens the keypad, or hides it again, each in the place of the other."""
    if open:
        return button(
            say("hide_keypad"),
            on=PageClosed(),
            part="action hide-keypad",
            config=config,
            sign="close",
            after="action keypad-open",
        )
    return button(
        say("keypad"),
        on=PageOpened(page=KEYPAD, of=call) if live else None,
        part="action keypad-open",
        config=config,
        sign="keypad",
        after="action hide-keypad",
    )


def hanging_up(snapshot: Snapshot, view: View) -> list[Node]:
    """The end of the call in front, if there is one."""
    call = snapshot.foremost
    return [_ending(call, snapshot, view)] if call and snapshot.config.show_hangup else []


def _ending(call: CallSnapshot, snapshot: Snapshot, view: View) -> Node:
    more = opener(snapshot, view, worded=True)
    joined = snapshot.joined if call.joined else ()
    hangup = view.drawn("hangup", _hangup, call.view.id, joined, snapshot.config)
    return view.drawn("end", _end, hangup, more)


def _end(hangup: Node, more: Node | None) -> Node:
    return element("div", hangup, more, class_="end", key="end")


def _hangup(call: str, joined: tuple[CallSnapshot, ...], config: Config) -> Node:
    """For the call of this id, or for all that are joined with it."""
    if joined:
        from webphone.ui.conference import ending

        return ending([*joined], config)
    return button(
        say("hang_up"),
        on=Hangup(id=call),
        part="hangup",
        config=config,
        sign="phone",
        primary=True,
    )
