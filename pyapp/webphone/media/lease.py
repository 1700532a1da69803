"""ICE servers that somebody gives for a while: what they give, and when to ask for them again.

Credentials of a relay that run out are made by the server of the page (REST API for access to TURN
services, draft-uberti-behave-turn-rest-00): the time of their end is their username, or its part
before the colon. Where nothing says how long they are good, they are for some minutes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from webphone.media.ice_servers import one_by_one

MOST = 20  # addresses; browsers slow down with each, and some refuse more
USUAL_LIFE = 300.0  # seconds
SHORTEST_LIFE = 60.0
MARGIN = 60.0  # seconds before their end at which new ones are asked for
_DAY = 86_400.0
_YEAR = 366 * _DAY
_END = re.compile(r"([0-9]{9,11})(:.*)?", re.DOTALL)


class Unusable(ValueError):
    """What was given are no ICE servers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Servers, from when on others are to be asked for, and when these are of no use.

    `limited`: they say themselves when they end.
    """

    servers: tuple[dict[str, Any], ...] = field(default=(), repr=False)
    renew_at: float
    ends_at: float
    limited: bool = False

    def fresh(self, now: float) -> bool:
        """Whether a call may be set up with them, with no need to ask before."""
        return now < self.renew_at

    def usable(self, now: float) -> bool:
        """Whether they are better than none."""
        return now < self.ends_at


def read(given: object, now: float) -> Lease:
    """What a page's function or address gave `now` (Unix time). Raises Unusable.

    RTCIceServer[], one RTCIceServer, an object with `iceServers` and perhaps `ttl` (seconds), or
    `{username, password, ttl, uris}`.
    """
    ttl = None
    if isinstance(given, Mapping):
        ttl = given.get("ttl")
        given = _within(given)
    if isinstance(given, Mapping):
        given = [given]
    if not isinstance(given, Sequence) or isinstance(given, str | bytes):
        raise Unusable
    servers = tuple(one_by_one(given)[:MOST])
    if given and not servers:
        raise Unusable
    lives = [*_lives(servers, now), *([] if ttl is None else [_seconds(ttl)])]
    life = max(min(lives, default=USUAL_LIFE), SHORTEST_LIFE)
    return Lease(
        servers=servers,
        renew_at=now + life - min(MARGIN, life / 2),
        ends_at=now + life,
        limited=bool(lives),
    )


def _within(given: Mapping[str, Any]) -> object:
    for name in ("iceServers", "ice_servers"):
        if name in given:
            return given[name]
    if "uris" in given:
        login = {"username": given.get("username"), "credential": given.get("password")}
        return [{"urls": given["uris"], **login}]
    return given


def _seconds(ttl: object) -> float:
    if isinstance(ttl, str) and re.fullmatch(r"[0-9]{1,9}", ttl):
        ttl = int(ttl)
    if not isinstance(ttl, int | float) or not isfinite(ttl):
        return USUAL_LIFE
    return float(ttl)


def _lives(servers: Sequence[Mapping[str, Any]], now: float) -> list[float]:
    """For how many seconds credentials are still good, of those that end."""
    found = (_END.fullmatch(str(server.get("username", ""))) for server in servers)
    lives = [float(end[1]) - now for end in found if end]
    # Other names are numbers, too: of a time, only one that can be meant.
    return [life for life in lives if -_DAY < life < _YEAR]
