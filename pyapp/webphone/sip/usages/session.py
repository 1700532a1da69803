"""A call after its INVITE was accepted: ACK, the requests inside it, and BYE (RFC 3261 §13-15)."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, assert_never

from webphone.machine import due, earliest, step
from webphone.sip.authentication import ClientRequest
from webphone.sip.endpoint import NotNow, Pairs, sdp_of
from webphone.sip.methods import refusal
from webphone.sip.outputs import By, Confirmed, Dropped, Output
from webphone.sip.transactions import ServerTransaction
from webphone.sip.usages import info, texts
from webphone.sip.usages.ending import ended, reason
from webphone.sip.usages.leg import Leg
from webphone.sip.usages.reinvite import Reinvite
from webphone.sip.wire.message import Message, Request, Response

if TYPE_CHECKING:
    from webphone.sip.usages.refer import Refers
    from webphone.sip.usages.target import Target


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


# What a BYE says that nobody has asked for (RFC 3326 §2).
_REASONS = {
    Event.NO_ACK: "the ACK did not come",
    Event.EXPIRED: "the session was not refreshed",
}


class Session:
    """One accepted call: its end, its refresh and what the peer asks inside it."""

    def __init__(self, leg: Leg) -> None:
        self.leg = leg
        self.state = State.CONFIRMED if leg.calling else State.CONFIRMING
        self.reinvite = Reinvite(leg, self)
        self._bye: ClientRequest | None = None
        self._bye_headers: Pairs = ()
        self._update: ClientRequest | None = None
        self._refers: Refers | None = None
        self._target: Target | None = None  # until a connection is lost

    @property
    def call(self) -> str:
        """The call that it belongs to."""
        return self.leg.call

    @property
    def over(self) -> bool:
        """Whether nothing of it is under way any more."""
        return self.parted and (self._refers is None or self._refers.deadline is None)

    @property
    def parted(self) -> bool:
        """Whether nothing is left of it but news of a REFER (RFC 5057 §4.1)."""
        return self.state is State.ENDED and self._bye is None and not self.reinvite.waits

    @property
    def ended(self) -> bool:
        """Whether the phone knows it as ended."""
        return self.state in (State.PARTING, State.ENDED)

    @property
    def unheard(self) -> bool:
        """Whether our 2xx to the INVITE that made it is not acknowledged yet."""
        return self.state in (State.CONFIRMING, State.PARTING) and self.leg.accepted is not None

    @property
    def deadline(self) -> float | None:
        """When `wake` has something to do."""
        accepted = self.leg.accepted
        return earliest(
            (
                accepted.deadline if accepted else None,
                self.reinvite.deadline,
                self.leg.timer.deadline,
                self._refers.deadline if self._refers else None,
                self._target.deadline if self._target and not self.ended else None,
            )
        )

    def wake(self, now: float) -> list[Output]:
        """Repeat the 2xx, give up on its ACK, offer again after glare, or refresh."""
        outputs = self.reinvite.wake(now) + self._timer_due(now) + self._tell_target(now)
        outputs += self._refers.wake(now) if self._refers else []
        accepted = self.leg.accepted
        if accepted is None or now < accepted.deadline:
            return outputs
        if now >= accepted.ends:
            self.leg.accepted = None
            return outputs + self._happen(Event.NO_ACK, now)
        self.leg.accepted = accepted.repeated(now)
        answer = self.leg.endpoint.transactions.answer
        return outputs + answer(accepted.server, accepted.response, now)

    def lost(self, now: float) -> None:
        """The connection is gone to which the peer sends its requests."""
        if self._target is None:
            # Loaded by the first loss.
            from webphone.sip.usages.target import Target

            self._target = Target(self.leg)
        self._target.lost(now)
        if self._update is not None:  # its answer may never come
            self._update = None
            self.leg.timer.put_off(now)

    def back(self, now: float) -> list[Output]:
        """There is another connection, and the server knows it: the peer is to hear of it."""
        if self._target is not None:
            self._target.back(now)
        return self._tell_target(now)

    def hang_up(self, now: float, headers: Pairs = ()) -> list[Output]:
        """End the call; `headers` go into the BYE."""
        self._bye_headers = tuple(headers)
        return self._happen(Event.HANG_UP, now)

    def takes(self, package: str) -> bool:
        """Whether the other side takes such INFOs, and is sure to know of the call."""
        return self.state is State.CONFIRMED and package in self.leg.packages

    def inform(
        self, content_type: str, body: bytes, ref: str, now: float, package: str = ""
    ) -> list[Output]:
        """Send an INFO (RFC 6086)."""
        if package and package not in self.leg.packages:
            raise NotNow(f"the other side takes no package {package!r}")
        headers = info.headers(content_type, package)
        return self.leg.request("INFO", self, headers=headers, body=body, ref=ref).start(now)

    @property
    def refers(self) -> Refers:
        """The REFERs of this call; most calls have none."""
        if self._refers is None:
            # Loaded by the first transfer.
            from webphone.sip.usages.refer import Refers

            self._refers = Refers(self.leg, self)
        return self._refers

    def write(self, content_type: str, body: bytes, ref: str, now: float) -> list[Output]:
        """Send a MESSAGE within the call (RFC 3428 §4)."""
        headers = (("Content-Type", content_type),)
        return self.leg.request("MESSAGE", self, headers=headers, body=body, ref=ref).start(now)

    def receive(self, server: ServerTransaction, request: Request, now: float) -> list[Output]:
        """A request of the peer inside the dialog (RFC 3261 §12.2.2)."""
        leg = self.leg
        if request.method == "ACK":
            return self._acknowledged(request, now)
        if request.method == "BYE":
            # §15.1.2; also when our own BYE is still under way, and whatever its number: a stranger
            # who knows the tags could otherwise use up the numbers that are left.
            return leg.endpoint.answer(server, 200, now) + self._happen(Event.BYE, now, request)
        if not leg.dialog.takes(request):
            return leg.endpoint.answer(server, 500, now)
        if self.state is State.ENDED and not (request.method == "NOTIFY" and self._refers):
            return leg.endpoint.answer(server, 481, now)
        match request.method:
            case "INVITE" | "UPDATE":
                if "Recv-Info" in request.headers:
                    leg.packages = info.packages(request)
                return self.reinvite.receive(server, now)
            case "INFO":
                return info.receive(leg.endpoint, leg.call, server, now)
            case "REFER":
                return self.refers.asked.receive(server, now)
            case "NOTIFY":
                return self.refers.asking.notified(server, now)
            case "MESSAGE":
                return texts.receive(leg.endpoint, leg.call, server, now)
            case method:
                # What is taken elsewhere means something that is not there, as a PRACK does: we
                # answer a call only when nothing waits for one (RFC 3262 §3).
                return leg.endpoint.answer(server, refusal(method, inside=True) or 481, now)

    def answered(self, sent: ClientRequest, response: Response, now: float) -> list[Output]:
        """The final answer to a request of ours inside the dialog."""
        if sent is self._bye:
            # RFC 3261 §15.1.1: whatever it is, nothing is left to do.
            self._bye = None
            return []
        method = sent.request.method
        if method == "UPDATE":
            return self._updated(sent, response, now)
        if method in ("INVITE", "CANCEL"):
            return self._reinvited(sent, response, now)
        if method == "NOTIFY":
            # RFC 5057 §5.1: whatever it is, it concerns the news alone.
            self.refers.asked.heard(response, now)
            return []
        outputs: list[Output] = [sent.news(response)]
        if method == "REFER":
            outputs = self.refers.asking.answered(sent, response)
        # RFC 5057: a 481 says that the whole call is unknown over there.
        return outputs + self._gone(response, now) if response.status == 481 else outputs

    def _reinvited(self, sent: ClientRequest, response: Response, now: float) -> list[Output]:
        status, refresh = response.status, self.reinvite.refreshing
        outputs = self.reinvite.answered(sent, response, now)
        if sent.request.method == "CANCEL":
            return outputs
        if status < 300:
            self._target_accepted(sent, now)
            if "Recv-Info" in response.headers:
                self.leg.packages = info.packages(response)
            return outputs
        if status == 481:
            return outputs + self._gone(response, now)
        # A change that nobody answers ends nothing: a person who pressed Hold is not cut off, and
        # can still hang up.
        return outputs + (self._refused(sent, response, now) if refresh else [])

    # The remote target of the peer, which is our Contact (RFC 3261 §12.2).

    def _tell_target(self, now: float) -> list[Output]:
        """A target refresh where one is wanted, and nothing else is under way."""
        target = self._target
        if target is None or self.ended:
            return []
        free = self.state is State.CONFIRMED and self._update is None and self.reinvite.quiet
        return self._refresh(self.leg.timer.asking, now) if target.take_turn(now, free=free) else []

    def _target_accepted(self, sent: ClientRequest, now: float) -> None:
        if self._target is not None:
            self._target.accepted(sent.request, now)

    def _unheard(self, sent: ClientRequest, response: Response) -> bool:
        """Whether the silence to a refresh ends the call.

        Not where it or its answer was lost with our connection, nor where only that is new: the
        peer may be about to come back itself.
        """
        return response.status == 408 and not (self._telling or self._outdated(sent))

    @property
    def _telling(self) -> bool:
        return self._target is not None and self._target.telling

    def _outdated(self, sent: ClientRequest) -> bool:
        return self._target is not None and self._target.outdated(sent.request)

    def _say_who_answered(self, now: float) -> list[Output]:
        """Where the caller wants to know, and it is not whom they have called (RFC 4916 §4.2)."""
        if self.leg.connected is None or not self.leg.timer.by_update:
            return []
        self.leg.dialog.local = self.leg.connected
        return self._refresh(self.leg.timer.asking, now)

    # The session timer (RFC 4028).

    def _timer_due(self, now: float) -> list[Output]:
        timer = self.leg.timer
        if not due(timer.deadline, now):
            return []
        if not timer.ours:
            return self._happen(Event.EXPIRED, now)
        return self._refresh(timer.asking, now)

    def _refresh(self, headers: Pairs, now: float) -> list[Output]:
        """Say that the session goes on (§7.4): by UPDATE, or by the same description again."""
        self.leg.timer.started()
        if not self.leg.timer.by_update:
            outputs = self.reinvite.refresh(headers, now)
            if not outputs:
                self.leg.timer.put_off(now)
                if self._target is not None:
                    self._target.refused(None, now)
            return outputs
        # Without an offer it changes nothing but the time.
        self._update = self.leg.request("UPDATE", self, headers=headers)
        return self._update.start(now)

    def _updated(self, sent: ClientRequest, response: Response, now: float) -> list[Output]:
        if sent is not self._update or self.ended:
            return []
        self._update = None
        if response.status < 300:
            self.leg.dialog.refresh(response)
            self.leg.timer.agreed(response, now)
            self._target_accepted(sent, now)
            return []
        return self._refused(sent, response, now)

    def _refused(self, sent: ClientRequest, response: Response, now: float) -> list[Output]:
        again = self.leg.timer.refused(sent.request, response, needed=self._telling)
        if again is not None:
            return self._refresh(again, now)
        if response.status == 481 or self._unheard(sent, response):
            # RFC 3261 §12.2.1.2: then the dialog is gone too.
            return self._gone(response, now)
        if self.leg.timer.expired(now) and not (self._telling or self._outdated(sent)):
            # RFC 4028 §10: somebody answers in the place of a peer that is gone.
            return self._happen(Event.EXPIRED, now)
        self.leg.timer.put_off(now)
        if self._target is not None and not self._outdated(sent):
            self._target.refused(response, now)
        return []

    def _gone(self, response: Response, now: float) -> list[Output]:
        """The peer knows nothing of the dialog any more (RFC 3261 §12.2.1.2)."""
        return self._happen(Event.GONE, now, response)

    def _acknowledged(self, ack: Request, now: float) -> list[Output]:
        accepted = self.leg.accepted
        if accepted is None or not accepted.matches(ack):
            return [Dropped(why="an ACK that nothing waits for")]
        first = self.state is not State.CONFIRMED
        outputs = self.reinvite.acknowledged(ack, first=first, offered=accepted.offered, now=now)
        if first:
            outputs = self._happen(Event.ACK, now, ack)
        self.leg.accepted = None
        return outputs

    def _happen(self, event: Event, now: float, message: Message | None = None) -> list[Output]:
        state, actions = step(SESSION, self.state, event)
        if event in _REASONS and not self._bye_headers:
            self._bye_headers = (reason(408, _REASONS[event]),)
        ending = state is State.ENDED and self.state is not State.ENDED
        self.state = state
        outputs: list[Output] = self.reinvite.close(now) if ending else []
        if ending and self._refers is not None:
            outputs += self._refers.asked.close(now)
            # A dialog that is unknown over there has no news.
            self._refers = None if event is Event.GONE else self._refers
        for action in actions:
            outputs += self._do(action, now, message)
        if ending:
            self.leg.close()
        return outputs

    def _do(self, action: Action, now: float, message: Message | None) -> list[Output]:
        call = self.leg.call
        match action:
            case Action.SEND_BYE:
                self._bye = self.leg.request("BYE", self, headers=self._bye_headers)
                return self._bye.start(now)
            case Action.TELL_CONFIRMED:
                accepted = self.leg.accepted
                offered = accepted is not None and accepted.offered
                told = Confirmed(call=call, sdp=sdp_of(message) if message and offered else None)
                return [told, *self._say_who_answered(now)]
            case Action.TELL_WE_ENDED:
                return [] if self.leg.unwanted else [ended(call, By.LOCAL)]
            case Action.TELL_THEY_ENDED:
                return [] if self.leg.unwanted else [ended(call, By.REMOTE, message)]
            case Action.TELL_LOST:
                return [] if self.leg.unwanted else [ended(call, By.SYSTEM, message)]
            case _:
                assert_never(action)
