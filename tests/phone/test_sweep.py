"""Whatever breaks at whatever message, both ends of a call agree; a day of it leaves nothing.

`make sweep` plays every case and `make soak` a whole day; here are some of the one and an hour of
the other.
"""

import pytest
from hypothesis import settings

from phone.soak import Day
from phone.sweep import FLOWS, Case, cases, play

# One in so many of all cases, which are some two thousand.
ONE_IN = {5: 37, 20: 17}.get(settings.default.max_examples, 5)
SOME = [case for flow in FLOWS for case in cases(flow)][::ONE_IN]


@pytest.mark.parametrize("case", SOME, ids=str)
def test_a_fault_at_a_message_leaves_both_ends_agreed(case):
    assert play(case).all == []


def test_a_server_that_is_gone_for_good_is_not_called_well():
    """The harness sees what is wrong: with nobody to tell the other end, it talks to nobody."""
    case = Case("hang up", "never heard of again", "", 0, "BYE of alice")
    found = play(case, lambda world, phone: lambda way: bool(way.clear()) or True)
    assert found.zombie


def test_an_hour_of_calls_and_faults_leaves_nothing_behind():
    found = Day(calls=100, faults=10, seconds=1000).run()
    assert found.wrong == [] and found.faults.total() == 10
    assert found.calls == 100 and found.talks >= 80
