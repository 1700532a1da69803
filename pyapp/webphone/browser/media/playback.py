"""What a person hears and sees of the other end of a call."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import js

from webphone.browser.bridge import Refused, promised
from webphone.browser.proxies import fault_name
from webphone.browser.tasks import Background
from webphone.phone.actions import UseDevices


class Listening:
    """The sound of one call on an <audio> of its own, its pictures on the screen's <video>s.

    The <audio> is in no document: a browser plays it all the same, and no page style can hide it.
    `blocked` is told an element that may not play before the person touches the page; `devices`
    says where it sounds, and how loud.
    """

    def __init__(
        self,
        call: str,
        blocked: Callable[[Any], None],
        devices: Callable[[], UseDevices] = UseDevices,
    ) -> None:
        self.sound: Any = None  # a MediaStream
        self._call = call
        self._blocked = blocked
        self._devices = devices
        self._audio: Any = None
        self._heard = True
        self._processed: Any = None  # a track of the page that is heard in its place
        self._beside: Any = None  # and the <audio> that plays it
        self._picture: Any = None
        self._own: Any = None
        self._shown: dict[str, tuple[Any, Any]] = {}
        self._tasks = Background()

    def hear(self, track: Any) -> None:
        """A track of the other end came."""
        if track.kind == "video":
            self._picture = js.MediaStream.new([track])
            return
        self.sound = js.MediaStream.new([track])
        if self._audio is None:
            self._audio = js.document.createElement("audio")
            self._audio.autoplay = True
            self._mute()
            self._do(self._direct())
        self._play(self._audio, self.sound)

    @property
    def track(self) -> Any:
        """The track of the other end's sound as it is heard, None before it came."""
        return self._processed if self._processed is not None else self.raw

    @property
    def raw(self) -> Any:
        """As it came."""
        return self.sound.getAudioTracks()[0] if self.sound is not None else None

    def process(self, track: Any) -> None:
        """Let this be heard in its place; None: that again.

        What came is still played, unheard: Chromium gives it to Web Audio only so.
        """
        self._processed = track
        if track is not None:
            if self._beside is None:
                self._beside = js.document.createElement("audio")
                self._beside.autoplay = True
                self._do(self._direct())
            self._play(self._beside, js.MediaStream.new([track]))
        elif self._beside is not None:
            self._beside.srcObject = None
        self._mute()

    def _mute(self) -> None:
        if self._audio is not None:
            self._audio.muted = not self._heard or self._processed is not None
        if self._beside is not None:
            self._beside.muted = not self._heard

    def be_heard(self, heard: bool) -> None:
        """Whether the person hears it; it is played all the same."""
        self._heard = heard
        self._mute()

    async def sound_anew(self) -> None:
        """From the loudspeaker and as loud as is wanted now. Raises Refused where it can't."""
        wanted = self._devices()
        for audio in (self._audio, self._beside):
            if audio is None:
                continue
            audio.volume = wanted.volume
            if hasattr(audio, "setSinkId") and str(audio.sinkId) != wanted.output:
                await promised(audio, "setSinkId", wanted.output)

    async def _direct(self) -> None:
        try:
            await self.sound_anew()
        except Refused:
            return  # from the system's own: the call must be heard

    def own(self, stream: Any) -> None:
        """Our own picture, or None."""
        self._own = stream

    def show(self, slot: Callable[[str, str], Any]) -> None:
        """Put the pictures where the screen has a place for them."""
        for which, stream in (("remote", self._picture), ("self", self._own)):
            element = slot(self._call, which) if stream is not None else None
            if element is None:
                self._clear(which)
                continue
            if self._shown.get(which) == (element, stream):
                continue
            self._shown[which] = (element, stream)
            # The sound has its <audio>; played twice, it would echo.
            element.muted = True
            element.playsInline = True
            self._play(element, stream)

    def close(self) -> None:
        for which in list(self._shown):
            self._clear(which)
        for audio in (self._audio, self._beside):
            if audio is not None:
                audio.pause()
                audio.srcObject = None
        self._audio = self._beside = self._processed = None
        self.sound = self._picture = self._own = None
        self._tasks.close()

    def _clear(self, which: str) -> None:
        shown = self._shown.pop(which, None)
        if shown is not None:
            shown[0].srcObject = None

    def _play(self, element: Any, stream: Any) -> None:
        element.srcObject = stream
        self._do(self._start(element))

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.run(work)

    async def _start(self, element: Any) -> None:
        try:
            await promised(element, "play", within=None)
        except Exception as fault:
            # AbortError only means that something newer is played.
            if fault_name(fault) == "NotAllowedError":
                self._blocked(element)
