"""A call in front, from dialling to its end: how it stands, and what can be done with it."""

from __future__ import annotations

from webphone.contract import Config, Hangup
from webphone.phone.feature_codes import codes
from webphone.phone.snapshot import CallSnapshot, Snapshot
from webphone.ui.dialpad import digits_sent, keypad
from webphone.ui.gestures import PageOpened
from webphone.ui.html import Node, element
from webphone.ui.others import others
from webphone.ui.peer import peer
from webphone.ui.pieces import button, icon
from webphone.ui.selectors import (
    TRANSFER,
    conference,
    foremost,
    front,
    hold_command,
    in_transfer,
    mute_command,
    park_command,
    shows_transfer,
    transferable,
)
from webphone.ui.view import View
from webphone.ui.words import clock, say
from webphone.words import Sentence

# The page of a call that its keypad is.
KEYPAD = "keypad"
# Stages in which the other side can hear keys: in a call, or a machine before it answers.
KEYED = ("early", "active")
DIGITS = 20  # of those sent, that one line has room for


def goes_on(snapshot: Snapshot, view: View) -> bool:
    """Whether there is a call."""
    return foremost(snapshot) is not None


def talking(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    """The call in front, from dialling to its end."""
    call = front(snapshot)
    return _call(snapshot, now, _actions(call, snapshot), digits=call.digits)


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
    call, config = front(snapshot), snapshot.config
    return _call(snapshot, now, digits_sent(call, config), keypad(config, call))


def transferring(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    """The call in front with the question whom to transfer it to."""
    # Loaded by the first transfer.
    from webphone.ui.transfer import pane

    return _call(snapshot, now, *pane(front(snapshot), view, snapshot.config))


def _transfer(snapshot: Snapshot) -> list[Node]:
    """How far a transfer has come, if there is one."""
    call = in_transfer(snapshot)
    if call is None or call.transfer is None:
        return []
    from webphone.ui.transfer import standing

    return standing(call, call.transfer, snapshot.config)


def _call(snapshot: Snapshot, now: float, *controls: Node | None, digits: str = "") -> list[Node]:
    call, config = front(snapshot), snapshot.config
    shown = (
        _head(call, config, now),
        _video(call) if call.video_remote or call.video_local else None,
        _notices(call, snapshot, now, digits),
        *others(call, snapshot, now),
        *_transfer(snapshot),
        *_recorder(call, config),
        *controls,
        _ending(call, snapshot) if config.show_hangup else None,
    )
    return [part for part in shown if part is not None]


def _head(call: CallSnapshot, config: Config, now: float) -> Node:
    if not call.joined:
        return peer(call, config, now)
    # Loaded by the first conference.
    from webphone.ui.conference import head

    return head(call, config, now)


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


def _notices(call: CallSnapshot, snapshot: Snapshot, now: float, digits: str) -> Node | None:
    """What a person must not overlook while talking; `digits` were sent."""
    shown = _recorded(call)
    if not snapshot.config.show_status:
        return _noticed(shown)
    worst = next(iter(call.warnings), "")  # they come in that order
    if call.microphone_asked:
        shown.append(("microphone", "microphone", say("microphone_asked")))
    if call.within_page:
        shown.append(("within", "offline", say("no_network")))
    if call.recovering:
        shown.append(("recovering", "busy", say("taking_back")))
    elif call.unstable:
        shown.append(("unstable", "alert", say("unstable")))
    elif worst:
        shown.append(("sound", "alert", say(f"warning_{worst}", name=call.peer_name)))
    together = conference(snapshot) if call.joined else [call]
    if call.changing:
        shown.append(("hold", "busy", say("resuming" if call.held_local else "holding")))
    elif all(each.held_local for each in together):
        since = now - (now if call.held_since is None else call.held_since)
        shown.append(("hold", "hold", say("held_for", time=clock(since))))
    if call.held_remote and call.stage == "active" and not call.joined:
        shown.append(("them", "hold", say("held_by_them", name=call.peer_name)))
    if call.muted and (call.unstable or worst != "muted_speech"):
        shown.append(("muted", "muted", say("muted")))
    if snapshot.devices.news:
        shown.append(("devices", "sound", snapshot.devices.news))
    if digits:
        shown.append(("digits", "keypad", say("sent", digits=_last(digits))))
    return _noticed(shown)


def _recorded(call: CallSnapshot) -> list[tuple[str, str, Sentence]]:
    """Who records, which is said also where nothing else is."""
    if not call.listened_to:
        return []
    # Loaded by the first call that is recorded.
    from webphone.ui.recording import recorded

    return recorded(call)


def _recorder(call: CallSnapshot, config: Config) -> list[Node]:
    """The buttons for a recording of ours."""
    if config.record == "off":
        return []
    from webphone.ui.recording import recorder

    return recorder(call, config)


def _noticed(shown: list[tuple[str, str, Sentence]]) -> Node | None:
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


def _last(digits: str) -> str:
    return digits if len(digits) <= DIGITS else f"…{digits[-DIGITS:]}"


# --- Controls -------------------------------------------------------------------------------------


def _actions(call: CallSnapshot, snapshot: Snapshot) -> Node | None:
    config, up = snapshot.config, call.up
    parking = codes(config.feature_codes).park
    transfer = PageOpened(page=TRANSFER, of=call.view.id) if transferable(snapshot) else None
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
            button(
                say("transfer"),
                on=transfer,
                part="action transfer",
                config=config,
                sign="transfer",
                after="transfer-back",
            )
            if shows_transfer(config)
            else None,
            button(
                say("park"),
                on=park_command(call, parking) if up and not call.joined else None,
                part="action park",
                config=config,
                sign="park",
            )
            if parking
            else None,
        )
        if part is not None
    ]
    if not shown:
        return None
    return element(
        "div", *shown, key="actions", part="actions", role="group", aria_label=say("actions")
    )


def hanging_up(snapshot: Snapshot) -> list[Node]:
    """The end of the call in front, if there is one."""
    call, config = foremost(snapshot), snapshot.config
    return [_ending(call, snapshot)] if call and config.show_hangup else []


def _ending(call: CallSnapshot, snapshot: Snapshot) -> Node:
    return element("div", _hangup(call, snapshot), class_="end", key="end")


def _hangup(call: CallSnapshot, snapshot: Snapshot) -> Node:
    config = snapshot.config
    if call.joined:
        from webphone.ui.conference import ending

        return ending(conference(snapshot), config)
    return button(
        say("hang_up"),
        on=Hangup(id=call.view.id),
        part="hangup",
        config=config,
        sign="phone",
        primary=True,
    )
