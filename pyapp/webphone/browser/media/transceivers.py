"""The sections of a peer connection: one transceiver for sound, and one for pictures if any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import js

from webphone.browser.bridge import promised
from webphone.browser.proxies import plain
from webphone.media import Direction
from webphone.media.preference import preferred


class Sections:
    """The transceivers of one RTCPeerConnection that are in use."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._ordered = False  # not as the browser would have it

    def live(self) -> list[Any]:
        """All but the stopped ones, which never come back."""
        every = self._connection.getTransceivers()
        return [t for t in every if "stopped" not in (t.direction, t.currentDirection)]

    def first(self, kind: str) -> Any:
        """The section of this kind that has our track; None when there is none."""
        return next((t for t in self.live() if kind_of(t) == kind), None)

    def add(self, kind: str, direction: Direction, track: Any, stream: Any) -> None:
        """A new section in our next offer; without a track nothing is sent in it yet."""
        options: dict[str, Any] = {"direction": direction.value}
        if stream is not None:
            options["streams"] = [stream]
        self._connection.addTransceiver(kind if track is None else track, plain(options))

    def directions(self) -> dict[str, str]:
        """What each section is to do, by its mid."""
        return {t.mid: str(t.direction) for t in self.live()}

    def restore(self, directions: Mapping[str, str]) -> None:
        """Be as before; a section that was not there before goes."""
        for transceiver in self.live():
            if transceiver.mid in directions:
                transceiver.direction = directions[transceiver.mid]
            else:
                transceiver.stop()

    async def agree_again(self) -> None:
        """Do once more what both ends last agreed; nothing goes over the wire.

        Chromium's rollback forgets an offer, but its sound stays as that offer wanted it: after
        one that would only send, we would stay deaf.
        """
        connection = self._connection
        last = connection.currentRemoteDescription
        if not last:
            return
        if last.type == "answer":
            await promised(connection, "setLocalDescription")
            try:
                await promised(connection, "setRemoteDescription", last)
            except Exception:
                # What was agreed then cannot be agreed now; without it the call still goes on.
                await promised(connection, "setLocalDescription", plain({"type": "rollback"}))
        else:
            await promised(connection, "setRemoteDescription", last)
            await promised(connection, "setLocalDescription")

    def prefer(self, wishes: Sequence[str]) -> None:
        """Offer or answer the codecs in this order; see webphone.media.preference.

        Without wishes it is the browser's order again.
        """
        sections = self.live() if wishes or self._ordered else ()
        self._ordered = bool(wishes)
        for transceiver in sections:
            if not hasattr(transceiver, "setCodecPreferences"):
                return
            if not wishes:
                transceiver.setCodecPreferences(js.Array.new())
                continue
            able = js.RTCRtpReceiver.getCapabilities(kind_of(transceiver)).codecs
            known = [(str(c.mimeType).partition("/")[2], int(c.clockRate)) for c in able]
            chosen = js.Array.new(*[able[place] for place in preferred(known, wishes)])
            transceiver.setCodecPreferences(chosen)


def kind_of(section: Any) -> str:
    return str(section.receiver.track.kind)


async def put(section: Any, track: Any, stream: Any) -> None:
    """Send this track in a section; None: nothing."""
    await promised(section.sender, "replaceTrack", track)
    if hasattr(section.sender, "setStreams"):
        section.sender.setStreams(stream)
