"""What a page may restyle is declared once: the sheet knows each token, the screens each part."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

import gallery
from looks import PARTS, SLOTS, STATES, TOKENS
from webphone.phone.readings import states
from webphone.ui.html import walk

ROOT = Path(__file__).resolve().parent.parent
THEMES = ROOT / "examples" / "themes.css"
SHEET = gallery.CSS.read_text()
TOKEN = re.compile(r"--wp-[a-z0-9-]+")


def parts_of(name: str) -> set[str]:
    found = (node.attributes.get("part", "") for node in walk(gallery.drawn(name)))
    return {part for several in found for part in several.split()}


def test_every_token_of_the_style_sheet_is_declared_and_none_besides():
    assert {token.name for token in TOKENS} == set(TOKEN.findall(SHEET))
    assert len({token.name for token in TOKENS}) == len(TOKENS)


def test_every_part_is_on_some_screen():
    shown = set().union(*map(parts_of, [*gallery.SCREENS, *gallery.LAUNCHERS]))
    assert set(PARTS) <= shown


def test_every_state_can_be_told_and_none_besides():
    told: set[str] = set()
    for snapshot, _ in gallery.SCREENS.values():
        for state in ("registered", "connecting", "offline"):
            told |= set(states(replace(snapshot, state=state)))
    assert told == set(STATES)


@pytest.mark.parametrize("token", TOKENS, ids=lambda token: token.name)
def test_where_a_token_is_seen_is_a_screen_of_the_gallery(token):
    assert token.screen in gallery.SCREENS and token.help.endswith(".")


# --- The themes of the examples ----------------------------------------------------------------------


def test_themes_use_what_is_declared_and_reach_for_nothing_else():
    text = re.sub(r"/\*.*?\*/", "", THEMES.read_text(), flags=re.DOTALL)
    names = {token.name for token in TOKENS}
    assert set(TOKEN.findall(text)) <= names
    assert set(re.findall(r"::part\(([\w-]+)\)", text)) <= set(PARTS)
    assert set(re.findall(r":state\(([\w-]+)\)", text)) <= set(STATES)
    # Three of them, and each is more than a colour.
    themes = {name: set(TOKEN.findall(body)) for name, body in _rules(text, "web-phone.")}
    assert set(themes) == {"night", "dense", "large"}
    assert all(len(tokens) >= 5 for tokens in themes.values())


def _rules(text: str, begin: str) -> list[tuple[str, str]]:
    found = re.findall(rf"{re.escape(begin)}(\w+) \{{([^}}]*)\}}", text)
    return [(name, body) for name, body in found]


# --- Slots ------------------------------------------------------------------------------------------


def test_every_slot_is_on_some_screen_and_none_besides():
    drawn = [gallery.drawn(name) for name in (*gallery.SCREENS, *gallery.LAUNCHERS)]
    slots = [node for screen in drawn for node in walk(screen) if node.tag == "slot"]
    assert {slot.attributes["name"] for slot in slots} == {*SLOTS, "sign-in"}


def test_a_slot_is_there_once_on_a_screen():
    for name in (*gallery.SCREENS, *gallery.LAUNCHERS):
        names = [
            node.attributes["name"] for node in walk(gallery.drawn(name)) if node.tag == "slot"
        ]
        assert len(names) == len(set(names)), name
