"""The recordings of calls: our side on the left channel, theirs on the right, saved as a file.

The file is handed to the browser's downloads, and no copy of it stays here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol, assert_never

import js

from webphone.browser.bridge import Refused, promised
from webphone.browser.proxies import Listeners, plain, said
from webphone.browser.sound import write
from webphone.browser.tasks import Background
from webphone.phone.actions import BeginRecording, EndRecording, PauseRecording, UseDevices
from webphone.phone.happenings import (
    Happening,
    RecordingBegan,
    RecordingFailed,
    RecordingSaved,
)
from webphone.phone.tones import RECORDED

SLICE = 1000  # milliseconds of sound that a page that goes at once may lose
BITS = 64_000  # a second, for both voices
PATIENCE = 2.0  # seconds that the browser may take to begin, or to give the last of it
FETCHED = 60.0  # seconds that a download may take to begin

# What browsers write, the best first, and the ending of such a file.
KINDS = {"audio/webm;codecs=opus": "webm", "audio/mp4": "m4a", "audio/ogg;codecs=opus": "ogg"}

RecordingAction = BeginRecording | PauseRecording | EndRecording


class Recordable(Protocol):
    """The media of one call; see Peer."""

    @property
    def microphone(self) -> Any:
        """The track that is ours in it, open or not; None before it is there."""

    @property
    def spoken(self) -> Any:
        """The same, or the mix of a conference in its place."""

    @property
    def remote(self) -> Any:
        """The track of the other end's sound; None before it is there."""

    def send_toned(self, track: Any) -> None:
        """Send this in the place of what is spoken; None: that again."""


class Recordings:
    """Of one phone's calls, one at a time each."""

    def __init__(
        self, turn: Callable[[Happening], None], devices: Callable[[], UseDevices]
    ) -> None:
        self._turn: Callable[[Happening], None] | None = turn
        self._devices = devices
        self._running: dict[str, Recording] = {}

    def perform(self, action: RecordingAction, peer: Recordable) -> None:
        """Do it; `peer` are the media of the call."""
        running = self._running.get(action.call)
        match action:
            case BeginRecording():
                self.end(action.call)
                new = Recording(action, peer, self._devices().output, self._tell)
                self._running[action.call] = new
                new.begin()
            case PauseRecording(paused=paused):
                if running:
                    running.pause(paused)
            case EndRecording(call=call):
                self.end(call)
            case _:
                assert_never(action)

    def again(self) -> None:
        """A call has other tracks now."""
        for running in self._running.values():
            running.link()

    def end(self, call: str) -> None:
        """Save what there is of a call."""
        if call in self._running:
            self._running.pop(call).end()

    def close(self) -> None:
        """The phone is gone: all is saved, and nobody hears of it any more."""
        self._turn = None
        for call in list(self._running):
            self.end(call)

    def _tell(self, happening: Happening) -> None:
        if self._turn:
            self._turn(happening)


class Recording:
    """One file. All nodes and listeners are its own, and gone once it is saved."""

    def __init__(
        self,
        asked: BeginRecording,
        peer: Recordable,
        output: str,
        tell: Callable[[Happening], None],
    ) -> None:
        self._asked = asked
        self._peer = peer
        self._output = output  # id of the device where the person hears the tone
        self._tell = tell
        self._context: Any = None
        self._merger: Any = None
        self._sent: Any = None  # our side with the tone, as the other one hears it
        self._tone: Any = None  # its gain
        # What is listened to: its track, and the node that it is here.
        self._sources: dict[str, tuple[Any, Any]] = {}
        self._recorder: Any = None
        self._parts: Any = None
        self._octets = self._slices = 0
        self._full = self._ended = self._over = self._broken = False
        self._listeners = Listeners()
        self._tasks = Background()
        self._late: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """RecordingBegan or RecordingFailed is told."""
        if not hasattr(js, "MediaRecorder"):
            self._fail("lacking")
        else:
            self._tasks.run(self._begin())

    def pause(self, paused: bool) -> None:
        """Leave out what is said from now on, or go on."""
        if self._recorder is None or self._ended:
            return
        if paused and self._recorder.state == "recording":
            self._recorder.pause()
        if not paused and self._recorder.state == "paused":
            self._recorder.resume()
        if self._tone is not None:
            self._tone.gain.value = 0 if paused else 1

    def end(self) -> None:
        """RecordingSaved or RecordingFailed is told, if it was not before."""
        if self._ended or self._over:
            return
        self._ended = True
        if self._recorder is None:
            self._fail("cancelled")
        elif self._recorder.state == "inactive":
            self._save()
        else:
            self._late = asyncio.get_event_loop().call_later(PATIENCE, self._give_up)
            self._recorder.stop()

    # --- Recording ---

    async def _begin(self) -> None:
        try:
            self._context = js.AudioContext.new()
            if self._context.state != "running":
                await promised(self._context, "resume", within=PATIENCE)
        except Refused:  # not before the person touches the page
            self._fail("silent")
            return
        except Exception as fault:  # no sound card, or too many of them
            self._fail("failed", said(fault))
            return
        try:
            if self._asked.tone:
                await self._prepare_tone()
            self._start()
        except Exception as fault:
            self._fail("failed", said(fault))

    def _start(self) -> None:
        context = self._context
        if context is None:
            return
        self._merger = self._merger or context.createChannelMerger(2)
        both = context.createMediaStreamDestination()
        self._merger.connect(both)
        self.link()
        if self._sent is not None:
            self._peer.send_toned(self._sent.stream.getAudioTracks()[0])
        fitting = [kind for kind in KINDS if js.MediaRecorder.isTypeSupported(kind)]
        options = {"audioBitsPerSecond": BITS, **({"mimeType": fitting[0]} if fitting else {})}
        self._parts = js.Array.new()
        recorder = js.MediaRecorder.new(both.stream, plain(options))
        self._listeners.add(recorder, "dataavailable", self._came)
        self._listeners.add(recorder, "stop", lambda _event: self._save())
        self._listeners.add(recorder, "error", lambda _event: self._break_off())
        # The page goes: what came later than this is lost.
        self._listeners.add(js.window, "pagehide", lambda _event: self._save())
        recorder.start(SLICE)
        self._recorder = recorder
        self._tell(RecordingBegan(call=self._asked.call))

    def link(self) -> None:
        """Each side on its channel; a microphone or a track of theirs may be another one now."""
        if self._merger is None or self._over:
            return
        self._listen("ours", self._peer.microphone, self._merger, 0)
        self._listen("theirs", self._peer.remote, self._merger, 1)
        if self._sent is not None:
            self._listen("spoken", self._peer.spoken, self._sent)

    def _listen(self, what: str, track: Any, to: Any, channel: int = 0) -> None:
        before, node = self._sources.get(what, (None, None))
        if track == before:
            return
        if node is not None:
            node.disconnect()
        source = None
        if track is not None:
            source = self._context.createMediaStreamSource(js.MediaStream.new([track]))
            source.connect(to, 0, channel)
        self._sources[what] = (track, source)

    async def _prepare_tone(self) -> None:
        """Once in so many seconds, for both sides and on both channels."""
        context, rate = self._context, self._context.sampleRate
        studio = js.OfflineAudioContext.new(1, round(RECORDED.length * rate), rate)
        for note in RECORDED.notes:
            write(note, studio, studio.destination, note.start)
        tone = await promised(studio, "startRendering")
        if self._context is None:
            return
        if self._output and hasattr(context, "setSinkId"):
            await promised(context, "setSinkId", self._output)
        source, self._tone = context.createBufferSource(), context.createGain()
        source.buffer, source.loop = tone, True
        source.connect(self._tone)
        self._merger = context.createChannelMerger(2)
        self._sent = context.createMediaStreamDestination()
        self._tone.connect(self._merger, 0, 0)
        self._tone.connect(self._merger, 0, 1)
        self._tone.connect(self._sent)
        self._tone.connect(context.destination)
        source.start()

    def _came(self, event: Any) -> None:
        size = int(event.data.size)
        if not size or self._over:
            return
        self._parts.push(event.data)
        self._octets += size
        self._slices += 1
        seconds = self._slices * SLICE / 1000
        if self._octets >= self._asked.octets or seconds >= self._asked.seconds:
            self._full = not self._ended
            self.end()

    # --- Its end ---

    def _save(self) -> None:
        """Hand over what there is, once."""
        if self._over:
            return
        kind = str(self._recorder.mimeType)
        name = f"{self._asked.file}.{KINDS.get(kind, _ending(kind))}"
        if not self._parts.length:
            # Who stops at once has nothing, and the browser is not to blame.
            self._fail("failed" if self._broken else "empty")
            return
        download(js.Blob.new(self._parts, plain({"type": kind.partition(";")[0]})), name)
        self._close()
        self._tell(RecordingSaved(call=self._asked.call, file=name, full=self._full))

    def _break_off(self) -> None:
        """The browser records no more."""
        self._broken = True
        self.end()

    def _give_up(self) -> None:
        """The browser says nothing of the last of it: save what there is."""
        self._broken = True
        self._save()

    def _fail(self, code: str, text: str = "") -> None:
        if not self._over:
            self._close()
            self._tell(RecordingFailed(call=self._asked.call, code=code, text=text))

    def _close(self) -> None:
        self._over = True
        self._listeners.close()
        self._tasks.close()
        if self._late:
            self._late.cancel()
        if self._recorder is not None and self._recorder.state != "inactive":
            self._recorder.stop()
        if self._sent is not None:
            self._peer.send_toned(None)
        for _, source in self._sources.values():
            if source is not None:
                source.disconnect()
        self._sources.clear()
        if self._context is not None:
            self._context.close()
        self._context = self._merger = self._sent = self._tone = self._parts = None


def _ending(kind: str) -> str:
    """Of a file of a kind that no row names as it is written: audio/webm; codecs="opus"."""
    name = kind.partition(";")[0].strip()
    return next((ending for known, ending in KINDS.items() if known.startswith(name)), "webm")


def download(blob: Any, name: str) -> None:
    """Have the browser save this under that name."""
    address = js.URL.createObjectURL(blob)
    link = js.document.createElement("a")
    link.href, link.download = address, name
    link.click()
    forget = asyncio.get_event_loop().call_later
    forget(FETCHED, lambda: js.URL.revokeObjectURL(address))
