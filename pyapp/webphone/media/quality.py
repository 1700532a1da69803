"""Call quality: what happened between two readings of the counters, and in the whole of a call."""

from __future__ import annotations

from dataclasses import dataclass

from webphone.media import emodel
from webphone.media.counters import Counters, Reading

# One packet of 20 ms, and where nobody says how long sound waits for its turn, twice the jitter.
_PACKET_MS = 20.0
_BUFFERED_JITTERS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """How one direction sounded for a while; None what nobody knows, and `missing` names it.

    `bitrate` in bit/s, `loss` and `concealed` (samples that were made up) as fractions of 1,
    `level` 0 to 1, `mos` 1 to 4.5. Of what went into `mos`, `missing` names `jitterBuffer` where
    its delay was guessed, and what emodel.Codec misses of the codec.
    """

    codec: str | None = None
    bitrate: float | None = None
    loss: float | None = None
    jitter_ms: float | None = None
    rtt_ms: float | None = None
    level: float | None = None
    concealed: float | None = None
    mos: float | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What happened from one reading to the next; `packets` are those that were due."""

    side: Side
    packets: int
    loudness: float | None = None  # root mean square of the sound, 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How a call was heard as a whole: `loss` is a fraction of 1, `mos` runs from 1 to 4.5."""

    mos: float
    loss: float
    jitter_ms: float
    rtt_ms: float | None


class Quality:
    """The quality of one call: the last interval of each direction, and all that was heard."""

    __slots__ = ("_last", "_sums", "local", "remote")

    def __init__(self) -> None:
        self._last: Reading | None = None
        self._sums: dict[str, tuple[float, float]] = {}  # {name: (weight, weighted sum)}
        self.local: Span | None = None
        self.remote: Span | None = None

    def add(self, reading: Reading) -> None:
        """Take one more reading."""
        earlier, self._last = self._last, reading
        self.local = self.remote = None
        if earlier is None:
            return
        self.local = between(earlier.local, reading.local)
        self.remote = between(earlier.remote, reading.remote)
        if self.remote and self.remote.side.mos is not None:
            side, weight = self.remote.side, self.remote.packets
            for name in ("mos", "loss", "jitter_ms", "rtt_ms"):
                self._count(name, getattr(side, name), weight)

    @property
    def summary(self) -> Measure | None:
        """What was heard, each interval weighing what it was sent; None before the first."""
        if not self._sums:
            return None
        rtt = self._mean("rtt_ms")
        return Measure(
            mos=round(self._mean("mos") or 0.0, 2),
            loss=round(self._mean("loss") or 0.0, 4),
            jitter_ms=round(self._mean("jitter_ms") or 0.0, 1),
            rtt_ms=None if rtt is None else round(rtt, 1),
        )

    def _count(self, name: str, value: float | None, weight: int) -> None:
        if value is not None:
            before, total = self._sums.get(name, (0.0, 0.0))
            self._sums[name] = before + weight, total + weight * value

    def _mean(self, name: str) -> float | None:
        weight, total = self._sums.get(name, (0.0, 0.0))
        return total / weight if weight else None


def between(earlier: Counters | None, later: Counters | None) -> Span | None:
    """What happened between two readings of one direction.

    None before there are two of the same streams, and where a counter began anew.
    """
    if earlier is None or later is None or earlier.streams != later.streams:
        return None
    seconds = later.time - earlier.time
    packets, octets = _grown(earlier.packets, later.packets), _grown(earlier.octets, later.octets)
    if seconds <= 0 or any(grown is not None and grown < 0 for grown in (packets, octets)):
        return None
    # RFC 3550 §6.4.1: duplicates count as received, so the running loss may go down.
    lost = int(max(0, _grown(earlier.lost, later.lost) or 0))
    due = int(packets or 0) + (lost if later.share_lost is None else 0)
    side = Side(
        codec=later.codec,
        bitrate=None if octets is None else octets * 8 / seconds,
        loss=_loss(later, lost, due),
        jitter_ms=None if later.jitter is None else later.jitter * 1000,
        rtt_ms=None if later.round_trip is None else later.round_trip * 1000,
        level=later.level,
        concealed=_share(earlier.concealed, later.concealed, earlier.samples, later.samples),
    )
    waited = _share(earlier.buffered, later.buffered, earlier.emitted, later.emitted)
    energy = _share(earlier.energy, later.energy, earlier.seconds, later.seconds)
    return Span(
        side=_judged(side, None if waited is None else waited * 1000, due),
        packets=due,
        loudness=None if energy is None else energy**0.5,
    )


def _loss(later: Counters, lost: int, due: int) -> float | None:
    if later.share_lost is not None:
        return min(max(later.share_lost, 0.0), 1.0)
    return lost / due if due and later.lost is not None else None


def _judged(side: Side, waited_ms: float | None, due: int) -> Side:
    """With its opinion, where there was anything to have one of, and what is missing."""
    codec = emodel.codec(side.codec)
    mos = None
    if due and side.loss is not None:
        jitter = _BUFFERED_JITTERS * (side.jitter_ms or 0.0)
        delay = (side.rtt_ms or 0.0) / 2 + (jitter if waited_ms is None else waited_ms) + _PACKET_MS
        mos = emodel.opinion(loss=side.loss, delay_ms=delay, codec=codec)
    named = {
        "codec": side.codec,
        "bitrate": side.bitrate,
        "loss": side.loss,
        "jitterMs": side.jitter_ms,
        "rttMs": side.rtt_ms,
        "level": side.level,
        "concealed": side.concealed,
        "mos": mos,
        "jitterBuffer": waited_ms,
    }
    return Side(
        codec=side.codec,
        bitrate=_rounded(side.bitrate, 0),
        loss=_rounded(side.loss, 4),
        jitter_ms=_rounded(side.jitter_ms, 1),
        rtt_ms=_rounded(side.rtt_ms, 1),
        level=_rounded(side.level, 4),
        concealed=_rounded(side.concealed, 4),
        mos=_rounded(mos, 2),
        missing=(*(name for name, value in named.items() if value is None), *codec.missing),
    )


def _grown(earlier: float | None, later: float | None) -> float | None:
    return None if earlier is None or later is None else later - earlier


def _share(
    part: float | None, later_part: float | None, whole: float | None, later_whole: float | None
) -> float | None:
    """How much of what has come was of this kind; None where a counter began anew."""
    grown, out_of = _grown(part, later_part), _grown(whole, later_whole)
    return grown / out_of if grown is not None and grown >= 0 and out_of and out_of > 0 else None


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
