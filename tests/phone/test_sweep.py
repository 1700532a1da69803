"""Whatever breaks at whatever message, both ends of a call agree; a day of it leaves nothing.

`make sweep` plays every case and `make soak` a whole day; here are some of the one and an hour of
the other.
"""

import pytest
from hypothesis import settings

from phone.soak import Day
from phone.sweep import FLOWS, Case, cases, play

# One in so many of all cases, which are some two thousand.
ONE_IN = {5: 61, 20: 31}.get(settings.default.max_examples, 11)
SOME = [case for flow in FLOWS for case in cases(flow)][::ONE_IN]
UNANSWERED = ("call", "refuse", "take back")


@pytest.mark.parametrize("case", SOME, ids=str)
def test_a_fault_at_a_message_leaves_both_ends_agreed(case):
    assert play(case).all == []


@pytest.mark.parametrize("fault", ["dead in silence", "network gone 8 s", "server restarts"])
@pytest.mark.parametrize("flow", UNANSWERED)
def test_a_call_that_rings_outlives_it_too(flow, fault):
    rings = next(case for case in cases(flow) if case.fault == fault and case.at == 4)
    assert play(rings).all == []


def test_the_sweep_sees_what_is_wrong():
    """Of a goodbye that nobody ever hears, the other end knows nothing."""
    case = Case("hang up", "lost for good", "", 0, "BYE of alice")
    found = play(case, lambda world, phone: lambda way: way.popleft() is None)
    assert found.zombie


def test_a_quarter_of_an_hour_of_calls_and_faults_leaves_nothing_behind():
    found = Day(calls=100, faults=10, seconds=1000).run()
    assert found.wrong == [] and found.faults.total() == 10
    assert found.calls == 100 and found.talks >= 80
