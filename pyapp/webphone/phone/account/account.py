"""One account: who we are to the servers, our connection to one of them, and what it hears.

Its public state is read from its connection and its registration, and stands nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from webphone.border import bare
from webphone.contract import Config, WebPhoneError
from webphone.machine import due, earliest
from webphone.phone import actions as do
from webphone.phone.account import connection as line
from webphone.phone.account.connection import Connection, Down, Exhausted, Steps, Up
from webphone.phone.account.identity import identity, transport
from webphone.phone.account.keepalive import PROOF
from webphone.phone.account.registration import PATIENCE, Registration
from webphone.phone.account.registration_errors import error_of, try_next_server
from webphone.phone.account.retries import wish
from webphone.phone.actions import Action
from webphone.phone.happenings import CredentialsCame
from webphone.phone.promises import Promises, Solved, Trouble
from webphone.sip import (
    TRICKLE,
    TRICKLE_TYPE,
    Agent,
    Dropped,
    Entropy,
    Output,
    Registered,
    RegistrationFailed,
    Replied,
    Send,
    Unregistered,
)


@dataclass(frozen=True, slots=True)
class Report:
    """What the agent of an account says of a call: it belongs to that account for good."""

    account: Account
    output: Output


# What the desk makes actions of.
Unresolved = Report | Trouble | Solved
Result = list[Action | Unresolved]


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


def _reads_candidates(body: bytes) -> bool:
    # Loaded by the first that comes.
    from webphone.media.trickle import read

    return read(body) is not None


# What the packages of ours are said in; those of a page are its own.
_FORMS = {TRICKLE: (TRICKLE_TYPE, _reads_candidates)}


class Account:
    """One identity at one list of servers, on at most one open socket."""

    def __init__(
        self, config: Config, entropy: Entropy, sockets: Iterable[int], instance: str
    ) -> None:
        self.connection = Connection(config.servers, entropy, sockets)
        self.agent = Agent(entropy, transport=transport(config))
        self.registration = Registration(entropy)
        self.configure(config, instance)
        self.wants_connection = False
        self.replaced = False  # its registration is that of the next account by now
        self.online = True  # as the browser says
        self._entropy = entropy
        self._connecting = Promises()

    def configure(self, config: Config, instance: str) -> None:
        """Who we are from the next request on; the servers stay those that they are."""
        login = self.registration.sign_with(config.credentials)
        self._written = config  # without what the page's function gave
        self.config = login.over(config) if login else config
        self._instance = instance
        self.agent.account = identity(self.config, instance, login)
        self.agent.take_packages((TRICKLE, *config.info_packages), _FORMS)

    # --- Questions ---

    @property
    def instance(self) -> str:
        """Who this phone is to the server (RFC 5626 §4.1)."""
        return self._instance

    @property
    def state(self) -> State:
        """Where it stands."""
        match self.connection.state:
            case line.State.CLOSED:
                return State.OFFLINE if self.config.complete else State.UNCONFIGURED
            case line.State.CONNECTING:
                return State.CONNECTING
            case line.State.WAITING:
                return State.RECONNECTING
        if self.agent.bound:
            return State.REGISTERED
        ours = self.registration
        if self.agent.registering or (ours.awaits_login and ours.wanted):
            return State.REGISTERING
        return State.CONNECTED if ours.retry_at is None else State.FAILED

    @property
    def proved_at(self) -> float | None:
        """When it was sure last that a call would arrive here; None where none would."""
        return self.connection.keepalive.proved_at if self.state is State.REGISTERED else None

    @property
    def retired(self) -> bool:
        """Whether it is given up, and only carries its calls to their end."""
        return self.registration.retired

    @property
    def open(self) -> bool:
        """Whether requests can be sent now."""
        return self.connection.open

    @property
    def socket(self) -> int | None:
        """The socket in use, or the one being opened."""
        return self.connection.socket

    @property
    def server(self) -> str:
        """The server in use, or the one being tried, as it may be told."""
        return bare(self.connection.servers.current)

    @property
    def retry_at(self) -> float | None:
        """When it goes on by itself: with the next round of the servers, or the next REGISTER."""
        return self.registration.retry_at if self.open else self.connection.retry_at

    @property
    def deadline(self) -> float | None:
        """When `wake` must be called next."""
        moments = (
            self.connection.deadline,
            self.agent.deadline,
            self.registration.patience,
            self.registration.retry_at if self.open else None,
            self.registration.login_until,
            self.connection.keepalive.until,
            self._next_question,
        )
        return earliest(moments)

    @property
    def _next_question(self) -> float | None:
        # Not while a password is refused: an OPTIONS may be challenged, too.
        settled = self.state in (State.CONNECTED, State.REGISTERED)
        return self.connection.keepalive.next_question(calling=self._busy) if settled else None

    @property
    def _busy(self) -> bool:
        return self.agent.calling

    def owns(self, socket: int) -> bool:
        """Whether news of this socket is for this account."""
        return self.connection.owns(socket)

    # --- Wishes ---

    def connect(self, now: float, reply: int | None = None) -> Result:
        """Open the socket; the promise settles when it is open or every server failed once."""
        self.wants_connection = True
        self._connecting.add(reply)
        if self.open:
            return [*self._connecting.settle()]
        return self._follow(self.connection.want(now), now)

    def register(self, now: float, reply: int | None = None) -> Result:
        """Register, connecting first; the promise settles on the final answer."""
        self.wants_connection = True
        result: Result = [*self.registration.want(reply)]
        if self.open:
            return result + self._send_register(now)
        return result + self._follow(self.connection.want(now), now)

    def unregister(self, now: float, reply: int | None = None) -> Result:
        """Remove the registration; the socket stays open."""
        under_way = self.open and (self.agent.bound or self.agent.registering)
        self.registration.unwant(reply)
        result: Result = [*self.registration.give_up(WebPhoneError("cancelled"))]
        if not under_way:
            return [*result, *self.registration.ended()]
        self.registration.leave()
        self.connection.keepalive.stop()
        return result + self.through(self.agent.unregister(now), now)

    def disconnect(
        self, now: float, reply: int | None = None, reason: str = "user", *, asleep: bool = False
    ) -> Result:
        """Remove the registration, close the socket and stay offline.

        `asleep`: the registration stays, as a push wakes who is called.
        """
        result: Result = []
        if self.agent.bound and not self.replaced:
            result += [] if asleep else self.unregister(now)
            result += self.registration.gone(reason)
        self.wants_connection = False
        self.registration.unwant(reply)
        result += self._follow(self.connection.close(now), now)
        result += self.give_up(WebPhoneError("cancelled"))
        return [*result, *self.registration.ended()]

    def pass_over(self, seconds: int | None, now: float) -> Result | None:
        """Go to another server, as this one takes no call of ours; it rests for those seconds.

        None where it has other calls of ours, which go on.
        """
        if self._busy or not self.open:
            return None
        rest = wish(seconds, self._entropy)
        return self._follow(self.connection.pass_over(now, now + rest), now)

    def retire(self, *, replaced: bool, reason: str = "user") -> Result:
        """Another account takes over, while calls still need this one.

        It stays registered until they are over: where our Contact is a GRUU, the other side
        reaches us by the registration alone (RFC 5627). Nothing more is told of it.
        """
        told = self.registration.gone(reason)
        self.registration.retired, self.replaced = True, replaced
        return [*told]

    def inherit(self, other: Account) -> None:
        """Take over the promises of the account that was before."""
        self._connecting.inherit(other._connecting)
        self.registration.inherit(other.registration)

    def give_up(self, error: WebPhoneError) -> Result:
        """Nothing that was promised will come."""
        return [*self._connecting.refuse(error), *self.registration.give_up(error)]

    def network_changed(self, online: bool, now: float) -> Result:
        """A network came: use it at once. One went: a socket over it may be dead."""
        came_back = online and not self.online
        self.online = online
        if not online or not self.wants_connection:
            return []
        self.connection.servers.forgive()
        if self.open:
            if self.registration.retry_at is not None and not self.registration.strict:
                return self._send_register(now)
            return self._prove(now, urgent=True)
        if came_back or self.connection.state is line.State.WAITING:
            return self._follow(self.connection.restart(now), now)
        return []

    def awoken(self, now: float) -> Result:
        """The computer slept, or the page was frozen: ask the server whether it still hears us."""
        if self.open:
            return self._prove(now, urgent=True)
        if self.connection.state is line.State.WAITING:
            return self._follow(self.connection.restart(now), now)
        return []

    def seen(self, now: float) -> Result:
        """The page is seen again: what it shows is to be true soon."""
        settled = self.state in (State.CONNECTED, State.REGISTERED)
        return self._prove(now) if settled and self.connection.keepalive.doubtful(now) else []

    # --- News from the sockets, and time ---

    def opened(self, socket: int, now: float) -> Result:
        """The WebSocket is open."""
        result: Result = []
        if self.connection.visits_with(socket) and not self._busy:
            # The first server is back: leave the other one and register there, telling nobody.
            self.registration.move()
            if self.agent.bound:
                result += self.through(self.agent.unregister(now), now)
        steps = self.connection.opened(socket, now, busy=self._busy)
        return result + self._follow(steps, now)

    def closed(self, socket: int, denied: bool, now: float) -> Result:
        """The WebSocket closed or never opened."""
        code = "local_network_denied" if denied else "connection_failed"
        return self._follow(self.connection.closed(socket, WebPhoneError(code), now), now)

    def received(self, data: bytes, now: float) -> Result:
        """A SIP message, or a keep-alive, came: the server is alive."""
        self.connection.keepalive.heard(data, now)
        if not data.strip(b"\r\n"):
            return []
        return self.through(self.agent.receive(data, now), now)

    def wake(self, now: float) -> Result:
        """Do all that is due."""
        result = self.through(self.agent.wake(now), now) if due(self.agent.deadline, now) else []
        if due(self.registration.login_until, now):
            result += self._login_came(None, now)
        if due(self.registration.patience, now):
            result += self._leave(now)
        if due(self.connection.keepalive.until, now):
            result += self._unproved(now)
        if self.open and due(self.registration.retry_at, now):
            result += self._send_register(now)
        result += self._follow(self.connection.wake(now, busy=self._busy), now)
        if due(self._next_question, now):
            result += self._prove(now)
        return result

    # --- News from the connection ---

    def _follow(self, steps: Steps, now: float) -> Result:
        """What follows from the connection's steps; of a retired account nothing is told."""
        result: Result = []
        for taken in steps:
            match taken:
                case Up():
                    result += self._up(now)
                case Down():
                    result += self._down(now)
                case Exhausted(error=error, first=first):
                    if first and not self.retired:
                        result.append(Trouble(error))
                    result += self.give_up(error)
                case do.Tell() if self.retired:
                    pass
                case _:
                    result.append(taken)
        return result

    def _up(self, now: float) -> Result:
        ours = self.registration
        # A server that does not know the socket yet refuses what is said in our calls.
        registers = ours.wanted and not ours.strict and not ours.lacks_login
        result: Result = self.through(self.agent.transport_up(now, known=not registers), now)
        if not self.registration.wanted:
            self.connection.works(now)
            result += self.through(self.agent.renew_targets(now), now)
        result += self._connecting.settle()
        if self.registration.strict:
            return result
        if not self.registration.wanted:
            return result + self.registration.ask_login(now)
        return result + self._send_register(now)

    def _down(self, now: float) -> Result:
        told = self.registration.cut_off()
        result = self.through(self.agent.transport_lost(now), now)
        return result + self.registration.lost(told=told)

    # --- News from the agent ---

    def through(self, outputs: Iterable[Output], now: float) -> Result:
        """What follows from the agent's outputs: our own part done, the rest reported as ours."""
        result: Result = []
        for output in outputs:
            match output:
                case Send(data=data):
                    result += self._send(data, now)
                case Registered():
                    result += self._registered(output, now)
                case Unregistered():
                    result += self.registration.unregistered()
                    result += self.through(self.agent.transport_known(now), now)
                case RegistrationFailed():
                    result += self._refused(output, now)
                case Replied() if output.ref == PROOF:
                    self.connection.keepalive.replied(output, self.server)
                case Dropped(why=why):
                    result.append(do.Note(level="info", text=why))
                case _:
                    result.append(Report(self, output))
                    result += self.registration.login_refused(output, now)
        return result

    def _registered(self, news: Registered, now: float) -> Result:
        self.connection.keepalive.registered(
            now, flow_timer=news.flow_timer, outbound=news.outbound
        )
        self.connection.works(now)
        detail = {"server": self.server, "expires": news.expires, "aor": self.aor}
        result: Result = [*self.registration.registered(detail)]
        result += self.through(self.agent.transport_known(now), now)
        result += self.through(self.agent.renew_targets(now), now)
        return result + self.registration.settle()

    def _refused(self, news: RegistrationFailed, now: float) -> Result:
        """Never given up: by the next server, after a pause, or by the same one later."""
        if not try_next_server(news):
            password = bool(self.config.password)
            result: Result = [*self.registration.refused(news, now, password=password)]
            return result + self.through(self.agent.transport_known(now), now)
        result = [*self.registration.failed()]
        steps = self.connection.leave(
            error_of(news), now, now + wish(news.retry_after, self._entropy)
        )
        return result + self._follow(steps, now)

    def credentials_came(self, news: CredentialsCame, now: float) -> Result:
        """What the page gave; what it was not asked for is nobody's."""
        return self._login_came(news.credentials, now) if self.registration.awaits(news.ask) else []

    def _login_came(self, given: Mapping[str, str] | None, now: float) -> Result:
        wrong = self.registration.login_came(given, self._written, now)
        if wrong is not None:
            return [*wrong]
        self.configure(self._written, self._instance)
        return self._send_register(now) if self.open and self.registration.wanted else []

    @property
    def aor(self) -> str:
        """The address of record as text."""
        return f"sip:{self.config.username}@{self.config.domain}"

    # --- Steps ---

    def _send_register(self, now: float) -> Result:
        self.registration.begin()
        if self.registration.lacks_login:
            return [*self.registration.ask_login(now)]
        # Where all have failed once, each gets as long as it may take.
        hurried = len(self.connection.servers.addresses) > 1 and not self.connection.servers.rounds
        if hurried and not self.agent.bound:
            self.registration.patience = now + PATIENCE
        self.connection.keepalive.registering(now)
        return self.through(self.agent.register(now), now)

    def _prove(self, now: float, *, urgent: bool = False) -> Result:
        outputs = self.connection.keepalive.ask(self.agent, now, urgent=urgent)
        return self.through(outputs, now)

    def _send(self, data: bytes, now: float) -> Result:
        self.connection.keepalive.wrote(data, now)
        return [] if self.socket is None else [do.Send(socket=self.socket, data=data)]

    def _unproved(self, now: float) -> Result:
        """A question was not answered: ask in another way, or leave."""
        if self.connection.keepalive.unanswered(self.server, bound=self.agent.bound):
            return self._prove(now)
        return self._leave(now)

    def _leave(self, now: float) -> Result:
        error, anew = WebPhoneError("connection_failed"), self.agent.bound
        return self._follow(self.connection.leave(error, now, anew=anew), now)
