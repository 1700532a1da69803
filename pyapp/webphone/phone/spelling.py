"""Names and numbers as they are looked for: in small letters, without the marks of print."""

from __future__ import annotations

from collections.abc import Iterable

from webphone.border import ascii_digits

_PRINT = "-./()\u00a0\u2010\u2011\u2013"
_BREAKS = str.maketrans(dict.fromkeys("!\"#%&',:;<=>?@[\\]^_`{|}~" + _PRINT, " "))
_MARKS = str.maketrans(dict.fromkeys(" " + _PRINT))


def spelled(text: str) -> str:
    """Its words in small letters, each of them after a space."""
    return f" {ascii_digits(text).casefold().translate(_BREAKS)}"


def words(name: str, numbers: Iterable[str]) -> str:
    """Those of a name, and of the numbers that are addresses: the others are found by digits."""
    return spelled(" ".join((name, *(each for each in numbers if "@" in each))))


def dialled(number: str) -> str:
    """The number without marks of print, in small letters."""
    return ascii_digits(number).replace("(0)", "").translate(_MARKS).casefold()


def every(numbers: Iterable[str]) -> str:
    """All of them in a line, each of them after a tab."""
    return "\t" + "\t".join(map(dialled, numbers))
