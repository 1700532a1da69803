"""What a browser has counted of a call's sound at one moment, read from its getStats report."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

Entry = Mapping[str, object]
# The entries of a report that say something of a call's sound.
KINDS = frozenset({
    "inbound-rtp", "outbound-rtp", "remote-inbound-rtp", "media-source", "candidate-pair",
    "local-candidate", "transport", "codec",
})  # fmt: skip
MOST = 100  # entries of one kind that are looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """One direction since the call began; times in seconds, None what the browser does not say.

    Of what we send, `lost`, `share_lost`, `jitter` and `round_trip` are as the other end says.
    """

    time: float
    streams: frozenset[str] = frozenset()  # whose counters these are; new ones begin anew
    codec: str | None = None
    packets: int | None = None
    lost: int | None = None
    share_lost: float | None = None  # a fraction of 1, where only that is said
    octets: int | None = None
    jitter: float | None = None
    round_trip: float | None = None
    level: float | None = None  # of the sound just now, 0 to 1
    energy: float | None = None  # of all the sound so far, and how long that was
    seconds: float | None = None
    concealed: int | None = None  # samples that were made up, out of how many
    samples: int | None = None
    buffered: float | None = None  # seconds that all samples waited together, and how many did
    emitted: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Both directions at one moment: what we send and what we hear, None where nothing is set up.

    `relayed`: whether it all goes through a TURN server, None where nobody knows.
    """

    local: Counters | None
    remote: Counters | None
    relayed: bool | None = None


def read(report: Iterable[Entry], now: float) -> Reading:
    """The entries of a getStats report."""
    kinds = _by_kind(report)
    pair = _pair(kinds)
    return Reading(
        local=_local(kinds, _number(pair, "currentRoundTripTime"), now),
        remote=_remote(kinds, _number(pair, "currentRoundTripTime"), now),
        relayed=_relayed(kinds, pair),
    )


def _local(
    kinds: Mapping[str, list[Entry]], round_trip: float | None, now: float
) -> Counters | None:
    ours = _audio(kinds, "outbound-rtp")
    if not ours:
        return None
    told = _audio(kinds, "remote-inbound-rtp")
    sources = _audio(kinds, "media-source")
    # RTCP knows the whole way to the peer; the candidate pair only the way to the next relay.
    whole_way = _most(told, "roundTripTime")
    return Counters(
        time=now,
        streams=_names(ours),
        codec=_codec(kinds, ours),
        packets=_whole(ours, "packetsSent"),
        lost=_whole(told, "packetsLost"),
        share_lost=_most(told, "fractionLost"),
        octets=_whole(ours, "bytesSent"),
        jitter=_most(told, "jitter"),
        round_trip=round_trip if whole_way is None else whole_way,
        level=_most(sources, "audioLevel"),
        energy=_sum(sources, "totalAudioEnergy"),
        seconds=_sum(sources, "totalSamplesDuration"),
    )


def _remote(
    kinds: Mapping[str, list[Entry]], round_trip: float | None, now: float
) -> Counters | None:
    theirs = _audio(kinds, "inbound-rtp")
    if not theirs:
        return None
    whole_way = _most(_audio(kinds, "remote-inbound-rtp"), "roundTripTime")
    return Counters(
        time=now,
        streams=_names(theirs),
        codec=_codec(kinds, theirs),
        packets=_whole(theirs, "packetsReceived"),
        lost=_whole(theirs, "packetsLost"),
        octets=_whole(theirs, "bytesReceived"),
        jitter=_most(theirs, "jitter"),
        round_trip=round_trip if whole_way is None else whole_way,
        level=_most(theirs, "audioLevel"),
        energy=_sum(theirs, "totalAudioEnergy"),
        seconds=_sum(theirs, "totalSamplesDuration"),
        concealed=_whole(theirs, "concealedSamples"),
        samples=_whole(theirs, "totalSamplesReceived"),
        buffered=_sum(theirs, "jitterBufferDelay"),
        emitted=_whole(theirs, "jitterBufferEmittedCount"),
    )


def round_trip(report: Iterable[Entry]) -> float | None:
    """Seconds to the other end and back on the path in use, as ICE has measured; None: unknown."""
    return _number(_pair(_by_kind(report)), "currentRoundTripTime")


def _by_kind(report: Iterable[Entry]) -> dict[str, list[Entry]]:
    kinds: dict[str, list[Entry]] = {}
    for entry in report:
        found = kinds.setdefault(str(entry.get("type")), [])
        if len(found) < MOST:
            found.append(entry)
    return kinds


def _pair(kinds: Mapping[str, list[Entry]]) -> Entry:
    """The candidate pair in use: the transport names it, or else it is nominated."""
    pairs = kinds.get("candidate-pair", [])
    named = {entry.get("selectedCandidatePairId") for entry in kinds.get("transport", [])}
    for fits in (
        lambda pair: pair.get("id") in named,
        lambda pair: pair.get("nominated") is True and pair.get("state") == "succeeded",
        lambda pair: pair.get("nominated") is True,
    ):
        if found := _first(pairs, fits):
            return found
    return {}


def _relayed(kinds: Mapping[str, list[Entry]], pair: Entry) -> bool | None:
    ours = pair.get("localCandidateId")
    candidate = _first(kinds.get("local-candidate", []), lambda entry: entry.get("id") == ours)
    kind = candidate.get("candidateType") if candidate and ours is not None else None
    return None if kind is None else kind == "relay"


def _codec(kinds: Mapping[str, list[Entry]], streams: list[Entry]) -> str | None:
    """The name of a session description, such as opus or PCMU.

    Of audio/red it is opus: no browser packs another codec into it (RFC 2198).
    """
    wanted = streams[0].get("codecId")
    entry = _first(kinds.get("codec", []), lambda entry: entry.get("id") == wanted)
    mime = entry.get("mimeType") if entry and wanted is not None else None
    name = mime.rpartition("/")[2] if isinstance(mime, str) else None
    return "opus" if name == "red" else name


def _audio(kinds: Mapping[str, list[Entry]], kind: str) -> list[Entry]:
    return [entry for entry in kinds.get(kind, []) if entry.get("kind") == "audio"]


def _names(entries: list[Entry]) -> frozenset[str]:
    return frozenset(str(entry.get("id", "")) for entry in entries)


def _first(entries: list[Entry], fits: Callable[[Entry], bool]) -> Entry | None:
    return next((entry for entry in entries if fits(entry)), None)


def _numbers(entries: list[Entry], name: str) -> list[float]:
    return [number for entry in entries if (number := _number(entry, name)) is not None]


def _sum(entries: list[Entry], name: str) -> float | None:
    numbers = _numbers(entries, name)
    return sum(numbers) if numbers else None


def _whole(entries: list[Entry], name: str) -> int | None:
    total = _sum(entries, name)
    return None if total is None else int(total)


def _most(entries: list[Entry], name: str) -> float | None:
    return max(_numbers(entries, name), default=None)


def _number(entry: Entry, name: str) -> float | None:
    value = entry.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value
