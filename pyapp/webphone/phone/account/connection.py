"""One socket to one of several servers: opened, kept, left for the next one, moved home again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import assert_never

from webphone.border import bare
from webphone.contract import Event as Told
from webphone.contract import WebPhoneError
from webphone.machine import due, earliest, step
from webphone.phone import actions as do
from webphone.phone.account.keepalive import KeepAlive
from webphone.phone.account.servers import Servers
from webphone.phone.actions import Action as Deed
from webphone.sip import Entropy

OPEN_PATIENCE = 4.0  # seconds that a server may take to accept the WebSocket
RETURN_EVERY = 300.0  # about so many seconds between looks whether the first server is back


class State(Enum):
    """Where the connection is.

              wanted              opened            look at the first server
    CLOSED ──────────► CONNECTING ──────► OPEN ◄─────────────────────────────► VISITING
       ▲               │ ▲ ▲ │  ▲          │     it is mute, or it has us now     │
       │    every      │ │ │ └──┘ failed:  │ lost                                 │ lost
       │    server     ▼ │ │      the next ▼                                      ▼
       │    failed   WAITING └─────────────┴──────────────────────────────────────┘
       └── unwanted, from everywhere
    """

    CLOSED = auto()
    CONNECTING = auto()
    WAITING = auto()
    OPEN = auto()
    VISITING = auto()


class Event(Enum):
    """What can happen to a connection."""

    WANTED = auto()
    RESTARTED = auto()
    PAUSE_OVER = auto()
    OPENED = auto()
    FAILED = auto()
    EXHAUSTED = auto()
    RETURN_DUE = auto()
    VISIT_OPENED = auto()
    VISIT_FAILED = auto()
    UNWANTED = auto()


class Action(Enum):
    """What the table asks for."""

    BEGIN_ROUND = auto()
    TRY_NEXT = auto()
    PAUSE = auto()
    TELL_UP = auto()
    TELL_DOWN = auto()
    DROP = auto()
    VISIT = auto()
    END_VISIT = auto()
    MOVE = auto()


_ROUND = (State.CONNECTING, (Action.BEGIN_ROUND, Action.TRY_NEXT))

CONNECTION: dict[tuple[State, Event], tuple[State, tuple[Action, ...]]] = {
    (State.CLOSED, Event.WANTED): _ROUND,
    (State.CONNECTING, Event.OPENED): (State.OPEN, (Action.TELL_UP,)),
    (State.CONNECTING, Event.FAILED): (State.CONNECTING, (Action.DROP, Action.TRY_NEXT)),
    (State.CONNECTING, Event.EXHAUSTED): (State.WAITING, (Action.PAUSE,)),
    # The network is another one now: what is under way leads nowhere.
    (State.CONNECTING, Event.RESTARTED): (State.CONNECTING, (Action.DROP, *_ROUND[1])),
    (State.CONNECTING, Event.UNWANTED): (State.CLOSED, (Action.DROP,)),
    (State.WAITING, Event.WANTED): _ROUND,
    (State.WAITING, Event.RESTARTED): _ROUND,
    (State.WAITING, Event.PAUSE_OVER): _ROUND,
    (State.WAITING, Event.UNWANTED): (State.CLOSED, (Action.DROP,)),
    (State.OPEN, Event.FAILED): (
        State.CONNECTING,
        (Action.TELL_DOWN, Action.DROP, Action.TRY_NEXT),
    ),
    (State.OPEN, Event.RETURN_DUE): (State.VISITING, (Action.VISIT,)),
    (State.OPEN, Event.UNWANTED): (State.CLOSED, (Action.TELL_DOWN, Action.DROP)),
    # The last visit may never have heard an answer.
    (State.VISITING, Event.RETURN_DUE): (State.VISITING, (Action.END_VISIT, Action.VISIT)),
    (State.VISITING, Event.VISIT_OPENED): (
        State.OPEN,
        (Action.TELL_DOWN, Action.DROP, Action.MOVE, Action.TELL_UP),
    ),
    (State.VISITING, Event.VISIT_FAILED): (State.OPEN, (Action.END_VISIT,)),
    (State.VISITING, Event.FAILED): (
        State.CONNECTING,
        (Action.TELL_DOWN, Action.END_VISIT, Action.DROP, Action.TRY_NEXT),
    ),
    (State.VISITING, Event.UNWANTED): (
        State.CLOSED,
        (Action.TELL_DOWN, Action.END_VISIT, Action.DROP),
    ),
}


@dataclass(frozen=True, slots=True)
class Up:
    """A server took us in."""


@dataclass(frozen=True, slots=True)
class Down:
    """The socket that was open is gone."""


@dataclass(frozen=True, slots=True)
class Exhausted:
    """Every server failed once; it goes on after a pause. `first`: of this trouble it is told."""

    error: WebPhoneError
    first: bool


News = Up | Down | Exhausted
Steps = list[Deed | News]


class Connection:
    """At most one open socket, and a second one while the first server is visited."""

    def __init__(self, addresses: Sequence[str], entropy: Entropy, sockets: Iterable[int]) -> None:
        self.servers = Servers(addresses, entropy)
        self.keepalive = KeepAlive()
        self.state = State.CLOSED
        self.socket: int | None = None
        self.attempt = 0
        self.retry_at: float | None = None
        self._sockets = iter(sockets)
        self._visitor: int | None = None
        self._patience: float | None = None  # when opening has taken too long
        self._return_at: float | None = None
        self._works_since: float | None = None
        self._error = WebPhoneError("connection_failed")  # of the server tried last

    # --- Questions ---

    @property
    def open(self) -> bool:
        """Whether requests can be sent now."""
        return self.state in (State.OPEN, State.VISITING)

    @property
    def deadline(self) -> float | None:
        """When `wake` must be called next."""
        return earliest((self.retry_at, self._patience, self._return_at))

    def owns(self, socket: int) -> bool:
        """Whether news of this socket is for this connection."""
        return socket in (self.socket, self._visitor)

    def visits_with(self, socket: int) -> bool:
        """Whether this socket leads to the first server, to see whether it is back."""
        return self.state is State.VISITING and socket == self._visitor

    # --- What is wanted ---

    def want(self, now: float) -> Steps:
        """Somebody wants a connection now, whatever the servers wanted."""
        if self.state in (State.CLOSED, State.WAITING):
            self.servers.insist()
        return self._happen(Event.WANTED, now)

    def restart(self, now: float) -> Steps:
        """Begin anew: the network came back, or the computer was asleep."""
        return self._happen(Event.RESTARTED, now)

    def close(self, now: float) -> Steps:
        """Nobody wants it any more."""
        return self._happen(Event.UNWANTED, now)

    def leave(
        self, error: WebPhoneError, now: float, until: float = 0.0, *, anew: bool = False
    ) -> Steps:
        """The server is mute or refuses to serve: on to the next one.

        `until` then it wants to be left alone. `anew`: every server gets another chance.
        """
        self._error = error
        before = self._works_since
        self._note_loss(now)
        self.servers.failed(until)
        if anew and before is not None:
            self.servers.start_round()
        return self._happen(Event.FAILED, now)

    def pass_over(self, now: float, until: float) -> Steps:
        """The server takes no calls, as it says: on to any other, and back in a while."""
        self._error = WebPhoneError("connection_failed")
        self._note_loss(now)
        self.servers.pass_over(until)
        return self._happen(Event.FAILED, now)

    def works(self, now: float) -> None:
        """The server does its job."""
        self.attempt = 0
        if self._works_since is None:
            self._works_since = now
            self.servers.worked()
            home = self.servers.on_first
            self._return_at = None if home else now + self.servers.about(RETURN_EVERY)

    # --- News from the sockets, and time ---

    def opened(self, socket: int, now: float, *, busy: bool) -> Steps:
        """A WebSocket is open; while `busy` with calls nobody moves."""
        if socket != self._visitor:
            return self._happen(Event.OPENED, now)
        return self._happen(Event.VISIT_FAILED if busy else Event.VISIT_OPENED, now)

    def closed(self, socket: int, error: WebPhoneError, now: float) -> Steps:
        """A WebSocket closed or never opened: the next server, or a pause."""
        if socket == self._visitor:
            self._visitor = None
            return self._happen(Event.VISIT_FAILED, now)
        self.socket, self._error = None, error
        return self._happen(Event.FAILED, now)

    def wake(self, now: float, *, busy: bool) -> Steps:
        """Do all that is due."""
        steps: Steps = []
        if due(self._patience, now):
            steps += self.leave(WebPhoneError("connection_failed"), now)
        if due(self.retry_at, now):
            steps += self._happen(Event.PAUSE_OVER, now)
        if due(self._return_at, now):
            self._return_at = now + self.servers.about(RETURN_EVERY)
            steps += self._happen(Event.VISIT_FAILED if busy else Event.RETURN_DUE, now)
        return steps

    # --- Steps ---

    def _happen(self, event: Event, now: float) -> Steps:
        self.state, actions = step(CONNECTION, self.state, event)
        return [done for action in actions for done in self._do(action, now)]

    def _do(self, action: Action, now: float) -> Steps:
        match action:
            case Action.BEGIN_ROUND:
                self.retry_at, self._error = None, WebPhoneError("connection_failed")
                self.servers.start_round()
                return []
            case Action.TRY_NEXT:
                return self._try_next(now)
            case Action.PAUSE:
                return self._pause(now)
            case Action.TELL_UP:
                self._patience = self._works_since = None
                self.keepalive.start(now)
                return [Up()]
            case Action.TELL_DOWN:
                self._note_loss(now)
                self._return_at = None
                self.keepalive.stop()
                return [Down()]
            case Action.DROP:
                self._patience, self.retry_at = None, None
                dropped, self.socket = self.socket, None
                return [] if dropped is None else [do.Disconnect(socket=dropped)]
            case Action.VISIT:
                self._visitor = next(self._sockets)
                return [do.Connect(socket=self._visitor, url=self.servers.addresses[0])]
            case Action.END_VISIT:
                visitor, self._visitor = self._visitor, None
                return [] if visitor is None else [do.Disconnect(socket=visitor)]
            case Action.MOVE:
                self.socket, self._visitor = self._visitor, None
                self.servers.current = self.servers.addresses[0]
                return []
            case _:
                assert_never(action)

    def _try_next(self, now: float) -> Steps:
        server = self.servers.next(now)
        if server is None:
            return self._happen(Event.EXHAUSTED, now)
        self.attempt += 1
        self.socket = next(self._sockets)
        self._patience = now + OPEN_PATIENCE
        detail = {"server": bare(server), "attempt": self.attempt}
        told = do.Tell(event=Told("connecting", detail))
        return [told, do.Connect(socket=self.socket, url=server)]

    def _pause(self, now: float) -> Steps:
        first = self.servers.rounds == 0
        seconds = self.servers.wait(now)
        self.retry_at = now + seconds
        detail = {
            "server": bare(self.servers.addresses[0]),
            "seconds": round(seconds, 1),
            "attempt": self.attempt,
        }
        told = do.Tell(event=Told("reconnecting", detail))
        return [told, Exhausted(self._error, first)]

    def _note_loss(self, now: float) -> None:
        since, self._works_since = self._works_since, None
        if since is not None:
            self.servers.lost(now - since)
