"""The media of calls: microphone, pictures and sound, told what to do and telling what came."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from webphone.browser.bridge import Refused, promised
from webphone.browser.media.capture import failure
from webphone.browser.media.dtmf import Digits
from webphone.browser.media.ice import NoRelay
from webphone.browser.media.link import Link
from webphone.browser.media.muted_voice import MutedVoice
from webphone.browser.media.negotiation import Negotiation
from webphone.browser.media.own_pictures import CAMERA, OwnPictures
from webphone.browser.media.own_tracks import OwnTracks
from webphone.browser.media.playback import Listening
from webphone.browser.media.sounding import Sounding
from webphone.browser.media.stats import Measuring
from webphone.browser.media.transceivers import put
from webphone.browser.media.world import World
from webphone.browser.tasks import Background, Tasks
from webphone.media.counters import KINDS, round_trip
from webphone.media.microphone import is_open
from webphone.phone.actions import OpenMedia, SendTones
from webphone.phone.happenings import (
    Happening,
    MediaChanged,
    MediaFailed,
    MicrophoneEnded,
    MicrophoneFailed,
    PathFound,
    PictureEnded,
    SoundCame,
    ToneSent,
)

if TYPE_CHECKING:  # loaded by the first call
    from webphone.browser.media.spare import Spare

NEWS = ("connected", "disconnected", "failed")


class Peer(Sounding):
    """The media of one call. What is asked of it is done in order, one thing at a time."""

    def __init__(self, call: str, world: World, spare: Spare) -> None:
        """`spare` may have a connection ready."""
        super().__init__(call, Listening(call, world.blocked, world.devices))
        self._world = world
        self.own = OwnTracks(
            call,
            world.config,
            self._tell,
            chosen=world.devices,
            kept=self._open_own,
            lost=self._lost,
        )
        self.negotiation = Negotiation(
            call, world, spare, self, tell=self._tell, linked=self._follow
        )
        self._pictures: OwnPictures | None = None
        self._work = Tasks(self._failed)
        self._asides = Background()
        self._opened = False
        self._muted = False
        self._muted_voice = MutedVoice()
        self._came: list[Any] = []  # their tracks that are not played yet
        self._sounds = False  # something has been heard of the other end
        self._digits = Digits(lambda tone: self._tell(ToneSent(call=call, tone=tone)))

    @property
    def local(self) -> Any:
        """The MediaStream of our microphone and camera, None before one of them is there."""
        stream = self.own.stream
        return stream if stream is not None and stream.getTracks().length else None

    # --- one thing after the other ---

    @property
    def stands(self) -> bool:
        """Whether both ends have agreed once: what is asked then only changes it."""
        connection = self.negotiation.connection
        return self._opened and connection is not None and bool(connection.currentRemoteDescription)

    @property
    def busy(self) -> bool:
        """Whether it is being set up at this moment."""
        return self._work.busy and not self.stands

    def later(self, job: Callable[[], Awaitable[None]]) -> None:
        """Do this after all that was asked before."""
        self._work.add(job)

    def _failed(self, fault: Exception) -> None:
        if isinstance(fault, NoRelay):
            text = self.negotiation.no_relay(fault.errors)
            self._tell(MediaFailed(call=self.call, code="media_failed", text=text))
        else:
            self._tell(failure(self.call, fault))
        if not self._opened:
            self.close()

    def _tell(self, happening: Happening) -> None:
        if not self._closed:
            self._world.turn(happening)

    def close(self) -> None:
        """Let go of the microphone at once; whatever is under way comes to nothing."""
        if self._closed:
            return
        self._closed = True
        # The promises of a closed connection never settle (WebRTC 1.0 §4.4.1.6).
        self._work.close()
        self._asides.close()
        self.own.close()
        self._muted_voice.close()
        if self._pictures:
            self._pictures.close()
        self.listening.close()
        self._digits.close()
        try:
            self.negotiation.close()
        except Exception as fault:  # the call is over all the same
            self._world.note(f"Call {self.call}: its connection did not close. {fault}")

    # --- opening ---

    async def open(self, asked: OpenMedia) -> None:
        """Offer, or answer the offer given."""
        if not asked.video and (self._world.sure() or await self._world.granted()):
            # Asked for first: what a browser takes for it goes by beside all else.
            self.own.expect()
            self.negotiation.microphone = self._asides.run(self._take_later())
            await self.negotiation.begin(asked)
        else:
            await self.negotiation.begin(asked)
            offered = asked.offer is None or self.negotiation.sections.first("video") is not None
            await self.own.take(video=asked.video and offered)
        await self.negotiation.open(asked)
        self._opened = True

    async def _take_later(self) -> None:
        """The microphone comes while all else goes on; what is described ahead of it has its place.

        Where it does not come, whoever waits for our description is told, or else the call.
        """
        try:
            await self.own.take(video=False)
            if self.negotiation.connection is not None:  # else its section is made with it
                await self.negotiation.send("audio")
        except Exception as fault:
            failed = failure(self.call, fault)
            if self._opened:
                self._tell(MicrophoneFailed(call=self.call, code=failed.code, text=failed.text))
            else:
                self._failed(fault)
            return
        self._flush_digits()

    # --- what is ours in it ---

    @property
    def stream(self) -> Any:
        """See Side."""
        return self.own.stream

    def track(self, kind: str) -> Any:
        """See Side."""
        return self.sent if kind == "audio" else self._picture

    def settled(self) -> None:
        """See Side."""
        self.obey()
        self._flush_digits()

    def described(self) -> None:
        """See Side."""
        came, self._came = self._came, []
        for track in came:
            self.listening.hear(track)
        if came:
            self.tracks_changed()

    def _open_own(self) -> None:
        self.obey()
        self._world.allowed(self.own.camera is not None)
        self.listening.own(self._own_pictures().stream if self.own.camera is not None else None)
        self.tracks_changed()

    def _lost(self, track: Any) -> None:
        if track == self.own.camera:
            self.drop_picture(CAMERA)
            self._tell(PictureEnded(call=self.call, of=CAMERA))
        else:
            self.later(lambda: self._replace(track))

    async def _replace(self, lost: Any) -> None:
        """Another microphone in the place of one that ended; nothing goes over the wire."""
        code = await self.own.replace(lost)
        if code is None:
            return
        await self.negotiation.send("audio")
        name = str(self.own.microphone.label)
        self._tell(MicrophoneEnded(call=self.call, code=code, lost=str(lost.label), name=name))

    async def use(self, kind: str, device: str) -> str:
        """This microphone or camera from now on; its name, "" where none was exchanged."""
        if not await self.own.exchange(kind, device):
            return ""
        await self.negotiation.send(kind)
        return str((self.own.microphone if kind == "audio" else self._picture).label)

    # --- pictures ---

    def take_picture(self, of: str) -> None:
        """Ask for the camera or the screen; nothing else waits until the person has answered."""
        self._own_pictures().take(of)

    def drop_picture(self, of: str) -> None:
        """Let go of the camera or the screen at once."""
        self._own_pictures().drop(of)

    def _own_pictures(self) -> OwnPictures:
        if self._pictures is None:
            self._pictures = OwnPictures(self.call, self.own, self._tell, self._picture_changed)
        return self._pictures

    @property
    def _picture(self) -> Any:
        return self._pictures.track if self._pictures else self.own.camera

    def _picture_changed(self) -> None:
        self.obey()
        self.listening.own(self._own_pictures().stream)
        self.later(self._put_picture)

    async def _put_picture(self) -> None:
        """Where both ends agreed on one, the other side sees this one now, or none."""
        section = self.negotiation.sections.first("video")
        if section is not None:
            await put(section, self._picture, self.own.stream)

    # --- what stands in the place of its sound ---

    def _own_track(self) -> Any:
        return self.own.microphone

    def _send_again(self) -> None:
        if self._opened:
            self._asides.run(self._exchange())

    async def _exchange(self) -> None:
        try:
            await self.negotiation.send("audio")
        except Exception as fault:  # what is sent next puts it right
            self._world.note(f"Call {self.call}: its sound could not be exchanged. {fault}")

    # --- microphone and digits ---

    def mute(self, muted: bool) -> None:
        """Send silence, or the voice again."""
        self._muted = muted
        self.obey()

    def obey(self) -> None:
        """See Side."""
        wanted, before = self.negotiation.wanted, self.negotiation.before
        if self.own.microphone is not None:
            self.own.microphone.enabled = is_open(self._muted, wanted, before)
        # On hold nobody expects to be heard.
        talks = self._muted and not self._closed and is_open(False, wanted, before)
        self._muted_voice.follow(self.own.microphone if talks else None)
        self.spoken_changed()
        for picture in (self.own.camera, self._picture):
            if picture is not None:
                picture.enabled = is_open(False, wanted, before)

    def send_tones(self, asked: SendTones) -> None:
        """Send digits after the ones still waiting."""
        self._digits.add(asked)
        self._flush_digits()

    def _flush_digits(self) -> None:
        connection = self.negotiation.connection
        if connection is None or connection.connectionState != "connected":
            return
        if self.own.microphone is None:  # nothing is sent yet that they could be in
            return
        final = connection.signalingState == "stable" and not self._work.busy
        if not self._digits.flush(self.negotiation.sections.first("audio"), final=final):
            self._world.note(f"Call {self.call}: the other side takes no digits in the sound.")

    # --- the other end ---

    def _track_came(self, event: Any) -> None:
        self._came.append(event.track)
        # Nothing comes before our answer has left: to begin to play would only hold it up.
        if self.negotiation.connection.signalingState != "have-remote-offer":
            self.described()
        if event.track.kind == "audio":
            self.negotiation.link.listeners.add(event.track, "unmute", self._sound_came)

    def _sound_came(self, _event: Any = None) -> None:
        """A track is muted until its first packet comes (WebRTC 1.0 §5.3)."""
        if not self._sounds:
            self._sounds = True
            self._tell(SoundCame(call=self.call))

    # --- the network path ---

    def _follow(self, link: Link) -> None:
        hear = link.listeners.add
        hear(link.connection, "connectionstatechange", self._path_changed)
        hear(link.connection, "iceconnectionstatechange", self._path_found)
        hear(link.connection, "track", self._track_came)

    def _path_found(self, _event: Any) -> None:
        if str(self.negotiation.connection.iceConnectionState) in ("connected", "completed"):
            self._tell(PathFound(call=self.call))
            self._asides.run(self._tell_round_trip())

    async def _tell_round_trip(self) -> None:
        try:
            report = await promised(self.negotiation.connection, "getStats", within=1.0)
        except Refused:  # then nobody knows
            return
        entries = [entry.to_py() for entry in report.values() if entry.type in KINDS]
        if (seconds := round_trip(entries)) is not None:
            self._tell(PathFound(call=self.call, round_trip=seconds))

    def _path_changed(self, _event: Any) -> None:
        link = self.negotiation.link
        state = str(link.connection.connectionState)
        if state == "connected":
            if link.measuring is None:
                link.measuring = Measuring(
                    self.call,
                    link.connection,
                    self._world.now,
                    self._tell,
                    sounds=self._sound_came,
                    overheard=self._muted_voice.loudness,
                    microphone=lambda: self.own.microphone,
                    show=self._world.stats,
                )
            self._flush_digits()
        if state in NEWS:
            self._tell(MediaChanged(call=self.call, state=state))
