"""JSON from elsewhere: another window, another tab, an attribute of the page."""

from __future__ import annotations

import json
import re
from typing import Any

# What this package sends has six levels. In a browser the machine's own stack ends before Python
# counts its thousand, and with it ends Python.
DEEPEST = 100
# A string without its end is one too: looking for that end from each of its quotes takes minutes.
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)


def parsed(text: str) -> Any:
    """The value of this JSON. Raises ValueError when it is none, or nested deeper than 100."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return json.loads(text)  # as almost all that comes: no deeper than it has brackets
    depth = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        mark = found[0]
        if mark in "[{":
            depth += 1
            if depth > DEEPEST:
                raise ValueError(f"nested deeper than {DEEPEST}")
        elif mark in "]}":
            depth -= 1
    return json.loads(text)
