"""One name in three spellings: snake_case (Python), kebab-case (HTML), camelCase (JavaScript)."""

from __future__ import annotations

import re


def kebab(name: str) -> str:
    """`show_dialled_number` -> `show-dialled-number`."""
    return name.replace("_", "-")


def camel(name: str) -> str:
    """`show_dialled_number` -> `showDialledNumber`."""
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def snake(name: str) -> str:
    """`showDialledNumber` or `show-dialled-number` -> `show_dialled_number`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name.replace("-", "_")).lower()
