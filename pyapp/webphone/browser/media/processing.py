"""What the page does with the sound of calls: its processors, and the streams that it took."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol

import js

from webphone.browser.bridge import Refused, promised
from webphone.browser.proxies import said
from webphone.browser.tasks import Background
from webphone.phone.happenings import Happening, SoundProcessed, StreamTaken

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


class Processing:
    """Of all calls of one phone; `objects` are the page's processors by their names."""

    def __init__(self, turn: Callable[[Happening], None], objects: Mapping[str, Any]) -> None:
        self._turn = turn
        self._objects = objects
        self._wanted: Sequence[tuple[str, str]] = ()
        self._chains: dict[tuple[str, str], Chain] = {}
        self._lent: dict[tuple[str, str], Lent] = {}
        self._running: set[str] = set()  # the calls that are known to be processed

    def use(self, wanted: Sequence[tuple[str, str]], peers: Mapping[str, Processed]) -> None:
        """These processors, each a name and a side, and no others."""
        self._wanted = wanted
        for peer in list(peers.values()):
            self.again(peer)

    def again(self, peer: Processed) -> None:
        """A call has other tracks now."""
        for side in SIDES:
            names = [name for name, of in self._wanted if of == side]
            key = peer.call, side
            if names and key not in self._chains:
                self._chains[key] = Chain(peer, side, self._changed)
            if key in self._chains:
                self._chains[key].follow(peer.raw(side), [self._objects[name] for name in names])
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
        self._running.discard(call)

    def close(self) -> None:
        """The phone is gone."""
        for call, _ in [*self._chains, *self._lent]:
            self.leave(call)

    def _changed(self, call: str, fault: str) -> None:
        running = any(chain.running for key, chain in self._chains.items() if key[0] == call)
        if running != (call in self._running) or fault:
            (self._running.add if running else self._running.discard)(call)
            self._turn(SoundProcessed(call=call, running=running, text=fault))


class Chain:
    """The processors of one side of a call, one after the other."""

    def __init__(self, peer: Processed, side: str, changed: Callable[[str, str], None]) -> None:
        self._peer = peer
        self._side = side
        self._changed = changed
        self._track: Any = None
        self._processors: list[Any] = []
        self._made: list[tuple[Any, Any]] = []  # each that runs, and the stream that it gave
        self._round = 0
        self._tasks = Background()

    @property
    def running(self) -> bool:
        """Whether the sound passes through any of them."""
        return bool(self._made)

    def follow(self, track: Any, processors: list[Any]) -> None:
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
        stream, made, fault = js.MediaStream.new([self._track]), list[tuple[Any, Any]](), ""
        for processor in self._processors:
            try:
                given = await promised(processor, "create", stream, within=PATIENCE)
                _first(given)
            except Exception as wrong:  # the sound goes past it
                fault = said(wrong)
                continue
            made.append((processor, given))
            stream = given
        if turn != self._round:
            self._destroy(made)
            return
        self._made = made
        self._peer.process(self._side, _first(stream) if made else None)
        self._changed(self._peer.call, fault)

    def _let_go(self) -> None:
        made, self._made = self._made, []
        if made:
            self._peer.process(self._side, None)
            self._destroy(made)
            self._changed(self._peer.call, "")

    def _destroy(self, made: list[tuple[Any, Any]]) -> None:
        for processor, stream in reversed(made):
            if hasattr(processor, "destroy"):
                self._tasks.run(_destroyed(processor, stream))


async def _destroyed(processor: Any, stream: Any) -> None:
    with suppress(Refused):
        await promised(processor, "destroy", stream, within=PATIENCE)


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
