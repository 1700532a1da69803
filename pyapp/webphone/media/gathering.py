"""When to stop waiting for network paths: a session description leaves once it is good enough."""

from __future__ import annotations

from collections.abc import Collection

# Measured in Chromium: the host candidates of all interfaces come within 20 ms of each other, and
# "complete" only 115-130 ms after the first, even when no server has to be asked.
QUIET = 0.05
REFLEXIVE_WAIT = 0.5
LONGEST_WAIT = 1.0


def enough(
    *,
    elapsed: float,
    quiet: float,
    complete: bool,
    kinds: Collection[str],
    servers: bool,
) -> bool:
    """Whether to send the description now.

    `elapsed` and `quiet` are seconds since gathering began and since the last candidate (or since
    the beginning); `kinds` are the candidate types found (RFC 8839 §5.1) that can carry media;
    `servers` says that STUN or TURN servers are being asked.
    """
    if complete or elapsed >= LONGEST_WAIT:
        return True
    if not kinds:
        return False
    reflexive = not servers or "srflx" in kinds or "relay" in kinds
    return (reflexive or elapsed >= REFLEXIVE_WAIT) and quiet >= QUIET


def patience(*, elapsed: float, quiet: float) -> float:
    """Seconds until `enough` may say something else with no more news, never 0."""
    ends = (QUIET - quiet, REFLEXIVE_WAIT - elapsed, LONGEST_WAIT - elapsed)
    return max(0.005, min((end for end in ends if end > 0), default=0.0))
