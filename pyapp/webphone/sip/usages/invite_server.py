"""An incoming call until it is answered or over: 180, 2xx, CANCEL (RFC 3261 §9.2, §13.3)."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, assert_never

from webphone.machine import due, earliest, step
from webphone.sip.authentication import Authenticator
from webphone.sip.dialog import Dialog, Key
from webphone.sip.endpoint import SDP, Endpoint, NotNow, Pairs, first_values, sdp_of
from webphone.sip.outputs import By, EarlyAnswer, Invited, Output, PeerNamed
from webphone.sip.transactions import ServerTransaction
from webphone.sip.usages import info, reliable, texts
from webphone.sip.usages.early import Early
from webphone.sip.usages.ending import ended
from webphone.sip.usages.leg import Leg
from webphone.sip.usages.reliable import Unacknowledged
from webphone.sip.usages.session import Session
from webphone.sip.wire.grammar import visible
from webphone.sip.wire.headers import NameAddr
from webphone.sip.wire.message import Message, Request, Response

if TYPE_CHECKING:
    from webphone.sip.usages.waiting import Waiting

# Seconds that a phone rings on when nobody can tell it any more that the caller has gone (§9.1):
# time enough to answer over a socket that is there again.
RINGS_ON = 60.0

# Seconds in which a refusal is said to an INVITE that comes again.
SAYS_AGAIN = 120.0


class State(Enum):
    """Where an incoming call is.

    The INVITE that comes again, over another connection of the caller's, changes nothing for a
    person: it takes the place of the one before.

    INVITE came
        │         ring: 180                accept: 2xx
        ▼    ┌───────────────► RINGING ───────────────────► ANSWERED
     INVITED ┴──────────────────────────────────────────────────▲
        │                         │ accept before the PRACK     │ PRACK: 2xx
        │                         ├──────────────────────► ACCEPTING
        │                         │                             │
        └───────────┬─────────────┴─────────────────────────────┘
                    │ refuse: 3xx-6xx; CANCEL, BYE or too late: 487; no PRACK: 504
                    ▼
                  ENDED
    """

    INVITED = auto()
    RINGING = auto()
    ACCEPTING = auto()
    ANSWERED = auto()
    ENDED = auto()


class Event(Enum):
    """What can happen to an incoming call."""

    RING = auto()
    ACCEPT = auto()
    ACCEPT_EARLY = auto()
    PRACK = auto()
    NO_PRACK = auto()
    REFUSE = auto()
    CANCEL = auto()
    EXPIRE = auto()
    REPEATED = auto()


class Action(Enum):
    """What the table asks for."""

    SEND_18X = auto()
    SEND_2XX = auto()
    SEND_2XX_AGAIN = auto()
    SEND_REFUSAL = auto()
    SEND_487 = auto()
    SEND_504 = auto()
    TELL_WE_ENDED = auto()
    TELL_THEY_ENDED = auto()
    TELL_EXPIRED = auto()
    TELL_LOST = auto()


_CANCELLED = (State.ENDED, (Action.SEND_487, Action.TELL_THEY_ENDED))
_REFUSED = (State.ENDED, (Action.SEND_REFUSAL, Action.TELL_WE_ENDED))
# RFC 3261 §13.3.1: the invitation was good until its Expires.
_EXPIRED = (State.ENDED, (Action.SEND_487, Action.TELL_EXPIRED))
# RFC 3262 §3: no PRACK within 64*T1.
_UNHEARD = (State.ENDED, (Action.SEND_504, Action.TELL_LOST))

INCOMING: dict[tuple[State, Event], tuple[State, tuple[Action, ...]]] = {
    (State.INVITED, Event.RING): (State.RINGING, (Action.SEND_18X,)),
    (State.INVITED, Event.ACCEPT): (State.ANSWERED, (Action.SEND_2XX,)),
    (State.INVITED, Event.REFUSE): _REFUSED,
    (State.INVITED, Event.CANCEL): _CANCELLED,
    (State.INVITED, Event.EXPIRE): _EXPIRED,
    (State.INVITED, Event.REPEATED): (State.INVITED, ()),
    (State.RINGING, Event.RING): (State.RINGING, (Action.SEND_18X,)),
    (State.RINGING, Event.ACCEPT): (State.ANSWERED, (Action.SEND_2XX,)),
    (State.RINGING, Event.REFUSE): _REFUSED,
    (State.RINGING, Event.CANCEL): _CANCELLED,
    (State.RINGING, Event.EXPIRE): _EXPIRED,
    (State.RINGING, Event.NO_PRACK): _UNHEARD,
    (State.RINGING, Event.REPEATED): (State.RINGING, (Action.SEND_18X,)),
    # RFC 3262 §3: the 2xx waits, as it must where the 18x holds the answer.
    (State.RINGING, Event.ACCEPT_EARLY): (State.ACCEPTING, ()),
    (State.ACCEPTING, Event.PRACK): (State.ANSWERED, (Action.SEND_2XX,)),
    (State.ACCEPTING, Event.REFUSE): _REFUSED,
    (State.ACCEPTING, Event.CANCEL): _CANCELLED,
    (State.ACCEPTING, Event.EXPIRE): _EXPIRED,
    (State.ACCEPTING, Event.NO_PRACK): _UNHEARD,
    (State.ACCEPTING, Event.REPEATED): (State.ANSWERED, (Action.SEND_2XX,)),
    (State.ANSWERED, Event.REPEATED): (State.ANSWERED, (Action.SEND_2XX_AGAIN,)),
    # The refusal was lost with the server, or with the caller's connection.
    (State.ENDED, Event.REPEATED): (State.ENDED, (Action.SEND_REFUSAL,)),
}


class Incoming:
    """One call made to us."""

    def __init__(
        self,
        endpoint: Endpoint,
        authenticator: Authenticator,
        call: str,
        server: ServerTransaction,
        now: float,
        *,
        replaces: str = "",
        tag: str = "",
    ) -> None:
        self.endpoint = endpoint
        self.authenticator = authenticator
        self.call = call
        self.server = server
        self.state = State.INVITED
        self.session: Session | None = None
        self.dialog = Dialog.answering(server.request, tag or endpoint.entropy.tag())
        self.expires_at = self._good_until = _expiry(server.request, now)
        self._replaces = replaces
        self._sdp = ""
        self._reliable = reliable.wanted(server.request)
        self._unacknowledged: Unacknowledged | None = None
        # The last that a PRACK was for that we have refused.
        self._objected: Unacknowledged | None = None
        self._early = Early(call, server.request)
        self.rseq = 0  # of our last reliable 18x, 0 before the first
        self._waiting: Waiting | None = None  # once no CANCEL may come any more
        self._refusal: Response | None = None
        self._refused: tuple[int, str, Pairs] = (486, "", ())
        self._says_until = 0.0
        self._rang = False

    @property
    def deadline(self) -> float | None:
        """When `wake` has something to do."""
        waits, asks = self._unacknowledged, self._asks
        times = (
            self.expires_at,
            waits.deadline if waits else None,
            asks.deadline if asks else None,
        )
        return earliest(times)

    @property
    def over(self) -> bool:
        """Whether the phone knows it as ended."""
        return self.state is State.ENDED or (self.session is not None and self.session.ended)

    @property
    def sessions(self) -> list[Session]:
        """What became of it."""
        return [self.session] if self.session else []

    @property
    def withdrawal(self) -> bytes:
        """What says that nobody is here any more, said by somebody else."""
        return bytes(self._reply(480))

    def start(self) -> list[Output]:
        """Tell the phone."""
        invite = self.server.request
        return [
            Invited(
                call=self.call,
                call_id=visible(invite.call_id),
                from_=invite.from_,
                to=invite.to,
                sdp=sdp_of(invite),
                headers=first_values(invite),
                replaces=self._replaces,
            )
        ]

    def ring(self, sdp: str, now: float) -> list[Output]:
        """Say that the phone rings; with `sdp`, let the caller hear something before the answer."""
        early = self._early
        # RFC 3262 §3: one at a time. §5: where no offer came, the first one must make ours, and its
        # PRACK answers it; without such an offer the caller hears 100 until we answer.
        unoffered = early.offerless and not (sdp or early.agreed)
        if self._reliable and (self._unacknowledged or early.waits or unoffered):
            return []
        # RFC 6337 §2.2: what is agreed is not said again. §3.1.1: no offer but in a reliable one.
        plainly = early.offerless and not self._reliable
        self._sdp = "" if early.agreed or plainly else sdp
        return self._wanted(Event.RING, now)

    def accept(self, sdp: str, now: float) -> list[Output]:
        """Take the call."""
        self._sdp = sdp
        return self._wanted(Event.ACCEPT_EARLY if self._unsettled else Event.ACCEPT, now)

    @property
    def _unsettled(self) -> bool:
        """Whether something that both ends are to know first keeps the 2xx back."""
        return self._unacknowledged is not None or self._early.waits

    def reaccept(self, sdp: str, now: float) -> list[Output]:
        """Answer what the caller offers before we answer the call."""
        server = self._early.answer(sdp)
        request, endpoint = server.request, self.endpoint
        if request.method == "PRACK":  # which is no target refresh
            typed = (("Content-Type", SDP),)
            response = endpoint.reply(request, 200, headers=typed, body=sdp.encode())
        else:
            self.dialog.refresh(request)
            response = endpoint.success(request, sdp)
        return self._settle(server, response, now)

    def rerefuse(self, status: int, now: float) -> list[Output]:
        """Refuse it: all stays as it was."""
        server = self._early.answer()
        return self._settle(server, self.endpoint.reply(server.request, status), now)

    def refuse(self, status: int, reason: str, headers: Pairs, now: float) -> list[Output]:
        """Answer with a 3xx to 6xx."""
        self._refused, self._says_until = (status, reason, tuple(headers)), now + SAYS_AGAIN
        self._refusal = self._reply(*self._refused)
        return self._wanted(Event.REFUSE, now)

    def cancel(self, request: Request, now: float) -> list[Output]:
        """The caller gave up, by CANCEL or an early BYE; too late once it is answered."""
        return self._happen(Event.CANCEL, now, request)

    def wake(self, now: float) -> list[Output]:
        """The invitation has run out, a reliable 18x is due again, or the caller is asked."""
        asks, asked = self._asks, []
        if asks is not None:
            asked = asks.wake(self.server.request, self.dialog, now)
            if asks.there is not None:
                self.expires_at = earliest((self._good_until, asks.there + RINGS_ON))
        if due(self.expires_at, now) or (asks is not None and asks.gone):
            return self._happen(Event.EXPIRE, now)
        return asked + self._say_18x_again(now)

    def _say_18x_again(self, now: float) -> list[Output]:
        waits = self._unacknowledged
        if waits is None or now < waits.deadline:
            return []
        if waits.ends <= now:
            return self._happen(Event.NO_PRACK, now)
        self._unacknowledged = waits.repeated(now)
        return self.endpoint.transactions.answer(self.server, waits.response, now)

    @property
    def says_again(self) -> bool:
        """Whether it is over in a way that is said again to whoever did not hear it."""
        return self._rang and self._refusal is not None

    def repeats(self, invite: Request, now: float) -> bool:
        """Whether this INVITE is ours, sent anew over another connection of the caller's."""
        before, waits = self.server.request, self.session is None or self.session.unheard
        known = self.state is not State.ENDED or (self.says_again and now < self._says_until)
        same = invite.from_.uri == before.from_.uri and "Replaces" not in invite.headers
        return known and waits and same and invite.cseq.number > before.cseq.number

    def repeated(self, server: ServerTransaction, now: float) -> list[Output]:
        """It takes the place of the one before, which gets 487 where it has no answer."""
        outputs = self.endpoint.transactions.answer(self.server, self._reply(487), now)
        self.server = server
        self.dialog.moved(server.request)
        self._reliable = reliable.wanted(server.request)
        self._unacknowledged = self._objected = None
        if self._early.waits:
            outputs += self.endpoint.answer(self._early.answer(), 487, now)
        self._early = Early(self.call, server.request)
        self.expires_at = self._good_until = _expiry(server.request, now)
        self._waiting = None
        if self.says_again:
            self._refusal = self._reply(*self._refused)
        return outputs + self._happen(Event.REPEATED, now)

    def lost(self, now: float) -> None:
        """The socket that the invitation came over is gone, and with it the way of a CANCEL."""
        if self.state not in (State.INVITED, State.RINGING):
            return
        self.expires_at = earliest((now + RINGS_ON, self.expires_at))
        if self._waiting is None:
            # Loaded by the first that is lost.
            from webphone.sip.usages.waiting import Waiting

            self._waiting = Waiting(self.call, self.endpoint, self.authenticator)

    def back(self, now: float) -> None:
        """There is another one, which the server knows: ask whether the caller still waits."""
        if self._waiting is not None:
            self._waiting.begin(now)

    @property
    def _asks(self) -> Waiting | None:
        """Who asks, for as long as there is an early dialog to ask in (RFC 3261 §12.1)."""
        return self._waiting if self.state is State.RINGING and self._rang else None

    @property
    def rings_plainly(self) -> bool:
        """Whether it rings, and nothing but the INVITE and our tag is known of it."""
        early = self._early
        return self.state is State.RINGING and not (early.agreed or early.waits)

    @property
    def places(self) -> dict[Key, Incoming | Session]:
        """Who takes a request of the caller, by the dialog it belongs to."""
        if self.session is not None:
            return {self.session.leg.dialog.key: self.session}
        return {} if self.state is State.ENDED else {self.dialog.key: self}

    def receive(self, server: ServerTransaction, request: Request, now: float) -> list[Output]:
        """A request of the caller in the early dialog."""
        answer = self.endpoint.answer
        if request.method == "BYE":
            # RFC 3261 §15.1.2: the INVITE still gets its 487.
            return answer(server, 200, now) + self.cancel(request, now)
        if not self.dialog.takes(request):
            return answer(server, 500, now)
        match request.method:
            case "INFO":
                return info.receive(self.endpoint, self.call, server, now)
            case "MESSAGE":
                return texts.receive(self.endpoint, self.call, server, now)
            case "PRACK":
                return self._acknowledged(server, request, now)
            case "UPDATE":
                return self._updated(server, request, now)
            case "INVITE":
                # RFC 3261 §14.2: the one before is not answered yet.
                return answer(server, 500, now, (self.endpoint.retry_after(),))
            case _:
                return answer(server, 481, now)

    def _acknowledged(self, server: ServerTransaction, prack: Request, now: float) -> list[Output]:
        waits, reply = self._unacknowledged or self._objected, self.endpoint.reply
        if waits is None or not waits.matches(prack):
            return self.endpoint.answer(server, 481, now)
        self._unacknowledged = self._objected = None
        early, sdp = self._early, sdp_of(prack)
        answers = early.acknowledged(waits.response)
        if answers:
            news: list[Output] = [EarlyAnswer(call=self.call, sdp=sdp)]
            return news + self._settle(server, reply(prack, 200), now)
        if sdp is None:
            return self._settle(server, reply(prack, 200), now)
        if sdp_of(waits.response):
            return [early.offered(server, sdp)]
        # RFC 6337 §2.2: only what acknowledges an answer may offer. §2.3: without an offer it may
        # come again.
        self._objected = waits
        return self._settle(server, reply(prack, 488), now)

    def _updated(self, server: ServerTransaction, update: Request, now: float) -> list[Output]:
        """An UPDATE, with an offer or without one (RFC 3311 §5.2)."""
        answer, early = self.endpoint.answer, self._early
        named = PeerNamed(call=self.call, from_=update.from_, headers=first_values(update))
        sdp = sdp_of(update)
        if sdp is None:
            self.dialog.refresh(update)
            success = self.endpoint.success(update, None)
            return [named, *self.endpoint.transactions.answer(server, success, now)]
        if early.offerless and self._unacknowledged:
            # Our own offer has no answer.
            return answer(server, 491, now)
        if early.waits or not early.agreed:
            return answer(server, 500, now, (self.endpoint.retry_after(),))
        return [named, early.offered(server, sdp)]

    def _settle(self, server: ServerTransaction, response: Response, now: float) -> list[Output]:
        """Answer what came before the 2xx, which goes out where it has waited for that alone."""
        outputs = self.endpoint.transactions.answer(server, response, now)
        return outputs if self._unsettled else outputs + self._happen(Event.PRACK, now)

    def _wanted(self, event: Event, now: float) -> list[Output]:
        if (self.state, event) not in INCOMING:
            raise NotNow("the call is answered already")
        return self._happen(event, now)

    def _happen(self, event: Event, now: float, message: Message | None = None) -> list[Output]:
        state, actions = step(INCOMING, self.state, event)
        self.state = state
        if state in (State.ANSWERED, State.ENDED):
            self.expires_at = self._unacknowledged = None
        outputs: list[Output] = []
        for action in actions:
            outputs += self._do(action, now, message)
        if state is State.ENDED and self._early.waits:
            # RFC 3261 §15.1.2: what waits for an answer gets 487 as well.
            outputs += self.endpoint.answer(self._early.answer(), 487, now)
        return outputs

    def _do(self, action: Action, now: float, message: Message | None) -> list[Output]:
        answer = self.endpoint.transactions.answer
        match action:
            case Action.SEND_18X:
                # Not again every minute (RFC 3261 §13.3.1.1): that would ask the proxies to let
                # it ring for ever, where no answer in some minutes is meant to reach a voice box.
                return answer(self.server, self._ringing(now), now)
            case Action.SEND_2XX:
                return self._accept(now)
            case Action.SEND_2XX_AGAIN:
                assert self.session is not None
                leg, tag = self.session.leg, self.dialog.local.tag
                return leg.accept_invite(self.server, leg.sdp, now, tag)
            case Action.SEND_REFUSAL:
                assert self._refusal is not None
                return answer(self.server, self._refusal, now)
            case Action.SEND_487:
                return answer(self.server, self._reply(487), now)
            case Action.SEND_504:
                return answer(self.server, self._reply(504), now)
            case Action.TELL_WE_ENDED:
                return [ended(self.call, By.LOCAL, self._refusal)]
            case Action.TELL_THEY_ENDED:
                return [ended(self.call, By.REMOTE, message, final=self._reply(487))]
            case Action.TELL_EXPIRED:
                return [ended(self.call, By.REMOTE, self._reply(487))]
            case Action.TELL_LOST:
                return [ended(self.call, By.SYSTEM, self._reply(504))]
            case _:
                assert_never(action)

    def _ringing(self, now: float) -> Response:
        """180, or 183 with early media (RFC 3960 §3)."""
        self._rang = True
        ringing = self.endpoint.ringing(self.server.request, self._sdp, self.dialog.local.tag)
        if self._reliable:
            entropy = self.endpoint.entropy
            self.rseq = self.rseq + 1 if self.rseq else int(entropy.uniform(1, 2**31))
            ringing.headers.add("Require", "100rel")
            ringing.headers.add("RSeq", str(self.rseq))
            self._unacknowledged = Unacknowledged.sent(ringing, self.rseq, now)
        return ringing

    def _accept(self, now: float) -> list[Output]:
        agreed = self._early.agreed
        sdp = agreed or self._sdp
        leg = Leg(self.endpoint, self.authenticator, self.call, self.dialog, calling=False, sdp=sdp)
        leg.packages = info.packages(self.server.request)
        leg.replaceable = "replaces" in self.server.request.supported
        leg.connected = self._connected()
        self.session = Session(leg)
        tag = self.dialog.local.tag
        return leg.accept_invite(self.server, sdp, now, tag, agreed=bool(agreed))

    def _connected(self) -> NameAddr | None:
        """Who has answered, where the caller called somebody else and knows of such changes."""
        account, local = self.authenticator.account, self.dialog.local
        if account is None or "from-change" not in self.server.request.supported:
            return None
        ours = (account.aor.user, account.caller.uri.user, self.endpoint.contact.user)
        return None if local.uri.user in ours else account.caller.with_param("tag", local.tag)

    def _reply(self, status: int, reason: str = "", headers: Pairs = ()) -> Response:
        tag = self.dialog.local.tag
        return self.endpoint.reply(self.server.request, status, reason, to_tag=tag, headers=headers)


def _expiry(invite: Request, now: float) -> float | None:
    """Until when an invitation is good, None for ever (RFC 3261 §13.3.1)."""
    never: int | None = None
    expires = invite.safe("expires", never)
    return None if expires is None else now + expires
