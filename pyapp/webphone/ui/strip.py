"""What a person must not overlook while talking: one strip under the name, in a line or two."""

from __future__ import annotations

from webphone.contract import Config
from webphone.phone.snapshot import CallSnapshot, Snapshot
from webphone.ui.html import Node, element
from webphone.ui.pieces import button, icon
from webphone.ui.selectors import hold_command
from webphone.ui.view import View
from webphone.ui.words import clock, say
from webphone.words import Sentence

DIGITS = 20  # of those sent, that one line has room for

# One line: its key, its sign, and its words, which stand side by side.
Line = tuple[str, str, tuple[Sentence, ...]]


def strip(
    call: CallSnapshot, snapshot: Snapshot, view: View, now: float, digits: str
) -> Node | None:
    """The strip, if there is something to say; `digits` were sent."""
    return view.drawn(
        "strip",
        _strip,
        call,
        snapshot.config,
        ours=all(each.held_local for each in (snapshot.joined if call.joined else [call])),
        since=clock(now - (now if call.held_since is None else call.held_since)),
        unreachable=snapshot.unreachable,
        devices=snapshot.devices.news,
        digits=digits,
    )


def _strip(
    call: CallSnapshot,
    config: Config,
    *,
    ours: bool,
    since: str,
    unreachable: bool,
    devices: Sentence | None,
    digits: str,
) -> Node | None:
    """`ours`: we hold it, and all that are joined with it; `since` is for how long."""
    lines = _recorded(call)
    if config.show_status:
        lines += [
            *_trouble(call, unreachable=unreachable),
            *_standing(call, since, ours=ours),
            *_news(devices, digits),
        ]
    if not lines:
        return None
    said = (
        element(
            "p",
            icon(sign),
            *(element("span", each, class_="words") for each in words),
            key=key,
            part="notice",
        )
        for key, sign, words in lines
    )
    return element(
        "div",
        element("div", *said, class_="lines"),
        _resume(call, config),
        key="notices",
        class_="notices",
        part="strip",
    )


def _recorded(call: CallSnapshot) -> list[Line]:
    """Who records, which is said also where nothing else is."""
    if not call.listened_to:
        return []
    # Loaded by the first call that is recorded.
    from webphone.ui.recording import recorded

    return [(key, sign, (words,)) for key, sign, words in recorded(call)]


def _trouble(call: CallSnapshot, *, unreachable: bool) -> list[Line]:
    """What keeps the two from hearing each other, and others from calling."""
    shown: list[Line] = []
    worst = next(iter(call.warnings), "")  # they come in that order
    if call.microphone_asked:
        shown.append(("microphone", "microphone", (say("microphone_asked"),)))
    if call.within_page:
        shown.append(("within", "offline", (say("no_network"),)))
    if call.recovering:
        shown.append(("recovering", "busy", (say("taking_back"),)))
    elif call.unstable:
        shown.append(("unstable", "alert", (say("unstable"),)))
    elif worst:
        shown.append(("sound", "alert", (say(f"warning_{worst}", name=call.peer_name),)))
    if unreachable and not (call.recovering or call.unstable):
        shown.append(("unreachable", "offline", (say("no_new_calls"),)))
    return shown


def _standing(call: CallSnapshot, since: str, *, ours: bool) -> list[Line]:
    """Who holds the call, and whether the microphone is off: one line for all of it."""
    words = []
    theirs = call.held_remote and call.stage == "active" and not call.joined
    if call.changing:
        words.append(say("resuming" if call.held_local else "holding"))
    elif ours:
        words.append(say("held_by_both" if theirs else "held_for", time=since))
    if theirs and (call.changing or not ours):
        words.append(say("held_by_them", name=call.peer_name))
    sign = ("busy" if call.changing else "hold") if words else "muted"
    told = "muted_speech" in call.warnings[:1] and not call.unstable
    if call.muted and not told:
        words.append(say("muted_too" if words else "muted"))
    return [("standing", sign, tuple(words))] if words else []


def _news(devices: Sentence | None, digits: str) -> list[Line]:
    shown: list[Line] = []
    if devices:
        shown.append(("devices", "sound", (devices,)))
    if digits:
        shown.append(("digits", "keypad", (say("sent", digits=_last(digits)),)))
    return shown


def _last(digits: str) -> str:
    return digits if len(digits) <= DIGITS else f"…{digits[-DIGITS:]}"


def _resume(call: CallSnapshot, config: Config) -> Node | None:
    """The way out of a hold of ours, beside the words for it."""
    if not (call.up and call.held_local and config.show_hold) or call.changing:
        return None
    command = hold_command(call.view.id, held=True, joined=call.joined)
    return button(say("resume"), on=command, part="resume", config=config)
