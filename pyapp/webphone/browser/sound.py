"""The phone's own sounds, by Web Audio: the ringtone, the tones of a call, the keys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import js

from webphone.browser import vibration
from webphone.browser.bridge import Refused, promised
from webphone.browser.proxies import Listeners, fault_name
from webphone.browser.tasks import Background
from webphone.contract import Config
from webphone.phone.actions import RINGING_TONES, PlayKey, PlayTone, Tone
from webphone.phone.tones import CUES, SIGNALS, Note, Score, score
from webphone.words import country_of

FADE = 0.02  # seconds
REST_AFTER = 3.0  # seconds of silence until the audio hardware may sleep
PATIENCE = 0.3  # seconds a browser may take to start the audio hardware
GESTURES = ("pointerup", "keydown", "touchend", "click")


class Sound:
    """Plays for the person at this phone.

    `blocked(True)` is called when the browser stays silent until the person touches the page, and
    `blocked(False)` once it sounds.
    """

    def __init__(self, config: Callable[[], Config], blocked: Callable[[bool], None]) -> None:
        self._config = config
        # Ids of the devices where it rings, and where all else sounds; empty: the system's own.
        self.ringer = self.output = ""
        self._tell_blocked = blocked
        self._is_blocked = False
        self._context: Any = None
        self._wanted: Tone | None = None
        self._asked: Tone | None = None  # by the phone; a person may try the ring meanwhile
        self._source: tuple[Any, Any] | None = None  # the node that loops, and its gain
        self._ringtone: Any = None  # an <audio> playing the page's own ringtone
        self._waiting: list[Any] = []  # elements that were not let play
        self._rendered: dict[tuple[Tone, str], Any] = {}
        self._listeners = Listeners()  # while there is an AudioContext
        self._gestures = Listeners()  # while blocked
        self._rest: asyncio.TimerHandle | None = None
        self._tasks = Background()

    def perform(self, action: PlayTone | PlayKey) -> None:
        """Play a tone until the next, or a key once."""
        match action:
            case PlayTone(tone=tone):
                vibration.follow(tone if self._config().vibration == "on" else None)
                self._asked = tone
                self._play(tone)
            case PlayKey(key=key) if key in CUES:
                self._play_notes(CUES[key])
            case PlayKey(key=key) if key.upper() in SIGNALS:
                self._play_notes((SIGNALS[key.upper()],))

    def try_ring(self, on: bool) -> None:
        """Ring for whoever wants to hear how; what the phone itself plays goes before it."""
        self._play(self._asked or (Tone.RINGTONE if on else None))

    async def redirect(self) -> None:
        """Sound from where it is wanted now, also what sounds already. Raises Refused."""
        await sink(self._context, self._place)
        await sink(self._ringtone, self.ringer)

    def stand_by(self) -> None:
        """A call may come: its first tone, and its microphone, find the audio hardware looked up.

        Only on a page that a person has touched: on others a browser warns of it. It sleeps.
        """
        touched = getattr(js.navigator, "userActivation", None)
        if self._context is None and touched and touched.hasBeenActive:
            self._made()
            self._fall_asleep()

    def held_back(self, element: Any) -> None:
        """Play this <audio> or <video> as soon as the person touches the page."""
        self._waiting.append(element)
        self._block(True)

    def unlock(self) -> None:
        """The person touched the page: what was held back may sound now."""
        if self._context is not None:
            self._context.resume()
        waiting, self._waiting = self._waiting, []
        for element in waiting:
            self._do(_start(element, self.held_back))
        if self._context is None or self._context.state == "running":
            self._block(False)

    def close(self) -> None:
        """Be silent for good."""
        vibration.follow(None)
        self._hush()
        self._tasks.close()
        if self._rest:
            self._rest.cancel()
        self._gestures.close()
        self._listeners.close()
        if self._context is not None:
            self._context.close()
            self._context = None
        self._rendered.clear()

    # --- tones ---

    def _play(self, tone: Tone | None) -> None:
        if tone is self._wanted:
            return
        self._hush()
        self._wanted = tone
        if tone is None:
            return
        address = self._config().ringtone
        if tone in RINGING_TONES and _is_address(address):
            self._do(self._ring(address))
        else:
            self._do(self._loop(tone))

    def _hush(self) -> None:
        self._wanted = None
        if self._source is not None:
            source, gain = self._source
            self._source = None
            at = self._context.currentTime
            gain.gain.setValueAtTime(gain.gain.value, at)
            gain.gain.linearRampToValueAtTime(0, at + FADE)
            source.stop(at + FADE)
        if self._ringtone is not None:
            self._ringtone.pause()
            self._ringtone.removeAttribute("src")
            self._ringtone = None
        self._rest_later()

    async def _loop(self, tone: Tone) -> None:
        context = self._awake()
        if context is None:
            return
        await self._direct()
        buffer = await self._render(tone)
        if self._wanted is not tone or self._source is not None or context != self._context:
            return
        gain = context.createGain()
        gain.gain.value = self._loudness(tone)
        gain.connect(context.destination)
        source = context.createBufferSource()
        source.buffer = buffer
        source.loop = True
        source.connect(gain)
        source.start()
        self._source = (source, gain)
        await self._check()

    async def _ring(self, address: str) -> None:
        element = self._ringtone = js.document.createElement("audio")
        element.loop = True
        element.volume = self._loudness(Tone.RINGTONE)
        element.src = address
        await self._direct()
        if self._ringtone != element:
            return
        try:
            await promised(element, "play", within=None)
        except Exception as fault:
            if self._ringtone != element:
                return
            if fault_name(fault) == "NotAllowedError":
                self.held_back(element)
            else:
                # Gone, or no sound file: a call must still be heard.
                await self._loop(Tone.RINGTONE)

    def _loudness(self, tone: Tone) -> float:
        return self._config().ring_volume / 100 if tone in RINGING_TONES else 1.0

    async def _render(self, tone: Tone) -> Any:
        """One period of a tone as an AudioBuffer, rendered once."""
        country = self._config().country or country_of(js.document.documentElement.lang)
        key = (tone, country)
        if key not in self._rendered:
            piece: Score = score(tone, country)
            rate = self._context.sampleRate
            studio = js.OfflineAudioContext.new(1, round(piece.length * rate), rate)
            for note in piece.notes:
                write(note, studio, studio.destination, note.start)
            self._rendered[key] = await promised(studio, "startRendering")
        return self._rendered[key]

    def _play_notes(self, notes: tuple[Note, ...]) -> None:
        context = self._awake()
        if context is None:
            return
        if _elsewhere(context, self._place):
            self._do(self._direct())
        for note in notes:
            write(note, context, context.destination, context.currentTime + note.start)
        self._rest_later()

    @property
    def _place(self) -> str:
        return self.ringer if self._wanted in RINGING_TONES else self.output

    async def _direct(self) -> None:
        try:
            await self.redirect()
        except Refused:
            return  # from the system's own: a call must be heard

    # --- the browser's audio hardware ---

    def _awake(self) -> Any:
        """The AudioContext, running or about to; None where the browser gives none."""
        if self._rest:
            self._rest.cancel()
            self._rest = None
        if self._made() is not None and self._context.state != "running":
            self._context.resume()
        return self._context

    def _made(self) -> Any:
        if self._context is None:
            try:
                self._context = js.AudioContext.new()
            except Exception:  # no sound card, or none for this page: a call needs no tones
                return None
            self._listeners.add(self._context, "statechange", self._state_changed)
        return self._context

    async def _check(self) -> None:
        """Say so when nothing is heard."""
        await asyncio.sleep(PATIENCE)
        if self._context is not None and self._source is not None:
            self._block(self._context.state != "running")

    def _state_changed(self, _event: Any) -> None:
        if self._context is not None and self._context.state == "running" and not self._waiting:
            self._block(False)

    def _rest_later(self) -> None:
        if self._rest:
            self._rest.cancel()
            self._rest = None
        if self._context is not None and self._wanted is None:
            self._rest = asyncio.get_event_loop().call_later(REST_AFTER, self._fall_asleep)

    def _fall_asleep(self) -> None:
        self._rest = None
        if self._context is not None and self._wanted is None:
            self._context.suspend()

    def _block(self, blocked: bool) -> None:
        if blocked == self._is_blocked:
            return
        self._is_blocked = blocked
        if blocked:
            for name in GESTURES:
                self._gestures.add(js.window, name, lambda _event: self.unlock(), capture=True)
        else:
            self._gestures.close()
        self._tell_blocked(blocked)

    def _do(self, work: Any) -> None:
        self._tasks.run(work)


def write(note: Note, context: Any, output: Any, at: float) -> None:
    """Oscillators for a note that begins at this time of the context; no click at either end."""
    end = at + note.length
    gain = context.createGain()
    gain.gain.setValueAtTime(0, at)
    gain.gain.linearRampToValueAtTime(note.loudness / len(note.frequencies), at + note.attack)
    gain.gain.setValueAtTime(note.loudness / len(note.frequencies), end - note.release)
    gain.gain.linearRampToValueAtTime(0, end)
    gain.connect(output)
    for frequency in note.frequencies:
        oscillator = context.createOscillator()
        oscillator.frequency.value = frequency
        oscillator.connect(gain)
        oscillator.start(at)
        oscillator.stop(end)


async def _start(element: Any, blocked: Callable[[Any], None]) -> None:
    try:
        await promised(element, "play", within=None)
    except Exception as fault:
        if fault_name(fault) == "NotAllowedError":
            blocked(element)


def _elsewhere(player: Any, device: str) -> bool:
    """Whether an AudioContext or <audio> sounds from another device, and can change that."""
    return hasattr(player, "setSinkId") and player.sinkId != device


async def sink(player: Any, device: str) -> None:
    """Have this AudioContext or <audio> sound from that device, "" is the system's.

    Raises Refused.
    """
    if player is not None and _elsewhere(player, device):
        await promised(player, "setSinkId", device)


def _is_address(ringtone: str) -> bool:
    return "/" in ringtone or "." in ringtone
