"""The page that `?` opens: which keys do what, and no key that does nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gallery import BOB, CONFIG, IDLE, NOW, RINGING, talking
from webphone.phone.snapshot import Snapshot
from webphone.ui.act import act
from webphone.ui.gestures import KeyPressed, PageClosed, PageOpened
from webphone.ui.html import find, find_all, text
from webphone.ui.keyboard import KEYS, MAP, meaning
from webphone.ui.screen import screen
from webphone.ui.view import View

PICTURES = [IDLE, talking(BOB), replace(IDLE, calls=(RINGING,))]


def pressed(key: str, snapshot: Snapshot, view: View | None = None, **fields: object) -> object:
    return meaning(view or View(), snapshot, {"key": key, **fields})


def test_a_question_mark_opens_it_and_closes_it_in_a_call_too() -> None:
    for picture in (IDLE, talking(BOB)):
        view, happenings = act(View(), KeyPressed(), picture, {"key": "?"}, NOW)
        assert view.open == "shortcuts" and happenings == []
        drawn = screen(picture, view, NOW)
        assert find(drawn, role="heading", name="Keyboard") is not None
        assert pressed("?", picture, view) == PageClosed()
        assert pressed("Escape", picture, view) == PageClosed()


def test_who_types_one_types_one() -> None:
    assert pressed("?", IDLE, typing=True) is None
    assert pressed("?", replace(IDLE, config=replace(CONFIG, hotkeys=("no-?",)))) is None
    assert pressed("?", IDLE) == PageOpened(page="shortcuts")


@pytest.mark.parametrize("row", MAP)
def test_every_key_on_it_does_something_somewhere(row: tuple[str, str, str]) -> None:
    keys = [*KEYS, "+"] if row[2] == "keys_digits" else [row[0]]
    for key in keys:
        found = [pressed(key, replace(each, number="1")) for each in PICTURES]
        found += [pressed(key.lower(), each) for each in PICTURES]
        assert any(gesture is not None for gesture in found), key


def test_every_key_that_does_something_is_on_it() -> None:
    told = {part for row in MAP for part in (row[0], row[0].lower())} | set(KEYS) | {"+"}
    tried = [chr(code) for code in range(33, 127)] + ["Tab", "Delete", "F1", "ArrowUp", "Backspace"]
    for key in tried:
        if any(pressed(key, each) is not None for each in PICTURES):
            assert key in told, key


def test_what_the_setting_takes_away_is_not_on_it() -> None:
    def shown(*hotkeys: str) -> str:
        config = replace(CONFIG, hotkeys=hotkeys)
        page = screen(replace(IDLE, config=config), View(open="shortcuts"), NOW)
        (found,) = find_all(page, part="shortcuts")
        return text(found)

    assert "Mute, or unmute" in shown("on") and "Call, or answer" in shown("on")
    assert "Mute, or unmute" not in shown("no-m") and "Hold, or resume" in shown("no-m")
    assert "Decline" not in shown("off") and "Call, or answer" in shown("off")
