"""What the person wants of the settings: on the settings screen, and as the browser keeps it.

Loaded when something of it is chosen or remembered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, assert_never

from webphone.border.reading import parsed
from webphone.contract import SETTINGS, WebPhoneError, decode_setting
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.account.account import Result
from webphone.phone.happenings import SettingsWanted
from webphone.phone.settings import Changed, Settings
from webphone.words import LANGUAGES

# The settings that are a person's own, where the page leaves them open.
PERSONAL = (
    *("ring_volume", "vibration", "noise_suppression", "dnd", "auto_answer", "call_waiting"),
    *("theme", "country", "notifications", "hotkeys", "call_sounds", "announcements"),
    "test_number",
)
LANGUAGE = "language"  # a page has `lang` for it
LONGEST = 10_000  # characters of all that is kept


def heed(settings: Settings, news: SettingsWanted) -> tuple[Changed, Result]:
    """What becomes of it. What makes no sense changes nothing."""
    match news:
        case on.SettingChosen(name=name, value=value):
            wanted = {**settings.chosen, name: value}
        case on.SettingsReset():
            wanted = {}
        case on.SettingsKept(text=text):
            return settings.choose(_read(text, settings)), []
        case _:
            assert_never(news)
    changed = settings.choose(possible(wanted, settings))
    return changed, [do.KeepSettings(text=written(settings.chosen))]


def possible(wanted: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """What of this can be chosen, and is not as the page has it anyway."""
    found: dict[str, Any] = {}
    for name, given in wanted.items():
        value = _value(name, given)
        usual = getattr(settings.written, name, None)
        fixed = name in settings.fixed  # it is kept for a page that leaves it open
        if value is not None and (value != usual or fixed):
            found[name] = value
    return found


def _value(name: str, given: Any) -> Any:
    """The value of a personal setting, None where it is none."""
    if name == LANGUAGE:
        return given if isinstance(given, str) and given in LANGUAGES else None
    if name not in PERSONAL or given is None:
        return None
    try:
        return decode_setting(SETTINGS[name], given)
    except WebPhoneError:
        return None


# --- As text --------------------------------------------------------------------------------------


def written(chosen: Mapping[str, Any]) -> str:
    """As it is kept, "" where nothing is chosen."""
    return json.dumps(chosen) if chosen else ""


def _read(text: str, settings: Settings) -> dict[str, Any]:
    """What is kept in this; anything of the site may have written it."""
    try:
        data = parsed(text) if 0 < len(text) <= LONGEST else {}
    except ValueError:
        data = {}
    return possible(data, settings) if isinstance(data, Mapping) else {}
