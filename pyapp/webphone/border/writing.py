"""Values of the contract written as plain JSON data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any

from webphone.border.errors import WebPhoneError
from webphone.border.names import camel
from webphone.words import PLAIN, Language, Sentence, said_in


def encode(value: Any, language: Language | None = None) -> Any:
    """A value of the contract as plain JSON data: dataclass fields in camelCase, enums by value.

    Its sentences are said in the language, where one is given; else they stay what they are.
    """
    kind: Any = type(value)
    if kind in PLAIN:
        return value
    if (names := _names(kind)) is not None:
        # Most of it is written as it is: nobody is called for that.
        return {
            told: given if type(given := getattr(value, name)) in PLAIN else encode(given, language)
            for name, told in names
        }
    if isinstance(value, Sentence):
        return value if language is None else said_in(language, value)
    if isinstance(value, WebPhoneError):
        return encode(value.plain, language)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {
            str(name): item if type(item) in PLAIN else encode(item, language)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [item if type(item) in PLAIN else encode(item, language) for item in value]
    return value


@cache
def _names(kind: Any) -> tuple[tuple[str, str], ...] | None:
    """The fields of a kind of value, each with the name by which it is told; None: it has none.

    Who reads them works out for themselves what follows from others (`init=False`).
    """
    if not is_dataclass(kind):
        return None
    return tuple((item.name, camel(item.name.rstrip("_"))) for item in fields(kind) if item.init)
