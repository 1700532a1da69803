"""The settings that are on or off, as switches: on the menu, and on the settings' own page."""

from __future__ import annotations

from typing import Any

from webphone.phone.happenings import SettingChosen
from webphone.phone.snapshot import Snapshot
from webphone.ui.html import Node
from webphone.ui.pieces import switch
from webphone.ui.words import say
from webphone.words import Sentence

# Their words, their sign, and their values.
SWITCHES: dict[str, tuple[Sentence, str, Any, Any]] = {
    "vibration": (say("switch_vibration"), "vibration", "on", "off"),
    "dnd": (say("switch_dnd"), "dnd", True, False),
    "auto_answer": (say("switch_auto_answer"), "auto-answer", True, False),
    "call_waiting": (say("switch_call_waiting"), "waiting", "on", "off"),
    "notifications": (say("switch_notifications"), "notifications", "on", "off"),
    "call_sounds": (say("switch_call_sounds"), "sound", "on", "off"),
    "announcements": (say("switch_announcements"), "silenced", "few", "all"),
    "hotkeys": (say("switch_hotkeys"), "hotkeys", ("on",), ("off",)),
}


def switch_of(name: str, snapshot: Snapshot) -> Node:
    """The switch of one of them."""
    words, sign, on, off = SWITCHES[name]
    now = getattr(snapshot.config, name) != off
    return switch(
        words,
        on=SettingChosen(name=name, value=off if now else on),
        part=name.replace("_", "-"),
        config=snapshot.config,
        sign=sign,
        pressed=now,
        fixed=name in snapshot.fixed,
    )
