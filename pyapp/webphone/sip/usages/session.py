"""A call after its INVITE was accepted: ACK, the requests inside it, and BYE (RFC 3261 §13-15)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from webphone.machine import earliest, step
from webphone.sip.authentication import Authenticator, ClientRequest
from webphone.sip.dialog import Dialog
from webphone.sip.endpoint import Endpoint, Pairs, first_values, sdp_of
from webphone.sip.outputs import By, Confirmed, Dropped, InfoReceived, Output, Replied
from webphone.sip.transaction import T1, T2, T64
from webphone.sip.transactions import ServerTransaction
from webphone.sip.usages import timer
from webphone.sip.usages.ending import ended
from webphone.sip.usages.reinvite import Reinvite
from webphone.sip.usages.timer import Timer
from webphone.sip.wire.grammar import visible
from webphone.sip.wire.message import Message, Request, Response


class State(Enum):
    """Where an accepted call is.

             2xx sent                    2xx came, ACK sent
                │                               │
                ▼              ACK              ▼
           CONFIRMING ────────────────────► CONFIRMED
             │  │                             │
    hang up  │  │ no ACK in 32 s: BYE;        │ hang up: BYE; or BYE came;
             │  │ or BYE came                 │ or 481, 408, not refreshed: BYE
             ▼  └──────────────────────────┐  │
          PARTING                          ▼  ▼
             └────── ACK or none: BYE ───► ENDED
    """

    CONFIRMING = auto()
    CONFIRMED = auto()
    PARTING = auto()
    ENDED = auto()


class Event(Enum):
    """What can happen to an accepted call."""

    ACK = auto()
    NO_ACK = auto()
    HANG_UP = auto()
    BYE = auto()
    GONE = auto()
    EXPIRED = auto()


class Action(Enum):
    """What the table asks for."""

    SEND_BYE = auto()
    TELL_CONFIRMED = auto()
    TELL_WE_ENDED = auto()
    TELL_THEY_ENDED = auto()
    TELL_LOST = auto()


SESSION: dict[tuple[State, Event], tuple[State, tuple[Action, ...]]] = {
    (State.CONFIRMING, Event.ACK): (State.CONFIRMED, (Action.TELL_CONFIRMED,)),
    # RFC 3261 §13.3.1.4: no ACK within 64*T1.
    (State.CONFIRMING, Event.NO_ACK): (State.ENDED, (Action.SEND_BYE, Action.TELL_LOST)),
    # §15: the callee must not send BYE before the ACK has come or cannot come any more.
    (State.CONFIRMING, Event.HANG_UP): (State.PARTING, (Action.TELL_WE_ENDED,)),
    (State.CONFIRMING, Event.BYE): (State.ENDED, (Action.TELL_THEY_ENDED,)),
    (State.CONFIRMING, Event.GONE): (State.ENDED, (Action.TELL_LOST,)),
    (State.CONFIRMED, Event.HANG_UP): (State.ENDED, (Action.SEND_BYE, Action.TELL_WE_ENDED)),
    (State.CONFIRMED, Event.BYE): (State.ENDED, (Action.TELL_THEY_ENDED,)),
    # Of a re-INVITE: §14.2 with §13.3.1.4.
    (State.CONFIRMED, Event.NO_ACK): (State.ENDED, (Action.SEND_BYE, Action.TELL_LOST)),
    # §12.2.1.2: the peer knows nothing of the dialog, or does not answer.
    (State.CONFIRMED, Event.GONE): (State.ENDED, (Action.SEND_BYE, Action.TELL_LOST)),
    # RFC 4028 §10: the peer was to refresh the session, and did not.
    (State.CONFIRMED, Event.EXPIRED): (State.ENDED, (Action.SEND_BYE, Action.TELL_LOST)),
    (State.PARTING, Event.ACK): (State.ENDED, (Action.SEND_BYE,)),
    (State.PARTING, Event.NO_ACK): (State.ENDED, (Action.SEND_BYE,)),
    (State.PARTING, Event.BYE): (State.ENDED, ()),
}


# Inside a call: no transfer and no subscription yet. The others mean something that is not there,
# PRACK too: we answer a call only when nothing waits for one (RFC 3262 §3, RFC 6665 §4.1.3).
_REFUSALS = {"REFER": 603, "SUBSCRIBE": 489}


@dataclass(slots=True)
class Accepted:
    """A 2xx to an INVITE, sent again and again until its ACK (RFC 3261 §13.3.1.4).

    `offered`: the 2xx carried our offer, so the ACK carries the answer.
    """

    server: ServerTransaction
    response: Response
    offered: bool
    since: float
    again: float
    pause: float = T1

    @property
    def deadline(self) -> float:
        return min(self.again, self.since + T64)


class Session:
    """One accepted call; `call` is "" for a fork that nobody wants."""

    def __init__(
        self,
        endpoint: Endpoint,
        authenticator: Authenticator,
        call: str,
        dialog: Dialog,
        *,
        owner: bool,
    ) -> None:
        self.endpoint = endpoint
        self.authenticator = authenticator
        self.call = call
        self.dialog = dialog
        # Who sent the INVITE made the Call-ID (RFC 3261 §14.1), and acknowledges.
        self.owner = owner
        self.state = State.CONFIRMED if owner else State.CONFIRMING
        self.reinvite = Reinvite(self, confirming=not owner)
        self._accepted: Accepted | None = None
        self._bye: ClientRequest | None = None
        self._bye_headers: Pairs = ()
        self._timer: Timer | None = None
        self._refresh: ClientRequest | None = None
        # The methods that the peer said it takes.
        self._allowed: list[str] = []

    @property
    def over(self) -> bool:
        """Whether nothing of it is under way any more."""
        return self.state is State.ENDED and self._bye is None and not self.reinvite.waits

    @property
    def told(self) -> bool:
        """Whether the phone knows it as ended."""
        return self.state in (State.PARTING, State.ENDED)

    @property
    def deadline(self) -> float | None:
        """When `wake` has something to do."""
        times = (
            self._accepted.deadline if self._accepted else None,
            self.reinvite.deadline,
            self._timer.deadline if self._timer else None,
        )
        return earliest(times)

    def wake(self, now: float) -> list[Output]:
        """Repeat the 2xx, give up on its ACK, offer again after glare, or refresh."""
        outputs = self.reinvite.wake(now) + self._timer_due(now)
        accepted = self._accepted
        if accepted is None or now < accepted.deadline:
            return outputs
        if now >= accepted.since + T64:
            self._accepted = None
            return outputs + self.happen(Event.NO_ACK, now)
        pause = min(2 * accepted.pause, T2)
        self._accepted = replace(accepted, again=now + pause, pause=pause)
        return outputs + self.endpoint.transactions.answer(accepted.server, accepted.response, now)

    def accept(
        self, server: ServerTransaction, sdp: str, *, tag: str, offered: bool, now: float
    ) -> list[Output]:
        """Send the 2xx to an INVITE and wait for its ACK."""
        timed = self.granted(server.request, now)
        response = self.endpoint.success(server.request, sdp, tag, timed=timed)
        self._accepted = Accepted(server, response, offered, now, now + T1)
        return self.endpoint.transactions.answer(server, response, now)

    def hang_up(self, now: float, headers: Pairs = ()) -> list[Output]:
        """End the call; `headers` go into the BYE."""
        self._bye_headers = tuple(headers)
        return self.happen(Event.HANG_UP, now)

    def inform(self, content_type: str, body: bytes, ref: str, now: float) -> list[Output]:
        """Send an INFO (RFC 6086)."""
        headers = (("Content-Type", content_type),)
        request = self.dialog.request(self.endpoint, "INFO", headers=headers, body=body)
        sent = ClientRequest(
            self.endpoint, self.authenticator, self, request, dialog=self.dialog, ref=ref
        )
        return sent.start(now)

    # The session timer (RFC 4028).

    @property
    def asking(self) -> Pairs:
        """What a request of ours that refreshes the session says of its timer."""
        return self._timer.asking if self._timer else ()

    def granted(self, request: Request, now: float) -> Pairs:
        """Take the timer that a request asks for; what our 2xx to it says of that."""
        self._allowed = request.allow or self._allowed
        self._timer, headers = timer.granted(request, self._allowed, now)
        return headers

    def agreed(self, response: Response, now: float) -> None:
        """Take the timer that a 2xx to our request speaks of."""
        self._timer = timer.agreed(response, now)

    def _timer_due(self, now: float) -> list[Output]:
        running = self._timer
        if running is None or running.deadline is None or now < running.deadline:
            return []
        if not running.ours:
            return self.happen(Event.EXPIRED, now)
        self._timer = replace(running, deadline=None)
        return self._send_refresh(self.asking, now)

    def _send_refresh(self, headers: Pairs, now: float) -> list[Output]:
        """An UPDATE without an offer changes nothing but the time (§7.4)."""
        update = self.dialog.request(self.endpoint, "UPDATE", headers=headers)
        self._refresh = ClientRequest(
            self.endpoint, self.authenticator, self, update, dialog=self.dialog
        )
        return self._refresh.start(now)

    def _refreshed(self, sent: ClientRequest, response: Response, now: float) -> list[Output]:
        self._refresh = None
        if self.told:
            return []
        if response.status < 300:
            self.dialog.refresh(response)
            self.agreed(response, now)
            return []
        longer = timer.least(response)
        if longer is not None and self._timer and "Min-SE" not in sent.request.headers:
            # §7.3 and §10
            self._timer = replace(self._timer, seconds=max(longer, self._timer.seconds))
            return self._send_refresh((*self.asking, ("Min-SE", str(longer))), now)
        if response.status in (408, 481):
            return self.gone(response, now)
        if response.status not in (405, 501) and self._timer and self._timer.deadline is None:
            # §10: once more, before the time is up; to end the call then is the peer's part.
            self._timer = replace(self._timer, deadline=now + self._timer.seconds / 4)
        return []

    def gone(self, response: Response, now: float) -> list[Output]:
        """The peer knows nothing of the dialog any more (RFC 3261 §12.2.1.2)."""
        return self.happen(Event.GONE, now, response)

    def happen(self, event: Event, now: float, message: Message | None = None) -> list[Output]:
        """Follow the table."""
        state, actions = step(SESSION, self.state, event)
        ending = state is State.ENDED and self.state is not State.ENDED
        self.state = state
        outputs: list[Output] = self.reinvite.close(now) if ending else []
        for action in actions:
            outputs += self._do(action, now, message)
        if ending:
            self._accepted = self._timer = None
        return outputs

    def _do(self, action: Action, now: float, message: Message | None) -> list[Output]:
        match action:
            case Action.SEND_BYE:
                bye = self.dialog.request(self.endpoint, "BYE", headers=self._bye_headers)
                self._bye = ClientRequest(
                    self.endpoint, self.authenticator, self, bye, dialog=self.dialog
                )
                return self._bye.start(now)
            case Action.TELL_CONFIRMED:
                sdp = sdp_of(message) if message and self._awaits_answer else None
                return [Confirmed(call=self.call, sdp=sdp)]
            case Action.TELL_WE_ENDED:
                return [ended(self.call, By.LOCAL)] if self.call else []
            case Action.TELL_THEY_ENDED:
                return [ended(self.call, By.REMOTE, message)]
            case Action.TELL_LOST:  # pragma: no branch
                return [ended(self.call, By.SYSTEM, message)]

    @property
    def _awaits_answer(self) -> bool:
        return self._accepted is not None and self._accepted.offered

    def receive(self, server: ServerTransaction, request: Request, now: float) -> list[Output]:
        """A request of the peer inside the dialog (RFC 3261 §12.2.2)."""
        if request.method == "ACK":
            return self._acknowledged(request, now)
        if not self.dialog.takes(request):
            return self._answer(server, 500, now)
        if self.state is State.ENDED and request.method != "BYE":
            return self._answer(server, 481, now)
        match request.method:
            case "BYE":
                # §15.1.2; also when our own BYE is still under way.
                return self._answer(server, 200, now) + self.happen(Event.BYE, now, request)
            case "INVITE" | "UPDATE":
                return self.reinvite.receive(server, now)
            case "INFO":
                return inform(self.endpoint, self.call, server, now)
            case method:
                return self._answer(server, _REFUSALS.get(method, 481), now)

    def _acknowledged(self, ack: Request, now: float) -> list[Output]:
        accepted = self._accepted
        if accepted is None or accepted.server.request.cseq.number != ack.cseq.number:
            return [Dropped(why="an ACK that nothing waits for")]
        first = self.state is not State.CONFIRMED
        outputs = self.reinvite.acknowledged(ack, first=first, offered=accepted.offered, now=now)
        if first:
            outputs = self.happen(Event.ACK, now, ack)
        self._accepted = None
        return outputs

    def _answer(self, server: ServerTransaction, status: int, now: float) -> list[Output]:
        response = self.endpoint.reply(server.request, status)
        return self.endpoint.transactions.answer(server, response, now)

    def answered(self, sent: ClientRequest, response: Response, now: float) -> list[Output]:
        """The answer to our BYE, UPDATE or INFO."""
        if sent is self._bye:
            # RFC 3261 §15.1.1: whatever it is, nothing is left to do.
            self._bye = None
            return []
        if sent is self._refresh:
            return self._refreshed(sent, response, now)
        told = replied(sent, response)
        # RFC 5057: a 481 says that the whole call is unknown over there.
        return [told, *self.gone(response, now)] if response.status == 481 else [told]


def replied(sent: ClientRequest, response: Response) -> Replied:
    """The news of a final response."""
    return Replied(
        ref=sent.ref,
        status=response.status,
        reason=response.reason,
        headers=first_values(response),
    )


def inform(endpoint: Endpoint, call: str, server: ServerTransaction, now: float) -> list[Output]:
    """Answer an INFO and pass it on (RFC 6086)."""
    request = server.request
    if "Info-Package" in request.headers:
        # RFC 6086 §4.2.2: we have offered to take no package.
        response = endpoint.reply(request, 469, headers=(("Recv-Info", ""),))
        return endpoint.transactions.answer(server, response, now)
    news = InfoReceived(call=call, content_type=visible(request.content_type), body=request.body)
    return [*endpoint.transactions.answer(server, endpoint.reply(request, 200), now), news]
