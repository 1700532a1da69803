"""The E-model of ITU-T G.107 (06/2015): what loss, delay and codec do to a conversation, as a MOS.

All that a phone can't measure has its default value of G.107 table 3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

# What the defaults of table 3 come to: noise (No, dBm0p), the basic ratio Ro and the impairments
# that come with the voice itself (Is), equations 7-2 to 7-19.
_NOISE = -61.18
_BASIC_RATIO = 15 - 1.5 * (8 + _NOISE)
_SIMULTANEOUS = 1.41
_RECEIVE_LOUDNESS = 2.0
# dB: how weak the talker's and the listener's echo are.
_TALKER_ECHO_LOSS = 65.0
_ECHO_PATH_LOSS = 110.0


LONGEST_DELAY = 10_000.0  # ms; more is no worse, and no call


@dataclass(frozen=True, slots=True)
class Codec:
    """What a codec costs by itself (Ie), and how well it bears loss (Bpl), on G.107's scale.

    `missing` names which of them is no value of the ITU for this codec: `codecImpairment` and
    `lossRobustness` count as those of G.711, `codecEstimated` says that both are somebody else's.
    """

    impairment: float
    robustness: float
    missing: tuple[str, ...] = ()


# ITU-T G.113 (11/2007) table I.4, G.711 with concealment: every browser conceals. Without, it has
# a Bpl of 4.3.
_CONCEALED = Codec(0.0, 25.1)


def _narrowed(impairment: float, telephone: float) -> float:
    """An impairment of a wider scale on the scale of telephones.

    `telephone` is what G.711 costs on the wider scale: who costs less there can't be told from it
    on a scale that ends with it.
    """
    return max(0.0, impairment - telephone)


# What G.711 costs on the scales of wideband (R up to 129, G.107.1) and fullband (148, G.107.2).
_TELEPHONE_OF_WIDE, _TELEPHONE_OF_FULL = 129 - 93.0, 148 - 93.0
# Ie,wb of G.722 at 64 kbit/s, G.113 (11/2007) table IV.1.
_G722 = Codec(_narrowed(13.0, _TELEPHONE_OF_WIDE), 25.1, missing=("lossRobustness",))
# The ITU has no value for Opus. M. Alahmadi, Opus_emodel.js (2021): super-wideband with a variable
# rate at 31 kbit/s, next to the 32 that browsers send, has Ie 16.8 and, at random losses, Bpl 10.4.
_OPUS = Codec(_narrowed(16.8, _TELEPHONE_OF_FULL), 10.4, missing=("codecEstimated",))
_UNKNOWN = Codec(0.0, 25.1, missing=("codecImpairment", "lossRobustness"))
_CODECS = {"pcmu": _CONCEALED, "pcma": _CONCEALED, "g722": _G722, "opus": _OPUS}


def codec(name: str | None) -> Codec:
    """The codec with this name of a session description; an unknown one counts as G.711."""
    return _CODECS.get((name or "").lower(), _UNKNOWN)


def opinion(
    *, loss: float, delay_ms: float, codec: Codec = _CONCEALED, burst: float = 1.0
) -> float:
    """The mean opinion score, 1 to 4.5.

    `loss` is a fraction of 1, `delay_ms` the way from mouth to ear, `burst` the burst ratio: 1
    where losses come at random.
    """
    rating = _BASIC_RATIO - _SIMULTANEOUS - _delayed(delay_ms) - _lossy(loss, codec, burst)
    return score(rating)


def score(rating: float) -> float:
    """G.107 Annex B: from the rating R to an opinion; its dip below R 6.5 is cut at 1."""
    if rating <= 0:
        return 1.0
    if rating >= 100:
        return 4.5
    return max(1.0, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6)


def _lossy(loss: float, codec: Codec, burst: float) -> float:
    """Ie,eff, equation 7-29."""
    percent = min(max(loss, 0.0), 1.0) * 100
    share = percent / (percent / burst + codec.robustness)
    return codec.impairment + (95 - codec.impairment) * share


def _delayed(delay: float) -> float:
    """Id, equations 7-20 to 7-28: the talker's echo, the listener's, and the delay itself."""
    delay = min(max(delay, 0.0), LONGEST_DELAY)
    return _talker_echo(delay) + _listener_echo(delay) + _too_late(delay)


def _talker_echo(delay: float) -> float:
    spread = math.log10((1 + delay / 10) / (1 + delay / 150))
    loudness = _TALKER_ECHO_LOSS - 40 * spread + 6 * math.exp(-0.3 * delay * delay)
    rating = 80 + 2.5 * (loudness - 14)
    half = (-1.5 * (_NOISE - _RECEIVE_LOUDNESS) - rating) / 2
    # Below 4 ms the formula gives a little less than nothing.
    return max(0.0, (half + math.sqrt(half * half + 100) - 1) * (1 - math.exp(-delay)))


def _listener_echo(delay: float) -> float:
    rating = 10.5 * (_ECHO_PATH_LOSS + 7) / math.sqrt(math.sqrt(2 * delay + 1))
    half = (_BASIC_RATIO - rating) / 2
    return half + math.sqrt(half * half + 169)


def _too_late(delay: float) -> float:
    if delay <= 100:
        return 0.0
    times = math.log2(delay / 100)
    near, far = math.pow(1 + times**6, 1 / 6), math.pow(1 + (times / 3) ** 6, 1 / 6)
    return 25 * (near - 3 * far + 2)
