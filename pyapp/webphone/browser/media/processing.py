"""What is done with the sound of calls: our noise filter, the page's processors and streams."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import js

from webphone.browser.bridge import Refused, promised
from webphone.browser.proxies import said
from webphone.browser.tasks import Background
from webphone.phone.happenings import Happening, NoiseFiltered, SoundProcessed, StreamTaken

if TYPE_CHECKING:  # loaded when it is first switched on
    from webphone.browser.media.noise import NoiseFilter

PATIENCE = 5.0  # seconds that a processor may take to begin
SIDES = ("local", "remote")


class Processed(Protocol):
    """The media of one call; see Peer."""

    call: str

    def raw(self, side: str) -> Any:
        """The track of our microphone or of the other end; None before it is there."""

    def process(self, side: str, track: Any) -> None:
        """Use this track in its place; None: that again."""

    def sounding(self, side: str) -> Any:
        """The track that is used now."""


class Processor(Protocol):
    """What changes the sound of one side."""

    ours: bool  # and not the page's

    async def create(self, stream: Any, failed: Callable[[str], None]) -> Any:
        """The stream to go on with. `failed` is told why, where it breaks later."""

    async def destroy(self, given: Any) -> None:
        """What `create` gave is needed no more."""


@dataclass(frozen=True, slots=True)
class OfPage:
    """A processor of the page: an object of its own."""

    object: Any
    ours = False

    async def create(self, stream: Any, failed: Callable[[str], None]) -> Any:
        """What the page gives, or promises."""
        return await promised(self.object, "create", stream, within=PATIENCE)

    async def destroy(self, given: Any) -> None:
        """Let the page know."""
        if hasattr(self.object, "destroy"):
            with suppress(Refused):
                await promised(self.object, "destroy", given, within=PATIENCE)


class Processing:
    """Of all calls of one phone; `objects` are the page's processors by their names."""

    def __init__(self, turn: Callable[[Happening], None], objects: Mapping[str, Any]) -> None:
        self._turn = turn
        self._objects = objects
        self._wanted: Sequence[tuple[str, str]] = ()
        self._chains: dict[tuple[str, str], Chain] = {}
        self._lent: dict[tuple[str, str], Lent] = {}
        self._filter: NoiseFilter | None = None  # while it is wanted
        # The calls that are known to be processed by the page, and by the filter.
        self._running: dict[bool, set[str]] = {False: set(), True: set()}

    def use(self, wanted: Sequence[tuple[str, str]], peers: Mapping[str, Processed]) -> None:
        """These processors, each a name and a side, and no others."""
        self._wanted = wanted
        for peer in list(peers.values()):
            self.again(peer)

    def filter(self, on: bool, peers: Mapping[str, Processed]) -> None:
        """Take the noise out of our voice, or don't."""
        if on and self._filter is None:
            from webphone.browser.media.noise import NoiseFilter

            self._filter = NoiseFilter()
        elif not on:
            self._filter = None
        for peer in list(peers.values()):
            self.again(peer)

    def again(self, peer: Processed) -> None:
        """A call has other tracks now."""
        for side in SIDES:
            processors = self._processors(side)
            key = peer.call, side
            if processors and key not in self._chains:
                self._chains[key] = Chain(peer, side, self._changed)
            if key in self._chains:
                self._chains[key].follow(peer.raw(side), processors)
            if key in self._lent:
                self._lent[key].follow(peer.sounding(side), _is_open(peer, side))

    def lend(self, peer: Processed, side: str) -> Any:
        """A stream of a call for the page to listen to, None before there is sound."""
        if side not in SIDES or peer.raw(side) is None:
            return None
        key = peer.call, side
        if key not in self._lent:
            self._lent[key] = Lent()
            self._turn(StreamTaken(call=peer.call))
        self._lent[key].follow(peer.sounding(side), _is_open(peer, side))
        return self._lent[key].stream

    def leave(self, call: str) -> None:
        """The call is over: what the page has of it falls silent."""
        for side in SIDES:
            if (chain := self._chains.pop((call, side), None)) is not None:
                chain.close()
            if (lent := self._lent.pop((call, side), None)) is not None:
                lent.close()
        for calls in self._running.values():
            calls.discard(call)

    def close(self) -> None:
        """The phone is gone."""
        for call, _ in [*self._chains, *self._lent]:
            self.leave(call)

    def _processors(self, side: str) -> list[Processor]:
        """The page has the voice that others will hear: without the noise."""
        own = [self._filter] if self._filter is not None and side == "local" else []
        named = [OfPage(self._objects[name]) for name, of in self._wanted if of == side]
        return [*own, *named]

    def _changed(self, call: str, faults: Mapping[bool, str]) -> None:
        for ours, told in ((False, SoundProcessed), (True, NoiseFiltered)):
            chains = (chain for key, chain in self._chains.items() if key[0] == call)
            running = any(chain.runs(ours=ours) for chain in chains)
            known, fault = self._running[ours], faults.get(ours, "")
            if running != (call in known) or fault:
                (known.add if running else known.discard)(call)
                self._turn(told(call=call, running=running, text=fault))


# Told of a call that changed, and what failed: of the filter (True), and of the page's.
Changed = Callable[[str, Mapping[bool, str]], None]


class Chain:
    """The processors of one side of a call, one after the other."""

    def __init__(self, peer: Processed, side: str, changed: Changed) -> None:
        self._peer = peer
        self._side = side
        self._changed = changed
        self._track: Any = None
        self._processors: list[Processor] = []
        self._made: list[tuple[Processor, Any]] = []  # each that runs, and the stream that it gave
        self._round = 0
        self._tasks = Background()

    def runs(self, *, ours: bool) -> bool:
        """Whether the sound passes through any of the page's, or through the filter."""
        return any(processor.ours is ours for processor, _ in self._made)

    def follow(self, track: Any, processors: list[Processor]) -> None:
        """Pass this track through these."""
        if track == self._track and processors == self._processors:
            return
        self._track, self._processors = track, processors
        self._round += 1
        self._let_go()
        if track is not None and processors:
            self._tasks.run(self._build(self._round))

    def close(self) -> None:
        """The call is over."""
        self._round += 1
        self._let_go()

    async def _build(self, turn: int) -> None:
        stream, made = js.MediaStream.new([self._track]), list[tuple[Processor, Any]]()
        faults: dict[bool, str] = {}
        for processor in self._processors:
            try:
                given = await processor.create(stream, lambda why: self._broke(turn, why))
                _first(given)
            except Exception as wrong:  # the sound goes past it
                faults[processor.ours] = said(wrong)
                continue
            made.append((processor, given))
            stream = given
        if turn != self._round:
            self._destroy(made)
            return
        self._made = made
        self._peer.process(self._side, _first(stream) if made else None)
        self._changed(self._peer.call, faults)

    def _broke(self, turn: int, why: str) -> None:
        """The filter is silent: the sound goes past it, and past what came after it."""
        if turn == self._round:
            self._round += 1
            self._let_go({True: why})

    def _let_go(self, faults: Mapping[bool, str] | None = None) -> None:
        made, self._made = self._made, []
        if made:
            self._peer.process(self._side, None)
            self._destroy(made)
            self._changed(self._peer.call, faults or {})

    def _destroy(self, made: list[tuple[Processor, Any]]) -> None:
        for processor, stream in reversed(made):
            self._tasks.run(processor.destroy(stream))


class Lent:
    """A stream that the page has: a copy of the track, so that nothing it does is felt here."""

    def __init__(self) -> None:
        self.stream = js.MediaStream.new()
        self._of: Any = None
        self._copy: Any = None

    def follow(self, track: Any, is_open: bool) -> None:
        """The same stream goes on with this track; who is muted here is so there."""
        if track != self._of:
            self._drop()
            self._of = track
            if track is not None:
                self._copy = track.clone()
                self.stream.addTrack(self._copy)
        if self._copy is not None:
            self._copy.enabled = is_open

    def close(self) -> None:
        """Nothing is to be heard any more."""
        self._drop()

    def _drop(self) -> None:
        if self._copy is not None:
            self._copy.stop()
            self.stream.removeTrack(self._copy)
            self._copy = None


def _first(stream: Any) -> Any:
    return stream.getAudioTracks()[0]


def _is_open(peer: Processed, side: str) -> bool:
    track = peer.raw(side)
    return side == "remote" or (track is not None and bool(track.enabled))
