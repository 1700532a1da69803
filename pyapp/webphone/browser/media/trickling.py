"""Network paths that come after their description (RFC 8838): ours told, theirs handed over.

Loaded by the first call whose other end trickles.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from webphone.browser.bridge import Refused, promised
from webphone.browser.media.link import Link
from webphone.browser.proxies import plain
from webphone.media.gathering import QUIET
from webphone.media.trickle import Candidate
from webphone.phone.happenings import CandidatesFound, Happening

NEWS = ("icecandidate", "icegatheringstatechange", "iceconnectionstatechange")


class Finding:
    """Tells what a connection finds: once all that comes together is there."""

    def __init__(self, call: str, link: Link, tell: Callable[[Happening], None]) -> None:
        """It ends with the connection, whose listeners it is among."""
        self._call = call
        self._connection = link.connection
        self._tell = tell
        self._timer: asyncio.TimerHandle | None = None
        for news in NEWS:
            link.listeners.add(link.connection, news, self._found)
        self._found()

    def _found(self, _event: Any = None) -> None:
        if self._timer is None:
            self._timer = asyncio.get_event_loop().call_later(QUIET, self._say)

    def _say(self) -> None:
        self._timer = None
        described = self._connection.localDescription
        if described and self._connection.signalingState != "closed":
            found = CandidatesFound(
                call=self._call,
                sdp=str(described.sdp),
                complete=self._connection.iceGatheringState == "complete",
                settled=self._connection.iceConnectionState in ("connected", "completed"),
            )
            self._tell(found)


async def add(
    connection: Any, candidates: Iterable[Candidate], note: Callable[[str], None]
) -> None:
    """Hand over what the other end has found; what the browser does not take is noted."""
    for one in candidates:
        given = {"candidate": one.line, "sdpMid": one.mid, "usernameFragment": one.ufrag}
        try:
            await promised(connection, "addIceCandidate", plain(given))
        except Refused as why:
            note(f"a network path of the other end is not taken: {why.message}")
