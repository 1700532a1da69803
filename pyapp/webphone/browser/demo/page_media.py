"""Calls that sound within the page, where a machine without a network finds no path for WebRTC."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import js

from webphone.browser.demo.ends import End, Ends
from webphone.browser.media.capture import (
    CaptureFailed,
    capture,
    failure,
    release,
    silence,
    wished,
)
from webphone.browser.media.playback import Listening
from webphone.browser.media.sounding import Sounding
from webphone.browser.media.world import World
from webphone.browser.proxies import Listeners
from webphone.browser.tasks import Tasks
from webphone.media import Description, Direction
from webphone.media.microphone import is_open
from webphone.phone.actions import Accept, DescribeRemote, Offer, OpenMedia, Reoffer, SendTones
from webphone.phone.happenings import (
    AnswerTaken,
    MediaChanged,
    MediaReady,
    MicrophoneAsked,
    MicrophoneEnded,
    MicrophoneMissing,
    PictureRefused,
    ToneSent,
)
from webphone.phone.snapshot import WITHIN_PAGE

PAUSE = 2.0  # seconds of a comma among the digits (WebRTC 1.0 §7.2)

# Complete for a browser's taste, so that the phone treats it like any other; its first codec is
# none: the sound is handed over as it is.
SDP = """v=0\r
o=- {end} {version} IN IP4 127.0.0.1\r
s=-\r
t=0 0\r
m=audio 9 UDP/TLS/RTP/SAVPF 96 0 110\r
c=IN IP4 0.0.0.0\r
a=x-page-end:{end}\r
a=ice-ufrag:page\r
a=ice-pwd:0000000000000000000000\r
a=fingerprint:sha-256 {fingerprint}\r
a=setup:{setup}\r
a=mid:0\r
a={direction}\r
a=rtcp-mux\r
a=rtpmap:96 {codec}/48000\r
a=rtpmap:0 PCMU/8000\r
a=rtpmap:110 telephone-event/48000\r
"""


def description(name: str, version: int, direction: Direction, kind: Offer) -> str:
    """What an end says of itself."""
    return SDP.format(
        end=name,
        version=version,
        direction=direction.value,
        setup="actpass" if kind is Offer.OFFER else "active",
        fingerprint=":".join(["00"] * 32),
        codec=WITHIN_PAGE,
    )


def direction_in(sdp: str) -> Direction:
    """What the end that wrote this wants."""
    return Description.parse(sdp).of_kind("audio")[0].direction


def meet(wanted: Direction, theirs: Direction) -> Direction:
    """What we do when we want one thing and the other end another (RFC 3264 §6.1)."""
    return Direction.of(
        sends=wanted.sends and theirs.receives, receives=wanted.receives and theirs.sends
    )


class PageMedia(Sounding):
    """The media of one call within the page; asked and telling as a Peer is, without pictures."""

    def __init__(self, call: str, world: World, ends: Ends) -> None:
        super().__init__(call, Listening(call, world.blocked, world.devices))
        self.local: Any = None
        self._world = world
        self._ends = ends
        self._name = ends.enter(self)
        self._version = 0
        self._errands = Tasks(self._failed)
        self._digits = Tasks(self._failed)
        self._listeners = Listeners()
        self._opened = self._connected = self._muted = False
        self._other: End | None = None
        self._wanted = self._before = Direction.SENDRECV
        self._agreed = Direction.INACTIVE

    @property
    def sound(self) -> Any:
        """What the other end hears of us."""
        return self.local if self.sent == self.raw("local") else js.MediaStream.new([self.sent])

    def _own_track(self) -> Any:
        return self.local.getAudioTracks()[0] if self.local is not None else None

    def _send_again(self) -> None:
        if self._other is not None:
            self._other.hear(self.sent)

    def hear(self, track: Any) -> None:
        """The other end sends this from now on."""
        self.listening.hear(track)
        self.tracks_changed()

    @property
    def negotiation(self) -> PageMedia:
        """It negotiates by itself: there is no connection."""
        return self

    @property
    def stands(self) -> bool:
        """There is no way to wait for."""
        return True

    @property
    def busy(self) -> bool:
        """It takes no time."""
        return False

    def later(self, job: Callable[[], Awaitable[None]]) -> None:
        """Do this after all that was asked before."""
        self._errands.add(job)

    def close(self) -> None:
        """Let go of the microphone at once."""
        self._closed = True
        self._ends.leave(self._name)
        self._errands.close()
        self._digits.close()
        self._listeners.close()
        release(self.local)
        self.listening.close()
        self.local = None

    def _failed(self, fault: Exception) -> None:
        if self._closed:
            return
        self._world.turn(failure(self.call, fault))
        if not self._opened:
            self.close()

    # --- Describing ---

    async def open(self, asked: OpenMedia) -> None:
        """Offer, or answer the offer given."""
        constraints, chosen = wished(self._world.config()), self._world.devices()
        asking = asyncio.ensure_future(
            capture(
                video=False,
                constraints=constraints,
                asking=self._asking,
                microphone=chosen.input,
            )
        )
        asking.add_done_callback(self._granted)
        try:
            # Shielded: cancelled, it would leave a microphone open that nobody knows of.
            await asyncio.shield(asking)
        except CaptureFailed as lacking:
            if lacking.code != "mic_missing":
                raise
            self.local = silence()
            self._world.turn(MicrophoneMissing(call=self.call))
        self._world.note("Demo call without network: the sound stays within this page.")
        self._opened = True
        if asked.offer is None:
            self._describe(self._wanted, Offer.OFFER)
        else:
            self._answer(asked.offer)

    def _granted(self, asking: asyncio.Task[Any]) -> None:
        if asking.cancelled() or asking.exception() is not None:
            return
        if self._closed:
            release(asking.result())
            return
        self.local = asking.result()
        for track in self.local.getAudioTracks():
            self._listeners.add(track, "ended", self._ended)
        self._open_microphone()
        self._world.allowed(bool(self.local.getVideoTracks().length))
        self.tracks_changed()

    def _asking(self, waiting: bool) -> None:
        if not self._closed:
            self._world.turn(MicrophoneAsked(call=self.call, waiting=waiting))

    def _ended(self, _event: Any) -> None:
        # The other end plays our very track: there is no sender to put another one in.
        self._world.turn(MicrophoneEnded(call=self.call, code="mic_missing"))

    async def describe(self, asked: DescribeRemote) -> None:
        """Apply the remote's answer."""
        self._settle(asked.sdp)
        self._world.turn(AnswerTaken(call=self.call))

    async def tell_candidates(self) -> None:
        """There are no paths to be found."""

    async def add_candidates(self, candidates: object) -> None:
        """Nor any that could be taken."""

    async def reoffer(self, asked: Reoffer) -> None:
        """Offer a direction; there are no paths to find anew, and no pictures."""
        self._before, self._wanted = self._wanted, asked.direction
        self._open_microphone()
        self._describe(self._wanted, Offer.OFFER)

    async def accept(self, asked: Accept) -> None:
        """Answer the remote's new offer."""
        self._wanted = asked.direction
        self._answer(asked.offer)

    async def roll_back(self) -> None:
        """Our offer was refused: be as before it."""
        self._wanted = self._before
        self._open_microphone()

    def _answer(self, offer: str) -> None:
        self._settle(offer)
        self._describe(self._agreed, Offer.ANSWER)

    def _describe(self, direction: Direction, kind: Offer) -> None:
        self._version += 1
        sdp = description(self._name, self._version, direction, kind)
        self._world.turn(MediaReady(call=self.call, kind=kind, sdp=sdp))

    def _settle(self, sdp: str) -> None:
        """The two ends agree: hear the other one, and open the microphone as agreed."""
        other = self._ends.find(sdp)
        if other is None:
            raise RuntimeError("The other end of the call is not in this page.")
        self._agreed = meet(self._wanted, direction_in(sdp))
        self._open_microphone()
        if not self._connected:
            self._connected, self._other = True, other
            self.hear(other.sound.getAudioTracks()[0])
            self._world.turn(MediaChanged(call=self.call, state="connected"))

    # --- Microphone and digits ---

    async def use(self, _kind: str, _device: str) -> str:
        """The next call has another microphone: this one is what the other end plays."""
        return ""

    def take_picture(self, of: str) -> None:
        """There are none in a call that takes no network."""
        self._world.turn(PictureRefused(call=self.call, of=of, code="within"))

    def drop_picture(self, of: str) -> None:
        """There is none."""

    def mute(self, muted: bool) -> None:
        """Send silence, or the voice again."""
        self._muted = muted
        self._open_microphone()

    def _open_microphone(self) -> None:
        if self.local is not None:
            for track in self.local.getAudioTracks():
                track.enabled = is_open(self._muted, self._wanted, self._agreed)
        self.spoken_changed()

    def send_tones(self, asked: SendTones) -> None:
        """Tell each digit at its time; nobody at the other end listens for them."""
        self._digits.add(lambda: self._send_tones(asked))

    async def _send_tones(self, asked: SendTones) -> None:
        for tone in asked.tones:
            if tone == ",":
                await asyncio.sleep(PAUSE)
                continue
            self._world.turn(ToneSent(call=self.call, tone=tone))
            await asyncio.sleep((asked.duration + asked.gap) / 1000)
