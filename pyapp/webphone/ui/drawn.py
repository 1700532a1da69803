"""What was drawn last, and of what: a piece that would be made of the same is the same node."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from math import inf
from operator import is_
from typing import Any, TypeVar

from webphone.machine import all_alike
from webphone.ui.html import Node, said
from webphone.words import Language

Made = TypeVar("Made")


class Piece:
    """What was made, of what, and by their places the pieces in it."""

    __slots__ = ("inner", "made", "of")

    def __init__(self, made: Any, of: tuple[object, ...], inner: dict[Hashable, Piece]) -> None:
        self.made = made
        self.of = of
        self.inner = inner


class Drawn:
    """The pieces of one screen, by their places; those that the next one does not have are let go.

    A piece may have pieces in it, which stay as long as it does: one that has not changed is not
    looked into, and places are its own. No field that a person writes into
    is among them: only the page knows what it holds, and is told each time what it should (see
    `patch.py`).
    """

    def __init__(self) -> None:
        self._last: dict[Hashable, Piece] = {}
        self._now: dict[Hashable, Piece] = {}  # those so far of what is being made
        self._language: Language = ""
        self.at = -inf  # seconds on the phone's clock: when the last screen was drawn
        self._said_last: dict[int, tuple[Node, Node]] = {}
        self._said: dict[int, tuple[Node, Node]] = {}

    def begin(self, now: float) -> None:
        """Another screen is drawn."""
        self._last, self._now, self.at = self._now, {}, now

    def __call__(self, place: Hashable, make: Callable[..., Made], *of: Any, **named: Any) -> Made:
        """What `make` makes of these, which is all that it looks at."""
        given = (*of, *named.values()) if named else of
        piece = self._now.get(place) or self._last.get(place)
        same = piece is not None and len(piece.of) == len(given) and all(map(is_, piece.of, given))
        if piece is None or not (same or all_alike(piece.of, given)):
            last, now = self._last, self._now
            self._last, self._now = piece.inner if piece else {}, {}
            piece = Piece(make(*of, **named), given, self._now)
            self._last, self._now = last, now
        self._now[place] = piece
        known: Made = piece.made
        return known

    def said(self, screen: Node, language: Language) -> Node:
        """The screen with all of its sentences in the language."""
        if language != self._language:
            self._language, self._said = language, {}
        self._said_last, self._said = self._said, {}
        return self._say(screen)

    def _say(self, node: Node) -> Node:
        if node.svg:
            return node
        # Its number is its own for as long as it is kept here.
        known = self._said.get(id(node)) or self._said_last.get(id(node))
        if known is None:
            known = node, said(node, self._language, self._say)
        self._said[id(node)] = known
        return known[1]
