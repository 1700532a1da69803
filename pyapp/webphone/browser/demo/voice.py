"""What a number of the demo says, by Web Audio: a greeting, an echo, a tune, music on hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import js

from webphone.browser.bridge import promised
from webphone.browser.tasks import Background

ECHO_AFTER = 0.4  # seconds; without a delay nobody can tell an echo from himself
FADE = 0.05
LOUDNESS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Tune:
    """Notes in hertz, `beat` seconds each, repeated or played once."""

    notes: tuple[float, ...]
    beat: float
    loops: bool = True


GREETING = Tune(notes=(659.26, 880.0), beat=0.25, loops=False)
CHAT = Tune(notes=(440.0, 554.37, 440.0, 329.63), beat=0.5)
ANNOUNCEMENT = Tune(notes=(523.25, 659.26, 783.99, 0.0), beat=0.4)
ON_HOLD = Tune(notes=(587.33, 698.46, 932.33, 698.46), beat=0.4)

TUNES = {"600": GREETING, "605": ANNOUNCEMENT}
ECHOING = ("600",)


class Voice:
    """The voice of one number in one call, into the MediaStream `stream`."""

    def __init__(self, number: str) -> None:
        self.echoes = number in ECHOING
        self._tune = TUNES.get(number, CHAT)
        self._context = js.AudioContext.new()
        self._way_out = self._context.createMediaStreamDestination()
        self.stream = self._way_out.stream
        self._gate = self._context.createGain()
        self._gate.connect(self._way_out)
        self._playing: tuple[Tune, Any] | None = None
        self._source: Any = None  # what echoes
        self._pump: Any = None
        self._tasks = Background()

    def speak(self, *, holding: bool = False) -> None:
        """Sound: the number's tune, or the music of a call on hold."""
        self.wake()
        tune = ON_HOLD if holding else self._tune
        if self._playing is not None and self._playing[0] is tune:
            return
        self._hush()
        self._playing = (tune, None)
        self._tasks.run(self._play(tune))

    def wake(self) -> None:
        """Let the browser sound, where it waited for a microphone or a touch."""
        if self._context is not None and self._context.state == "suspended":
            self._context.resume()

    def heard(self, sends: bool) -> None:
        """Whether the other end hears us at all."""
        self._gate.gain.value = 1 if sends else 0

    def hear(self, stream: Any) -> None:
        """What the other end says; only an echo cares."""
        if not self.echoes or self._source is not None:
            return
        # Chromium gives the sound of a peer connection to Web Audio only while an element plays it.
        self._pump = js.document.createElement("audio")
        self._pump.muted = True
        self._pump.autoplay = True
        self._pump.srcObject = stream
        self._source = self._context.createMediaStreamSource(stream)
        delay = self._context.createDelay(ECHO_AFTER)
        delay.delayTime.value = ECHO_AFTER
        self._source.connect(delay)
        delay.connect(self._gate)

    def close(self) -> None:
        """Be silent for good."""
        if self._context is None:
            return
        self._tasks.close()
        if self._pump is not None:
            self._pump.pause()
            self._pump.srcObject = None
        for track in self.stream.getTracks():
            track.stop()
        self._context.close()
        self._context = self._pump = self._source = None

    async def _play(self, tune: Tune) -> None:
        buffer = await _rendered(tune, self._context.sampleRate)
        if self._context is None or self._playing is None or self._playing[0] is not tune:
            return
        source = self._context.createBufferSource()
        source.buffer = buffer
        source.loop = tune.loops
        source.connect(self._gate)
        source.start()
        self._playing = (tune, source)

    def _hush(self) -> None:
        if self._playing is not None and self._playing[1] is not None:
            self._playing[1].stop()
            self._playing[1].disconnect()
        self._playing = None


async def _rendered(tune: Tune, rate: float) -> Any:
    """A tune as an AudioBuffer; 0 Hz is a rest."""
    studio = js.OfflineAudioContext.new(1, round(len(tune.notes) * tune.beat * rate), rate)
    for place, pitch in enumerate(tune.notes):
        if not pitch:
            continue
        begin, end = place * tune.beat, (place + 1) * tune.beat
        gain = studio.createGain()
        gain.gain.setValueAtTime(0, begin)
        gain.gain.linearRampToValueAtTime(LOUDNESS, begin + FADE)
        gain.gain.linearRampToValueAtTime(0, end)
        gain.connect(studio.destination)
        note = studio.createOscillator()
        note.frequency.value = pitch
        note.connect(gain)
        note.start(begin)
        note.stop(end)
    return await promised(studio, "startRendering")
