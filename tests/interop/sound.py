"""How loud sound is: RMS of 16-bit samples, of mu-law bytes and of a growing WAV file."""

from __future__ import annotations

import array
import math
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# Chromium's fake microphone beeps at an RMS of some thousands; digital silence through opus or
# PCMU stays below ten. Between them lies all that a test has to tell apart.
AUDIBLE = 300.0
SILENT = 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Mono or interleaved 16-bit sound."""

    rate: int
    channels: int
    values: array.array[int]

    @property
    def seconds(self) -> float:
        return len(self.values) / (self.rate * self.channels)

    def last(self, seconds: float) -> Samples:
        count = int(seconds * self.rate) * self.channels
        return Samples(rate=self.rate, channels=self.channels, values=self.values[-count:])

    def loudness(self) -> float:
        return loudness(self.values)


def loudness(samples: Sequence[int]) -> float:
    """The RMS of 16-bit samples, 0 to 32768; 0 when there are none."""
    if not samples:
        return 0.0
    return math.sqrt(sum(sample * sample for sample in samples) / len(samples))


def mu_law(octet: int) -> int:
    """The linear sample of one PCMU octet (ITU-T G.711)."""
    octet = ~octet & 0xFF
    magnitude = (((octet & 0x0F) << 3) + 0x84) << ((octet & 0x70) >> 4)
    return 0x84 - magnitude if octet & 0x80 else magnitude - 0x84


MU_LAW = tuple(mu_law(octet) for octet in range(256))


def to_mu_law(sample: int) -> int:
    """The PCMU octet nearest to a 16-bit sample."""
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32_635) + 0x84
    exponent = magnitude.bit_length() - 8
    return ~(sign | exponent << 4 | (magnitude >> (exponent + 3)) & 0x0F) & 0xFF


def read_growing_wav(path: Path) -> Samples:
    """What a WAV file holds so far, whatever its header says of the length."""
    content = path.read_bytes()
    start = content.find(b"fmt ")
    if start < 0 or len(content) < start + 24:
        return Samples(rate=8000, channels=1, values=array.array("h"))
    channels, rate = struct.unpack_from("<HI", content, start + 10)
    begin = content.find(b"data", start) + 8
    if begin < 8:
        return Samples(rate=rate, channels=channels, values=array.array("h"))
    body = content[begin:]
    values = array.array("h", body[: len(body) // 2 * 2])
    if sys.byteorder == "big":
        values.byteswap()
    return Samples(rate=rate, channels=channels, values=values)
