"""Values of the contract written as plain JSON data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from webphone.border.errors import WebPhoneError
from webphone.border.names import camel


def encode(value: Any) -> Any:
    """A value of the contract as plain JSON data: dataclass fields in camelCase, enums by value."""
    if isinstance(value, WebPhoneError):
        return value.encoded()
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {
            camel(item.name.rstrip("_")): encode(getattr(value, item.name))
            for item in fields(value)
        }
    if isinstance(value, Mapping):
        return {str(name): encode(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    return value
