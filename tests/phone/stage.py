"""A stage for stories: whole phones, one exchange, a wire that can be cut and a clock to wind."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from phone.remembered import Remembered
from sip.entropy import seeded
from webphone.contract import (
    CallRecord,
    CallView,
    Config,
    Device,
    Event,
    SetConfig,
    WebPhoneError,
    decode_command,
)
from webphone.exchange import Exchange
from webphone.media import Description, Direction
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.account.login import known
from webphone.phone.desk import Desk
from webphone.phone.loop import Loop, promise_refused
from webphone.phone.recorder import Chance, Recorder
from webphone.sip import Agent, Entropy, Identity, Request, Response, Send, parse, reply
from webphone.sip.transactions import cancel_of

SERVER = "wss://one.example/ws"

SDP = """v=0\r
o=- 1 {version} IN IP4 127.0.0.1\r
s=-\r
t=0 0\r
a=group:BUNDLE 0\r
m=audio 9 UDP/TLS/RTP/SAVPF {codecs}\r
c=IN IP4 0.0.0.0\r
a=rtcp:9 IN IP4 0.0.0.0\r
a=ice-ufrag:{who:0<4}\r
a=ice-pwd:0123456789abcdef01234567\r
a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:\
88:99:AA:BB:CC:DD:EE:FF\r
a=setup:{setup}\r
a=mid:0\r
a={direction}\r
a=rtcp-mux\r
a=rtpmap:111 opus/48000/2\r
a=rtpmap:0 PCMU/8000\r
a=rtpmap:110 telephone-event/48000\r
"""

# The section for pictures that may follow; they go over the sound's transport.
PICTURES = """m=video {port} UDP/TLS/RTP/SAVPF 96\r
c=IN IP4 0.0.0.0\r
a=mid:1\r
a={direction}\r
a=rtcp-mux\r
a=rtpmap:96 VP8/90000\r
"""


@dataclass
class Promise:
    """What became of a method call."""

    value: object = None
    error: WebPhoneError | None = None
    settled: bool = False

    @property
    def done(self) -> bool:
        """Whether it was kept."""
        return self.settled and self.error is None


@dataclass
class World:
    """The exchange, the wires to it, and the time.

    `broken` maps a server to how it is broken: dead or mute. `refusing` maps one to the status and
    the Retry-After that it answers a REGISTER with, `overloaded` likewise an INVITE. `registrar` answers one in the place of the
    exchange, or None to leave it to that. While `slow`, what is sent flies until `land`.
    """

    now: float = 1_700_000_000.0
    broken: dict[str, str] = field(default_factory=dict)
    refusing: dict[str, tuple[int, int]] = field(default_factory=dict)
    overloaded: dict[str, tuple[int, int]] = field(default_factory=dict)
    registrar: Callable[[Request], Response | None] = lambda request: None
    slow: bool = False
    phones: list[Actor] = field(default_factory=list)
    wire: list[tuple[str, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.exchange = self.fresh_exchange()
        self._links: dict[int, tuple[Actor, int]] = {}
        self._strangers: dict[int, Stranger] = {}
        self._flying: list[Callable[[], None]] = []
        self._next_link = 0

    def fresh_exchange(self) -> Exchange:
        """A server that knows its users, and nothing yet of what they do."""
        return Exchange(
            Entropy(seeded(99)),
            users={name: name[0] for name in ("alice", "bob", "carol", "dave", "eve")},
            realm="one.example",
        )

    def phone(self, user: str, **settings: object) -> Actor:
        """A phone with credentials; it is not connected yet."""
        actor = Actor(self, user, len(self.phones), settings)
        self.phones.append(actor)
        return actor

    def registered(self, user: str, **settings: object) -> Actor:
        """A phone that is registered."""
        actor = self.phone(user, **settings)
        assert actor.ask("register").settled
        return actor

    def stranger(self, user: str) -> Stranger:
        """A registered end of which every message is written by the test."""
        self._next_link += 1
        stranger = self._strangers[self._next_link] = Stranger(self, user, self._next_link)
        self.exchange.connected(self._next_link, self.now)
        stranger.register()
        return stranger

    def land(self) -> None:
        """What is in the air arrives, and the wire is fast again."""
        self.slow = False
        while self._flying:
            self._flying.pop(0)()

    def sent(self, who: str, *firsts: str) -> list[str]:
        """First lines of all that a phone sent, those that begin so."""
        lines = [data.split(b"\r\n")[0].decode() for user, data in self.wire if user == who]
        return [line for line in lines if line.startswith(firsts or "")]

    def wind(self, seconds: float) -> None:
        """Let time pass, waking whoever is due on the way."""
        end = self.now + seconds
        while True:
            due = [phone.machine.deadline for phone in self.phones]
            due.append(self.exchange.deadline)
            soonest = min((moment for moment in due if moment is not None), default=None)
            if soonest is None or soonest > end:
                break
            self.now = max(soonest, self.now)
            self._deliver(self.exchange.wake(self.now))
            for phone in self.phones:
                deadline = phone.machine.deadline
                if deadline is not None and deadline <= self.now:
                    phone.happens(on.Woken())
        self.now = end

    # --- Wires ---

    def connect(self, phone: Actor, socket: int, url: str) -> None:
        fault = self.broken.get(url)
        if fault == "mute":
            return
        if fault == "dead":
            phone.happens(on.SocketClosed(socket=socket))
            return
        self._next_link += 1
        phone.links[socket] = self._next_link
        phone.servers[socket] = url
        self._links[self._next_link] = (phone, socket)
        self.exchange.connected(self._next_link, self.now)
        phone.happens(on.SocketOpened(socket=socket))

    def disconnect(self, phone: Actor, socket: int) -> None:
        link = phone.links.pop(socket, None)
        if link is not None:
            del self._links[link]
            self._deliver(self.exchange.disconnected(link, self.now))

    def send(self, phone: Actor, socket: int, data: bytes) -> None:
        self.wire.append((phone.user, data))
        link = phone.links.get(socket)
        if link is None or phone.unheard:
            return
        answer = None
        if data.startswith(b"REGISTER"):
            refusal = _refusal(self.refusing, phone.servers[socket], parse(data))
            answer = refusal or self.registrar(parse(data))
        elif data.startswith(b"INVITE"):
            answer = _refusal(self.overloaded, phone.servers[socket], parse(data))
        if answer is not None:
            phone.happens(on.Received(socket=socket, data=bytes(answer)))
            return
        self.carry(link, data)

    def carry(self, link: int, data: bytes) -> None:
        """Bring a message to the exchange, now or when it lands."""

        def arrive() -> None:
            if link in self._links or link in self._strangers:
                self._deliver(self.exchange.receive(link, data, self.now))

        if self.slow:
            self._flying.append(arrive)
        else:
            arrive()

    def cut(self, phone: Actor) -> None:
        """The phone's WebSockets break, and it is told."""
        for socket in list(phone.links):
            self.disconnect(phone, socket)
            phone.happens(on.SocketClosed(socket=socket))

    def _deliver(self, sends: object) -> None:
        for send in sends or ():  # type: ignore[attr-defined]
            if send.link in self._links:
                phone, socket = self._links[send.link]
                phone.happens(on.Received(socket=socket, data=send.data))
            elif send.link in self._strangers:
                self._strangers[send.link].hear(send.data)


def _refusal(
    refusing: dict[str, tuple[int, int]], server: str, request: Request
) -> Response | None:
    if server not in refusing:
        return None
    status, after = refusing[server]
    headers = [("Retry-After", str(after))] if after else []
    return reply(request, status, to_tag="no", headers=headers)


class Stranger:
    """An end that does nothing by itself: the test writes what it says."""

    def __init__(self, world: World, user: str, link: int) -> None:
        self.world = world
        self.user = user
        self.link = link
        self.heard: list[Request | Response] = []
        self._agent = Agent(Entropy(seeded(link + 500)))
        self._agent.account = Identity(user=user, domain="one.example", password=user[0])
        self._registering = True
        self._branches = 0
        self._number = 1
        self.invite: Request | None = None  # the one that made the call, from either side
        self.answer: Response | None = None  # and its 2xx, when we made it

    def register(self) -> None:
        for output in self._agent.register(self.world.now):
            self.say(output.data)
        self._registering = False

    def hear(self, data: bytes) -> None:
        if self._registering:
            for output in self._agent.receive(data, self.world.now):
                if isinstance(output, Send):
                    self.say(output.data)
            return
        self.heard.append(parse(data))

    def say(self, data: bytes) -> None:
        self.world.carry(self.link, data)

    def last(self, what: str | int) -> Request | Response:
        """The last request with this method, or response with this status."""
        found = [one for one in self.heard if what in (getattr(one, "method", 0), _status(one))]
        return found[-1]

    def words(self) -> list[str]:
        """All it heard, in a word each."""
        return [getattr(one, "method", "") or str(_status(one)) for one in self.heard]

    # --- As the one who is called ---

    def reply(
        self,
        status: int,
        *headers: str,
        to: str | Request = "INVITE",
        sdp: str = "",
        tag: str = "far",
    ) -> None:
        """Answer this request, or the last with this method."""
        request = self.last(to) if isinstance(to, str) else to
        if self.invite is None:
            self.invite = request
        own = [("Contact", f"<sip:{self.user}@far.invalid>")]
        pairs = [] if any(header.startswith("Contact") for header in headers) else own
        pairs += [tuple(header.split(": ", 1)) for header in headers]
        pairs += [("Content-Type", "application/sdp")] if sdp else []
        fitting = "" if request.to.tag else tag
        answer = reply(request, status, to_tag=fitting, headers=pairs, body=sdp.encode())
        if status < 300:
            answer.headers.echo("Record-Route", request.headers)
        self.say(bytes(answer))

    # --- As the one who calls ---

    def call(self, user: str, *headers: str, sdp: str = "") -> None:
        me, them = f"<sip:{self.user}@one.example>;tag=me", f"<sip:{user}@one.example>"
        data = self._request("INVITE", f"sip:{user}@one.example", me, them, 1, (), headers, sdp)
        self.invite = parse(data)
        self.say(data)

    def ask(self, method: str, user: str, *headers: str) -> None:
        """A request outside any call."""
        me, them = f"<sip:{self.user}@one.example>;tag=me", f"<sip:{user}@one.example>"
        self.say(self._request(method, f"sip:{user}@one.example", me, them, 1, (), headers, ""))

    def ack(self, *, sdp: str = "") -> None:
        """Acknowledge the last 200."""
        self.answer = self.last(200)
        self.inside("ACK", sdp=sdp)

    def cancel(self, *headers: str) -> None:
        """Take back the INVITE under way."""
        cancel = cancel_of(self.invite)
        for header in headers:
            cancel.headers.add(*header.split(": ", 1))
        self.say(bytes(cancel))

    # --- In a call ---

    def inside(self, method: str, *headers: str, sdp: str = "") -> None:
        """A request within the call, whoever made it."""
        invite, answer = self.invite, self.answer
        if method not in ("ACK", "CANCEL"):
            self._number += 1
        if answer is not None:
            routes = [str(route) for route in reversed(answer.record_routes)]
            target, me, them = answer.contacts[0].uri, invite.from_, answer.to
        else:
            routes = [str(route) for route in invite.record_routes]
            target, them = invite.contacts[0].uri, invite.from_
            me = invite.to.with_param("tag", "far")
        number = answer.cseq.number if method == "ACK" and answer else self._number
        self.say(
            self._request(method, str(target), str(me), str(them), number, routes, headers, sdp)
        )

    def _request(
        self,
        method: str,
        uri: str,
        me: str,
        them: str,
        number: int,
        routes: Iterable[str],
        headers: Iterable[str],
        body: str,
    ) -> bytes:
        self._branches += 1
        call_id = self.invite.call_id if self.invite else f"{self.user}-{self.link}"
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/WSS {self.user}.invalid;branch=z9hG4bK{self.user}{self._branches}",
            "Max-Forwards: 70",
            *(f"Route: {route}" for route in routes),
            f"From: {me}",
            f"To: {them}",
            f"Call-ID: {call_id}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:{self.user}@far.invalid>",
            *headers,
        ]
        if body and not any(header.startswith("Content-Type") for header in headers):
            lines.append("Content-Type: application/sdp")
        lines.append(f"Content-Length: {len(body.encode())}")
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def _status(message: Request | Response) -> int:
    return getattr(message, "status", 0)


def description(who: str = "far", direction: str = "sendrecv", **changes: str) -> str:
    """A session description that a browser takes."""
    shape = {"version": "1", "codecs": "111 0 110", "setup": "active", **changes}
    return SDP.format(who=who, direction=direction, **shape)


def with_pictures(sdp: str, direction: str, port: int = 9) -> str:
    """A description with a section for pictures after the sound; `port` 0 refuses them."""
    bundled = sdp.replace("BUNDLE 0", "BUNDLE 0 1") if port else sdp
    return bundled + PICTURES.format(direction=direction, port=port)


def path(port: int, kind: str = "srflx") -> str:
    """A network path as a candidate."""
    return f"candidate:1 1 udp 1677729535 192.0.2.1 {port} typ {kind} raddr 0.0.0.0 rport 0"


class Actor:
    """A phone on the stage: a real desk in a real loop, with media that only writes its name."""

    def __init__(
        self,
        world: World,
        user: str,
        seed: int,
        settings: dict[str, object],
        kept: str = "",
        fault: tuple[str, str] | None = None,
        given_back: dict[str, bytes] | None = None,
        like: Actor | None = None,
        *,
        slow_media: bool = False,
    ) -> None:
        """`like` is the page before it in the tab: it runs the same scripts."""
        self.given_back = given_back  # by who speaks for the page before; None: nobody answers
        self.world = world
        self.seed, self.settings = seed, settings
        self.kept = kept  # for the page that comes after this one in the tab
        self.user = user
        self.links: dict[int, int] = {}
        self.servers: dict[int, str] = {}  # by socket
        self.will = do.Entrust(server="", messages=())  # what is said for it when its page is gone
        self.unheard = False  # what it sends gets lost
        self.waits = False  # the browser is busy: its page has no moment after a turn
        self.beside: tuple[bytes, ...] = ()  # what it has said over another connection than its own
        self.events: list[Event] = []
        self.actions: list[do.Action] = []
        self.received: list[on.Received] = []
        self.promises: dict[int, Promise] = {}
        self.tone: do.Tone | None = None
        self.mistakes: list[Exception] = []
        self.asked_for_login: list[str] = []  # the names of the questions for credentials
        self.media: dict[str, str] = {}  # call -> direction that was last agreed on
        self.media_fault: tuple[str, str] | None = fault  # code and text of the next failure
        self.pictures: dict[str, set[str]] = {}  # call -> camera and screen, where they are on
        self.picture_fault = ""  # why the browser gives none; "asks": the person does not say yet
        self._sections: dict[str, tuple[bool, bool]] = {}  # whether there are pictures; and before
        self.recorded: dict[str, str] = {}  # call -> name of the file that is being recorded
        self.files: list[str] = []  # that were saved, the oldest first
        self.recording_fault = ""  # why nothing is recorded; "waits": nobody says yet
        # The network paths of its media, where they trickle: found by now, and how often anew.
        self.paths: list[str] | None = None
        self.generation = 0
        self.takes_answers = True  # else the test says what becomes of them
        self.slow_media = slow_media  # media is made only when `media_arrives` is called
        self.relay = True  # whether a TURN server is set
        self.prevented: set[str] = like.prevented if like else set()
        self.questions_wait = like.questions_wait if like else False  # until `answer_questions`
        self.questions: list[on.Permitted] = []
        # What the browser finds when a diagnosis has it try; of others it says nothing.
        self.probes: dict[str, dict[str, object] | None] = {}
        self.plugged_in: tuple[Device, ...] = ()
        self.sinks = True  # the browser lets a page choose where it sounds
        self.device_fault = ""  # code of the next device that can't be used
        self.exchanged = ""  # name of the microphone that calls have in place of another
        self.memory = Remembered()
        self._waiting_media: list[Callable[[], None]] = []
        self._version = 0
        given = {"host": SERVER, "username": user, "password": user[0], **settings}
        # A page that is loaded anew is read after what was kept is found.
        config = Config() if kept else Config().changed(given)
        chance = Chance(seeded(seed))
        self.desk = Desk(Entropy(chance), config)
        self.machine = Recorder(self.made(seed), chance, config)
        self.loop = Loop(
            self.machine,
            perform=self._perform,
            clock=lambda: self.world.now,
            arm=lambda moment: None,
            settle=self._settle_turn,
            report=self.mistakes.append,
            amends=promise_refused,
        )
        if kept:
            self.happens(on.CallsKept(text=kept))
            self.happens(on.Asked(command=SetConfig(changes=given)))

    def made(self, seed: int) -> Any:
        """What the loop turns, but for the recorder before it."""
        return self.desk

    def has_had_a_moment(self) -> None:
        """The screen is drawn, and the browser has had its turn: what could wait is done."""
        if self.desk.owes:
            self.happens(on.Afterwards())

    def _settle_turn(self) -> None:
        if not self.waits:
            self.has_had_a_moment()

    # --- A reload of its page ---

    def reload(
        self,
        *,
        crash: bool = False,
        fault: tuple[str, str] | None = None,
        outlived: bool | None = True,
        slow_media: bool = False,
        **changed: object,
    ) -> Actor:
        """Another page with the same element comes in the tab; it finds what this one has kept.

        `crash`: the page goes without notice. `outlived`: somebody still has what it was entrusted
        with, None: says nothing. `changed` are settings that the new page has, and `fault` is what becomes of its media.
        """
        world = self.world
        if not crash:
            self.happens(on.Leaving())
        for socket in list(self.links):
            world.disconnect(self, socket)
        world.phones.remove(self)
        seed = self.seed + 50
        settings = {**self.settings, "auto_register": True, **changed}
        held = None if outlived is None else dict(self.will.invites) if outlived else {}
        after = Actor(
            world, self.user, seed, settings, self.kept, fault, held, self, slow_media=slow_media
        )
        world.phones.append(after)
        return after

    # --- What a person or a page does ---

    def ask(self, method: str, *arguments: object) -> Promise:
        """Call a method as JavaScript does."""
        number = len(self.promises) + 1
        promise = self.promises[number] = Promise()
        try:
            command = decode_command(method, arguments)
        except WebPhoneError as wrong:  # as the element does
            promise.error, promise.settled = wrong, True
            return promise
        self.happens(on.Asked(command=command, reply=number))
        return promise

    def press(self, method: str, *arguments: object) -> None:
        """Use a button of the screen: nobody waits for a promise."""
        self.happens(on.Asked(command=decode_command(method, arguments)))

    def answer_questions(self) -> None:
        """The page says what it was asked meanwhile."""
        while self.questions:
            self.happens(self.questions.pop(0))

    def happens(self, happening: on.Happening) -> None:
        if isinstance(happening, on.Received):
            self.received.append(happening)
        self.loop.turn(happening)

    def sign_in(self, given: object) -> None:
        """The page answers the last question for its credentials; None: its function failed."""
        came = on.CredentialsCame(ask=self.asked_for_login[-1], credentials=known(given))
        self.happens(came)

    def plug(self, *devices: Device) -> None:
        """These devices are there from now on, and the browser says so."""
        self.plugged_in = devices
        self.happens(on.DevicesFound(devices=devices, sinks=self.sinks))

    def media_arrives(self) -> None:
        """The microphone that was asked for is there now."""
        waiting, self._waiting_media = self._waiting_media, []
        for go in waiting:
            go()

    def saves(self, call: str, *, full: bool = False) -> None:
        """The browser saves what was recorded of a call, if anything."""
        name = self.recorded.pop(call, "")
        if name:
            self.files.append(f"{name}.webm")
            self.happens(on.RecordingSaved(call=call, file=self.files[-1], full=full))

    def trickling(self, sdp: str) -> str:
        """A description of media whose paths trickle, with those found by now."""
        others = "".join(f"a={path}\r\n" for path in self.paths or ())
        mine = sdp.replace(
            "a=ice-ufrag:", f"a=ice-options:trickle\r\na=ice-ufrag:{self.generation}"
        )
        return mine + others

    def finds(self, *ports: int, complete: bool = False) -> None:
        """The browser finds more paths of its only call, or has looked everywhere."""
        self.paths = [*(self.paths or []), *map(path, ports)]
        [call] = self.calls
        shape = {"version": "1", "codecs": "111 0 110", "setup": "active"}
        sdp = SDP.format(who=self.user, direction="sendrecv", **shape)
        found = on.CandidatesFound(call=call.id, sdp=self.trickling(sdp), complete=complete)
        self.happens(found)

    @property
    def given_paths(self) -> list[str]:
        """The candidates that its media were handed after the descriptions."""
        added = [each for each in self.actions if isinstance(each, do.AddCandidates)]
        return [one.line for each in added for one in each.candidates]

    # --- What can be seen of it ---

    def told(self, name: str) -> list[dict[str, object]]:
        """The details of all events with this name."""
        return [event.detail for event in self.events if event.name == name]

    @property
    def state(self) -> str:
        """The state of the phone, one of the contract's PHONE_STATES."""
        return self.machine.snapshot.state

    @property
    def calls(self) -> list[CallView]:
        """The calls, as the page reads them."""
        return [call.view for call in self.machine.snapshot.calls]

    @property
    def history(self) -> list[CallRecord]:
        """The records of its calls, newest first."""
        return list(self.machine.snapshot.history)

    @property
    def agent(self) -> Agent:
        """The SIP end of the account in use."""
        return self.desk.account.agent

    @property
    def call(self) -> CallView:
        """The only call there is."""
        [only] = self.calls
        return only

    # --- The world's side ---

    def _perform(self, action: do.Action) -> None:
        self.actions.append(action)
        match action:
            case do.Connect(socket=socket, url=url):
                self.world.connect(self, socket, url)
            case do.Disconnect(socket=socket):
                self.world.disconnect(self, socket)
            case do.Send(socket=socket, data=data):
                self.world.send(self, socket, data)
            case do.Tell(event=event):
                self.events.append(event)
            case do.Ask(ask=ask, event=event):
                self.events.append(event)
                answer = on.Permitted(ask=ask, allowed=event.name not in self.prevented)
                if self.questions_wait:
                    self.questions.append(answer)
                else:
                    self.happens(answer)
            case do.AskCredentials(ask=ask):
                self.asked_for_login.append(ask)
                given = self.desk.config.credentials()
                if given != "later":
                    self.sign_in(given)
            case do.AskContact(call=call, number=number):
                given = self.desk.config.contact_lookup(number)
                if given != "later":
                    self.happens(on.ContactCame(call=call, number=number, given=given))
            case do.Probe(id=id, what=what) if what in self.probes:
                self.happens(on.Probed(id=id, facts=self.probes[what]))
            case do.Settle(reply=reply, value=value):
                self._settle(reply).value = value
            case do.Refuse(reply=reply, error=error):
                self._settle(reply).error = error
            case do.PlayTone(tone=tone):
                self.tone = tone
            case do.OpenMedia(call=call, offer=offer, video=video, direction=direction):
                if video:
                    self.pictures[call] = {"camera"}
                self._make(call, direction, video, offer)
            case do.Reoffer(
                call=call, direction=direction, video=video, relay=relay, restart=restart
            ):
                self.generation += restart
                self._make(call, direction, video, None, relay=relay and self.relay)
            case do.Accept(call=call, direction=direction, offer=offer, video=video):
                self._make(call, direction, video, offer)
            case do.Rollback(call=call):
                _, before = self._sections.get(call, (False, False))
                self._sections[call] = (before, before)
            case do.TakePicture(call=call, of=of) if not self.picture_fault:
                self.pictures.setdefault(call, set()).add(of)
                self.happens(on.PictureTaken(call=call, of=of))
            case do.TakePicture(call=call, of=of) if self.picture_fault != "asks":
                self.happens(on.PictureRefused(call=call, of=of, code=self.picture_fault))
            case do.DropPicture(call=call, of=of):
                self.pictures.get(call, set()).discard(of)
            case do.DescribeRemote(call=call, kind=do.Offer.ANSWER) if self.takes_answers:
                self.happens(on.AnswerTaken(call=call))
            case do.LookForDevices():
                self.plug(*self.plugged_in)
            case do.UseDevices(ask=ask):
                code, self.device_fault = self.device_fault, ""
                name, self.exchanged = self.exchanged, ""
                self.happens(on.DeviceUsed(ask=ask, code=code, microphone=name))
            case do.SendTones(call=call, tones=tones):
                for tone in tones:
                    self.happens(on.ToneSent(call=call, tone=tone))
            case do.BeginRecording(call=call, file=file):
                if not self.recording_fault:
                    self.recorded[call] = file
                    self.happens(on.RecordingBegan(call=call))
                elif self.recording_fault != "waits":
                    code = self.recording_fault
                    self.happens(on.RecordingFailed(call=call, code=code))
            case do.EndRecording(call=call):
                self.saves(call)
            case do.CloseMedia(call=call):
                self.media.pop(call, None)
                self.saves(call)
            case do.Keep(text=text):
                self.kept = text
            case do.Entrust():
                self.will = action
            case do.SayBeside(messages=messages):
                self.beside += messages
            case do.Reclaim() if self.given_back is not None:
                self.happens(on.GivenBack(invites=self.given_back))
            case _:
                self.memory.perform(self, action)

    def _settle(self, reply: int) -> Promise:
        promise = self.promises[reply]
        assert not promise.settled, f"promise {reply} settled twice"
        promise.settled = True
        return promise

    def _make(
        self, call: str, wanted: Direction, video: bool, offer: str | None, *, relay: bool = False
    ) -> None:
        kind, direction = do.Offer.ANSWER if offer else do.Offer.OFFER, str(wanted)
        if self.media_fault is not None:
            code, text = self.media_fault
            failed = on.MediaFailed(call=call, code=code, text=text)
            return self._later(lambda: self.happens(failed))
        self._version += 1
        self.media[call] = direction
        sdp = SDP.format(
            version=self._version,
            who=self.user,
            direction=direction,
            codecs="111 0 110",
            setup="actpass" if kind is do.Offer.OFFER else "active",
        )
        if self.paths is not None:
            sdp = self.trickling(sdp)
        own = bool(self.pictures.get(call))
        mine = wanted if own else Direction.of(sends=False, receives=video and wanted.receives)
        if offer and "m=video" in offer:
            theirs = [each for each in Description.parse(offer).media if each.kind == "video"]
            met = Direction.of(
                sends=mine.sends and theirs[0].direction.receives,
                receives=mine.receives and theirs[0].direction.sends,
            )
            sdp = with_pictures(sdp, met, 0 if theirs[0].rejected else 9)
            self._sections[call] = (True, True)
        elif not offer:
            before, _ = self._sections.get(call, (False, False))
            self._sections[call] = (before or own, before)
            if before or own:
                sdp = with_pictures(sdp, mine)
        ready = on.MediaReady(call=call, kind=kind, sdp=sdp, video=own, relay=relay)
        return self._later(lambda: self.happens(ready))

    def _later(self, go: Callable[[], None]) -> None:
        if self.slow_media:
            self._waiting_media.append(go)
        else:
            go()


def entrusted(world: World, **settings: object) -> tuple[Actor, Actor]:
    """Alice talks to Bob, and somebody outlives her page."""
    alice, bob = world.registered("alice", **settings), world.registered("bob")
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    alice.happens(on.Entrusted())
    return alice, bob
