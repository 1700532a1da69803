"""The far end of a demo's calls: what the exchange inside the page asks for, sounding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import js

from webphone.browser.bridge import promised
from webphone.browser.demo.ends import Ends, inside
from webphone.browser.demo.page_media import description, direction_in, meet
from webphone.browser.demo.peers import network_found
from webphone.browser.demo.voice import Voice
from webphone.browser.media.ice import Gathering
from webphone.browser.media.transceivers import kind_of
from webphone.browser.proxies import Listeners, plain, said
from webphone.browser.tasks import Tasks
from webphone.media import Direction
from webphone.phone.actions import Offer

Described = Callable[[str, str | None], None]


class FarEnds:
    """The media of the numbers in their calls; `described(call, sdp)` gets what was asked for."""

    def __init__(self, described: Described, ends: Ends) -> None:
        self._described = described
        self._ends = ends
        self._calls: dict[str, FarEnd] = {}

    def answer(self, call: str, number: str, sdp: str) -> None:
        """Answer this offer."""
        self._call(call, number).answer(sdp)

    def offer(self, call: str, number: str, direction: str) -> None:
        """Make an offer."""
        self._call(call, number).offer(Direction(direction))

    def answered(self, call: str, sdp: str) -> None:
        """The answer to the last offer is there."""
        if call in self._calls:
            self._calls[call].answered(sdp)

    def over(self, call: str) -> None:
        """The call has ended."""
        if call in self._calls:
            self._calls.pop(call).close()

    def _call(self, call: str, number: str) -> FarEnd:
        if call not in self._calls:
            self._calls[call] = FarEnd(call, number, self._described, self._ends)
        return self._calls[call]


class Line(Protocol):
    """How the sound of one call gets to the phone and back."""

    async def answer(self, sdp: str) -> str: ...

    async def offer(self, direction: Direction) -> str: ...

    async def answered(self, sdp: str) -> None: ...

    def close(self) -> None: ...


class FarEnd:
    """One number in one call."""

    def __init__(self, call: str, number: str, described: Described, ends: Ends) -> None:
        self._call = call
        self._described = described
        self._ends = ends
        self._voice = Voice(number)
        self._line: Line | None = None
        self._holds = False
        self._errands = Tasks(self._failed)

    def answer(self, sdp: str) -> None:
        self._errands.add(lambda: self._answer(sdp))

    def offer(self, direction: Direction) -> None:
        self._errands.add(lambda: self._offer(direction))

    def answered(self, sdp: str) -> None:
        self._errands.add(lambda: self._answered(sdp))

    def close(self) -> None:
        """The call is over: let go of everything."""
        self._errands.close()
        if self._line is not None:
            self._line.close()
        self._voice.close()

    async def _answer(self, sdp: str) -> None:
        if self._line is None:
            self._line = self._new_line(within=inside(sdp))
            self._voice.speak()
        self._described(self._call, await self._line.answer(sdp))

    async def _offer(self, direction: Direction) -> None:
        if self._line is None:
            self._line = self._new_line(within=not await network_found())
        self._holds = not direction.receives
        self._described(self._call, await self._line.offer(direction))

    async def _answered(self, sdp: str) -> None:
        assert self._line is not None
        await self._line.answered(sdp)
        self._voice.speak(holding=self._holds)

    def _new_line(self, *, within: bool) -> Line:
        return Within(self._voice, self._ends) if within else Network(self._voice)

    def _failed(self, fault: Exception) -> None:
        js.console.warn(f"The far end of the demo: {said(fault)}")
        self._described(self._call, None)


class Within:
    """Sound handed over within the page."""

    def __init__(self, voice: Voice, ends: Ends) -> None:
        self._voice = voice
        self._ends = ends
        self._name = ends.enter(self)
        self._version = 0
        self._wanted = Direction.SENDRECV

    @property
    def sound(self) -> Any:
        return self._voice.stream

    def hear(self, track: Any) -> None:
        """A number goes on with what it heard first: it is a machine."""

    async def answer(self, sdp: str) -> str:
        return self._describe(self._settle(sdp), Offer.ANSWER)

    async def offer(self, direction: Direction) -> str:
        self._wanted = direction
        return self._describe(direction, Offer.OFFER)

    async def answered(self, sdp: str) -> None:
        self._settle(sdp)

    def close(self) -> None:
        self._ends.leave(self._name)

    def _settle(self, sdp: str) -> Direction:
        other = self._ends.find(sdp)
        if other is None:
            raise RuntimeError("The phone is not in this page.")
        agreed = meet(self._wanted, direction_in(sdp))
        self._voice.wake()
        self._voice.heard(agreed.sends)
        self._voice.hear(other.sound)
        return agreed

    def _describe(self, direction: Direction, kind: Offer) -> str:
        self._version += 1
        return description(self._name, self._version, direction, kind)


class Network:
    """Sound by a second RTCPeerConnection of the page."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._connection = js.RTCPeerConnection.new()
        self._gathering = Gathering(self._connection)
        self._listeners = Listeners()
        self._listeners.add(self._connection, "track", self._heard)
        self._speaks = False

    async def answer(self, sdp: str) -> str:
        await promised(
            self._connection, "setRemoteDescription", plain({"type": "offer", "sdp": sdp})
        )
        for section in self._connection.getTransceivers():
            await self._take_part(section)
        return await self._describe(await promised(self._connection, "createAnswer"))

    async def offer(self, direction: Direction) -> str:
        if not self._speaks:
            self._speaks = True
            options = plain({"direction": direction.value})
            self._connection.addTransceiver(self._track, options)
        for section in self._connection.getTransceivers():
            if kind_of(section) == "audio":
                section.direction = direction.value
        return await self._describe(await promised(self._connection, "createOffer"))

    async def answered(self, sdp: str) -> None:
        self._voice.wake()
        if self._connection.signalingState == "have-local-offer":
            await promised(
                self._connection, "setRemoteDescription", plain({"type": "answer", "sdp": sdp})
            )

    def close(self) -> None:
        self._listeners.close()
        self._gathering.close()
        self._connection.close()

    @property
    def _track(self) -> Any:
        return self._voice.stream.getAudioTracks()[0]

    async def _take_part(self, section: Any) -> None:
        """Speak in the first section of sound; show an echo its own picture."""
        if kind_of(section) == "audio" and not self._speaks:
            self._speaks = True
            section.direction = "sendrecv"
            await promised(section.sender, "replaceTrack", self._track)
        elif kind_of(section) == "video" and section.currentDirection in (None, "inactive"):
            section.direction = "sendrecv" if self._voice.echoes else "inactive"
            if self._voice.echoes:
                await promised(section.sender, "replaceTrack", section.receiver.track)

    async def _describe(self, local: Any) -> str:
        self._gathering.begin()
        await promised(self._connection, "setLocalDescription", local)
        await self._gathering.enough()
        return str(self._connection.localDescription.sdp)

    def _heard(self, event: Any) -> None:
        if event.track.kind == "audio":
            self._voice.hear(js.MediaStream.new([event.track]))
