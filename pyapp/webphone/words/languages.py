"""The languages that the phone speaks: a file and a row each.

The file is a module as `words/en.py`: WORDS, PLURALS and `plural`. It is read when the first phone
speaks it; in a browser it has to be fetched first. What it lacks is said in English.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module

ENGLISH = "en"
# By their tags as RFC 5646 §2.1.1 spells them, which the screen has as `lang`.
LANGUAGES = {
    ENGLISH: "webphone.words.en",
    "ar": "webphone.words.ar",
    "de": "webphone.words.de",
    "es": "webphone.words.es",
    "fr": "webphone.words.fr",
    "he": "webphone.words.he",
    "hi": "webphone.words.hi",
    "it": "webphone.words.it",
    "ja": "webphone.words.ja",
    "nl": "webphone.words.nl",
    "pl": "webphone.words.pl",
    "pt-BR": "webphone.words.pt_br",
    "ru": "webphone.words.ru",
    "tr": "webphone.words.tr",
    "zh-Hans": "webphone.words.zh_hans",
}
RIGHT_TO_LEFT = {"ar", "he"}
# The first part of a tag -> the language that those read best who get no row of their own.
NEAR = {"iw": "he", "pt": "pt-BR", "zh": "zh-Hans"}

Forms = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """The words of one language.

    `plurals`: for sentences that count, the texts of the CLDR categories besides "other", which is
    the one of `words`; `plural` gives the category of a number.
    """

    words: Mapping[str, str]
    plurals: Mapping[str, Forms]
    plural: Callable[[float], str]

    def text(self, key: str, count: object = None) -> str | None:
        """The text of a key, in the form for that number; None where there is none."""
        forms = self.plurals.get(key)
        if forms and isinstance(count, int | float):
            return forms.get(self.plural(count)) or self.words.get(key)
        return self.words.get(key)


def spoken(tag: str) -> str:
    """The language to speak where this one is asked for (RFC 4647 §3.4, lookup): "de-AT" -> "de".

    Tags are case-blind; the default is English.
    """
    known = {language.lower(): language for language in LANGUAGES}
    parts = tag.lower().replace("_", "-").split("-")
    near = NEAR.get(parts[0], "")
    while parts:
        if "-".join(parts) in known:
            return known["-".join(parts)]
        parts.pop()
    return near if near in LANGUAGES else ENGLISH


def country_of(tag: str) -> str:
    """The country that a language tag names (RFC 5646 §2.2.4), "" for none: "de-AT" -> "AT"."""
    parts = tag.replace("_", "-").split("-")[1:]
    return next((part.upper() for part in parts if len(part) == 2 and part.isalpha()), "")


@cache
def table(language: str) -> Table:
    """The table of one of LANGUAGES."""
    module = import_module(LANGUAGES[language])
    return Table(module.WORDS, module.PLURALS, module.plural)
