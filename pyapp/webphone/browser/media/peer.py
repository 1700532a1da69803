"""The media of calls: RTCPeerConnections, told what to do and telling what became of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from webphone.browser.bridge import Refused, promised
from webphone.browser.media.capture import failure
from webphone.browser.media.dtmf import Digits
from webphone.browser.media.ice import Gathering, NoRelay
from webphone.browser.media.ice_servers import IceServers, usable, wishes
from webphone.browser.media.muted_voice import MutedVoice
from webphone.browser.media.own_pictures import CAMERA, OwnPictures
from webphone.browser.media.own_tracks import OwnTracks
from webphone.browser.media.playback import Listening
from webphone.browser.media.sounding import Sounding
from webphone.browser.media.stats import Measuring, Stats
from webphone.browser.media.transceivers import Sections, kind_of, put
from webphone.browser.proxies import Listeners, plain
from webphone.browser.tasks import Background, Tasks
from webphone.contract import Config
from webphone.media import Direction
from webphone.media.counters import KINDS, round_trip
from webphone.media.gathering import Wait, awaited, no_relay, relays
from webphone.media.microphone import is_open
from webphone.media.preference import answering, heard_with_red
from webphone.media.repair import Agreed, as_offered, repaired
from webphone.phone.actions import (
    Accept,
    DescribeRemote,
    Offer,
    OpenMedia,
    Reoffer,
    SendTones,
    UseDevices,
)
from webphone.phone.happenings import (
    AnswerTaken,
    Happening,
    MediaChanged,
    MediaFailed,
    MediaReady,
    MicrophoneEnded,
    MicrophoneFailed,
    PathFound,
    PictureEnded,
    ServersRefused,
    SoundCame,
    ToneSent,
)

if TYPE_CHECKING:  # loaded by the first call, and by one whose other end begins anew
    from webphone.browser.media.left import Left
    from webphone.browser.media.spare import Spare
    from webphone.media.continued import Origin

NEWS = ("connected", "disconnected", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What every peer of a phone needs of the rest of it.

    `turn` takes happenings, `config` gives the settings of now, `blocked` is told an <audio> or
    <video> element that the browser does not let play, `note` a line for the developer, `stats`
    how a call sounds in this second, None when it is over. `devices` are to be used; `allowed` is
    called when a microphone or camera was given; `sure`: a microphone will be, without a question.
    `rested` is called when all that was asked of a peer is done.
    """

    turn: Callable[[Happening], None]
    config: Callable[[], Config]
    now: Callable[[], float]
    blocked: Callable[[Any], None]
    note: Callable[[str], None]
    stats: Callable[[str, Stats | None], None]
    servers: IceServers
    devices: Callable[[], UseDevices] = UseDevices
    allowed: Callable[[], None] = lambda: None
    sure: Callable[[], bool] = lambda: False
    rested: Callable[[], None] = lambda: None


class Peer(Sounding):
    """The media of one call. What is asked of it is done in order, one thing at a time."""

    def __init__(self, call: str, world: World, spare: Spare) -> None:
        """`spare` may have a connection ready."""
        super().__init__(call, Listening(call, world.blocked, world.devices))
        self._world = world
        self._spare = spare
        self._connection: Any = None
        self._sections: Any = None
        self.own = OwnTracks(
            call,
            world.config,
            self._tell,
            chosen=world.devices,
            kept=self._open_own,
            lost=self._lost,
        )
        self._pictures: OwnPictures | None = None
        self._servers: list[dict[str, Any]] = []
        self._gathering: Gathering | None = None
        self._measuring: Measuring | None = None
        self._listeners = Listeners()
        self._origin: Origin | None = None  # where a connection before this one began the session
        self._work = Tasks(self._failed, world.rested)
        self._asides = Background()
        self._opened = False
        self._muted = False
        self._muted_voice = MutedVoice()
        self._sounds = False  # something has been heard of the other end
        self._video = False  # whether pictures of theirs are taken
        self._wanted = Direction.SENDRECV
        self._by_relay = False  # our offer looks for a relay alone
        self._agreed: tuple[Direction, bool, dict[str, Any]] | None = None  # before our offer
        self._digits = Digits(lambda tone: self._tell(ToneSent(call=call, tone=tone)))

    @property
    def local(self) -> Any:
        """The MediaStream of our microphone and camera, None before one of them is there."""
        stream = self.own.stream
        return stream if stream is not None and stream.getTracks().length else None

    # --- one thing after the other ---

    @property
    def busy(self) -> bool:
        """Whether anything that was asked is still under way."""
        return self._work.busy

    def later(self, job: Callable[[], Awaitable[None]]) -> None:
        """Do this after all that was asked before."""
        self._work.add(job)

    def _failed(self, fault: Exception) -> None:
        if isinstance(fault, NoRelay):
            text = no_relay(self._servers, fault.errors)
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
        self._listeners.close()
        if self._measuring:
            self._measuring.close()
        if self._gathering:
            self._gathering.close()
        connection, self._connection = self._connection, None
        try:
            if connection is not None:
                connection.close()
        except Exception as fault:  # the call is over all the same
            self._world.note(f"Call {self.call}: its connection did not close. {fault}")

    # --- opening ---

    async def open(self, asked: OpenMedia) -> None:
        """Offer, or answer the offer given."""
        self._video, self._wanted = asked.video, asked.direction
        await self._connect()
        if asked.offer is not None:
            await self._hear_offer(asked.offer)
        if not asked.video and self._world.sure():
            self.own.expect()
            self._asides.run(self._take_later())
        else:
            offered = asked.offer is None or self._sections.first("video") is not None
            await self.own.take(video=asked.video and offered)
        if asked.offer is None:
            self._add("audio")
            if asked.video:
                self._add("video")
            await self._offer()
        else:
            await self._answer(asked.offer)
        self._opened = True

    async def _take_later(self) -> None:
        """The microphone comes while all else goes on; what is described ahead of it has its place.

        Where it does not come, whoever waits for our description is told, or else the call.
        """
        try:
            await self.own.take(video=False)
            await self._send("audio")
        except Exception as fault:
            failed = failure(self.call, fault)
            if self._opened:
                self._tell(MicrophoneFailed(call=self.call, code=failed.code, text=failed.text))
            else:
                self._failed(fault)
            return
        self._flush_digits()

    async def _connect(self) -> None:
        config = self._world.config()
        wanted, news = await self._world.servers.get(config)
        self._connection, self._servers, bad = self._spare.take(wanted, config.ice_policy)
        if bad and news:  # others were told when they were set
            self._tell(ServersRefused(addresses=bad))
        self._sections = Sections(self._connection)
        wait = awaited(self._servers, config.ice_policy)
        self._gathering = Gathering(self._connection, wait)
        hear = self._listeners.add
        hear(self._connection, "connectionstatechange", self._path_changed)
        hear(self._connection, "iceconnectionstatechange", self._path_found)
        hear(self._connection, "track", self._track_came)

    def _open_own(self) -> None:
        self._open_microphone()
        self._world.allowed()
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
        await self._send("audio")
        name = str(self.own.microphone.label)
        self._tell(MicrophoneEnded(call=self.call, code=code, lost=str(lost.label), name=name))

    async def use(self, kind: str, device: str) -> str:
        """This microphone or camera from now on; its name, "" where none was exchanged."""
        if not await self.own.exchange(kind, device):
            return ""
        await self._send(kind)
        return str((self.own.microphone if kind == "audio" else self._picture).label)

    async def _send(self, kind: str) -> None:
        """What is ours of this kind goes where the one before went."""
        for section in self._sections.live():
            if section == self._sections.first(kind):
                await put(section, self._track(kind), self.own.stream)

    def _track(self, kind: str) -> Any:
        return self.sent if kind == "audio" else self._picture

    def _add(self, kind: str) -> None:
        track = self._track(kind)
        stream = self.own.stream if kind == "audio" or track is not None else None
        self._sections.add(kind, self._direction(kind), track, stream)

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
        self._open_microphone()
        self.listening.own(self._own_pictures().stream)
        self.later(self._put_picture)

    async def _put_picture(self) -> None:
        """Where both ends agreed on one, the other side sees this one now, or none."""
        section = self._sections.first("video")
        if section is not None:
            await put(section, self._picture, self.own.stream)

    # --- describing ---

    async def _offer(self, *, restart: bool = False) -> None:
        self._sections.prefer(self._world.config().codecs)
        offer = await promised(self._connection, "createOffer", plain({"iceRestart": restart}))
        await self._describe_here(offer, Offer.OFFER)

    async def _hear_offer(self, sdp: str) -> None:
        sdp = heard_with_red(self._world.config().codecs, repaired(sdp, agreed=self._agreed_on()))
        theirs = _description("offer", sdp)
        await promised(self._connection, "setRemoteDescription", theirs)

    def _agreed_on(self) -> Agreed:
        """What both ends described when they last agreed, or began to."""
        connection = self._connection
        remote = connection.pendingRemoteDescription or connection.currentRemoteDescription
        return Agreed(local=_sdp(connection.currentLocalDescription), remote=_sdp(remote))

    async def _answer(self, offer: str) -> None:
        await self._direct()
        self._sections.prefer(answering(self._world.config().codecs, offer))
        # The answer's direction is what both ends allow (RFC 9429 §5.3.1).
        answer = await promised(self._connection, "createAnswer")
        await self._describe_here(answer, Offer.ANSWER, offer)

    async def _describe_here(self, description: Any, kind: Offer, offer: str = "") -> None:
        gathering = self._gathering
        assert gathering is not None
        gathering.begin()
        await promised(self._connection, "setLocalDescription", description)
        if kind is Offer.ANSWER:
            self._settle()
        await self._gathered(gathering)
        sdp = _sdp(self._connection.localDescription)
        if kind is Offer.ANSWER:
            sdp = as_offered(sdp, offer)
        if self._origin is not None:
            sdp = self._origin.on(sdp)
        self._tell(
            MediaReady(
                call=self.call,
                kind=kind,
                sdp=sdp,
                video=self._picture is not None,
                relay=gathering.wait is Wait.RELAY_ONLY,
            )
        )

    async def _gathered(self, gathering: Gathering) -> None:
        try:
            await gathering.enough()
        finally:
            if gathering.relay_failed:
                # RFC 8489 §9.2.4: what it was given does not let us in, or no more.
                self._world.servers.forget()
                self._world.note(f"Call {self.call}: {no_relay(self._servers, gathering.errors)}")

    async def describe(self, asked: DescribeRemote) -> None:
        """Apply the remote's answer."""
        if self._connection.signalingState == "stable":
            # RFC 3261 §13.2.1: a 200 repeats the answer of its 183, and only the first counts.
            self._tell(AnswerTaken(call=self.call))
            return
        ours = _sdp(self._connection.localDescription)
        sdp = repaired(asked.sdp, ours, self._agreed_on())
        theirs = _description(asked.kind.value, sdp)
        await promised(self._connection, "setRemoteDescription", theirs)
        if asked.kind is Offer.ANSWER:
            self._settle()
            self._tell(AnswerTaken(call=self.call))

    async def reoffer(self, asked: Reoffer) -> None:
        """Offer a direction, with pictures or without, or new network paths."""
        if self._connection.signalingState != "stable":
            raise RuntimeError("An earlier offer of this call still waits for its answer.")
        self._remember()
        self._by_relay = asked.relay and asked.restart
        try:
            await self._reoffer(asked)
        except Exception:
            await self.roll_back()
            raise

    async def _reoffer(self, asked: Reoffer) -> None:
        self._wanted, self._video = asked.direction, asked.video
        self._open_microphone()
        await self._direct()
        if self._picture is not None and self._sections.first("video") is None:
            self._add("video")
        if asked.restart:
            await self._choose_paths(relay=asked.relay)
        await self._offer(restart=asked.restart)

    async def _choose_paths(self, *, relay: bool) -> None:
        """Look again with credentials that are still good, and by a relay alone where one is."""
        config, gathering = self._world.config(), self._gathering
        assert gathering is not None
        wanted, _ = await self._world.servers.get(config)
        servers = usable(wanted)
        policy = "relay" if relay and relays(servers) else config.ice_policy
        # The size of the pool can't change any more (WebRTC 1.0 §4.4.1.6).
        self._connection.setConfiguration(plain(wishes(servers, policy, pool=1)))
        self._servers = servers
        gathering.wait = awaited(servers, policy)

    async def accept(self, asked: Accept) -> None:
        """Answer the remote's new offer."""
        if self._connection.signalingState != "stable":
            # The browser would silently forget our own offer (RFC 9429 §4.1.10.2).
            raise RuntimeError("An offer of our own still waits for its answer.")
        before, self._wanted = self._wanted, asked.direction
        self._video = asked.video
        # Few calls are changed by the other end: loaded by the first that is.
        from webphone.media.continued import begun_anew

        left: Left | None = None
        if begun_anew(_sdp(self._connection.currentRemoteDescription), asked.offer):
            left = await self._begin_anew()
        try:
            await self._hear_offer(asked.offer)
            await self._answer(asked.offer)
        except Exception:
            self._wanted = before
            if left is not None:
                self._go_back(left)
            elif self._connection.signalingState == "have-remote-offer":
                await promised(self._connection, "setRemoteDescription", _description("rollback"))
            self._open_microphone()
            raise
        if left is not None:
            left.close()

    async def _begin_anew(self) -> Left:
        """Another connection for another page of the other end; gives what is left for it.

        In the one that was, its packets would go to where nobody is until ICE has noticed.
        """
        from webphone.media.continued import origin_of

        left = self._present()
        self._measuring = None
        self._origin = self._origin or origin_of(_sdp(self._connection.localDescription))
        self._listeners = Listeners()
        try:
            await self._connect()
        except Exception:
            self._go_back(left)
            raise
        return left

    def _present(self) -> Left:
        from webphone.browser.media.left import Left

        return Left(
            self._connection,
            self._sections,
            self._servers,
            self._gathering,
            self._listeners,
            self._measuring,
        )

    def _go_back(self, left: Left) -> None:
        """As it was: the other connection came to nothing."""
        if self._connection is not left.connection:
            self._present().close()
        self._connection, self._sections = left.connection, left.sections
        self._servers, self._gathering = left.servers, left.gathering
        self._listeners, self._measuring = left.listeners, left.measuring

    async def roll_back(self) -> None:
        """Forget our offer, and be as before it."""
        by_relay, self._by_relay = self._by_relay, False
        if self._connection.signalingState in ("have-local-offer", "have-remote-pranswer"):
            await promised(self._connection, "setLocalDescription", _description("rollback"))
        if self._agreed is not None:
            self._wanted, self._video, directions = self._agreed
            self._agreed = None
            self._sections.restore(directions)
            await self._sections.agree_again()
            self._settle()
        if by_relay:  # what is next may go by every way again
            await self._choose_paths(relay=False)

    def _remember(self) -> None:
        self._agreed = (self._wanted, self._video, self._sections.directions())

    def _settle(self) -> None:
        """The two ends agree: open the microphone as agreed."""
        self._agreed, self._by_relay = None, False
        self._open_microphone()
        self._flush_digits()

    async def _direct(self) -> None:
        """Let every section do what is wanted: one microphone, one camera, each in the first."""
        for section in self._sections.live():
            kind = kind_of(section)
            direction = self._direction(kind)
            if section != self._sections.first(kind):
                direction = Direction.INACTIVE
            track = self._track(kind)
            if track is not None and direction is not Direction.INACTIVE:
                await put(section, track, self.own.stream)
            section.direction = direction.value

    def _direction(self, kind: str) -> Direction:
        if kind == "audio" or self._picture is not None:
            return self._wanted
        return Direction.of(sends=False, receives=self._video and self._wanted.receives)

    # --- what stands in the place of its sound ---

    def _own_track(self) -> Any:
        return self.own.microphone

    def _send_again(self) -> None:
        if self._opened:
            self._asides.run(self._exchange())

    async def _exchange(self) -> None:
        try:
            await self._send("audio")
        except Exception as fault:  # what is sent next puts it right
            self._world.note(f"Call {self.call}: its sound could not be exchanged. {fault}")

    # --- microphone and digits ---

    def mute(self, muted: bool) -> None:
        """Send silence, or the voice again."""
        self._muted = muted
        self._open_microphone()

    def _open_microphone(self) -> None:
        before = self._agreed[0] if self._agreed else self._wanted
        if self.own.microphone is not None:
            self.own.microphone.enabled = is_open(self._muted, self._wanted, before)
        # On hold nobody expects to be heard.
        talks = self._muted and not self._closed and is_open(False, self._wanted, before)
        self._muted_voice.follow(self.own.microphone if talks else None)
        self.spoken_changed()
        for picture in (self.own.camera, self._picture):
            if picture is not None:
                picture.enabled = is_open(False, self._wanted, before)

    def send_tones(self, asked: SendTones) -> None:
        """Send digits after the ones still waiting."""
        self._digits.add(asked)
        self._flush_digits()

    def _flush_digits(self) -> None:
        connection = self._connection
        if connection is None or connection.connectionState != "connected":
            return
        if self.own.microphone is None:  # nothing is sent yet that they could be in
            return
        final = connection.signalingState == "stable" and not self._work.busy
        if not self._digits.flush(self._sections.first("audio"), final=final):
            self._world.note(f"Call {self.call}: the other side takes no digits in the sound.")

    # --- the other end ---

    def _track_came(self, event: Any) -> None:
        self.listening.hear(event.track)
        self.tracks_changed()
        if event.track.kind == "audio":
            self._listeners.add(event.track, "unmute", self._sound_came)

    def _sound_came(self, _event: Any = None) -> None:
        """A track is muted until its first packet comes (WebRTC 1.0 §5.3)."""
        if not self._sounds:
            self._sounds = True
            self._tell(SoundCame(call=self.call))

    # --- the network path ---

    def _path_found(self, _event: Any) -> None:
        if str(self._connection.iceConnectionState) in ("connected", "completed"):
            self._tell(PathFound(call=self.call))
            self._asides.run(self._tell_round_trip())

    async def _tell_round_trip(self) -> None:
        try:
            report = await promised(self._connection, "getStats", within=1.0)
        except Refused:  # then nobody knows
            return
        entries = [entry.to_py() for entry in report.values() if entry.type in KINDS]
        if (seconds := round_trip(entries)) is not None:
            self._tell(PathFound(call=self.call, round_trip=seconds))

    def _path_changed(self, _event: Any) -> None:
        state = str(self._connection.connectionState)
        if state == "connected":
            if self._measuring is None:
                self._measuring = Measuring(
                    self.call,
                    self._connection,
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


def _description(kind: str, sdp: str = "") -> Any:
    return plain({"type": kind, "sdp": sdp})


def _sdp(description: Any) -> str:
    return str(description.sdp) if description else ""
