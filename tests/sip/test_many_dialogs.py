"""A message costs the same in the midst of ten calls and of a thousand, and so does a timer."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

import pytest

from sip_dialogs import Crowd, calls_made

FEW, MANY = 10, 1000


@pytest.fixture(scope="module")
def crowds() -> tuple[Crowd, Crowd]:
    """Two agents, with few calls and with many."""
    return Crowd(FEW), Crowd(MANY)


def _cost(crowd: Crowd, happening: Callable[[Crowd, int], object]) -> float:
    """How many functions are called for it, most times: now and then a heap is tidied up."""
    costs = []
    for caller in range(FEW - 1):
        costs.append(calls_made(lambda: happening(crowd, caller)))  # noqa: B023
    return median(costs)


HAPPENINGS: dict[str, Callable[[Crowd, int], object]] = {
    "a request in a call": lambda crowd, caller: crowd.hear(caller),
    "a new call": lambda crowd, caller: crowd.call(MANY + caller),
    "a timer": lambda crowd, _caller: crowd.wake(),
    "when the next timer is": lambda crowd, _caller: crowd.agent.deadline,
    "whether there is a call": lambda crowd, _caller: crowd.agent.calling,
    "the end of a call": lambda crowd, caller: crowd.hang_up(caller),
}


@pytest.mark.parametrize("happening", HAPPENINGS)
def test_what_happens_costs_the_same_however_many_calls_there_are(
    crowds: tuple[Crowd, Crowd], happening: str
) -> None:
    few, many = (_cost(crowd, HAPPENINGS[happening]) for crowd in crowds)
    assert many <= few * 1.1


def test_what_asks_every_call_would_be_seen(crowds: tuple[Crowd, Crowd]) -> None:
    few, many = (calls_made(crowd.agent.calls) for crowd in crowds)
    assert many > few * 10
