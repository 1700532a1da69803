"""The network paths that a peer connection finds, awaited no longer than needed."""

from __future__ import annotations

import asyncio
from typing import Any

import js

from webphone.browser.proxies import Listeners
from webphone.media.gathering import enough, patience


class Gathering:
    """Watches one RTCPeerConnection; its owner calls `begin` before each description of ours."""

    def __init__(self, connection: Any, *, asks_servers: bool) -> None:
        self._connection = connection
        self._asks_servers = asks_servers
        self._kinds: set[str] = set()
        self._finished = False
        self._began = self._latest = _seconds()
        self._news = asyncio.Event()
        self._listeners = Listeners()
        self._listeners.add(connection, "icecandidate", self._found)
        self._listeners.add(connection, "icegatheringstatechange", self._moved)

    def begin(self) -> None:
        """Forget what was found for an earlier description."""
        self._kinds.clear()
        self._finished = False
        self._began = self._latest = _seconds()

    async def enough(self) -> None:
        """Return when the local description is good enough to be sent."""
        if self._nothing_to_find():
            return
        while True:
            now = _seconds()
            elapsed, quiet = now - self._began, now - self._latest
            if enough(
                elapsed=elapsed,
                quiet=quiet,
                complete=self._finished,
                kinds=self._kinds,
                servers=self._asks_servers,
            ):
                return
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), patience(elapsed=elapsed, quiet=quiet))
            except TimeoutError:
                continue

    def close(self) -> None:
        self._listeners.close()

    def _nothing_to_find(self) -> bool:
        # A description that needs no new path leaves the state of the last search as it is.
        sdp = str(self._connection.localDescription.sdp)
        return self._connection.iceGatheringState == "complete" and "a=candidate:" in sdp

    def _found(self, event: Any) -> None:
        candidate = event.candidate
        if not candidate or not candidate.candidate:
            return  # the end of the search is told by the state as well
        # Half of a TCP path is of no use without the other end's (RFC 6544): don't count on it.
        if str(candidate.protocol).lower() == "udp" or candidate.type == "relay":
            self._kinds.add(str(candidate.type))
            self._latest = _seconds()
            self._news.set()

    def _moved(self, _event: Any) -> None:
        if self._connection.iceGatheringState == "complete":
            self._finished = True
            self._news.set()


def _seconds() -> float:
    return float(js.performance.now()) / 1000
