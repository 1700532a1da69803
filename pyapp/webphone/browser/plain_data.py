"""JavaScript values as plain data and back: what the messages of a frame are made of."""

from __future__ import annotations

import json
from typing import Any

import js

from webphone.border.reading import parsed
from webphone.contract import encode
from webphone.words import ENGLISH, Language


def text_of(value: Any) -> str:
    """A JavaScript value as JSON; empty when it can't be written."""
    try:
        return str(js.JSON.stringify(value))
    except Exception:
        return ""


def data_of(value: Any) -> Any:
    """A JavaScript value as plain data."""
    text = js.JSON.stringify(value)
    return parsed(text) if isinstance(text, str) else None


def outward(value: Any, language: Language = ENGLISH) -> Any:
    """A contract value as JavaScript data; what a page's own function is stays behind."""
    return js.JSON.parse(json.dumps(encode(value, language), default=lambda _: None))
