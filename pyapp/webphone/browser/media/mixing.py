"""The mix of a conference, by Web Audio: what each call is sent in the place of our microphone."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from operator import mul
from typing import Any, Protocol

import js

from webphone.browser.proxies import Listeners
from webphone.browser.sound import GESTURES
from webphone.media.speaking import Speaking
from webphone.phone.actions import Voice
from webphone.phone.happenings import VoiceHeard

LOOKS = 0.15  # seconds from one look at who speaks to the next
SAMPLES = 1024  # of the sound just now; a power of 2 (Web Audio 1.1 §1.8)


# Of a source: its call, and whether it is "ours" or "theirs". A name that the other end has chosen,
# as the id of its track is, may be that of another's too.
Name = tuple[str, str]
Wire = tuple[Name, str]  # from which source to which call


class Mixable(Protocol):
    """The media of one call; see Peer."""

    @property
    def microphone(self) -> Any:
        """The track that is ours in it, open or not; None before it is there."""

    @property
    def remote(self) -> Any:
        """The track of the other end's sound; None before it is there."""

    def send_mixed(self, track: Any) -> None:
        """Send this in the place of the microphone; None: the microphone."""

    def be_heard(self, heard: bool) -> None:
        """Whether the person hears them."""


class Mix:
    """Lives as long as a conference, and is told of each change of it.

    Our microphone goes to each call by the track of its own, which is closed where that call is
    muted or on hold. Chromium gives the sound of a peer connection to Web Audio only while an
    element plays it, muted or not: the one that the person hears.
    """

    def __init__(self, tell: Callable[[VoiceHeard], None], now: Callable[[], float]) -> None:
        self._tell = tell
        self._now = now
        self._voices: Sequence[Voice] = ()
        self._peers: Mapping[str, Mixable] = {}
        self._sources: dict[Name, Source] = {}
        self._ways_out: dict[str, Any] = {}  # by call
        self._wires: set[Wire] = set()
        self._speaking: dict[str, Speaking] = {}
        self._samples = js.Float32Array.new(SAMPLES)
        self._listeners = Listeners()
        self._context = js.AudioContext.new()
        self._listeners.add(self._context, "statechange", lambda _event: self.again())
        for name in GESTURES:
            # A browser may keep it asleep until the person touches the page.
            self._listeners.add(js.window, name, lambda _event: self._wake(), capture=True)
        self._timer: asyncio.TimerHandle | None = None
        self._look()

    # --- What is asked of it ---

    def follow(self, voices: Sequence[Voice], peers: Mapping[str, Mixable]) -> None:
        """Mix these from now on, and no others; `peers` are all calls, as they come and go."""
        for gone in {each.call for each in self._voices} - {each.call for each in voices}:
            self._let_go(gone)
        self._voices, self._peers = tuple(voices), peers
        self._wake()
        self.again()

    def again(self) -> None:
        """Wire what is there now: a track came or went, a call changed, the browser woke up."""
        if self._context is None:
            return
        there = self._there
        self._take_sources(there)
        wires = self._wanted(there)
        for wire in self._wires - wires:
            self._unplug(wire)
        for source, call in wires - self._wires:
            self._sources[source].node.connect(self._way_out(call))
        self._wires = wires
        awake = str(self._context.state) == "running"
        for voice in there:
            peer = self._peers[voice.call]
            peer.be_heard(voice.heard)
            # Until it is awake, a microphone alone is better than nothing.
            peer.send_mixed(_track_of(self._way_out(voice.call)) if awake else None)

    def close(self) -> None:
        """Each call has our microphone again, and is heard here."""
        for voice in self._voices:
            self._let_go(voice.call)
        if self._timer is not None:
            self._timer.cancel()
        self._listeners.close()
        for source in self._sources.values():
            source.close()
        context, self._context = self._context, None
        context.close()
        self._sources.clear()

    # --- Wires ---

    @property
    def _there(self) -> list[Voice]:
        return [voice for voice in self._voices if voice.call in self._peers]

    def _take_sources(self, there: Sequence[Voice]) -> None:
        """One for each track that is there now; what it was before is let go of."""
        tracks: dict[Name, Any] = {}
        for voice in there:
            peer = self._peers[voice.call]
            tracks[voice.call, "ours"] = peer.microphone
            tracks[voice.call, "theirs"] = peer.remote
        for name in list(self._sources):
            if self._sources[name].track != tracks.get(name):
                for wire in [wire for wire in self._wires if wire[0] == name]:
                    self._unplug(wire)
                self._sources.pop(name).close()
        for name, track in tracks.items():
            if track is not None and name not in self._sources:
                self._sources[name] = Source(self._context, track)

    def _wanted(self, there: Sequence[Voice]) -> set[Wire]:
        """Who is to be heard by whom."""
        heard = [(voice.call, "theirs") for voice in there if voice.heard]
        hearing = [voice.call for voice in there if voice.hears]
        wires = {(name, call) for call in hearing for name in heard if name[0] != call}
        wires |= {((call, "ours"), call) for call in hearing}
        return {wire for wire in wires if wire[0] in self._sources}

    def _way_out(self, call: str) -> Any:
        if call not in self._ways_out:
            self._ways_out[call] = self._context.createMediaStreamDestination()
        return self._ways_out[call]

    def _unplug(self, wire: Wire) -> None:
        source, call = wire
        self._sources[source].node.disconnect(self._ways_out[call])
        self._wires.discard(wire)

    def _let_go(self, call: str) -> None:
        """This call is mixed no more."""
        for wire in [wire for wire in self._wires if wire[1] == call]:
            self._unplug(wire)
        way_out = self._ways_out.pop(call, None)
        if call in self._peers:
            self._peers[call].send_mixed(None)
            self._peers[call].be_heard(True)
        if way_out is not None:
            _track_of(way_out).stop()
        if (speaking := self._speaking.pop(call, None)) is not None and speaking.now:
            self._tell(VoiceHeard(call=call, speaking=False))

    def _wake(self) -> None:
        if self._context is not None and str(self._context.state) != "running":
            self._context.resume()

    # --- Who speaks ---

    def _look(self) -> None:
        self._timer = asyncio.get_event_loop().call_later(LOOKS, self._look)
        for voice in self._there:
            source = self._sources.get((voice.call, "theirs")) if voice.heard else None
            loudness = source.loudness(self._samples) if source else 0.0
            speaking = self._speaking.setdefault(voice.call, Speaking())
            if speaking.look(loudness, self._now()):
                self._tell(VoiceHeard(call=voice.call, speaking=speaking.now))


class Source:
    """The sound of one track in the mix, and how loud it is."""

    def __init__(self, context: Any, track: Any) -> None:
        self.track = track
        self.node = context.createMediaStreamSource(js.MediaStream.new([track]))
        self._analyser = context.createAnalyser()
        self._analyser.fftSize = SAMPLES
        self.node.connect(self._analyser)

    def loudness(self, samples: Any) -> float:
        """The root mean square of this moment, 0 to 1."""
        self._analyser.getFloatTimeDomainData(samples)
        values: list[float] = samples.to_py().tolist()
        return math.sqrt(sum(map(mul, values, values)) / len(values))

    def close(self) -> None:
        """Nobody hears it any more."""
        self.node.disconnect()


def _track_of(way_out: Any) -> Any:
    return way_out.stream.getAudioTracks()[0]
