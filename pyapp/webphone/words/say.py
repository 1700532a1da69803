"""A sentence as what it says: a key and its values, put into words where it leaves the phone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from webphone.words import languages
from webphone.words.bidi import dialled
from webphone.words.en import PLURALS, WORDS, plural

Value = str | int | float  # a Sentence among them is said in the same language
# What is written as it is, and holds no sentence: most of what there is.
PLAIN = frozenset((str, int, float, bool, type(None)))
MARK = "$say"  # names the key where a sentence stands in plain data


class Sentence(str):
    """Its English text, which knows what it says; `said_in` says it in another language.

    A text, since most of the house only carries it, compares it and puts it on the screen.
    """

    __slots__ = ("key", "values")
    key: str
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Speech:
    """A language, and the texts of a page that stand in the place of some of its own."""

    language: str
    strings: Mapping[str, str]


Language = str | Speech  # a str is one of LANGUAGES

_ENGLISH = languages.Table(WORDS, PLURALS, plural)


def say(key: str, **values: Value) -> Sentence:
    """The sentence of this key of `words/en.py`, with its values filled in."""
    if Sentence in map(type, values.values()):  # equal in English is not equal
        return _filled(key, values)
    return _known(key, **values)


@lru_cache(maxsize=1024, typed=True)
def _known(key: str, **values: Value) -> Sentence:
    """One of plain values is the same sentence each time."""
    return _filled(key, values)


def _filled(key: str, values: Mapping[str, Value]) -> Sentence:
    text = _ENGLISH.text(key, values.get("count")) or WORDS[key]
    sentence = Sentence(text.format(**values))
    sentence.key, sentence.values = key, values
    return sentence


def as_written(text: str) -> Sentence:
    """What somebody else has put into words already: it is the same in every language."""
    return say("as_written", text=text)


def said_in(language: Language, text: str) -> str:
    """A sentence in a language, in English where a word is missing; other texts stay."""
    if language == languages.ENGLISH or not isinstance(text, Sentence):
        return str(text)
    values = {
        name: _said(language, value) if isinstance(value, str) else value
        for name, value in text.values.items()
    }
    return _text(language, text.key, values.get("count")).format(**values)


def _said(language: Language, value: str) -> str:
    """A value within a sentence."""
    if isinstance(value, Sentence):
        return said_in(language, value)
    spoken = language.language if isinstance(language, Speech) else language
    return dialled(value) if spoken in languages.RIGHT_TO_LEFT else value


def _text(language: Language, key: str, count: object) -> str:
    if isinstance(language, Speech):
        return language.strings.get(key) or _text(language.language, key, count)
    known = languages.table(language).text(key, count)
    return known or _ENGLISH.text(key, count) or WORDS[key]


# --- As plain data --------------------------------------------------------------------------------


def kept(data: Any) -> Any:
    """Plain data with its sentences as key and values: for another tab, or to be stored."""
    if isinstance(data, Sentence):
        return {MARK: data.key, "values": kept(data.values)}
    # What is plain already stays, and nobody is called for it.
    if isinstance(data, Mapping):
        return {name: item if type(item) in PLAIN else kept(item) for name, item in data.items()}
    if isinstance(data, list | tuple):
        return [item if type(item) in PLAIN else kept(item) for item in data]
    return data


def restored(data: Any) -> Any:
    """Plain data with its sentences again. Raises ValueError where one says nothing we know."""
    if isinstance(data, list):
        return [restored(item) for item in data]
    if not isinstance(data, dict):
        return data
    if MARK not in data:
        return {name: restored(item) for name, item in data.items()}
    key, values = data[MARK], restored(data.get("values"))
    if not isinstance(key, str) or key not in WORDS or not isinstance(values, Mapping):
        raise ValueError(f"no sentence {str(key)[:40]!r}")
    try:
        return say(key, **{str(name): _value(value) for name, value in values.items()})
    except (KeyError, TypeError):
        raise ValueError(f"values of the sentence {key!r}") from None


def _value(value: Any) -> Value:
    if isinstance(value, str | int | float):
        return value
    raise TypeError
