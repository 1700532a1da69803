"""Words of a page that stand in the place of the phone's own, by the keys of `words/en.py`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from webphone.border.errors import WebPhoneError
from webphone.border.settings import CONTROL, LONGEST_TEXT, kind_of, shortened
from webphone.words import say
from webphone.words.en import WORDS

# A value is named and nothing else: a width or an attribute of it is not for a page to ask.
PLACE = re.compile(r"\{(\w+)\}")
BRACE = re.compile(r"\{\{|\}\}")
NEAR = 0.3  # of the pairs of letters that two keys may share, from where on one means the other


def check_strings(given: Mapping[Any, Any]) -> None:
    """Raises WebPhoneError where one is no word that the phone says, or has its values wrong."""
    for key, text in given.items():
        if key not in WORDS:
            raise _unknown(key)
        if not isinstance(text, str):
            wrong = say("strings_no_text", name=key, given=kind_of(text))
        elif len(text) > LONGEST_TEXT:
            wrong = say("strings_long", name=key, count=len(text), most=LONGEST_TEXT)
        elif CONTROL.search(text):
            wrong = say("strings_control", name=key)
        elif (strange := _strange(key, text)) is not None:
            wrong = say("strings_value", name=key, given=shortened(strange), values=_values(key))
        else:
            continue
        raise WebPhoneError("invalid_config", wrong)


def places(text: str) -> list[str]:
    """The names of the values in a text, in their order."""
    return PLACE.findall(BRACE.sub("", text))


def _strange(key: str, text: str) -> str | None:
    """What stands in braces of this text and is no value of the key; None: all is well."""
    known = places(WORDS[key])
    strange = [name for name in places(text) if name not in known]
    if strange:
        return strange[0]
    left = PLACE.sub("", BRACE.sub("", text))
    return left if "{" in left or "}" in left else None


def _values(key: str) -> str:
    return ", ".join(f"{{{name}}}" for name in places(WORDS[key])) or str(say("sdp_none"))


def _unknown(key: Any) -> WebPhoneError:
    near = nearest(key) if isinstance(key, str) else ""
    remedy = say("strings_nearest", nearest=near) if near else None
    return WebPhoneError("invalid_config", say("strings_unknown", given=shortened(key)), remedy)


def nearest(key: str) -> str:
    """The key that looks most like this one, "" where none does (Dice, by pairs of letters)."""
    ours = _pairs(key[:40].lower())
    score, found = max((_alike(ours, _pairs(name)), name) for name in WORDS)
    return found if score >= NEAR else ""


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def _alike(one: set[str], other: set[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))
