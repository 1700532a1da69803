"""Who is at the ends of the calls within a page, and who wrote a description."""

from __future__ import annotations

import re
from itertools import count
from typing import Any, Protocol

NAME = re.compile(r"^a=x-page-end:(\d+)\r?$", re.MULTILINE)


class End(Protocol):
    """One end of a call within the page; `sound` is the MediaStream that it sends."""

    @property
    def sound(self) -> Any: ...

    def hear(self, track: Any) -> None:
        """The other end sends this from now on."""


class Ends:
    """The ends of a page's calls, by the name that each writes into its descriptions."""

    def __init__(self) -> None:
        self._ends: dict[str, End] = {}
        self._numbers = count(1)

    def enter(self, end: End) -> str:
        """Gives the name of a new end."""
        name = str(next(self._numbers))
        self._ends[name] = end
        return name

    def leave(self, name: str) -> None:
        self._ends.pop(name, None)

    def find(self, sdp: str) -> End | None:
        """Who wrote a description; None for one that is meant for a network."""
        found = NAME.search(sdp)
        return self._ends.get(found[1]) if found else None


def inside(sdp: str) -> bool:
    """Whether a description is of an end within a page."""
    return NAME.search(sdp) is not None
