"""Staying online: connect, register, fail over, back off, and come back after a loss or a sleep.

OFFLINE ──want──► CONNECTING ──opened──► CONNECTED ──► REGISTERING ──2xx──► REGISTERED
   ▲                 ▲   │ every server failed              │ refused           │ lost
   └──disconnect     │   ▼                                  ▼                   │
                     └─ RECONNECTING ◄──────────────────────┴───────────────────┘
                        (FAILED: wrong credentials; waits for a person)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from webphone.contract import Config, Event, WebPhoneError
from webphone.machine import earliest
from webphone.phone import actions as do
from webphone.phone.account.keepalive import Pulse
from webphone.phone.account.registration_errors import error_of, needs_a_person, try_next_server
from webphone.phone.account.servers import Servers
from webphone.phone.actions import Action
from webphone.phone.promises import Promises
from webphone.sip import (
    Agent,
    Dropped,
    Entropy,
    Identity,
    Output,
    Registered,
    RegistrationFailed,
    Replied,
    Send,
    Unregistered,
)

OPEN_PATIENCE = 4.0  # seconds that a server may take to accept the WebSocket
REGISTER_PATIENCE = 5.0  # and to answer the first REGISTER on it
PROOF_PATIENCE = 1.5  # and to prove that it still hears us, after a sleep or a network change
SILENCE_PATIENCE = 6.0
RETURN_EVERY = 300.0  # seconds between looks whether the first server is back


@dataclass(frozen=True, slots=True)
class Report:
    """What the agent of an account says of a call: it belongs to that account for good."""

    account: Account
    output: Output


Result = list[Action | Report]


class State(Enum):
    """Where the account stands; the values are the contract's PHONE_STATES."""

    UNCONFIGURED = "unconfigured"
    OFFLINE = "offline"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    REGISTERING = "registering"
    REGISTERED = "registered"
    RECONNECTING = "reconnecting"
    FAILED = "failed"


class Account:
    """One identity at one list of servers, on at most one open socket."""

    def __init__(
        self, config: Config, entropy: Entropy, sockets: Iterable[int], instance: str
    ) -> None:
        self.config = config
        self.servers = Servers(config.servers, entropy)
        self.agent = Agent(entropy, transport=_transport(config))
        self.agent.account = identity(config, instance)
        self.state = State.OFFLINE if config.complete else State.UNCONFIGURED
        self.socket: int | None = None
        self.attempt = 0
        self.retry_at: float | None = None
        self.wants_connection = False
        self.wants_registration = False
        self._entropy = entropy
        self._sockets = iter(sockets)
        self._patience: float | None = None  # when the current step has taken too long
        self._pulse = Pulse()
        self._return_at: float | None = None
        self._visiting: int | None = None  # a second socket, to the first server
        self.retired = False  # given up: it only carries its calls to their end
        self.replaced = False  # its registration is that of the next account by now
        self._online = True
        self._up = False
        self._works_since: float | None = None
        self._connecting = Promises()
        self._registering = Promises()
        self._unregistering = Promises()

    # --- Questions ---

    @property
    def open(self) -> bool:
        """Whether requests can be sent now."""
        return self._up

    @property
    def server(self) -> str:
        """The server in use, or the one being tried."""
        return self.servers.current

    @property
    def deadline(self) -> float | None:
        """When `wake` must be called next."""
        moments = (
            self.retry_at,
            self._patience,
            self._pulse.until,
            self._return_at,
            self._next_question,
            self.agent.deadline,
        )
        return earliest(moments)

    @property
    def _next_question(self) -> float | None:
        settled = self.state in (State.CONNECTED, State.REGISTERED)
        return self._pulse.next_question if settled else None

    def owns(self, socket: int) -> bool:
        """Whether news of this socket is for this account."""
        return socket in (self.socket, self._visiting) and socket is not None

    # --- Wishes ---

    def connect(self, now: float, reply: int | None = None) -> Result:
        """Open the socket; the promise settles when it is open or every server failed once."""
        self.wants_connection = True
        self._connecting.add(reply)
        if self.open:
            return [*self._connecting.settle()]
        return self._begin(now)

    def register(self, now: float, reply: int | None = None) -> Result:
        """Register, connecting first; the promise settles on the final answer."""
        self.wants_connection = self.wants_registration = True
        self._registering.add(reply)
        result: Result = [*self._unregistering.refuse(WebPhoneError("cancelled"))]
        return result + (self._send_register(now) if self.open else self._begin(now))

    def unregister(self, now: float, reply: int | None = None) -> Result:
        """Remove the registration; the socket stays open."""
        was_wanted, self.wants_registration = self.wants_registration, False
        self._unregistering.add(reply)
        result: Result = [*self._registering.refuse(WebPhoneError("cancelled"))]
        if not self.open or not (was_wanted or self.state is State.REGISTERED):
            return [*result, *self._unregistering.settle()]
        self._pulse.stop()
        return result + self.through(self.agent.unregister(now), now)

    def disconnect(self, now: float, reply: int | None = None, reason: str = "user") -> Result:
        """Remove the registration, close the socket and stay offline."""
        result: Result = []
        if self.state is State.REGISTERED and not self.replaced:
            result += self.unregister(now)
            result += self._gone(reason, will_retry=False)
        self.wants_connection = self.wants_registration = False
        self._unregistering.add(reply)
        result += self._close(now)
        result += self.give_up(WebPhoneError("cancelled"))
        self.retry_at = self._return_at = None
        self.state = State.OFFLINE if self.config.complete else State.UNCONFIGURED
        return [*result, *self._unregistering.settle()]

    def retire(self, *, replaced: bool, reason: str = "user") -> Result:
        """Another account takes over, while calls still need this one.

        It stays registered until they are over: where our Contact is a GRUU, the other side
        reaches us by the registration alone (RFC 5627). Nothing more is told of it.
        """
        told = self._gone(reason, will_retry=False) if self.state is State.REGISTERED else []
        self.retired, self.replaced = True, replaced
        return told

    def inherit(self, other: Account) -> None:
        """Take over the promises of the account that was before."""
        self._connecting.inherit(other._connecting)
        self._registering.inherit(other._registering)

    def give_up(self, error: WebPhoneError) -> Result:
        """Nothing that was promised will come."""
        return [*self._connecting.refuse(error), *self._registering.refuse(error)]

    def network_changed(self, online: bool, now: float) -> Result:
        """A network came: use it at once. One went: a socket over it may be dead."""
        came_back = online and not self._online
        self._online = online
        if not online or not self.wants_connection:
            return []
        self.servers.forgive()
        if self.open:
            return self._prove(now, PROOF_PATIENCE)
        if self.state is State.RECONNECTING or (came_back and self.state is not State.FAILED):
            return self._close(now) + self._try_again(now)
        return []

    def awoken(self, now: float) -> Result:
        """The computer slept or the page was hidden: ask the server whether it still hears us."""
        if self.open:
            return self._prove(now, PROOF_PATIENCE)
        return self._try_again(now) if self.state is State.RECONNECTING else []

    # --- News from the socket ---

    def opened(self, socket: int, now: float) -> Result:
        """The WebSocket is open."""
        if socket == self._visiting:
            return self._move_back(socket, now)
        self.state = State.CONNECTED
        self._up = True
        self._patience = self._works_since = None
        self._pulse.beat(now)
        result: Result = self.through(self.agent.transport_up(now), now)
        if not self.wants_registration:
            self._working(now)
        result += self._connecting.settle()
        return result + (self._send_register(now) if self.wants_registration else [])

    def closed(self, socket: int, denied: bool, now: float) -> Result:
        """The WebSocket closed or never opened: the next server, or a pause."""
        if socket == self._visiting:
            self._visiting = None
            return []
        was_registered = self.state is State.REGISTERED
        self.socket = None
        result = self._lost(now)
        if was_registered:
            result += self._gone("lost", will_retry=self.wants_registration)
        code = "local_network_denied" if denied else "connection_failed"
        return result + self._next_server(now, WebPhoneError(code))

    def received(self, data: bytes, now: float) -> Result:
        """A SIP message, or a keep-alive, came: the server is alive."""
        self._pulse.beat(now)
        if not data.strip(b"\r\n"):
            return []
        return self.through(self.agent.receive(data, now), now)

    def wake(self, now: float) -> Result:
        """Do all that is due."""
        result = self.through(self.agent.wake(now), now) if _due(self.agent.deadline, now) else []
        if _due(self._patience, now) or _due(self._pulse.until, now):
            result += self._abandon(now, WebPhoneError("connection_failed"))
        if _due(self.retry_at, now):
            result += self._try_again(now)
        if _due(self._next_question, now):
            result += self._prove(now, SILENCE_PATIENCE)
        if _due(self._return_at, now):
            result += self._visit_first(now)
        return result

    # --- News from the agent ---

    def through(self, outputs: Iterable[Output], now: float) -> Result:
        """What follows from the agent's outputs: our own part done, the rest reported as ours."""
        result: Result = []
        for output in outputs:
            match output:
                case Send(data=data):
                    if self.socket is not None:
                        result.append(do.Send(socket=self.socket, data=data))
                case Registered():
                    result += self._registered(output, now)
                case Unregistered():
                    result += self._unregistered()
                case RegistrationFailed():
                    result += self._refused(output, now)
                case Replied() if output.ref == PROOF:
                    pass
                case Dropped(why=why):
                    result.append(do.Note(level="info", text=why))
                case _:
                    result.append(Report(self, output))
        return result

    def _registered(self, news: Registered, now: float) -> Result:
        was_registered, self.state = self.state is State.REGISTERED, State.REGISTERED
        self._patience = None
        self._working(now)
        told: Result = []
        if not was_registered and not self.retired:
            detail = {"server": self.server, "expires": news.expires, "aor": self.aor}
            told.append(do.Tell(event=Event("registered", detail)))
        return [*told, *self._registering.settle()]

    def _unregistered(self) -> Result:
        self._patience = None
        told: Result = []
        if self.state in (State.REGISTERED, State.REGISTERING):
            self.state = State.CONNECTED
            told += self._gone("user", will_retry=False)
        return [*told, *self._unregistering.settle()]

    def _refused(self, news: RegistrationFailed, now: float) -> Result:
        self._patience = None
        result: Result = []
        elsewhere = try_next_server(news)
        if self.state is State.REGISTERED:
            result += self._gone("expired", will_retry=elsewhere)
            self.state = State.CONNECTED
        if elsewhere:
            return result + self._abandon(now, error_of(news), now + (news.retry_after or 0))
        self.state = State.FAILED
        if needs_a_person(news):
            self.wants_registration = False
        error = error_of(news)
        return [*result, do.Tell(event=Event("error", error)), *self._registering.refuse(error)]

    @property
    def aor(self) -> str:
        """The address of record as text."""
        return f"sip:{self.config.username}@{self.config.domain}"

    # --- Steps ---

    def _begin(self, now: float) -> Result:
        """Somebody wants a connection now, whatever the servers wanted."""
        if self.state is State.CONNECTING:
            return []
        self.servers.insist()
        return self._try_again(now)

    def _try_again(self, now: float) -> Result:
        """Start a round of the servers."""
        self.retry_at = None
        self.servers.start_round()
        return self._next_server(now, WebPhoneError("connection_failed"))

    def _next_server(self, now: float, error: WebPhoneError) -> Result:
        """Try the next server of this round; when none is left, wait before the next round.

        `error` says what was wrong with the last one.
        """
        server = self.servers.next(now)
        if server is None:
            return self._pause(now, error)
        self.state = State.CONNECTING
        self.attempt += 1
        self.socket = next(self._sockets)
        self._patience = now + OPEN_PATIENCE
        detail = {"server": server, "attempt": self.attempt}
        told: Result = [] if self.retired else [do.Tell(event=Event("connecting", detail))]
        return [*told, do.Connect(socket=self.socket, url=server)]

    def _pause(self, now: float, error: WebPhoneError) -> Result:
        first_failure = self.servers.rounds == 0
        seconds = self.servers.wait(now)
        self.state = State.RECONNECTING
        self.retry_at = now + seconds
        detail = {
            "server": self.servers.addresses[0],
            "seconds": round(seconds, 1),
            "attempt": self.attempt,
        }
        told: Result = []
        if not self.retired:
            told.append(do.Tell(event=Event("reconnecting", detail)))
            if first_failure:
                told.append(do.Tell(event=Event("error", error)))
        return told + self.give_up(error)

    def _abandon(self, now: float, error: WebPhoneError, until: float = 0.0) -> Result:
        """The current server is mute or refuses to serve: leave it for the next one."""
        was_registered = self.state is State.REGISTERED
        result = self._close(now)
        self.servers.failed(until)
        if was_registered:
            result += self._gone("lost", will_retry=self.wants_registration)
            self.servers.start_round()
        return result + self._next_server(now, error)

    def _send_register(self, now: float) -> Result:
        if self.state is not State.REGISTERED:
            self.state = State.REGISTERING
            self._patience = now + REGISTER_PATIENCE
        return self.through(self.agent.register(now), now)

    def _prove(self, now: float, patience: float) -> Result:
        """Ask for any answer at all; silence means that the socket is dead."""
        self._pulse.asked(now + patience)
        return self.through(self.agent.options(None, PROOF, now), now)

    def _working(self, now: float) -> None:
        """The server does its job."""
        self.attempt = 0
        if self._works_since is not None:
            return
        self._works_since = now
        self.servers.worked()
        self._return_at = None if self.servers.on_first else now + RETURN_EVERY

    def _visit_first(self, now: float) -> Result:
        """While on a later server: see whether the first one takes a socket again."""
        self._return_at = now + RETURN_EVERY
        result = self._end_visit()  # the last one may never have heard an answer
        if self.agent.calls():
            return result
        self._visiting = next(self._sockets)
        return [*result, do.Connect(socket=self._visiting, url=self.servers.addresses[0])]

    def _move_back(self, visited: int, now: float) -> Result:
        """The first server is back: leave the other one and register there."""
        if not self.open or self.agent.calls():
            return self._end_visit()
        self._visiting = None
        result: Result = []
        if self.state is State.REGISTERED:
            result += self.through(self.agent.unregister(now), now)
        result += self._close(now)
        self.socket = visited
        self.servers.current = self.servers.addresses[0]
        return result + self.opened(visited, now)

    def _end_visit(self) -> Result:
        visited, self._visiting = self._visiting, None
        return [] if visited is None else [do.Disconnect(socket=visited)]

    def _gone(self, reason: str, *, will_retry: bool) -> Result:
        detail = {"reason": reason, "willRetry": will_retry}
        return [] if self.retired else [do.Tell(event=Event("unregistered", detail))]

    def _close(self, now: float) -> Result:
        result = self._end_visit()
        if self.socket is not None:
            result.append(do.Disconnect(socket=self.socket))
            self.socket = None
        return self._lost(now) + result

    def _lost(self, now: float) -> Result:
        self._patience = self._return_at = None
        self._pulse.stop()
        if not self._up:
            return []
        self._up = False
        self.state = State.OFFLINE
        if self._works_since is not None:
            self.servers.lost(now - self._works_since)
        return self.through(self.agent.transport_lost(now), now)


PROOF = "proof"


def identity(config: Config, instance: str) -> Identity:
    """Who we are to the server."""
    return Identity(
        user=config.username,
        domain=config.domain,
        password=config.password,
        display_name=config.display_name,
        cli=config.cli or config.username,
        expires=config.register_expires,
        instance=instance,
        realm=config.realm,
        hosts=config.hosts,
    )


def _transport(config: Config) -> str:
    return "WS" if config.host.lower().startswith("ws:") else "WSS"


def _due(moment: float | None, now: float) -> bool:
    return moment is not None and moment <= now
