"""The page's own processors, by the names that the phone knows them by.

One is known as long as it is used, or a command about it waits. Most pages never load this file.
"""

from __future__ import annotations

from typing import Any

ADD = "addProcessor"


class PageObjects:
    """Of one element; `known` is what others read."""

    def __init__(self, known: dict[str, Any]) -> None:
        self._known = known
        self._number = 0
        self._used: set[str] = set()
        self._waiting: dict[int, tuple[str, str]] = {}  # by promise: the method, and the name

    def name(self, method: str, given: Any, reply: int | None) -> str:
        """What it is called while this call of the method goes on; "nothing" for no processor."""
        name = next((name for name, each in self._known.items() if each == given), None)
        if name is None and callable(getattr(given, "create", None)):
            self._number += 1
            name = f"processor:{self._number}"
            self._known[name] = given
        if name is not None and reply is not None:
            self._waiting[reply] = method, name
        return name or "nothing"

    def settled(self, reply: int, *, kept: bool) -> None:
        """A promise was kept or broken: what is neither used nor waited for is let go of."""
        method, name = self._waiting.pop(reply, ("", ""))
        if kept and method == ADD:
            self._used.add(name)
        elif kept:
            self._used.discard(name)
        needed = self._used | {name for _, name in self._waiting.values()}
        for name in [name for name in self._known if name not in needed]:
            del self._known[name]
