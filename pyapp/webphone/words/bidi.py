"""Words of strangers within our own sentences."""

from __future__ import annotations

import re

# Unicode UAX #9 §2.4.2: what stands between these has a direction of its own, that of its first
# letter, and does not turn round what stands beside it.
FIRST_STRONG, POP = "\u2068", "\u2069"
# Marks that would end the isolation, or reach beyond it.
LONGEST = 256  # characters that anybody reads of a stranger's words
DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
# What is dialled: from right to left its signs and groups would change places.
LEFT_TO_RIGHT = "\u2066"
DIALLED = re.compile("[0-9]*[+*#(). -][0-9+*#(). -]*")


def isolate(text: str) -> str:
    """`text` made safe to stand in a sentence whatever script it is in; plain ASCII stays.

    It is cut where nobody would read on.
    """
    text = text[:LONGEST]
    return text if text.isascii() else f"{FIRST_STRONG}{DIRECTIONS.sub('', text)}{POP}"


def dialled(text: str) -> str:
    """A number, so that it reads from left to right in a sentence of any direction."""
    return f"{LEFT_TO_RIGHT}{text}{POP}" if DIALLED.fullmatch(text) else text
