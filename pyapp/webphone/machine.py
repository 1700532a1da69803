"""What all state machines share: a step through a table, and the earliest of several deadlines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

State = TypeVar("State")
Event = TypeVar("Event")
Action = TypeVar("Action")


def step(
    table: Mapping[tuple[State, Event], tuple[State, tuple[Action, ...]]],
    state: State,
    event: Event,
) -> tuple[State, tuple[Action, ...]]:
    """Where `event` leads from `state` and what to do; an event without a row changes nothing."""
    return table.get((state, event), (state, ()))


def earliest(moments: Iterable[float | None]) -> float | None:
    """The first of several moments, None when there is none; a None among them never comes."""
    return min((moment for moment in moments if moment is not None), default=None)
