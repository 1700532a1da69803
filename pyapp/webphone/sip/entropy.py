"""Names that nobody else chose: branches, tags, Call-IDs and nonces out of an injected chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

# RFC 3261 §8.1.1.7: how an RFC 3261 branch is told from an RFC 2543 one.
MAGIC_COOKIE = "z9hG4bK"


@dataclass(frozen=True, slots=True)
class Entropy:
    """Makes the random names of SIP; `entropy(n)` returns n bytes nobody can guess."""

    entropy: Callable[[int], bytes]

    def token(self, count: int = 8) -> str:
        """`count` random bytes in hexadecimal."""
        return self.entropy(count).hex()

    def branch(self) -> str:
        """A Via branch, globally unique over space and time (RFC 3261 §8.1.1.7)."""
        return MAGIC_COOKIE + self.token(10)

    def tag(self) -> str:
        """A From or To tag: at least 32 bits of chance (RFC 3261 §19.3)."""
        return self.token(8)

    def call_id(self) -> str:
        """A Call-ID that tells nothing of the host (RFC 3261 §8.1.1.4)."""
        return self.token(16)

    def cnonce(self) -> str:
        """A client nonce (RFC 7616 §3.4)."""
        return self.token(16)

    def uuid(self) -> str:
        """A random `urn:uuid:` (RFC 4122 §4.4), as `+sip.instance` wants it."""
        octets = bytearray(self.entropy(16))
        octets[6] = octets[6] & 0x0F | 0x40
        octets[8] = octets[8] & 0x3F | 0x80
        digits = octets.hex()
        cuts = ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))
        return "urn:uuid:" + "-".join(digits[start:end] for start, end in cuts)

    def uniform(self, low: float, high: float) -> float:
        """A number from `low` up to but not including `high`."""
        fraction = (int.from_bytes(self.entropy(7), "big") >> 3) / (1 << 53)
        return low + (high - low) * fraction
