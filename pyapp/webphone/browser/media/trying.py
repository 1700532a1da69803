"""What a person tries at their devices: how loud it is at the microphone, how they sound, the ring.

Loaded by the first trial. The microphone is open as long as that lasts, and what is recorded is
played once and is gone.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from operator import mul
from typing import Any

import js

from webphone.browser.bridge import promised
from webphone.browser.media.capture import CaptureFailed, capture, let_go, release, wished
from webphone.browser.proxies import Listeners
from webphone.browser.sound import Sound, sink
from webphone.browser.tasks import Background
from webphone.contract import Config
from webphone.phone.actions import UseDevices
from webphone.phone.snapshot import Trial

EVERY = 0.1  # seconds from one level to the next
LONGEST = 60.0  # seconds that the microphone is open for who forgets to end it
RINGS = 12.0  # seconds
RECORDED = 3.0  # seconds
PATIENCE = 2.0  # seconds that the browser may take to begin, or to give what it has recorded
SAMPLES = 2048  # of the sound just now, a twentieth of a second
QUIETEST = -60  # dB of full scale: level 0; at 0 dB it is 100
STEP = 5
HEARD = 40  # the level of a voice

# What a trial asks of the devices: an id of the microphone, an id of the loudspeaker.
Used = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What trials need of the phone: `show` is called when there is another level or stage to see,
    `over` at an end that the person did not ask for, with an error code or "".
    """

    config: Callable[[], Config]
    devices: Callable[[], UseDevices]
    sound: Sound
    show: Callable[[], None]
    allowed: Callable[[bool], None]
    over: Callable[[str], None]


class Trying:
    """The trials of one phone, one at a time."""

    def __init__(self, room: Room) -> None:
        self.shown: Trial | None = None
        self._room = room
        self._what = ""
        self._used: Used = ("", "")
        self._now: _Listening | None = None
        self._late: asyncio.TimerHandle | None = None

    def follow(self, what: str) -> None:
        """Try this: microphone, sound or voice; "" is nothing. Another device begins it anew."""
        devices = self._room.devices()
        used = (devices.input, devices.output) if what != "sound" else ("", "")
        if (what, used) == (self._what, self._used) or not (what or self._what):
            return
        self.close()
        self._what, self._used = what, used
        if not what:
            return
        longest = RINGS if what == "sound" else LONGEST
        self._late = asyncio.get_event_loop().call_later(longest, self._end)
        if what == "sound":
            self.shown = Trial(stage="ringing")
            self._room.sound.try_ring(True)
            return
        self.shown = Trial(stage="asking")
        self._now = _Listening(self._room, used, self._tell, self._end, records=what == "voice")

    def close(self) -> None:
        """End what is tried; may be repeated."""
        if self._what == "sound":
            self._room.sound.try_ring(False)
        self._what, self.shown = "", None
        if self._late:
            self._late.cancel()
            self._late = None
        if self._now:
            self._now.close()
            self._now = None

    def _tell(self, trial: Trial) -> None:
        if trial != self.shown:
            self.shown = trial
            self._room.show()

    def _end(self, code: str = "") -> None:
        self.close()
        self._room.over(code)


class _Listening:
    """One trial with the microphone; the stream and the context are its own."""

    def __init__(
        self,
        room: Room,
        used: Used,
        tell: Callable[[Trial], None],
        end: Callable[[str], None],
        *,
        records: bool,
    ) -> None:
        self._room = room
        self._input, self._output = used
        self._tell = tell
        self._end = end
        self._records = records
        self._stream: Any = None
        # Made while the person's press counts: later a browser may hold it back.
        self._context: Any = _context()
        self._listeners = Listeners()
        self._tasks = Background()
        self._tasks.run(self._try())

    def close(self) -> None:
        """Let go of all at once; what is granted later is let go of then."""
        self._tasks.close()
        self._listeners.close()
        release(self._stream)
        self._stream = None
        if self._context is not None:
            self._context.close()
            self._context = None

    async def _try(self) -> None:
        code = ""
        try:
            await self._take()
            await promised(self._context, "resume", within=PATIENCE)
            if self._records:
                await self._hear_again()
            else:
                await self._listen()
        except CaptureFailed as no:
            code = no.code
        except Exception:  # a browser that has no Web Audio, or records nothing, or too late
            code = "media_failed"
        self._end(code)

    async def _take(self) -> None:
        constraints = wished(self._room.config())
        asked = capture(
            video=False,
            constraints=constraints,
            asking=lambda _waiting: None,
            microphone=self._input,
        )
        task = asyncio.ensure_future(asked)
        try:
            # Shielded: cancelled, it would leave a microphone open that nobody knows of.
            self._stream = await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(let_go)
            raise
        self._room.allowed(False)

    async def _listen(self, seconds: float = LONGEST, stage: str = "listening") -> None:
        """Show how loud it is, for so long or until the microphone is unplugged."""
        analyser = self._context.createAnalyser()
        analyser.fftSize = SAMPLES
        self._context.createMediaStreamSource(self._stream).connect(analyser)
        samples = js.Float32Array.new(SAMPLES)
        track = self._stream.getAudioTracks()[0]
        shown = Trial(stage=stage)
        for _ in range(round(seconds / EVERY)):
            if str(track.readyState) != "live":
                return
            analyser.getFloatTimeDomainData(samples)
            level = _level(samples.to_py().tolist())
            shown = replace(shown, level=level, heard=shown.heard or level >= HEARD)
            self._tell(shown)
            await asyncio.sleep(EVERY)

    # --- One's own voice ---

    async def _hear_again(self) -> None:
        recorder = js.MediaRecorder.new(self._stream)
        parts = js.Array.new()
        done = asyncio.Event()
        self._listeners.add(recorder, "dataavailable", lambda event: parts.push(event.data))
        self._listeners.add(recorder, "stop", lambda _event: done.set())
        recorder.start()
        await self._listen(RECORDED, "recording")
        if str(recorder.state) != "inactive":
            recorder.stop()
        await asyncio.wait_for(done.wait(), PATIENCE)
        # Closed before it is played: it would hear the loudspeaker.
        release(self._stream)
        self._stream = None
        encoded = await promised(js.Blob.new(parts), "arrayBuffer")
        await self._play(await promised(self._context, "decodeAudioData", encoded))

    async def _play(self, sound: Any) -> None:
        await sink(self._context, self._output)
        gain = self._context.createGain()
        gain.gain.value = self._room.devices().volume
        gain.connect(self._context.destination)
        source = self._context.createBufferSource()
        source.buffer = sound
        source.connect(gain)
        source.start()
        self._tell(Trial(stage="playing"))
        await asyncio.sleep(min(float(sound.duration), 2 * RECORDED))


def _context() -> Any:
    try:
        return js.AudioContext.new()
    except Exception:  # no sound card, or too many of them
        return None


def _level(samples: list[float]) -> int:
    """How loud they are, in steps from 0 to 100."""
    power = sum(map(mul, samples, samples)) / len(samples)
    decibels = 10 * math.log10(power) if power > 0 else QUIETEST
    share = min(max(1 - decibels / QUIETEST, 0.0), 1.0)
    return round(100 * share / STEP) * STEP
