"""Which of the page's STUN and TURN servers the browser takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import js

from webphone.browser.bridge import answered
from webphone.browser.proxies import data, plain
from webphone.media.ice_servers import one_by_one

PATIENCE = 5.0  # seconds that a page may take to name them, as in a frame


async def named(wanted: Any) -> list[Any]:
    """The RTCIceServer[] of the settings, or of the page's own function. Raises Refused."""
    if callable(wanted):
        wanted = await answered(wanted, PATIENCE)
    found = data(wanted)
    return list(found) if isinstance(found, list | tuple) else []


def connection(
    servers: list[Any], policy: str = "all"
) -> tuple[Any, list[dict[str, Any]], tuple[str, ...]]:
    """An RTCPeerConnection, the servers that it was made with, and the addresses it refuses.

    One wrong address makes the browser refuse all: each is tried alone only then.
    """
    every = one_by_one(servers)
    try:
        return _made(every, policy), every, ()
    except Exception:
        good = [server for server in every if _taken(server)]
    bad = tuple(server["urls"] for server in every if server not in good)
    return _made(good, policy), good, bad


def _taken(server: dict[str, Any]) -> bool:
    try:
        _made([server]).close()
    except Exception:
        return False
    return True


def _made(servers: list[dict[str, Any]], policy: str = "all") -> Any:
    return js.RTCPeerConnection.new(plain({"iceServers": servers, "iceTransportPolicy": policy}))


class Watch:
    """Looks at the servers of the settings when they change; `refused` gets what can't be used."""

    def __init__(self, refused: Callable[[tuple[str, ...]], None]) -> None:
        self._refused = refused
        self._seen: Any = ()

    def look(self, servers: Any) -> None:
        """The settings are these now; what a function gives is only known when it is asked."""
        if servers is self._seen:
            return
        self._seen = servers
        if callable(servers) or not servers or not getattr(js, "RTCPeerConnection", None):
            return
        tried, _, bad = connection(list(data(servers)))
        tried.close()
        if bad:
            self._refused(bad)
