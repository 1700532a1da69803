"""What all state machines share: a step through a table, which of many is due first, a memory."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from heapq import heapify, heappop, heappush
from operator import is_
from typing import Generic, TypeVar

State = TypeVar("State")
Event = TypeVar("Event")
Action = TypeVar("Action")
Item = TypeVar("Item", bound=Hashable)
Made = TypeVar("Made")

# Values of these are the same where they are equal; a text that knows more of itself is not one.
PLAIN = frozenset((str, int, float, bool, bytes, type(None)))


def step(
    table: Mapping[tuple[State, Event], tuple[State, tuple[Action, ...]]],
    state: State,
    event: Event,
) -> tuple[State, tuple[Action, ...]]:
    """Where `event` leads from `state` and what to do; an event without a row changes nothing."""
    return table.get((state, event), (state, ()))


def earliest(moments: Iterable[float | None]) -> float | None:
    """The first of several moments, None when there is none; a None among them never comes."""
    coming = [moment for moment in moments if moment is not None]
    return min(coming) if coming else None


def due(moment: float | None, now: float) -> bool:
    """Whether that moment has come; None never comes."""
    return moment is not None and moment <= now


class Alarms(Generic[Item]):
    """When each of many items is due: to set one costs hardly more when there are thousands."""

    __slots__ = ("_count", "_heap", "_moments")

    def __init__(self) -> None:
        self._moments: dict[Item, float] = {}
        # Also what has been set anew since: told by its moment, and thrown away at the top.
        self._heap: list[tuple[float, int, Item]] = []
        self._count = 0

    def set(self, item: Item, moment: float | None) -> None:
        """`item` is due at `moment` and at no other; None is never."""
        if moment is None:
            self._moments.pop(item, None)
        elif self._moments.get(item) != moment:
            self._moments[item] = moment
            self._count += 1
            heappush(self._heap, (moment, self._count, item))
        if len(self._heap) > 2 * len(self._moments) + 64:
            self._heap = [entry for entry in self._heap if self._valid(entry)]
            heapify(self._heap)

    @property
    def first(self) -> float | None:
        """The earliest moment of all."""
        while self._heap and not self._valid(self._heap[0]):
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def due(self, now: float) -> list[Item]:
        """The items whose moment has come, the earliest first; they are not set any more."""
        found: list[Item] = []
        while (first := self.first) is not None and first <= now:
            item = heappop(self._heap)[2]
            del self._moments[item]
            found.append(item)
        return found

    def _valid(self, entry: tuple[float, int, Item]) -> bool:
        return self._moments.get(entry[2]) == entry[0]


class Same(Generic[Made]):
    """What was made last, and of what: made of the same again, it is the same object.

    `make` is a function of what it is given, and that does not change. So what it made holds for as
    long as it would be given the same, however that came about: nobody has to say that it changed.
    """

    __slots__ = ("_made", "_of")
    _made: Made

    def __init__(self) -> None:
        self._of: tuple[object, ...] | None = None

    def __call__(self, make: Callable[..., Made], *of: object, **named: object) -> Made:
        """What `make` makes of these."""
        given = (*of, *named.values()) if named else of
        known = self._of
        # Nearly always one object each: that is asked where it costs least.
        if known is not None and len(known) == len(given) and all(map(is_, known, given)):
            return self._made
        if known is None or not all_alike(known, given):
            self._made, self._of = make(*of, **named), given
        return self._made


def alike(one: object, other: object) -> bool:
    """Whether these are one object, or equal plain values, or tuples of such."""
    if one is other:
        return True
    kind = type(one)
    if kind is not type(other):
        return False
    if kind is tuple:
        return all_alike(one, other)  # type: ignore[arg-type]
    return kind in PLAIN and one == other


def all_alike(some: tuple[object, ...], others: tuple[object, ...]) -> bool:
    """Whether each of these is alike to the one in its place."""
    if len(some) != len(others):
        return False
    for one, other in zip(some, others):  # noqa: SIM110 - a generator is called for each
        if one is not other and not alike(one, other):
            return False
    return True
