"""Which transaction a message belongs to, and what that transaction does about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from webphone.machine import Alarms
from webphone.sip import session_id
from webphone.sip.entropy import MAGIC_COOKIE
from webphone.sip.outputs import Dropped, Output, Send
from webphone.sip.transaction import (
    INVITE_CLIENT,
    INVITE_SERVER,
    NON_INVITE_CLIENT,
    NON_INVITE_SERVER,
    Action,
    Event,
    State,
    Transaction,
    answer_of,
    event_of,
)
from webphone.sip.wire.fields import Headers
from webphone.sip.wire.message import Message, Request, Response, reply

Key = tuple[str, ...]

# Of those in a dialog; the same digit, text or transfer must not come twice.
_REPEATABLE = ("INVITE", "UPDATE", "PRACK", "NOTIFY", "BYE")


class User(Protocol):
    """Who sent a request and hears what becomes of it (RFC 3261 §5: the transaction user)."""

    @property
    def call(self) -> str:
        """The call that the request belongs to, "" for none."""

    def responded(self, client: ClientTransaction, response: Response, now: float) -> list[Output]:
        """A response came."""

    def timed_out(self, client: ClientTransaction, now: float) -> list[Output]:
        """No response came in time: as good as a 408 (RFC 3261 §8.1.3.1)."""


@dataclass(slots=True, eq=False)
class ClientTransaction:
    """A request of ours under way, and whom its responses concern."""

    key: Key
    request: Request
    user: User
    transaction: Transaction


@dataclass(slots=True, eq=False)
class ServerTransaction:
    """A request of a peer under way, and the last answer to it."""

    key: Key
    request: Request
    transaction: Transaction
    response: Response | None = None


class Transactions:
    """All transactions under way of one agent; a message costs the same however many there are."""

    def __init__(
        self, sent_by: str, session_id: Callable[[Request], str] = lambda request: ""
    ) -> None:
        """`session_id(request)` is what a 100 of ours says of it (RFC 7989)."""
        self._sent_by = sent_by
        self._session_id = session_id
        self._clients: dict[Key, ClientTransaction] = {}
        self._servers: dict[Key, ServerTransaction] = {}
        # Those by what a request keeps on every way that it comes (§8.2.2.2).
        self._same: dict[Key, list[ServerTransaction]] = {}
        # INVITEs that we have refused and nobody has acknowledged yet.
        self._refused: set[ServerTransaction] = set()
        self._alarms: Alarms[ClientTransaction | ServerTransaction] = Alarms()
        # What the last socket may have swallowed.
        self._swallowed: list[ClientTransaction | ServerTransaction] = []
        # The calls whose requests were answered, or not in time, since somebody last took them.
        self._concerned: set[str] = set()

    @property
    def deadline(self) -> float | None:
        """When `wake` has something to do."""
        return self._alarms.first

    def __len__(self) -> int:
        """How many are under way."""
        return len(self._clients) + len(self._servers)

    @property
    def refused(self) -> int:
        """How many INVITEs were refused and are not acknowledged yet."""
        return len(self._refused)

    def concerned(self) -> set[str]:
        """The calls to which something has happened here since this was last asked."""
        calls, self._concerned = self._concerned, set()
        return calls

    def ask(self, request: Request, user: User, now: float) -> tuple[ClientTransaction, Send]:
        """Start a client transaction; `user` hears what becomes of it."""
        machine = INVITE_CLIENT if request.method == "INVITE" else NON_INVITE_CLIENT
        key = (request.via.branch, request.method)
        client = ClientTransaction(key, request, user, Transaction(machine, now))
        self._clients[key] = client
        self._set(client)
        return client, Send(data=bytes(request))

    def abandon(self, client: ClientTransaction, now: float) -> None:
        """Wait no longer for the final response after a CANCEL (RFC 3261 §9.1)."""
        client.transaction.handle(Event.ABANDON, now)
        self._set(client)

    def leave(self, client: ClientTransaction, now: float) -> None:
        """An INVITE is cancelled: what answers it in time is heard, and nobody waits for it."""
        client.transaction.handle(Event.LEAVE, now)
        self._set(client)

    def answer(self, server: ServerTransaction, response: Response, now: float) -> list[Output]:
        """Answer a request; a final answer after a final one is not sent."""
        actions = server.transaction.handle(answer_of(response.status), now)
        self._set(server)
        if Action.SEND not in actions:
            return []
        server.response = response
        return [Send(data=bytes(response))]

    def respond(self, response: Response, now: float) -> list[Output]:
        """Take a response from the wire (RFC 3261 §17.1.3)."""
        via = response.via
        # RFC 3261 §18.1.2 and §8.1.3.3: a response that is not ours alone is dropped.
        if len(response.headers.values("Via", 2)) != 1 or via.host.lower() != self._sent_by:
            return [Dropped(why="a response on its way to somebody else")]
        client = self._clients.get((via.branch, response.cseq.method))
        if client is None:
            return [Dropped(why=f"a {response.status} to nothing we asked")]
        outputs: list[Output] = []
        actions = client.transaction.handle(event_of(response.status), now)
        self._set(client)
        for action in actions:
            if action is Action.SEND_ACK:
                outputs.append(Send(data=bytes(ack_of_failure(client.request, response))))
            else:
                outputs += client.user.responded(client, response, now)
                self._concerned.add(client.user.call)
        return outputs

    def admit(self, request: Request, now: float) -> ServerTransaction | list[Output]:
        """Take a request from the wire (RFC 3261 §17.2.3).

        A list is all there is to do: the request came before. A ServerTransaction is new, to be
        answered; for an ACK it is the INVITE's whose 2xx it acknowledges, or a fresh one that
        takes no answer.
        """
        key = _server_key(request, request.method)
        server = self._servers.get(key)
        event = Event.ACK if request.method == "ACK" else Event.REQUEST
        if server is not None:
            actions = server.transaction.handle(event, now)
            self._set(server)
            if Action.PASS_UP in actions:
                return server
            if Action.SEND_AGAIN in actions and server.response is not None:
                return [Send(data=bytes(server.response))]
            return []
        machine = INVITE_SERVER if request.method == "INVITE" else NON_INVITE_SERVER
        server = ServerTransaction(key, request, Transaction(machine, now))
        if request.method != "ACK":
            # RFC 3261 §13.3.1.4: the ACK to a 2xx is no transaction.
            self._servers[key] = server
            self._same.setdefault(_same_key(request), []).append(server)
            self._set(server)
        return server

    def known(self, request: Request) -> bool:
        """Whether a request belongs to a transaction under way."""
        return _server_key(request, request.method) in self._servers

    def cancelled(self, cancel: Request) -> ServerTransaction | None:
        """The INVITE that a CANCEL means (RFC 3261 §9.2)."""
        return self._servers.get(_server_key(cancel, "INVITE"))

    def merged(self, request: Request) -> bool:
        """Whether the same request came another way and is being dealt with (§8.2.2.2)."""
        others = self._same.get(_same_key(request), ())
        return any(other.request is not request for other in others)

    def lost(self) -> None:
        """The socket is gone, and nobody knows what of it arrived."""
        unheard = (State.TRYING, State.CALLING)
        self._swallowed = [
            client
            for client in self._clients.values()
            if repeatable(client.request)
            # Of a change a server may have said 100 that has forgotten it by then.
            and client.transaction.state in (*unheard, State.PROCEEDING)
            # Which is a refresh, and the new target is told by another one.
            and client.request.method != "UPDATE"
        ]
        self._swallowed += [
            server
            for server in self._servers.values()
            if server.transaction.machine is INVITE_SERVER
            and server.transaction.state in (State.PROCEEDING, State.COMPLETED)
        ]

    def reconnected(self) -> list[Output]:
        """Say again, over a new socket, what the last one may have swallowed.

        It is what a retransmission is elsewhere (RFC 3261 §17.1.2.2, §17.2.1): on one socket
        nothing is lost, but a call lives longer than its socket. Requests that have had no answer
        are among it, and that a phone rings, or that it was refused.
        """
        swallowed, self._swallowed = self._swallowed, []
        outputs: list[Output] = []
        for one in swallowed:
            if isinstance(one, ServerTransaction):
                if self._servers.get(one.key) is one and one.response is not None:
                    outputs.append(Send(data=bytes(one.response)))
            elif self._clients.get(one.key) is one:
                outputs.append(Send(data=bytes(one.request)))
        return outputs

    def wake(self, now: float) -> list[Output]:
        """Do what the timers ask for."""
        outputs: list[Output] = []
        for one in self._alarms.due(now):
            actions = one.transaction.wake(now)
            self._set(one)
            if isinstance(one, ServerTransaction) and Action.SEND_100 in actions:
                one.response = reply(one.request, 100)
                _name(one.response, self._session_id(one.request))
                outputs.append(Send(data=bytes(one.response)))
            elif isinstance(one, ClientTransaction) and Action.TIME_OUT in actions:
                outputs += one.user.timed_out(one, now)
                self._concerned.add(one.user.call)
        return outputs

    def _set(self, one: ClientTransaction | ServerTransaction) -> None:
        """Note when a transaction is due, or that it has ended."""
        state = one.transaction.state
        self._alarms.set(one, one.transaction.deadline)
        if isinstance(one, ClientTransaction):
            if state is State.TERMINATED and self._clients.get(one.key) is one:
                del self._clients[one.key]
            return
        if state is State.COMPLETED and one.transaction.machine is INVITE_SERVER:
            self._refused.add(one)
            return
        self._refused.discard(one)
        if state is State.TERMINATED and self._servers.get(one.key) is one:
            del self._servers[one.key]
            same = self._same[_same_key(one.request)]
            same.remove(one)
            if not same:
                del self._same[_same_key(one.request)]


def repeatable(request: Request) -> bool:
    """Whether a peer may take it twice, and nobody is the worse for it.

    The INVITE that makes a call is not: who has forgotten it by then would ring once more.
    """
    return request.method == "CANCEL" or bool(request.to.tag and request.method in _REPEATABLE)


def _same_key(request: Request) -> Key:
    headers = request.headers
    return (headers.get("Call-ID") or "", headers.get("CSeq") or "", request.from_.tag)


def _server_key(request: Request, method: str) -> Key:
    """RFC 3261 §17.2.3: the same for an INVITE and the ACK to its failure."""
    via = request.via
    method = "INVITE" if method == "ACK" else method
    if via.branch.startswith(MAGIC_COOKIE) and via.branch != MAGIC_COOKIE:
        return (via.branch, via.host.lower(), str(via.port), method)
    # RFC 2543: no branch to go by.
    return (
        str(via),
        str(request.uri),
        request.from_.tag,
        request.headers.get("Call-ID") or "",
        (request.headers.get("CSeq") or "").partition(" ")[0],
        method,
    )


def _name(message: Message, session: str) -> None:
    if session:
        message.headers.add(session_id.NAME, session)


def ack_of_failure(invite: Request, response: Response) -> Request:
    """The ACK to a 3xx to 6xx: hop by hop, along the INVITE's way (RFC 3261 §17.1.1.3)."""
    headers = Headers()
    headers.add("Via", str(invite.via))
    headers.add("Max-Forwards", "70")
    for route in invite.headers.all("Route"):
        headers.add("Route", route)
    headers.echo("From", invite.headers)
    headers.echo("To", response.headers)
    headers.echo("Call-ID", invite.headers)
    headers.add("CSeq", f"{invite.cseq.number} ACK")
    ack = Request("ACK", invite.uri, headers)
    _name(ack, session_id.acknowledging(invite, response))
    return ack


def cancel_of(invite: Request) -> Request:
    """The CANCEL of an INVITE (RFC 3261 §9.1)."""
    headers = Headers()
    headers.add("Via", str(invite.via))
    headers.add("Max-Forwards", "70")
    for name in ("Route", "From", "To", "Call-ID", session_id.NAME):
        headers.echo(name, invite.headers)
    headers.add("CSeq", f"{invite.cseq.number} CANCEL")
    return Request("CANCEL", invite.uri, headers)
