"""The small window above all others: the call and its buttons, in every state of a call."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gallery import BOB, CONFIG, IDLE, NOW, RINGING, SCREENS, held, muted, talking
from webphone.contract import Hangup, Mute
from webphone.ui.html import find, find_all, name_of, walk
from webphone.ui.mini import mini, small, wanted
from webphone.ui.view import View

BARE = replace(CONFIG, show_status=False, show_hangup=False, show_mute=False, show_hold=False)


def names(snapshot):
    return [name_of(button) for button in find_all(mini(snapshot, View(), NOW), role="button")]


def test_a_call_is_muted_and_ended_there_whatever_the_page_shows():
    shown = mini(talking(BOB, config=BARE), View(), NOW)
    end = find(shown, role="button", name="Hang up")
    mute = find(shown, role="button", name="Mute")
    assert end is not None and isinstance(end.on["click"], Hangup)
    assert mute is not None and isinstance(mute.on["click"], Mute)


def test_a_call_that_rings_is_answered_and_refused_there():
    assert {"Answer", "Decline"} <= set(names(replace(IDLE, calls=(RINGING,))))


def test_nothing_is_said_twice_and_nothing_opened_there():
    for snapshot in (talking(BOB), talking(muted(BOB)), talking(held(BOB, "local"))):
        shown = mini(snapshot, View(), NOW)
        assert not [
            node for node in walk(shown) if node.attributes.get("role") in ("status", "alert")
        ]
        assert "More" not in names(snapshot) and "Keypad" not in names(snapshot)


def test_there_is_one_only_while_there_is_a_call():
    assert wanted(talking(BOB)) and wanted(replace(IDLE, calls=(RINGING,)))
    assert not wanted(IDLE)


@pytest.mark.parametrize("name", SCREENS)
def test_every_screen_has_a_small_one_without_pictures(name):
    snapshot, _ = SCREENS[name]
    assert not any(call.video_local or call.video_remote for call in small(snapshot).calls)
    assert not [node for node in walk(mini(snapshot, View(), NOW)) if node.tag == "video"]
