"""The media of all calls of a phone: which of them an action is for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, assert_never

from webphone.browser.media import audio_session
from webphone.browser.media.peer import Peer
from webphone.browser.media.spare import Spare
from webphone.browser.media.world import World
from webphone.phone.actions import (
    Accept,
    AddCandidates,
    BeginRecording,
    CloseMedia,
    DescribeRemote,
    DropPicture,
    EndRecording,
    MediaAction,
    MixCalls,
    MuteMicrophone,
    OpenMedia,
    PauseRecording,
    Reoffer,
    Rollback,
    SendTones,
    SuppressNoise,
    TakePicture,
    TellCandidates,
    UseProcessors,
    Voice,
)
from webphone.phone.happenings import MixFailed, RecordingFailed

if TYPE_CHECKING:  # loaded by the first conference, and by the first call that is recorded
    from webphone.browser.media.mixing import Mix
    from webphone.browser.media.processing import Processing
    from webphone.browser.media.recording import Recordings

# What a person hears and sees of one end: (call, "remote" or "self") -> a <video> element or None.
Slot = Callable[[str, str], Any]


class Peers:
    """The media of one phone's calls."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._peers: dict[str, Peer] = {}
        self._mix: Mix | None = None
        self._recordings: Recordings | None = None
        self._ready: Spare | None = None
        self._processing: Processing | None = None
        self.processors: Mapping[str, Any] = {}  # the page's own objects by name

    def perform(self, action: MediaAction) -> None:
        """Do it, after what was asked before for the same call; its news come as happenings."""
        if isinstance(action, MixCalls):
            self._follow(action.voices)
            return
        if isinstance(action, UseProcessors):
            self._processed().use(action.processors, self._peers)
            return
        if isinstance(action, SuppressNoise):
            # What the browser does itself counts when the microphone is opened next.
            if self._processing is not None or action.how == "strong":
                self._processed().filter(action.how == "strong", self._peers)
            return
        peer = self._peers.get(action.call)
        match action:
            case OpenMedia():
                if peer:
                    peer.close()
                self._peers[action.call] = peer = self._new(action)
                new = peer
                peer.tracks_changed = lambda: self._tracks_changed(new)
                peer.spoken_changed = lambda: self._spoken_changed(new)
                audio_session.follow(self, calls=True)  # before the microphone is asked for
                peer.later(lambda: peer.open(action))
            case CloseMedia():
                if self._recordings:
                    self._recordings.end(action.call)
                if self._processing:
                    self._processing.leave(action.call)
                if peer:
                    self._peers.pop(action.call).close()
                    self._mix_again()
                audio_session.follow(self, calls=bool(self._peers))
            case BeginRecording(call=call) if peer is None:
                self._world.turn(RecordingFailed(call=call, code="cancelled"))
            case _ if peer is None:
                # News of a call that has been let go of, or one that never had media.
                return
            case MuteMicrophone():
                peer.mute(action.muted)
            case TakePicture():
                peer.take_picture(action.of)
            case DropPicture():
                peer.drop_picture(action.of)
            case SendTones():
                peer.send_tones(action)
            case BeginRecording() | PauseRecording() | EndRecording():
                self._recorded().perform(action, peer)
            case DescribeRemote():
                peer.later(lambda: peer.negotiation.describe(action))
            case Reoffer():
                peer.later(lambda: peer.negotiation.reoffer(action))
            case Accept():
                peer.later(lambda: peer.negotiation.accept(action))
            case TellCandidates():
                peer.later(peer.negotiation.tell_candidates)
            case AddCandidates():
                peer.later(lambda: peer.negotiation.add_candidates(action.candidates))
            case Rollback():
                peer.later(peer.negotiation.roll_back)
            case _:
                assert_never(action)

    def _recorded(self) -> Recordings:
        if self._recordings is None:
            from webphone.browser.media.recording import Recordings

            self._recordings = Recordings(self._world.turn, self._world.devices)
        return self._recordings

    @property
    def busy(self) -> bool:
        """Whether the media of a call are being set up."""
        return any(peer.busy for peer in self._peers.values())

    def sets_up(self, action: MediaAction) -> bool:
        """Whether this is a step on the way to the first sound of a call."""
        if isinstance(action, DescribeRemote):
            peer = self._peers.get(action.call)
            return peer is not None and not peer.stands
        return isinstance(action, OpenMedia)

    def _new(self, action: OpenMedia) -> Peer:
        """The media of one more call."""
        return Peer(action.call, self._world, self._spare)

    @property
    def _spare(self) -> Spare:
        """What may have a connection ready: no phone needs it before a call is near."""
        if self._ready is None:
            self._ready = Spare()
        return self._ready

    def prepare(self) -> None:
        """A call may be near."""
        self._spare.prepare(self._world.servers, self._world.config())

    # --- A conference ---

    def _follow(self, voices: Sequence[Voice]) -> None:
        if not voices:
            self._end_mix()
            return
        try:
            if self._mix is None:
                from webphone.browser.media.mixing import Mix

                self._mix = Mix(self._world.turn, self._world.now)
            self._mix.follow(voices, self._peers)
        except Exception as fault:  # a browser without Web Audio, or one that gives no more of it
            self._world.note(f"The calls are not mixed. {fault}")
            self._end_mix()
            self._world.turn(MixFailed())

    def _mix_again(self) -> None:
        if self._mix is not None:
            self._mix.again()

    def _tracks_changed(self, peer: Peer) -> None:
        self._mix_again()
        self._spoken_changed(peer)

    def _spoken_changed(self, peer: Peer) -> None:
        if self._processing is not None:
            self._processing.again(peer)
        if self._recordings is not None:
            self._recordings.again()

    def _processed(self) -> Processing:
        if self._processing is None:
            from webphone.browser.media.processing import Processing

            self._processing = Processing(self._world.turn, self.processors)
        return self._processing

    def _end_mix(self) -> None:
        mix, self._mix = self._mix, None
        if mix is not None:
            mix.close()

    # --- All of them ---

    def show(self, slot: Slot) -> None:
        """Put the pictures of the calls on the <video> elements that the screen now has."""
        for peer in self._peers.values():
            peer.listening.show(slot)

    async def use(self, kind: str, device: str) -> str:
        """This microphone or camera in all calls; its name, "" where none was exchanged.

        Raises CaptureFailed where it is not to be had.
        """
        named = ""
        for peer in list(self._peers.values()):
            named = await peer.use(kind, device) or named
        return named

    async def sound_anew(self) -> None:
        """All calls from the loudspeaker and as loud as is wanted now. Raises Refused."""
        for peer in list(self._peers.values()):
            await peer.listening.sound_anew()

    def stream(self, call: str, which: str) -> Any:
        """A MediaStream of a call's `local` or `remote` side for the page, or None."""
        peer = self._peers.get(call)
        return self._processed().lend(peer, which) if peer else None

    def close(self) -> None:
        """Let go of everything."""
        self._end_mix()
        if self._recordings:
            self._recordings.close()
        if self._processing:
            self._processing.close()
        for call in list(self._peers):
            self._peers.pop(call).close()
        if self._ready is not None:
            self._ready.drop()
        audio_session.follow(self, calls=False)
