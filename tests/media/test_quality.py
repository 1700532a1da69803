"""Counters become loss, jitter, round trip and an opinion, and a summary for the record."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from webphone.media.quality import Counters, Measure, Quality, between, opinion, read


def snapshot(
    time: float,
    received: int,
    lost: int = 0,
    jitter: float = 0.0,
    round_trip: float | None = None,
) -> Counters:
    return Counters(
        time=time,
        packets_received=received,
        packets_lost=lost,
        jitter_seconds=jitter,
        round_trip_seconds=round_trip,
    )


def test_an_interval_counts_only_what_happened_in_it() -> None:
    measure = between(
        snapshot(0, 1000, lost=500), snapshot(5, 1240, lost=510, jitter=0.008, round_trip=0.05)
    )
    assert measure is not None
    assert measure.loss == pytest.approx(10 / 250)
    assert measure.jitter_ms == pytest.approx(8)
    assert measure.rtt_ms == pytest.approx(50)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (snapshot(0, 100), snapshot(5, 100)),
        (snapshot(5, 100), snapshot(5, 200)),
        (snapshot(5, 100), snapshot(4, 200)),
        (snapshot(0, 100), snapshot(5, 20, lost=200)),
    ],
    ids=["silence", "no time", "time backwards", "counter restarted"],
)
def test_an_interval_that_tells_nothing_is_none(earlier: Counters, later: Counters) -> None:
    assert between(earlier, later) is None


@pytest.mark.rfc("3550 §6.4.1", "the running loss may go down")
def test_a_running_loss_that_shrinks_is_no_loss() -> None:
    measure = between(snapshot(0, 100, lost=7), snapshot(5, 350, lost=5))
    assert measure is not None and measure.loss == 0


def test_everything_lost_is_a_loss_of_one_and_the_worst_opinion() -> None:
    measure = between(snapshot(0, 100), snapshot(5, 100, lost=250, round_trip=1.0))
    assert measure is not None
    assert (measure.loss, measure.mos) == (1.0, 1.0)


# R = 93.2 - 0.024 d - 0.11 (d - 177.3)+ - 95 p / (p + 25.1), then G.107 Annex B, by hand.
@pytest.mark.parametrize(
    ("loss", "jitter_ms", "rtt_ms", "mos"),
    [
        (0.0, 0, 0, 4.4),
        (0.01, 5, 60, 4.29),
        (0.05, 20, 150, 3.786),
        (0.0, 0, 600, 3.589),
        (0.20, 40, 300, 1.923),
        (1.0, 500, 5000, 1.0),
    ],
)
def test_the_opinion_follows_the_e_model(
    loss: float, jitter_ms: float, rtt_ms: float, mos: float
) -> None:
    assert opinion(loss=loss, jitter_ms=jitter_ms, rtt_ms=rtt_ms) == pytest.approx(mos, abs=0.001)


FRACTIONS = some.floats(0, 1)
MILLISECONDS = some.floats(0, 20_000)


@given(FRACTIONS, FRACTIONS, MILLISECONDS, MILLISECONDS)
def test_more_loss_never_sounds_better(a: float, b: float, jitter: float, rtt: float) -> None:
    better, worse = sorted((a, b))
    good = opinion(loss=better, jitter_ms=jitter, rtt_ms=rtt)
    bad = opinion(loss=worse, jitter_ms=jitter, rtt_ms=rtt)
    assert 1 <= bad <= good + 1e-9 <= 4.5 + 1e-9


def test_a_call_without_two_snapshots_has_no_quality() -> None:
    quality = Quality()
    assert quality.summary is None
    assert quality.add(snapshot(0, 0)) is None
    assert quality.summary is None and quality.latest is None


def test_the_summary_weighs_each_interval_by_what_was_sent() -> None:
    quality = Quality()
    quality.add(snapshot(0, 0))
    quality.add(snapshot(5, 300, lost=0, jitter=0.010, round_trip=0.1))
    last = quality.add(snapshot(10, 390, lost=10, jitter=0.030))
    assert quality.latest == last is not None
    assert quality.summary == Measure(mos=4.1, loss=0.025, jitter_ms=15.0, rtt_ms=100.0)


def test_the_summary_has_no_round_trip_when_nobody_measured_one() -> None:
    quality = Quality()
    quality.add(snapshot(0, 0))
    quality.add(snapshot(5, 250))
    assert quality.summary is not None and quality.summary.rtt_ms is None


def test_a_silent_interval_and_a_restart_leave_the_summary_as_it_was() -> None:
    quality = Quality()
    for counters in (snapshot(0, 0), snapshot(5, 250)):
        quality.add(counters)
    before = quality.summary
    assert quality.add(snapshot(10, 250)) is None
    assert quality.add(snapshot(15, 3)) is None
    assert quality.latest is None
    assert quality.summary == before


INBOUND = {
    "type": "inbound-rtp",
    "kind": "audio",
    "packetsReceived": 250,
    "packetsLost": 3,
    "jitter": 0.004,
    "bytesReceived": 40_000,
}


def test_a_browsers_report_is_read() -> None:
    report = [
        {"type": "codec", "mimeType": "audio/opus"},
        INBOUND,
        {**INBOUND, "kind": "video", "packetsReceived": 9999},
        {"type": "remote-inbound-rtp", "kind": "audio", "roundTripTime": 0.042},
    ]
    assert read(report, now=12.5) == Counters(
        time=12.5,
        packets_received=250,
        packets_lost=3,
        jitter_seconds=0.004,
        round_trip_seconds=0.042,
        bytes_received=40_000,
    )


def test_without_rtcp_the_round_trip_is_the_chosen_candidate_pairs() -> None:
    pairs = [
        {"type": "candidate-pair", "nominated": False, "currentRoundTripTime": 9.0},
        {"type": "candidate-pair", "nominated": True, "currentRoundTripTime": 0.02},
    ]
    silent = {"type": "remote-inbound-rtp", "kind": "audio"}
    found = read([INBOUND, silent, *pairs], now=1)
    assert found is not None and found.round_trip_seconds == 0.02
    unmeasured = read([INBOUND, silent], now=1)
    assert unmeasured is not None and unmeasured.round_trip_seconds is None


def test_a_report_before_any_sound_is_none() -> None:
    assert read([{"type": "inbound-rtp", "kind": "video"}], now=1) is None


def test_counters_that_are_missing_or_no_numbers_count_as_zero() -> None:
    odd = {"type": "inbound-rtp", "kind": "audio", "jitter": float("nan"), "packetsLost": "3"}
    assert read([odd], now=1) == snapshot(1, 0)
