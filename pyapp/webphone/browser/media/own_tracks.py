"""What a call sends of ours: the microphone and the camera, taken, replaced and let go of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import Any

import js

from webphone.browser.media.capture import (
    CaptureFailed,
    capture,
    capture_camera,
    capture_one,
    release,
    silence,
    wished,
)
from webphone.browser.proxies import Listeners
from webphone.browser.tasks import begun
from webphone.contract import Config
from webphone.phone.actions import UseDevices
from webphone.phone.happenings import Happening, MicrophoneAsked, MicrophoneMissing

SILENCE = "silence"  # in the place of the id of a microphone


class OwnTracks:
    """Of one call.

    `kept` is called after each track that came, `lost` is handed a microphone that ended. `chosen`
    are the devices of the person.
    """

    def __init__(
        self,
        call: str,
        config: Callable[[], Config],
        tell: Callable[[Happening], None],
        *,
        chosen: Callable[[], UseDevices],
        kept: Callable[[], None],
        lost: Callable[[Any], None],
    ) -> None:
        self.stream: Any = None  # a MediaStream
        self._call = call
        self._config = config
        self._tell = tell
        self._chosen = chosen
        self._wished: dict[str, str] = {}  # the ids of devices that are asked for, by kind
        self._at: dict[str, str] = {}  # those that are in use; SILENCE is none
        self._kept = kept
        self._lost = lost
        self._listeners = Listeners()
        self._closed = False

    @property
    def microphone(self) -> Any:
        """Its track, None before it was granted."""
        return _first(self.stream.getAudioTracks()) if self.stream is not None else None

    @property
    def camera(self) -> Any:
        """Its track, None where there is none."""
        return _first(self.stream.getVideoTracks()) if self.stream is not None else None

    def expect(self) -> None:
        """Its microphone comes later: until then the stream is empty."""
        self.stream = js.MediaStream.new()

    async def take(self, *, video: bool) -> None:
        """The microphone, and a camera; without any microphone the other side hears silence."""
        constraints, chosen = wished(self._config()), self._chosen()
        self._wished = {"audio": chosen.input, "video": chosen.camera}
        asked = capture(
            video=video,
            constraints=constraints,
            asking=self._asking,
            microphone=chosen.input,
            camera=chosen.camera,
        )
        try:
            await self._take(asked)
        except CaptureFailed as lacking:
            if lacking.code != "mic_missing":
                raise
            if video:
                with suppress(CaptureFailed):
                    await self.take_camera()
            self._be_silent()
            self._tell(MicrophoneMissing(call=self._call))

    async def take_camera(self) -> None:
        """A camera beside the microphone. Raises CaptureFailed."""
        camera = self._wished["video"] = self._chosen().camera
        await self._take(capture_camera(wished(self._config()), self._asking, camera))

    async def exchange(self, kind: str, device: str) -> bool:
        """This microphone (`audio`) or camera (`video`) in the place of the one in use.

        Whether there is another now. Raises CaptureFailed; the one in use stays then.
        """
        current = self.microphone if kind == "audio" else self.camera
        if current is None:
            return False
        if self._at.get(kind) == device and current.readyState == "live":
            return False
        self._wished[kind] = device
        constraints = wished(self._config())
        await self._take(capture_one(kind, device, constraints, self._asking))
        return not self._closed

    async def replace(self, lost: Any) -> str | None:
        """Any microphone in place of the one that ended, else silence.

        Gives what is wrong, as an error code, or "" where another one was found; None where that
        one is not in use any more.
        """
        if self.stream is None or self.microphone != lost:
            return None
        self.stream.removeTrack(lost)
        self._wished["audio"] = ""
        try:
            quiet = wished(replace(self._config(), constraints=None))
            await self._take(capture(video=False, constraints=quiet, asking=self._asking))
        except CaptureFailed as gone:
            self._be_silent()
            return gone.code if gone.code.startswith("mic_") else "mic_missing"
        return ""

    def drop_camera(self) -> None:
        """Nobody looks into it any more."""
        camera = self.camera
        camera.stop()
        self.stream.removeTrack(camera)

    def close(self) -> None:
        """Let go of all at once; what is granted later is let go of then."""
        self._closed = True
        self._listeners.close()
        release(self.stream)
        self.stream = None

    def _asking(self, waiting: bool) -> None:
        self._tell(MicrophoneAsked(call=self._call, waiting=waiting))

    async def _take(self, asking: Coroutine[Any, Any, Any]) -> None:
        """Keep the stream that was asked for; one granted after the call's end is let go of."""
        task = begun(asking)
        task.add_done_callback(self._granted)
        # Shielded: cancelled, it would leave a microphone open that nobody knows of.
        await asyncio.shield(task)

    def _granted(self, task: asyncio.Task[Any]) -> None:
        if task.cancelled() or task.exception() is not None or task.result() is None:
            return
        stream = task.result()
        if self._closed:
            release(stream)
            return
        for track in stream.getTracks():
            self._listeners.add(track, "ended", self._ended)
        self._keep(stream)

    def _be_silent(self) -> None:
        self._keep(silence())
        self._at["audio"] = SILENCE

    def _keep(self, stream: Any) -> None:
        tracks = list(stream.getTracks())
        if self.stream is None:
            self.stream = stream
        for track in tracks:
            for old in list(self.stream.getTracks()):
                if old.kind == track.kind and old not in tracks:
                    old.stop()
                    self.stream.removeTrack(old)
            self.stream.addTrack(track)
            wished = self._wished.get(str(track.kind), "")
            self._at[str(track.kind)] = wished if wished == _device_of(track) else ""
        self._kept()

    def _ended(self, event: Any) -> None:
        """Unplugged, or its permission taken back: a track that we stop ourselves tells nothing."""
        self._lost(event.target)


def _device_of(track: Any) -> str:
    try:
        return str(track.getSettings().deviceId)
    except Exception:  # a track of no device
        return ""


def _first(tracks: Any) -> Any:
    return tracks[0] if tracks.length else None
