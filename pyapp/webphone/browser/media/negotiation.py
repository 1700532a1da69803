"""What the two ends of a call agree on: offers, answers, and the way back (RFC 3264, RFC 9429)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from webphone.browser.bridge import promised
from webphone.browser.media.ice import Gathering
from webphone.browser.media.ice_servers import usable, wishes
from webphone.browser.media.link import Link
from webphone.browser.media.transceivers import Sections, kind_of, put
from webphone.browser.media.world import World
from webphone.browser.proxies import plain
from webphone.media import Direction
from webphone.media.gathering import Wait, awaited, no_relay, relays
from webphone.media.preference import answering, heard_with_red
from webphone.media.repair import Agreed, as_offered, repaired
from webphone.phone.actions import Accept, DescribeRemote, Offer, OpenMedia, Reoffer
from webphone.phone.happenings import AnswerTaken, Happening, MediaReady, ServersRefused

if TYPE_CHECKING:  # loaded by the first call, and by one whose other end begins anew
    from webphone.browser.media.spare import Spare
    from webphone.media.continued import Origin
    from webphone.media.trickle import Candidate


class Side(Protocol):
    """Our side of the call, as it is negotiated for."""

    @property
    def stream(self) -> Any:
        """The MediaStream of our tracks, None before there is one."""

    def track(self, kind: str) -> Any:
        """What the other end is to get of us of this kind (`audio`, `video`), None: nothing yet."""

    def obey(self) -> None:
        """What is agreed or asked for is another by now: send as it allows."""

    def settled(self) -> None:
        """The two ends agree."""

    def described(self) -> None:
        """Our description has been told."""


class Negotiation:
    """Of one call. What is asked of it is asked in order, one thing at a time."""

    def __init__(
        self,
        call: str,
        world: World,
        spare: Spare,
        side: Side,
        *,
        tell: Callable[[Happening], None],
        linked: Callable[[Link], None],
    ) -> None:
        """`spare` may have a connection ready; `linked` gets each that is used."""
        self.wanted = Direction.SENDRECV
        self.agreed: tuple[Direction, bool, dict[str, Any]] | None = None  # before our offer
        self._call = call
        self._world = world
        self._spare = spare
        self._side = side
        self._tell = tell
        self._linked = linked
        self._link: Link | None = None
        self._left: Link | None = None  # that another takes the place of, until it has
        self._origin: Origin | None = None  # where a connection before this one began the session
        self._video = False  # whether pictures of theirs are taken
        self._by_relay = False  # our offer looks for a relay alone
        self._telling = False  # what it finds later, too
        self.microphone: asyncio.Task[None] | None = None  # that our first description waits for

    @property
    def link(self) -> Link:
        """The connection in use."""
        assert self._link is not None
        return self._link

    @property
    def connection(self) -> Any:
        """Its RTCPeerConnection; None before there is one, and after all."""
        return self._link.connection if self._link else None

    @property
    def sections(self) -> Sections:
        return self.link.sections

    @property
    def before(self) -> Direction:
        """The direction that both ends agreed on."""
        return self.agreed[0] if self.agreed else self.wanted

    def close(self) -> None:
        """Let go of it. May raise what a browser's connection raises."""
        links, self._link, self._left = (self._link, self._left), None, None
        for link in links:
            if link is not None:
                link.close()

    # --- opening ---

    async def begin(self, asked: OpenMedia) -> None:
        """Connect, and hear their offer if there is one."""
        self._video, self.wanted = asked.video, asked.direction
        await self._connect()
        if asked.offer is not None:
            await self._hear_offer(asked.offer)

    async def open(self, asked: OpenMedia) -> None:
        """Offer, or answer the offer heard."""
        if asked.offer is not None:
            await self._answer(asked.offer)
            return
        self._add("audio")
        if asked.video:
            self._add("video")
        await self._offer()

    async def _connect(self) -> None:
        config = self._world.config()
        wanted, news = await self._world.servers.get(config)
        connection, servers, bad = self._spare.take(wanted, config.ice_policy)
        if bad and news:  # others were told when they were set
            self._tell(ServersRefused(addresses=bad))
        self._link = Link(
            connection=connection,
            servers=servers,
            sections=Sections(connection),
            gathering=Gathering(connection, awaited(servers, config.ice_policy)),
        )
        self._linked(self._link)
        self._follow(self._link)

    def _add(self, kind: str) -> None:
        track = self._side.track(kind)
        stream = self._side.stream if kind == "audio" or track is not None else None
        self.sections.add(kind, self._direction(kind), track, stream)

    # --- describing ---

    async def _offer(self, *, restart: bool = False) -> None:
        self.sections.prefer(self._world.config().codecs)
        offer = await promised(self.connection, "createOffer", plain({"iceRestart": restart}))
        await self._describe_here(offer, Offer.OFFER)

    async def _hear_offer(self, sdp: str) -> None:
        sdp = heard_with_red(self._world.config().codecs, repaired(sdp, agreed=self._agreed_on()))
        theirs = _description("offer", sdp)
        await promised(self.connection, "setRemoteDescription", theirs)

    def _agreed_on(self) -> Agreed:
        """What both ends described when they last agreed, or began to."""
        connection = self.connection
        remote = connection.pendingRemoteDescription or connection.currentRemoteDescription
        return Agreed(local=_sdp(connection.currentLocalDescription), remote=_sdp(remote))

    async def _answer(self, offer: str) -> None:
        await self._direct()
        self.sections.prefer(answering(self._world.config().codecs, offer))
        # The answer's direction is what both ends allow (RFC 9429 §5.3.1).
        answer = await promised(self.connection, "createAnswer")
        await self._describe_here(answer, Offer.ANSWER, offer)

    async def _describe_here(self, description: Any, kind: Offer, offer: str = "") -> None:
        gathering = self.link.gathering
        gathering.begin()
        await promised(self.connection, "setLocalDescription", description)
        if kind is Offer.ANSWER:
            self._settle()
        await self._gathered(gathering)
        await self._has_microphone()
        sdp = _sdp(self.connection.localDescription)
        if kind is Offer.ANSWER:
            sdp = as_offered(sdp, offer)
        if self._origin is not None:
            sdp = self._origin.on(sdp)
        self._tell(
            MediaReady(
                call=self._call,
                kind=kind,
                sdp=sdp,
                video=self._side.track("video") is not None,
                relay=gathering.wait is Wait.RELAY_ONLY,
            )
        )
        self._side.described()

    async def _gathered(self, gathering: Gathering) -> None:
        try:
            await gathering.enough()
        finally:
            if gathering.relay_failed:
                # RFC 8489 §9.2.4: what it was given does not let us in, or no more.
                self._world.servers.forget()
                self._world.note(f"Call {self._call}: {self.no_relay(gathering.errors)}")

    async def _has_microphone(self) -> None:
        """It is there, or will come without a question."""
        if self.microphone is not None and not self._world.sure():
            known = asyncio.ensure_future(self._world.known())
            try:
                await asyncio.wait((self.microphone, known), return_when=asyncio.FIRST_COMPLETED)
            finally:
                known.cancel()
            if not self._world.sure():
                await asyncio.shield(self.microphone)
        self.microphone = None

    def no_relay(self, errors: dict[str, int]) -> str:
        """What to tell a person of the relays, which gave these errors by their addresses."""
        return no_relay(self.link.servers, errors)

    async def describe(self, asked: DescribeRemote) -> None:
        """Apply the remote's answer."""
        if self.connection.signalingState == "stable":
            # RFC 3261 §13.2.1: a 200 repeats the answer of its 183, and only the first counts.
            self._tell(AnswerTaken(call=self._call))
            return
        ours = _sdp(self.connection.localDescription)
        sdp = repaired(asked.sdp, ours, self._agreed_on())
        theirs = _description(asked.kind.value, sdp)
        await promised(self.connection, "setRemoteDescription", theirs)
        if asked.kind is Offer.ANSWER:
            self._settle()
            self._tell(AnswerTaken(call=self._call))

    # --- network paths that come later ---

    async def tell_candidates(self) -> None:
        """Tell what is found from now on, in this connection and in those that follow."""
        if not self._telling:
            self._telling = True
            self._follow(self.link)

    def _follow(self, link: Link) -> None:
        if self._telling:
            # Loaded by the first call of an end that trickles.
            from webphone.browser.media.trickling import Finding

            Finding(self._call, link, self._tell)

    async def add_candidates(self, candidates: Sequence[Candidate]) -> None:
        """The other end has found more."""
        from webphone.browser.media.trickling import add

        await add(
            self.connection, candidates, lambda why: self._world.note(f"Call {self._call}: {why}")
        )

    # --- changing what was agreed ---

    async def reoffer(self, asked: Reoffer) -> None:
        """Offer a direction, with pictures or without, or new network paths."""
        if self.connection.signalingState != "stable":
            raise RuntimeError("An earlier offer of this call still waits for its answer.")
        self._remember()
        self._by_relay = asked.relay and asked.restart
        try:
            await self._reoffer(asked)
        except Exception:
            await self.roll_back()
            raise

    async def _reoffer(self, asked: Reoffer) -> None:
        self.wanted, self._video = asked.direction, asked.video
        self._side.obey()
        await self._direct()
        if self._side.track("video") is not None and self.sections.first("video") is None:
            self._add("video")
        if asked.restart:
            await self._choose_paths(relay=asked.relay)
        await self._offer(restart=asked.restart)

    async def _choose_paths(self, *, relay: bool) -> None:
        """Look again with credentials that are still good, and by a relay alone where one is."""
        config, link = self._world.config(), self.link
        wanted, _ = await self._world.servers.get(config)
        servers = usable(wanted)
        policy = "relay" if relay and relays(servers) else config.ice_policy
        # The size of the pool can't change any more (WebRTC 1.0 §4.4.1.6).
        pool = int(link.connection.getConfiguration().iceCandidatePoolSize)
        link.connection.setConfiguration(plain(wishes(servers, policy, pool)))
        link.servers = servers
        link.gathering.wait = awaited(servers, policy)

    async def accept(self, asked: Accept) -> None:
        """Answer the remote's new offer."""
        if self.connection.signalingState != "stable":
            # The browser would silently forget our own offer (RFC 9429 §4.1.10.2).
            raise RuntimeError("An offer of our own still waits for its answer.")
        before, self.wanted = self.wanted, asked.direction
        self._video = asked.video
        # Few calls are changed by the other end: loaded by the first that is.
        from webphone.media.continued import begun_anew

        if begun_anew(_sdp(self.connection.currentRemoteDescription), asked.offer):
            await self._begin_anew()
        try:
            await self._hear_offer(asked.offer)
            await self._answer(asked.offer)
        except Exception:
            self.wanted = before
            if self._left is not None:
                self._go_back()
            elif self.connection.signalingState == "have-remote-offer":
                await promised(self.connection, "setRemoteDescription", _description("rollback"))
            self._side.obey()
            raise
        left, self._left = self._left, None
        if left is not None:
            left.close()

    async def _begin_anew(self) -> None:
        """Another connection for another page of the other end.

        In the one that was, its packets would go to where nobody is until ICE has noticed.
        """
        from webphone.media.continued import origin_of

        left = self.link
        self._origin = self._origin or origin_of(_sdp(left.connection.localDescription))
        await self._connect()
        self._left = left

    def _go_back(self) -> None:
        """As it was: the other connection came to nothing."""
        failed, self._link, self._left = self.link, self._left, None
        failed.close()

    async def roll_back(self) -> None:
        """Forget our offer, and be as before it."""
        by_relay, self._by_relay = self._by_relay, False
        if self.connection.signalingState in ("have-local-offer", "have-remote-pranswer"):
            await promised(self.connection, "setLocalDescription", _description("rollback"))
        if self.agreed is not None:
            self.wanted, self._video, directions = self.agreed
            self.agreed = None
            self.sections.restore(directions)
            await self.sections.agree_again()
            self._settle()
        if by_relay:  # what is next may go by every way again
            await self._choose_paths(relay=False)

    def _remember(self) -> None:
        self.agreed = (self.wanted, self._video, self.sections.directions())

    def _settle(self) -> None:
        self.agreed, self._by_relay = None, False
        self._side.settled()

    # --- what goes in the sections ---

    async def _direct(self) -> None:
        """Let every section do what is wanted: one microphone, one camera, each in the first."""
        for section in self.sections.live():
            kind = kind_of(section)
            direction = self._direction(kind)
            if section != self.sections.first(kind):
                direction = Direction.INACTIVE
            track = self._side.track(kind)
            if track is not None and direction is not Direction.INACTIVE:
                await put(section, track, self._side.stream)
            section.direction = direction.value

    def _direction(self, kind: str) -> Direction:
        if kind == "audio" or self._side.track("video") is not None:
            return self.wanted
        return Direction.of(sends=False, receives=self._video and self.wanted.receives)

    async def send(self, kind: str) -> None:
        """What is ours of this kind goes where the one before went."""
        for section in self.sections.live():
            if section == self.sections.first(kind):
                await put(section, self._side.track(kind), self._side.stream)


def _description(kind: str, sdp: str = "") -> Any:
    return plain({"type": kind, "sdp": sdp})


def _sdp(description: Any) -> str:
    return str(description.sdp) if description else ""
