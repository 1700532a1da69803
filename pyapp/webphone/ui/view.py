"""What only the screen knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The screen's own state."""

    open: str = ""  # the page that is open over what the phone shows by itself
    of: str = ""  # what that page is about: the id of a call
    read: str = ""  # id of the call record that the person has closed
    # When the last key was typed, of a number or in a call, and whether a number was begun and not
    # dialled yet. No snapshot changes by them.
    typed_at: float = field(default=-inf, compare=False)
    unfinished: bool = field(default=False, compare=False)
