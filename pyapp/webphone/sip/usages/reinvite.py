"""Changing a session: re-INVITE both ways, UPDATE answered, glare (RFC 3261 §14, RFC 3311)."""

from __future__ import annotations

from enum import Enum, auto
from typing import assert_never

from webphone.machine import due, step
from webphone.sip.authentication import Authenticator, ClientRequest, Owner
from webphone.sip.endpoint import SDP, NotNow, Pairs, first_values, sdp_of
from webphone.sip.outputs import (
    OfferAcknowledged,
    OfferAnswered,
    OfferReceived,
    OfferRefused,
    Output,
    PeerNamed,
    Send,
    Unanswered,
)
from webphone.sip.transaction import T64
from webphone.sip.transactions import ServerTransaction, cancel_of
from webphone.sip.usages.leg import Leg
from webphone.sip.usages.soft_state import retry_after
from webphone.sip.wire.message import REASONS, Request, Response


class State(Enum):
    """Whose turn it is to change the session.

                      ┌──────── 2xx: ACK; or refused; or 32 s ──────────── TAKING_BACK
                      ├──────── 2xx: ACK; or refused ─────────────────┐         ▲
                      ▼      we offer                                 │         │ CANCEL: no
       ACK ──────►  QUIET ────────────────────────────────────────► OFFERING ───┘ answer for 32 s
        │             │ ▲                                           ▲     │ 491: glare
        │  they offer │ │ we refuse; or it was UPDATE      pause is │     ▼
        │             ▼ │                                    over   └── PAUSED
     CONFIRMING ◄── ASKED ◄──────────── they offer ───────────────────────┘
             we accept

    REFRESHING: from QUIET, while the session as it is goes out again (RFC 4028 §7.4); back to QUIET
    by any final answer. After BYE: CLOSED.
    """

    QUIET = auto()
    OFFERING = auto()
    TAKING_BACK = auto()
    PAUSED = auto()
    REFRESHING = auto()
    ASKED = auto()
    CONFIRMING = auto()
    CLOSED = auto()


class Event(Enum):
    """What can happen to a change."""

    OFFER = auto()
    REFRESH = auto()
    SUCCESS = auto()
    GLARE = auto()
    REFUSAL = auto()
    PAUSE_OVER = auto()
    OVERDUE = auto()
    REQUEST = auto()
    ACCEPT_INVITE = auto()
    ACCEPT_UPDATE = auto()
    REFUSE = auto()
    CANCEL = auto()
    ACK = auto()
    SUCCESSOR = auto()
    CLOSE = auto()


class Action(Enum):
    """What the table asks for."""

    SEND_INVITE = auto()
    SEND_REFRESH = auto()
    SEND_ACK = auto()
    SEND_CANCEL = auto()
    GIVE_UP = auto()
    SEND_2XX = auto()
    SEND_REFUSAL = auto()
    SEND_487 = auto()
    SEND_491 = auto()
    SEND_500 = auto()
    PAUSE = auto()
    ASK = auto()
    ASK_INSTEAD = auto()
    TELL_ANSWERED = auto()
    TELL_REFUSED = auto()
    TELL_OVERTAKEN = auto()


REINVITE: dict[tuple[State, Event], tuple[State, tuple[Action, ...]]] = {
    (State.QUIET, Event.OFFER): (State.OFFERING, (Action.SEND_INVITE,)),
    (State.QUIET, Event.REFRESH): (State.REFRESHING, (Action.SEND_REFRESH,)),
    (State.QUIET, Event.REQUEST): (State.ASKED, (Action.ASK,)),
    (State.QUIET, Event.SUCCESSOR): (State.ASKED, (Action.ASK,)),
    (State.QUIET, Event.CLOSE): (State.CLOSED, ()),
    (State.OFFERING, Event.SUCCESS): (State.QUIET, (Action.SEND_ACK, Action.TELL_ANSWERED)),
    (State.OFFERING, Event.REFUSAL): (State.QUIET, (Action.TELL_REFUSED,)),
    # RFC 3261 §14.1: both changed at once; each waits its own while.
    (State.OFFERING, Event.GLARE): (State.PAUSED, (Action.PAUSE,)),
    # §14.2: our own is under way.
    (State.OFFERING, Event.REQUEST): (State.OFFERING, (Action.SEND_491,)),
    # §9.1: they heard it, and then nothing more: the answer may have been lost with a socket.
    (State.OFFERING, Event.OVERDUE): (State.TAKING_BACK, (Action.SEND_CANCEL,)),
    (State.OFFERING, Event.CLOSE): (State.CLOSED, ()),
    (State.TAKING_BACK, Event.SUCCESS): (State.QUIET, (Action.SEND_ACK, Action.TELL_ANSWERED)),
    (State.TAKING_BACK, Event.REFUSAL): (State.QUIET, (Action.TELL_REFUSED,)),
    (State.TAKING_BACK, Event.REQUEST): (State.TAKING_BACK, (Action.SEND_491,)),
    (State.TAKING_BACK, Event.OVERDUE): (State.QUIET, (Action.GIVE_UP, Action.TELL_REFUSED)),
    (State.TAKING_BACK, Event.CLOSE): (State.CLOSED, ()),
    (State.PAUSED, Event.PAUSE_OVER): (State.OFFERING, (Action.SEND_INVITE,)),
    # The peer was first: our offer was made before theirs, and is worth nothing now.
    (State.PAUSED, Event.REQUEST): (State.ASKED, (Action.TELL_OVERTAKEN, Action.ASK)),
    (State.PAUSED, Event.SUCCESSOR): (State.ASKED, (Action.TELL_OVERTAKEN, Action.ASK)),
    (State.PAUSED, Event.CLOSE): (State.CLOSED, ()),
    # The answer says what the last one said: nobody need hear of it.
    (State.REFRESHING, Event.SUCCESS): (State.QUIET, (Action.SEND_ACK,)),
    (State.REFRESHING, Event.REFUSAL): (State.QUIET, ()),
    (State.REFRESHING, Event.GLARE): (State.QUIET, ()),
    (State.REFRESHING, Event.REQUEST): (State.REFRESHING, (Action.SEND_491,)),
    (State.REFRESHING, Event.OVERDUE): (State.QUIET, (Action.SEND_CANCEL, Action.GIVE_UP)),
    (State.REFRESHING, Event.CLOSE): (State.CLOSED, ()),
    # §14.2: a second one before we answered the first.
    (State.ASKED, Event.REQUEST): (State.ASKED, (Action.SEND_500,)),
    (State.ASKED, Event.SUCCESSOR): (State.ASKED, (Action.SEND_487, Action.ASK_INSTEAD)),
    (State.ASKED, Event.ACCEPT_INVITE): (State.CONFIRMING, (Action.SEND_2XX,)),
    (State.ASKED, Event.ACCEPT_UPDATE): (State.QUIET, (Action.SEND_2XX,)),
    (State.ASKED, Event.REFUSE): (State.QUIET, (Action.SEND_REFUSAL,)),
    # §9.2
    (State.ASKED, Event.CANCEL): (State.QUIET, (Action.SEND_487,)),
    # §15.1.2: what waits for an answer gets one.
    (State.ASKED, Event.CLOSE): (State.CLOSED, (Action.SEND_487,)),
    (State.CONFIRMING, Event.REQUEST): (State.CONFIRMING, (Action.SEND_491,)),
    (State.CONFIRMING, Event.ACK): (State.QUIET, ()),
    # The page is gone that was to acknowledge: the next one offers in a dialog of its own.
    (State.CONFIRMING, Event.SUCCESSOR): (State.ASKED, (Action.ASK,)),
    (State.CONFIRMING, Event.CLOSE): (State.CLOSED, ()),
    # §13.2.2.4: a 2xx is acknowledged even when the call is over.
    (State.CLOSED, Event.SUCCESS): (State.CLOSED, (Action.SEND_ACK,)),
    (State.CLOSED, Event.OVERDUE): (State.CLOSED, (Action.GIVE_UP,)),
}


# RFC 3261 §14.1 has it tried again after the first; somebody who never gives way is told of.
_MOST_GLARES = 4
# Seconds; who is to come back later than that is told no, and a person sees it.
LONGEST_PAUSE = 10


class Reinvite:
    """The one change of a session that can be under way."""

    def __init__(self, leg: Leg, owner: Owner) -> None:
        # The INVITE that made the call counts as a change until its ACK.
        self.state = State.QUIET if leg.calling else State.CONFIRMING
        self.deadline: float | None = None
        self._leg = leg
        self._owner = owner
        self._sdp = ""
        self._glares = 0
        self._after: int | None = None
        self._timed: Pairs = ()
        self._pending: ClientRequest | None = None
        self._asked: ServerTransaction | None = None
        self._refusal: tuple[int, str] = (0, "")
        self._unanswered: Unanswered | None = None
        self._acks: dict[int, Send] = {}

    @property
    def waits(self) -> bool:
        """Whether an offer of ours is on its way to its answer."""
        return self._pending is not None

    @property
    def described(self) -> str:
        """What we described last in a change, "" before the first."""
        return self._sdp

    @property
    def asked(self) -> bool:
        """Whether a change of the peer waits for our answer."""
        return self.state is State.ASKED

    @property
    def quiet(self) -> bool:
        """Whether no change is under way."""
        return self.state is State.QUIET

    @property
    def withdrawing(self) -> bool:
        """Whether we have cancelled our offer and wait for what becomes of it."""
        return self.state is State.TAKING_BACK

    @property
    def refreshing(self) -> bool:
        """Whether the session as it is is on its way again."""
        return self.state is State.REFRESHING

    def offer(self, sdp: str, now: float) -> list[Output]:
        """Offer a change."""
        if (self.state, Event.OFFER) not in REINVITE:
            raise NotNow("another change of the call is under way")
        self._sdp, self._glares = sdp, 0
        return self._happen(Event.OFFER, now)

    def refresh(self, headers: Pairs, now: float) -> list[Output]:
        """Send the session as it is again; nothing where a change is under way, which does it."""
        if (self.state, Event.REFRESH) not in REINVITE:
            return []
        self._sdp, self._glares, self._timed = self._leg.sdp, 0, headers
        return self._happen(Event.REFRESH, now)

    def accept(self, sdp: str | None, now: float) -> list[Output]:
        """Answer the peer's offer, or make the offer it asked for."""
        if self.state is not State.ASKED or self._asked is None:
            raise NotNow("the other side asks for no change of the call")
        self._sdp = sdp or ""
        invite = self._asked.request.method == "INVITE"
        return self._happen(Event.ACCEPT_INVITE if invite else Event.ACCEPT_UPDATE, now)

    def refuse(self, status: int, now: float) -> list[Output]:
        """Refuse the peer's offer: the session stays as it was."""
        if self.state is not State.ASKED:
            raise NotNow("the other side asks for no change of the call")
        self._refusal = (status, "")
        return self._happen(Event.REFUSE, now)

    def receive(self, server: ServerTransaction, now: float) -> list[Output]:
        """An INVITE or UPDATE of the peer inside the dialog."""
        request = server.request
        if request.method == "UPDATE" and sdp_of(request) is None:
            # RFC 3311 §5.2: no offer, so nothing but the target changes.
            self._leg.dialog.refresh(request)
            return [self._named(request), *self._leg.accept_update(server, None, now)]
        accepted = self._leg.accepted
        if accepted is not None and request.method == "INVITE" and accepted.matches(request):
            # The same once more, from a server that has forgotten it: the same answer.
            return self._leg.accept_invite(server, self._leg.sdp, now)
        return self._happen(Event.REQUEST, now, server)

    @property
    def open_to_successor(self) -> bool:
        """Whether the peer may go on with the session in another dialog now."""
        return (self.state, Event.SUCCESSOR) in REINVITE

    def succeeded(self, server: ServerTransaction, now: float) -> list[Output]:
        """The peer does so, with an offer; nobody acknowledges what we have accepted before."""
        self._leg.accepted = None
        return self._happen(Event.SUCCESSOR, now, server)

    def _named(self, request: Request) -> PeerNamed:
        return PeerNamed(call=self._leg.call, from_=request.from_, headers=first_values(request))

    def cancel(self, server: ServerTransaction, now: float) -> list[Output]:
        """A CANCEL of the peer's re-INVITE; too late when it is answered."""
        return self._happen(Event.CANCEL, now) if server is self._asked else []

    def acknowledged(self, ack: Request, *, first: bool, offered: bool, now: float) -> list[Output]:
        """The ACK to our 2xx; `first` to that of the call itself."""
        outputs = self._happen(Event.ACK, now)
        if first:
            return []
        sdp = sdp_of(ack) if offered else None
        return [*outputs, OfferAcknowledged(call=self._leg.call, sdp=sdp)]

    def close(self, now: float) -> list[Output]:
        """The call is over; an offer of ours may still get its answer."""
        self.deadline = None if self._pending is None else now + T64
        return self._happen(Event.CLOSE, now)

    def wake(self, now: float) -> list[Output]:
        """Offer again after the pause, or wait no longer for an answer."""
        if not due(self.deadline, now):
            return []
        client = self._pending.client if self._pending else None
        if client is not None and client.transaction.deadline is not None:
            # Sent again after a challenge: timer B runs, and ends it by itself.
            self.deadline = client.transaction.deadline
            return []
        self.deadline = None
        paused = self.state is State.PAUSED
        return self._happen(Event.PAUSE_OVER if paused else Event.OVERDUE, now)

    def answered(self, sent: ClientRequest, response: Response, now: float) -> list[Output]:
        """The final answer to our re-INVITE; that to its CANCEL tells nothing more."""
        if sent.request.method == "CANCEL":
            return []
        if sent is self._pending:
            self._pending = self.deadline = None
        status = response.status
        if status < 300:
            return self._success(sent, response, now)
        if not self.withdrawing and self._glares < _MOST_GLARES and self._comes_later(response):
            self._glares += 1
            return self._happen(Event.GLARE, now)
        if not self.withdrawing:
            self._refusal = (status, response.reason)
            self._unanswered = sent.unanswered
        return self._happen(Event.REFUSAL, now)

    def _comes_later(self, response: Response) -> bool:
        """Whether the offer is to be made again: after a glare, or when the peer says so.

        RFC 3261 §14.2: a 500 with a Retry-After says that a change of theirs was in its way.
        """
        after = retry_after(response) if response.status == 500 else None
        self._after = after if after is not None and after <= LONGEST_PAUSE else None
        return response.status == 491 or self._after is not None

    def _success(self, sent: ClientRequest, response: Response, now: float) -> list[Output]:
        number = sent.request.cseq.number
        if number in self._acks:
            # RFC 3261 §13.2.2.4: every 2xx that comes again gets the same ACK again.
            return [self._acks[number]]
        leg = self._leg
        leg.dialog.refresh(response)
        leg.timer.agreed(response, now)
        leg.sdp = sdp_of(sent.request) or leg.sdp
        ack = leg.dialog.ack(leg.endpoint, sent.request)
        self._acks = {number: Send(data=bytes(ack))}
        return self._happen(Event.SUCCESS, now, response=response)

    def _happen(
        self,
        event: Event,
        now: float,
        server: ServerTransaction | None = None,
        response: Response | None = None,
    ) -> list[Output]:
        self.state, actions = step(REINVITE, self.state, event)
        return [each for action in actions for each in self._do(action, now, server, response)]

    def _do(
        self,
        action: Action,
        now: float,
        server: ServerTransaction | None,
        response: Response | None,
    ) -> list[Output]:
        call = self._leg.call
        match action:
            case Action.SEND_INVITE:
                return self._send_invite(self._leg.timer.asking, now)
            case Action.SEND_REFRESH:
                return self._send_invite(self._timed, now)
            case Action.SEND_ACK:
                return list(self._acks.values())
            case Action.SEND_CANCEL:
                return self._send_cancel(now)
            case Action.GIVE_UP:
                self._give_up(now)
                return []
            case Action.PAUSE:
                self.deadline = now + (self._pause() if self._after is None else self._after)
                return []
            case Action.ASK | Action.ASK_INSTEAD:
                assert server is not None
                self._asked, instead = server, action is Action.ASK_INSTEAD
                sdp, anew = sdp_of(server.request), not server.request.to.tag
                offer = OfferReceived(call=call, sdp=sdp, instead=instead, anew=anew)
                return [self._named(server.request), offer]
            case Action.SEND_2XX:
                return self._send_success(now)
            case Action.SEND_REFUSAL:
                return self._refuse(self._asked, self._refusal[0], now)
            case Action.SEND_487:
                return self._refuse(self._asked, 487, now)
            case Action.SEND_491:
                return self._refuse(server, 491, now)
            case Action.SEND_500:
                return self._refuse(server, 500, now)
            case Action.TELL_ANSWERED:
                assert response is not None
                return [OfferAnswered(call=call, sdp=sdp_of(response))]
            case Action.TELL_REFUSED:
                self.deadline = None
                status, reason = self._refusal
                unanswered, self._unanswered = self._unanswered, None
                return [
                    OfferRefused(call=call, status=status, reason=reason, unanswered=unanswered)
                ]
            case Action.TELL_OVERTAKEN:
                self.deadline = None
                reason = REASONS[491]
                return [OfferRefused(call=call, status=491, reason=reason, overtaken=True)]
            case _:
                assert_never(action)

    def _send_invite(self, timed: Pairs, now: float) -> list[Output]:
        headers = (("Content-Type", SDP), *timed)
        body = self._sdp.encode()
        self._pending = self._leg.request("INVITE", self._owner, headers=headers, body=body)
        self.deadline = now + T64
        return self._pending.start(now)

    def _send_cancel(self, now: float) -> list[Output]:
        endpoint, sent = self._leg.endpoint, self._pending
        assert sent is not None
        self.deadline = now + T64
        self._refusal = (487, REASONS[487])
        # RFC 3261 §22.1: a CANCEL cannot be sent again, so it answers no challenge.
        nobody = Authenticator(None, endpoint.entropy)
        return ClientRequest(endpoint, nobody, self._owner, cancel_of(sent.request)).start(now)

    def _give_up(self, now: float) -> None:
        """§9.1: 64*T1 after the CANCEL, the re-INVITE is over."""
        sent, self._pending, self.deadline = self._pending, None, None
        assert sent is not None and sent.client is not None
        self._leg.endpoint.transactions.abandon(sent.client, now)

    def _send_success(self, now: float) -> list[Output]:
        server, self._asked = self._asked, None
        assert server is not None
        if not server.request.to.tag:
            # Loaded by the first peer that goes on in another dialog.
            from webphone.sip.usages.succession import take_place

            return take_place(self._leg, server, self._sdp, now)
        # RFC 6141 §4.6: not by a request that is refused.
        self._leg.dialog.refresh(server.request)
        if server.request.method == "UPDATE":
            return self._leg.accept_update(server, self._sdp, now)
        return self._leg.accept_invite(server, self._sdp, now)

    def _refuse(self, server: ServerTransaction | None, status: int, now: float) -> list[Output]:
        assert server is not None
        if server is self._asked:
            self._asked = None
        headers = (self._leg.endpoint.retry_after(),) if status == 500 else ()
        return self._leg.endpoint.answer(server, status, now, headers)

    def _pause(self) -> float:
        """RFC 3261 §14.1: who made the Call-ID waits longer, in steps of 10 ms."""
        low, high = (2.1, 4.0) if self._leg.calling else (0.0, 2.0)
        return round(self._leg.endpoint.entropy.uniform(low, high), 2)
