"""The languages that the phone speaks: a file and a row each.

The file is a module with WORDS as `words/en.py` has it; it is read when the first phone speaks it.
What it lacks is said in English.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module

ENGLISH = "en"
LANGUAGES = {
    ENGLISH: "webphone.words.en",
}


def spoken(tag: str) -> str:
    """The language to speak where this one is asked for (RFC 4647 §3.4, lookup): "de-AT" -> "de".

    Tags are case-blind; the default is English.
    """
    parts = tag.lower().replace("_", "-").split("-")
    while parts:
        if "-".join(parts) in LANGUAGES:
            return "-".join(parts)
        parts.pop()
    return ENGLISH


def country_of(tag: str) -> str:
    """The country that a language tag names (RFC 5646 §2.2.4), "" for none: "de-AT" -> "AT"."""
    parts = tag.replace("_", "-").split("-")[1:]
    return next((part.upper() for part in parts if len(part) == 2 and part.isalpha()), "")


@cache
def words(language: str) -> Mapping[str, str]:
    """The table of one of LANGUAGES."""
    table: Mapping[str, str] = import_module(LANGUAGES[language]).WORDS
    return table
