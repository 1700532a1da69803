"""A sentence as what it says: a key and its values, put into words where it leaves the phone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webphone.words import languages
from webphone.words.en import WORDS

Value = str | int | float  # a Sentence among them is said in the same language
MARK = "$say"  # names the key where a sentence stands in plain data


class Sentence(str):
    """Its English text, which knows what it says; `said_in` says it in another language.

    A text, since most of the house only carries it, compares it and puts it on the screen.
    """

    __slots__ = ("key", "values")
    key: str
    values: Mapping[str, Value]


def say(key: str, **values: Value) -> Sentence:
    """The sentence of this key of `words/en.py`, with its values filled in."""
    sentence = Sentence(WORDS[key].format(**values))
    sentence.key, sentence.values = key, values
    return sentence


def as_written(text: str) -> Sentence:
    """What somebody else has put into words already: it is the same in every language."""
    return say("as_written", text=text)


def said_in(language: str, text: str) -> str:
    """A sentence in one of LANGUAGES, in English where a word is missing; other texts stay."""
    if language == languages.ENGLISH or not isinstance(text, Sentence):
        return str(text)
    values = {
        name: said_in(language, value) if isinstance(value, str) else value
        for name, value in text.values.items()
    }
    words = languages.words(language).get(text.key) or WORDS[text.key]
    return words.format(**values)


# --- As plain data --------------------------------------------------------------------------------


def kept(data: Any) -> Any:
    """Plain data with its sentences as key and values: for another tab, or to be stored."""
    if isinstance(data, Sentence):
        return {MARK: data.key, "values": {name: kept(it) for name, it in data.values.items()}}
    if isinstance(data, Mapping):
        return {name: kept(item) for name, item in data.items()}
    if isinstance(data, list | tuple):
        return [kept(item) for item in data]
    return data


def restored(data: Any) -> Any:
    """Plain data with its sentences again. Raises ValueError where one says nothing we know."""
    if isinstance(data, list):
        return [restored(item) for item in data]
    if not isinstance(data, Mapping):
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
