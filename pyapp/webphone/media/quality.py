"""Call quality: getStats snapshots in; loss, jitter, round trip and a MOS estimate out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """Counters since the call began, as heard here; `time` and the other times in seconds."""

    time: float
    packets_received: int
    packets_lost: int
    jitter_seconds: float
    round_trip_seconds: float | None = None
    bytes_received: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How it sounded for a while: `loss` is a fraction of 1, `mos` runs from 1 to 4.5."""

    mos: float
    loss: float
    jitter_ms: float
    rtt_ms: float | None


class Quality:
    """The quality of one call: the last interval, and everything so far."""

    __slots__ = ("_last", "_spans", "latest")

    def __init__(self) -> None:
        self._last: Counters | None = None
        self._spans: list[tuple[int, Measure]] = []
        self.latest: Measure | None = None

    def add(self, snapshot: Counters) -> Measure | None:
        """Take one more snapshot; gives the interval it closes, or None when that is silent."""
        earlier, self._last = self._last, snapshot
        self.latest = between(earlier, snapshot) if earlier else None
        if earlier and self.latest:
            self._spans.append((_expected(earlier, snapshot), self.latest))
        return self.latest

    @property
    def summary(self) -> Measure | None:
        """The whole call, each interval weighing what it was sent; None before the first."""
        if not self._spans:
            return None
        loss = _mean((weight, span.loss) for weight, span in self._spans)
        jitter = _mean((weight, span.jitter_ms) for weight, span in self._spans)
        timed = [(weight, span.rtt_ms) for weight, span in self._spans if span.rtt_ms is not None]
        return Measure(
            mos=round(_mean((weight, span.mos) for weight, span in self._spans), 2),
            loss=round(loss, 4),
            jitter_ms=round(jitter, 1),
            rtt_ms=round(_mean(timed), 1) if timed else None,
        )


def between(earlier: Counters, later: Counters) -> Measure | None:
    """What happened between two snapshots; None when no packet was due or a counter restarted."""
    expected = _expected(earlier, later)
    restarted = later.packets_received < earlier.packets_received
    if later.time <= earlier.time or restarted or expected <= 0:
        return None
    loss = _lost(earlier, later) / expected
    jitter_ms = later.jitter_seconds * 1000
    round_trip = later.round_trip_seconds
    rtt_ms = None if round_trip is None else round_trip * 1000
    return Measure(
        mos=opinion(loss=loss, jitter_ms=jitter_ms, rtt_ms=rtt_ms or 0.0),
        loss=loss,
        jitter_ms=jitter_ms,
        rtt_ms=rtt_ms,
    )


# ITU-T G.107 (06/2015) §7.7, table 3: R of a call with every parameter at its default.
_BEST_RATING = 93.2
# ITU-T G.113 Appendix I: G.711 with packet loss concealment. Opus and G.722 conceal as well.
_EQUIPMENT_IMPAIRMENT = 0.0
_LOSS_ROBUSTNESS = 25.1
# One packet of 20 ms, and a jitter buffer that holds about twice the jitter.
_PACKET_MS = 20.0
_BUFFERED_JITTERS = 2.0


def opinion(*, loss: float, jitter_ms: float, rtt_ms: float) -> float:
    """The mean opinion score, 1 to 4.5, by the E-model of ITU-T G.107 in its short form.

    R = 93.2 - Id - Ie,eff. Id is Cole and Rosenbluth's line through G.107's delay impairment
    ("Voice over IP Performance Monitoring", 2001); Ie,eff is G.107 equation 7-29 with BurstR 1.
    """
    delay = rtt_ms / 2 + _BUFFERED_JITTERS * jitter_ms + _PACKET_MS
    delay_impairment = 0.024 * delay + 0.11 * max(0.0, delay - 177.3)
    percent = loss * 100
    loss_impairment = _EQUIPMENT_IMPAIRMENT + (95 - _EQUIPMENT_IMPAIRMENT) * percent / (
        percent + _LOSS_ROBUSTNESS
    )
    return _score(_BEST_RATING - delay_impairment - loss_impairment)


def read(report: Iterable[Mapping[str, object]], now: float) -> Counters | None:
    """The snapshot in a getStats report, given as its entries; None before any sound arrives."""
    entries = list(report)
    heard = [e for e in entries if _is_audio(e, "inbound-rtp")]
    if not heard:
        return None
    return Counters(
        time=now,
        packets_received=int(sum(_number(e, "packetsReceived") or 0 for e in heard)),
        packets_lost=int(sum(_number(e, "packetsLost") or 0 for e in heard)),
        jitter_seconds=max(_number(e, "jitter") or 0.0 for e in heard),
        round_trip_seconds=_round_trip(entries),
        bytes_received=int(sum(_number(e, "bytesReceived") or 0 for e in heard)),
    )


def _round_trip(entries: list[Mapping[str, object]]) -> float | None:
    # RTCP knows the whole way to the peer; the candidate pair only the way to the next relay.
    for entry in entries:
        if _is_audio(entry, "remote-inbound-rtp"):
            measured = _number(entry, "roundTripTime")
            if measured is not None:
                return measured
    for entry in entries:
        if entry.get("type") == "candidate-pair" and entry.get("nominated") is True:
            return _number(entry, "currentRoundTripTime")
    return None


def _is_audio(entry: Mapping[str, object], kind: str) -> bool:
    return entry.get("type") == kind and entry.get("kind") == "audio"


def _number(entry: Mapping[str, object], name: str) -> float | None:
    value = entry.get(name)
    return value if isinstance(value, int | float) and math.isfinite(value) else None


def _lost(earlier: Counters, later: Counters) -> int:
    # RFC 3550 §6.4.1: duplicates count as received, so the running loss may go down.
    return max(0, later.packets_lost - earlier.packets_lost)


def _expected(earlier: Counters, later: Counters) -> int:
    return later.packets_received - earlier.packets_received + _lost(earlier, later)


def _score(rating: float) -> float:
    """ITU-T G.107 Annex B: from the rating R to an opinion; its dip below R 6.5 is cut at 1."""
    if rating <= 0:
        return 1.0
    score = 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6
    return max(1.0, score)


def _mean(weighted: Iterable[tuple[int, float]]) -> float:
    pairs = list(weighted)
    return sum(weight * value for weight, value in pairs) / sum(weight for weight, _ in pairs)
