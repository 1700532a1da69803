"""Values of the contract read back from plain JSON data: the inverse of writing.

What a type means is read from its annotations. A caller hands in `kinds`, the readers of types
that are not written as their fields, or that have more rules than their fields show.
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from webphone.border.errors import WebPhoneError
from webphone.border.names import camel
from webphone.words import Sentence


class Malformed(ValueError):
    """Plain data that is no value of the type it should be."""


Read = Callable[[Any], Any]
Kinds = Mapping[Any, Read]


def decode_value(kind: Any, data: Any, kinds: Kinds | None = None) -> Any:
    """The value of this type that `encode` wrote as `data`. Raises Malformed.

    A field that is missing has its default; a name that is no field is left out, so that what
    another version wrote can be read.
    """
    try:
        return _value(kind, data, kinds or {})
    except Malformed:
        raise
    except _WRONG as wrong:
        raise Malformed(f"{type(wrong).__name__}: {str(wrong)[:100]}") from None


def _value(kind: Any, data: Any, kinds: Kinds) -> Any:
    if kind in kinds:
        return kinds[kind](data)
    if kind is Any:
        return data
    if kind in _PLAIN:
        return _plain(kind, data)
    origin, inner = _made_of(kind)
    if origin in (Union, types.UnionType):
        return _one_of(inner, data, kinds)
    if origin in (tuple, list, Sequence):
        return _several(origin, inner, data, kinds)
    if origin in (dict, Mapping):
        return _mapping(inner, data, kinds)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(data)
    if is_dataclass(kind):
        return decode_fields(kind, data, kinds)
    raise TypeError(f"no way to read {kind}")


def decode_fields(kind: Any, data: Any, kinds: Kinds | None = None) -> Any:
    """As decode_value for a dataclass, field by field even where `kinds` has a reader for it."""
    if not isinstance(data, Mapping):
        raise Malformed(f"{type(data).__name__} for {kind.__name__}")
    given, at = {}, ""
    try:
        for item, at, each, needed in _fields(kind):
            if at in data:
                given[item] = _value(each, data[at], kinds or {})
            elif needed:
                raise Malformed(f"{kind.__name__} without {at}")
    except Malformed as wrong:
        raise Malformed(f"{at}: {wrong}"[:100]) from None
    except _WRONG as wrong:
        raise Malformed(f"{at}: {str(wrong)[:100]}") from None
    return kind(**given)


def _needed(item: Field[Any]) -> bool:
    return item.default is MISSING and item.default_factory is MISSING


# What the readers in `kinds` may raise for data that is none of theirs, too.
_WRONG = (KeyError, TypeError, ValueError, AttributeError, OverflowError, WebPhoneError)


@cache
def _fields(kind: Any) -> list[tuple[str, str, Any, bool]]:
    """Each field of a dataclass: its name, how it is written, its type, whether it is needed."""
    types = get_type_hints(kind)
    return [
        (item.name, camel(item.name.rstrip("_")), types[item.name], _needed(item))
        for item in fields(kind)
        if item.init
    ]


@cache
def _made_of(kind: Any) -> tuple[Any, tuple[Any, ...]]:
    """What a type is made of: the kind of collection or choice, and of what."""
    return get_origin(kind), get_args(kind)


_PLAIN: dict[Any, tuple[type, ...]] = {
    str: (str,),
    Sentence: (Sentence,),
    bool: (bool,),
    int: (int,),
    float: (int, float),
    type(None): (type(None),),
}


def _plain(kind: Any, data: Any) -> Any:
    if not isinstance(data, _PLAIN[kind]) or (isinstance(data, bool) and kind is not bool):
        raise TypeError(f"{type(data).__name__} for {kind.__name__}")
    if kind is float:
        number = float(cast("float", data))
        if not math.isfinite(number):
            raise ValueError(f"{number} for a number")
        return number
    return data


def _one_of(several: tuple[Any, ...], data: Any, kinds: Kinds) -> Any:
    """A value or None: no other choice can be told from plain data."""
    if data is None and type(None) in several:
        return None
    [kind] = (each for each in several if each is not type(None))
    return _value(kind, data, kinds)


def _several(origin: Any, inner: tuple[Any, ...], data: Any, kinds: Kinds) -> Any:
    if not isinstance(data, list | tuple):
        raise TypeError(f"{type(data).__name__} for a list")
    if origin is tuple and inner[-1] is not Ellipsis:
        return tuple(_value(kind, each, kinds) for kind, each in zip(inner, data, strict=True))
    made = [_value(inner[0], each, kinds) for each in data]
    return made if origin is list else tuple(made)


def _mapping(inner: tuple[Any, ...], data: Any, kinds: Kinds) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        raise TypeError(f"{type(data).__name__} for an object")
    return {_plain(str, name): _value(inner[1], each, kinds) for name, each in data.items()}
