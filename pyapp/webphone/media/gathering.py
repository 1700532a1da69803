"""When to stop waiting for network paths: a session description leaves once it is good enough."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

from webphone.border.settings import bare, shortened
from webphone.media.ice_servers import one_by_one
from webphone.words import Sentence, say

# Measured in Chromium: the host candidates of all interfaces come within 20 ms of each other, and
# "complete" only 115-130 ms after the first, even when no server has to be asked. Paths that are
# not in the description are found all the same: the checks that come from them tell the other end
# (RFC 8445 §7.3.1.3).
QUIET = 0.03
SERVER_WAIT = 0.5
LONGEST_WAIT = 1.0
RELAY_WAIT = 5.0
REFUSED = 401  # RFC 8489 §9.2.4: what a relay says to a login that it does not know


class Wait(Enum):
    """Which kind of path a description waits for (RFC 8839 §5.1)."""

    HOST = "host"
    REFLEXIVE = "srflx"
    RELAY = "relay"
    RELAY_ONLY = "relay, and nothing else will do"


def awaited(servers: Iterable[Mapping[str, Any]], policy: str) -> Wait:
    """What to wait for when these RTCIceServers are asked under this iceTransportPolicy."""
    if policy == "relay":
        return Wait.RELAY_ONLY
    if relays(servers):
        return Wait.RELAY
    return Wait.REFLEXIVE if one_by_one(servers) else Wait.HOST


def relays(servers: Iterable[Mapping[str, Any]]) -> list[str]:
    """The addresses of TURN servers among these (RFC 7065)."""
    addresses = [str(server["urls"]) for server in one_by_one(servers)]
    return [one for one in addresses if one.lower().startswith(("turn:", "turns:"))]


def enough(
    *, wait: Wait, elapsed: float, quiet: float, complete: bool, kinds: Sequence[str], plain: bool
) -> bool:
    """Whether to send the description now, or, with no relay found where only one will do, never.

    `elapsed` and `quiet` are seconds since gathering began and since the last candidate (or since
    the beginning); `kinds` are the types of the candidates found that can carry media; `plain`:
    one of them is not of IPv6, which many a server can't read.
    """
    if complete:
        return True
    if wait is Wait.RELAY_ONLY:
        return "relay" in kinds or elapsed >= RELAY_WAIT
    if elapsed >= LONGEST_WAIT:
        return True
    if wait is Wait.HOST and kinds:
        return plain or quiet >= QUIET
    return wait.value in kinds or (bool(kinds) and elapsed >= SERVER_WAIT)


def patience(*, elapsed: float, quiet: float) -> float:
    """Seconds until `enough` may say something else with no more news, never 0."""
    ends = (
        QUIET - quiet,
        SERVER_WAIT - elapsed,
        LONGEST_WAIT - elapsed,
        RELAY_WAIT - elapsed,
    )
    return max(0.005, min((end for end in ends if end > 0), default=0.0))


def no_relay(servers: Iterable[Mapping[str, Any]], errors: Mapping[str, int]) -> Sentence:
    """Why there is no relay, and what to do.

    `errors` are the browser's codes by address (icecandidateerror of WebRTC 1.0).
    """
    known = relays(servers)
    if not known:
        return say("relay_none_set")
    refused = next((address for address in errors if errors[address] == REFUSED), "")
    if refused:
        return say("relay_login", server=_shown(refused))
    return say("relay_silent", server=_shown(next(iter(errors), known[0])))


def _shown(address: str) -> str:
    return shortened(bare(address))
