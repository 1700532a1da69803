"""The network paths that a peer connection finds, awaited no longer than needed."""

from __future__ import annotations

import asyncio
from typing import Any

import js

from webphone.browser.proxies import Listeners
from webphone.media.gathering import REFUSED, Wait, enough, patience


class NoRelay(Exception):
    """Nothing but a relay will do, and there is none; `errors` are the codes by its addresses."""

    def __init__(self, errors: dict[str, int]) -> None:
        super().__init__(errors)
        self.errors = errors


class Gathering:
    """Watches one RTCPeerConnection; its owner calls `begin` before each description of ours."""

    def __init__(self, connection: Any, wait: Wait = Wait.HOST) -> None:
        self.wait = wait
        self.errors: dict[str, int] = {}  # by the address of the server
        self._connection = connection
        self._kinds: list[str] = []
        self._plain = False
        self._finished = False
        self._began = self._latest = _seconds()
        # It wakes us a turn of the loop later: what is found at the same moment goes along.
        self._news = asyncio.Event()
        self._listeners = Listeners()
        self._listeners.add(connection, "icecandidate", self._found)
        self._listeners.add(connection, "icecandidateerror", self._refused)
        self._listeners.add(connection, "icegatheringstatechange", self._moved)

    @property
    def relay_failed(self) -> bool:
        """Whether a relay has refused our login, or none came though one was waited for."""
        if "relay" in self._kinds:
            return False
        awaited = self.wait in (Wait.RELAY, Wait.RELAY_ONLY)
        return awaited and (self._finished or REFUSED in self.errors.values())

    def begin(self) -> None:
        """Forget what was found for an earlier description."""
        self._kinds.clear()
        self.errors.clear()
        self._plain = self._finished = False
        self._began = self._latest = _seconds()

    async def enough(self) -> None:
        """Return when the local description is good enough to be sent.

        Raises NoRelay where it never will be.
        """
        if self._nothing_to_find():
            return
        while True:
            now = _seconds()
            elapsed, quiet = now - self._began, now - self._latest
            if enough(
                wait=self.wait,
                elapsed=elapsed,
                quiet=quiet,
                complete=self._finished,
                kinds=self._kinds,
                plain=self._plain,
            ):
                break
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), patience(elapsed=elapsed, quiet=quiet))
            except TimeoutError:
                continue
        if self.wait is Wait.RELAY_ONLY and "relay" not in self._kinds:
            raise NoRelay(dict(self.errors))

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
        # What is bundled takes the paths of the first section.
        first = not candidate.sdpMLineIndex
        if first and (str(candidate.protocol).lower() == "udp" or candidate.type == "relay"):
            self._kinds.append(str(candidate.type))
            self._plain |= ":" not in str(candidate.address or "")
            self._latest = _seconds()
            self._news.set()

    def _refused(self, event: Any) -> None:
        address, code = str(event.url or ""), int(event.errorCode)
        if self.errors.get(address) != REFUSED:
            self.errors[address] = code

    def _moved(self, _event: Any) -> None:
        if self._connection.iceGatheringState == "complete":
            self._finished = True
            self._news.set()


def _seconds() -> float:
    return float(js.performance.now()) / 1000
