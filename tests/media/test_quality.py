"""Counters become loss, jitter, round trip and an opinion, and a summary for the record."""

import math
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from webphone.media.counters import Counters, Reading, read, round_trip
from webphone.media.quality import Measure, Quality, Side, between

SSRC = frozenset({"IT01A1"})


def heard(time: float, packets: int, lost: int = 0, **more: Any) -> Counters:
    return Counters(time=time, streams=SSRC, packets=packets, lost=lost, **more)


def quality_of(*sides: Counters) -> Quality:
    quality = Quality()
    for side in sides:
        quality.add(Reading(local=None, remote=side))
    return quality


def test_an_interval_counts_only_what_happened_in_it() -> None:
    earlier = heard(0, 1000, 500, octets=80_000, concealed=900, samples=10_000)
    later = heard(
        5, 1240, 510, octets=120_000, concealed=1140, samples=20_000, jitter=0.008,
        round_trip=0.05, codec="PCMU", level=0.25, buffered=12.0, emitted=240,
    )  # fmt: skip
    span = between(earlier, later)
    assert span is not None and span.packets == 250
    assert span.side == Side(
        codec="PCMU",
        bitrate=64_000,
        loss=0.04,
        jitter_ms=8.0,
        rtt_ms=50.0,
        level=0.25,
        concealed=0.024,
        mos=3.96,
        missing=("jitterBuffer",),
    )


def test_how_long_sound_waits_for_its_turn_is_part_of_the_delay() -> None:
    """Half a round trip of 100 ms, 180 ms of waiting and a packet of 20 ms: 250 ms."""
    earlier = heard(0, 0, buffered=10.0, emitted=1000)
    later = heard(1, 50, round_trip=0.1, jitter=0.001, buffered=19.0, emitted=1050, codec="PCMA")
    span = between(earlier, later)
    assert span is not None and span.side.mos == 3.99
    assert "jitterBuffer" not in span.side.missing


def test_what_a_browser_does_not_say_is_named_and_no_number() -> None:
    span = between(Counters(time=0, streams=SSRC), Counters(time=1, streams=SSRC))
    assert span is not None and span.packets == 0
    assert span.side.mos is None and span.loudness is None
    assert set(span.side.missing) == {
        "codec", "bitrate", "loss", "jitterMs", "rttMs", "level", "concealed", "mos",
        "jitterBuffer", "codecImpairment", "lossRobustness",
    }  # fmt: skip


def test_what_we_send_is_judged_by_what_the_other_end_says_of_it() -> None:
    sent = {"streams": SSRC, "codec": "PCMU"}
    earlier = Counters(time=0, packets=0, **sent)  # type: ignore[arg-type]
    later = Counters(time=1, packets=50, lost=9, share_lost=0.2, **sent)  # type: ignore[arg-type]
    span = between(earlier, later)
    assert span is not None and span.packets == 50
    assert span.side.loss == 0.2 and span.side.mos == 2.6


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (None, heard(5, 100)),
        (heard(0, 100), None),
        (heard(5, 100), heard(5, 200)),
        (heard(5, 100), heard(4, 200)),
        (heard(0, 100), heard(5, 20, lost=200)),
        (heard(0, 100, octets=900), heard(5, 200, octets=20)),
        (heard(0, 100), Counters(time=5, streams=frozenset({"other"}), packets=200)),
    ],
    ids=["the first", "gone", "no time", "backwards", "restarted", "octets", "another stream"],
)
def test_an_interval_that_tells_nothing_is_none(
    earlier: Counters | None, later: Counters | None
) -> None:
    assert between(earlier, later) is None


def test_a_silent_interval_has_no_opinion() -> None:
    span = between(heard(0, 100), heard(5, 100))
    assert span is not None and (span.packets, span.side.loss, span.side.mos) == (0, None, None)


@pytest.mark.rfc("3550 §6.4.1", "the running loss may go down")
def test_a_running_loss_that_shrinks_is_no_loss() -> None:
    span = between(heard(0, 100, lost=7), heard(5, 350, lost=5))
    assert span is not None and span.side.loss == 0


def test_counters_of_samples_that_begin_anew_say_nothing() -> None:
    span = between(heard(0, 0, concealed=50, samples=900), heard(1, 50, concealed=2, samples=999))
    assert span is not None and span.side.concealed is None


def test_loudness_is_that_of_the_interval() -> None:
    span = between(heard(0, 0, energy=4.0, seconds=10.0), heard(1, 50, energy=4.25, seconds=11.0))
    assert span is not None and span.loudness == 0.5


def test_a_call_without_two_readings_has_no_quality() -> None:
    quality = Quality()
    assert quality.summary is None
    quality.add(Reading(local=None, remote=heard(0, 0)))
    assert quality.summary is None and quality.remote is None


def test_the_summary_weighs_each_interval_by_what_was_sent() -> None:
    quality = quality_of(
        heard(0, 0),
        heard(5, 300, jitter=0.010, round_trip=0.1),
        heard(10, 390, lost=10, jitter=0.030),
    )
    assert quality.summary == Measure(mos=4.1, loss=0.025, jitter_ms=15.0, rtt_ms=100.0)


def test_the_summary_has_no_round_trip_when_nobody_measured_one() -> None:
    summary = quality_of(heard(0, 0), heard(5, 250)).summary
    assert summary is not None and summary.rtt_ms is None


def test_a_silent_interval_and_a_restart_leave_the_summary_as_it_was() -> None:
    quality = quality_of(heard(0, 0), heard(5, 250))
    before = quality.summary
    for counters in (heard(10, 250), heard(15, 3)):
        quality.add(Reading(local=None, remote=counters))
    assert quality.remote is None
    assert quality.summary == before


NUMBERS = some.none() | some.floats(-1e9, 1e9)
COUNTERS = some.builds(
    Counters,
    time=some.floats(0, 1e6),
    streams=some.just(SSRC),
    codec=some.sampled_from([None, "opus", "PCMU"]),
    **{
        item.name: NUMBERS
        for item in fields(Counters)
        if item.name not in ("time", "streams", "codec")
    },
)


@given(COUNTERS, COUNTERS)
def test_whatever_a_browser_counts_no_number_is_nan(earlier: Counters, later: Counters) -> None:
    span = between(earlier, later)
    if span is None:
        return
    side = span.side
    numbers = (side.bitrate, side.loss, side.jitter_ms, side.rtt_ms, side.concealed, side.mos)
    assert all(math.isfinite(number) for number in numbers if number is not None)
    assert side.loss is None or 0 <= side.loss <= 1


# --- What a browser reports -----------------------------------------------------------------------

INBOUND = {
    "type": "inbound-rtp",
    "id": "IT01A1",
    "kind": "audio",
    "codecId": "C1",
    "packetsReceived": 250,
    "packetsLost": 3,
    "jitter": 0.004,
    "bytesReceived": 40_000,
    "audioLevel": 0.5,
    "totalAudioEnergy": 1.5,
    "totalSamplesDuration": 6.0,
    "concealedSamples": 20,
    "totalSamplesReceived": 4000,
    "jitterBufferDelay": 9.0,
    "jitterBufferEmittedCount": 3900,
}
OUTBOUND = {
    "type": "outbound-rtp",
    "id": "OT01A1",
    "kind": "audio",
    "codecId": "C1",
    "packetsSent": 260,
    "bytesSent": 41_000,
}
THEIR_WORD = {
    "type": "remote-inbound-rtp",
    "kind": "audio",
    "packetsLost": 5,
    "fractionLost": 0.02,
    "jitter": 0.003,
    "roundTripTime": 0.042,
}


def test_a_browsers_report_is_read() -> None:
    report = [
        {"type": "codec", "id": "C1", "mimeType": "audio/opus"},
        INBOUND,
        {**INBOUND, "kind": "video", "packetsReceived": 9999},
        OUTBOUND,
        THEIR_WORD,
        {"type": "media-source", "kind": "audio", "audioLevel": 0.1, "totalAudioEnergy": 0.5},
    ]
    reading = read(report, now=12.5)
    assert reading.remote == Counters(
        time=12.5,
        streams=SSRC,
        codec="opus",
        packets=250,
        lost=3,
        octets=40_000,
        jitter=0.004,
        round_trip=0.042,
        level=0.5,
        energy=1.5,
        seconds=6.0,
        concealed=20,
        samples=4000,
        buffered=9.0,
        emitted=3900,
    )
    assert reading.local == Counters(
        time=12.5,
        streams=frozenset({"OT01A1"}),
        codec="opus",
        packets=260,
        lost=5,
        share_lost=0.02,
        octets=41_000,
        jitter=0.003,
        round_trip=0.042,
        level=0.1,
        energy=0.5,
    )
    assert reading.relayed is None


PAIRS = [
    {"type": "candidate-pair", "id": "P1", "nominated": False, "currentRoundTripTime": 9.0},
    {"type": "candidate-pair", "id": "P2", "nominated": True, "currentRoundTripTime": 0.02},
    {
        "type": "candidate-pair", "id": "P3", "nominated": True, "state": "succeeded",
        "currentRoundTripTime": 0.03, "localCandidateId": "L3",
    },
]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "round_trip"),
    [
        ([*PAIRS, {"type": "transport", "selectedCandidatePairId": "P1"}], 9.0),
        (PAIRS, 0.03),
        (PAIRS[:2], 0.02),
        (PAIRS[:1], None),
    ],
    ids=["named", "succeeded", "nominated", "nobody's"],
)
def test_without_rtcp_the_round_trip_is_the_chosen_candidate_pairs(
    more: list[dict[str, object]], round_trip: float | None
) -> None:
    silent = {"type": "remote-inbound-rtp", "kind": "audio"}
    found = read([INBOUND, OUTBOUND, silent, *more], now=1)
    assert found.remote is not None and found.local is not None
    assert found.remote.round_trip == found.local.round_trip == round_trip


def test_how_long_the_path_is_can_be_asked_before_any_sound() -> None:
    assert round_trip(PAIRS) == 0.03
    assert round_trip([]) is None


def test_what_is_packed_in_red_is_opus() -> None:
    entries = [{**INBOUND, "codecId": "R"}, {"type": "codec", "id": "R", "mimeType": "audio/red"}]
    found = read(entries, now=1)
    assert found.remote is not None and found.remote.codec == "opus"


def test_a_relay_is_known_by_its_candidate() -> None:
    def relayed(kind: str) -> bool | None:
        candidate = {"type": "local-candidate", "id": "L3", "candidateType": kind}
        return read([*PAIRS, candidate], now=1).relayed

    assert relayed("relay") is True and relayed("host") is False
    assert read(PAIRS, now=1).relayed is None


def test_a_report_before_any_sound_is_nothing() -> None:
    reading = read([{"type": "inbound-rtp", "kind": "video"}], now=1)
    assert reading == Reading(local=None, remote=None)


def test_what_is_missing_or_no_number_is_not_known() -> None:
    odd = {"type": "inbound-rtp", "kind": "audio", "jitter": float("nan"), "packetsLost": "3",
           "packetsReceived": True, "codecId": "C9"}  # fmt: skip
    found = read([odd, {"type": "codec", "id": "C9", "mimeType": 7}], now=1)
    assert found.remote == Counters(time=1, streams=frozenset({""}))


def test_no_report_is_too_long_to_read() -> None:
    found = read((INBOUND for _ in range(10_000)), now=1)
    assert found.remote is not None and found.remote.packets == 250 * 100
