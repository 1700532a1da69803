"""The strong noise filter: RNNoise, in the browser's own audio thread, before a voice is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import js

from webphone.browser.bridge import Refused, promised
from webphone.browser.proxies import Listeners, plain
from webphone.words import say

RATE = 48000  # samples a second that RNNoise knows
PATIENCE = 3.0  # seconds that the browser may take to let it sound
# The page's script (tools/boot/start.js) knows where the two files of a build are.
FILES = "noise"


class NoiseFilter:
    """Of one phone: used in each of its calls as a processor of the page is, while it is wanted."""

    ours = True

    def __init__(self) -> None:
        self._running: dict[str, Running] = {}  # by the id of the stream that each gives

    async def create(self, stream: Any, failed: Callable[[str], None]) -> Any:
        """The stream without noise. `failed` is told why, if it breaks later. Raises Refused."""
        files = getattr(js.WebPhone, FILES, None)
        if files is None:
            raise Refused("NotFoundError", say("noise_not_there"))
        code = await promised(files, "code")
        address = await promised(files, "worklet")
        running = Running(failed)
        try:
            given = await running.begin(stream, code, address)
        except BaseException:
            running.close()
            raise
        self._running[str(given.id)] = running
        return given

    async def destroy(self, given: Any) -> None:
        """Nobody speaks through it any more."""
        if (running := self._running.pop(str(given.id), None)) is not None:
            running.close()


class Running:
    """The filter in one call, with an audio context of its own, at the rate that it needs."""

    def __init__(self, failed: Callable[[str], None]) -> None:
        self._failed = failed
        self._listeners = Listeners()
        self._context = js.AudioContext.new(plain({"sampleRate": RATE}))
        self._node: Any = None

    async def begin(self, stream: Any, code: Any, address: str) -> Any:
        """The stream that it gives. Raises Refused, or what the browser throws."""
        await promised(self._context.audioWorklet, "addModule", address)
        one = {"numberOfInputs": 1, "numberOfOutputs": 1, "outputChannelCount": [1]}
        how = plain({**one, "channelCount": 1, "channelCountMode": "explicit"})
        how.processorOptions = plain({"code": code})
        self._node = js.AudioWorkletNode.new(self._context, "webphone-noise", how)
        self._listeners.add(self._node, "processorerror", lambda _event: self._break())
        source = self._context.createMediaStreamSource(stream)
        way_out = self._context.createMediaStreamDestination()
        source.connect(self._node)
        self._node.connect(way_out)
        # Asleep it would give silence in the place of a voice.
        await promised(self._context, "resume", within=PATIENCE)
        self._listeners.add(self._context, "statechange", lambda _event: self._look())
        return way_out.stream

    def close(self) -> None:
        """Let go of it."""
        self._listeners.close()
        if self._node is not None:
            self._node.port.postMessage("end")
            self._node.disconnect()
        self._context.close()

    def _look(self) -> None:
        if str(self._context.state) != "running":
            self._break()

    def _break(self) -> None:
        self._failed(say("noise_stopped"))
