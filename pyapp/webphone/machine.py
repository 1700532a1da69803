"""What all state machines share: a step through a table, and which of many is due first."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from heapq import heapify, heappop, heappush
from typing import Generic, TypeVar

State = TypeVar("State")
Event = TypeVar("Event")
Action = TypeVar("Action")
Item = TypeVar("Item", bound=Hashable)


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
