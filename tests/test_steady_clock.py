"""The phone's time through sleep and a clock set wrong."""

from hypothesis import given
from hypothesis import strategies as st

from webphone.browser.steady_clock import SteadyClock


def test_it_begins_at_the_wall_clock_and_goes_along_with_both():
    steady = SteadyClock(wall=1000.0, monotonic=5.0)
    assert steady.read(wall=1001.0, monotonic=6.0) == 1001.0


def test_hours_asleep_count_though_the_monotonic_clock_stood_still():
    steady = SteadyClock(wall=1000.0, monotonic=5.0)
    assert steady.read(wall=8200.0, monotonic=5.5) == 8200.0


def test_however_often_it_is_read_it_gains_nothing_from_a_wall_clock_of_milliseconds():
    steady = SteadyClock(wall=1000.0, monotonic=0.0)
    for reading in range(1, 100_001):
        passed = reading * 0.00037
        now = steady.read(wall=1000.0 + int(passed * 1000) / 1000, monotonic=passed)
    assert abs(now - 1037.0) < 0.0001


def test_a_clock_set_back_an_hour_freezes_nothing():
    steady = SteadyClock(wall=5000.0, monotonic=5.0)
    assert steady.read(wall=1400.0, monotonic=6.0) == 5001.0
    assert steady.read(wall=1402.0, monotonic=8.0) == 5003.0


@given(st.lists(st.tuples(st.floats(0, 1e9), st.floats(0, 1e9))))
def test_it_never_runs_backwards(readings):
    steady = SteadyClock(wall=1000.0, monotonic=0.0)
    times = [steady.read(wall=wall, monotonic=monotonic) for wall, monotonic in readings]
    assert times == sorted(times)
