"""An outgoing call until it is answered or over: INVITE, forks, CANCEL (RFC 3261 §9.1, §13.2)."""

from __future__ import annotations

from enum import Enum, auto
from typing import assert_never

from webphone.machine import due, step
from webphone.sip.authentication import Authenticator, ClientRequest, Tries
from webphone.sip.dialog import Dialog, Key
from webphone.sip.endpoint import Endpoint, NotNow, Pairs, first_values, sdp_of
from webphone.sip.outputs import (
    Answered,
    By,
    Dropped,
    EarlyOffer,
    InviteSent,
    Output,
    PeerNamed,
    Progressed,
    Send,
)
from webphone.sip.transaction import T64
from webphone.sip.transactions import ClientTransaction, ServerTransaction, cancel_of
from webphone.sip.usages import info, texts, timer
from webphone.sip.usages.ending import ended
from webphone.sip.usages.leg import Leg
from webphone.sip.usages.session import Session
from webphone.sip.wire.grammar import whole_number
from webphone.sip.wire.message import Request, Response

# A stranger may answer under ever new tags; each is kept for as long as the call.
MOST_FORKS = 32
# A proxy after the other may find our session interval too brief, each a longer one.
MOST_LENGTHENED = 3


class State(Enum):
    """Where an outgoing call is.

            INVITE sent
                │                2xx: ACK
                ▼    ┌─────────────────────────────────► ANSWERED
    401 ┌─► CALLING ─┤                                      ▲
    407 └───────│    │ 300-699, or nothing for 32 s         │ 2xx: ACK
       hang up  │    └────────────► ENDED ◄──── 300-699 ────┤
                │ 1xx                 ▲                     │
                ├─────────────────────┼───────────────► PROCEEDING
                ▼                     │                     │ hang up: CANCEL
             WAITING ── 1xx: CANCEL ──┼──► CANCELLING ◄─────┘
        any final ────────────────────┘        │ any final, or none for 32 s
        (a 2xx: ACK, BYE)             └────────┘ (a 2xx: ACK, BYE)

    401 and 407 that can be answered, and 422, lead back to CALLING from PROCEEDING too.
    """

    CALLING = auto()
    PROCEEDING = auto()
    WAITING = auto()
    CANCELLING = auto()
    ANSWERED = auto()
    ENDED = auto()


class Event(Enum):
    """What can happen to an outgoing call."""

    PROVISIONAL = auto()
    SUCCESS = auto()
    CHALLENGE = auto()
    FAILURE = auto()
    TIME_OUT = auto()
    HANG_UP = auto()
    OVERDUE = auto()


class Action(Enum):
    """What the table asks for."""

    TRY_AGAIN = auto()
    SEND_ACK = auto()
    SEND_CANCEL = auto()
    ACK_AND_BYE = auto()
    ACK_FORK = auto()
    GIVE_UP = auto()
    TELL_PROGRESS = auto()
    TELL_ANSWERED = auto()
    TELL_FAILED = auto()
    TELL_TIME_OUT = auto()
    TELL_WE_ENDED = auto()


_PART = (Action.ACK_AND_BYE, Action.TELL_WE_ENDED)

OUTGOING: dict[tuple[State, Event], tuple[State, tuple[Action, ...]]] = {
    (State.CALLING, Event.PROVISIONAL): (State.PROCEEDING, (Action.TELL_PROGRESS,)),
    (State.CALLING, Event.SUCCESS): (State.ANSWERED, (Action.SEND_ACK, Action.TELL_ANSWERED)),
    (State.CALLING, Event.CHALLENGE): (State.CALLING, (Action.TRY_AGAIN,)),
    (State.CALLING, Event.FAILURE): (State.ENDED, (Action.TELL_FAILED,)),
    (State.CALLING, Event.TIME_OUT): (State.ENDED, (Action.TELL_TIME_OUT,)),
    # RFC 3261 §9.1: no CANCEL before a provisional response.
    (State.CALLING, Event.HANG_UP): (State.WAITING, ()),
    (State.PROCEEDING, Event.PROVISIONAL): (State.PROCEEDING, (Action.TELL_PROGRESS,)),
    (State.PROCEEDING, Event.SUCCESS): (State.ANSWERED, (Action.SEND_ACK, Action.TELL_ANSWERED)),
    (State.PROCEEDING, Event.CHALLENGE): (State.CALLING, (Action.TRY_AGAIN,)),
    (State.PROCEEDING, Event.FAILURE): (State.ENDED, (Action.TELL_FAILED,)),
    (State.PROCEEDING, Event.HANG_UP): (State.CANCELLING, (Action.SEND_CANCEL,)),
    (State.WAITING, Event.PROVISIONAL): (State.CANCELLING, (Action.SEND_CANCEL,)),
    (State.WAITING, Event.SUCCESS): (State.ENDED, _PART),
    (State.WAITING, Event.FAILURE): (State.ENDED, (Action.TELL_WE_ENDED,)),
    (State.WAITING, Event.TIME_OUT): (State.ENDED, (Action.TELL_WE_ENDED,)),
    # The 200 that crosses the CANCEL: §9.1 leaves the call standing, so it is ended by BYE.
    (State.CANCELLING, Event.SUCCESS): (State.ENDED, _PART),
    (State.CANCELLING, Event.FAILURE): (State.ENDED, (Action.TELL_WE_ENDED,)),
    # §9.1: a server of RFC 2543 sends no 487; 64*T1 after the CANCEL the INVITE is over.
    (State.CANCELLING, Event.OVERDUE): (State.ENDED, (Action.GIVE_UP, Action.TELL_WE_ENDED)),
    # §13.2.2.4: the same 2xx again gets its ACK again; that of another fork ACK and BYE.
    (State.ANSWERED, Event.SUCCESS): (State.ANSWERED, (Action.ACK_FORK,)),
    (State.ENDED, Event.SUCCESS): (State.ENDED, (Action.ACK_FORK,)),
}


class Outgoing:
    """One call we make; hears the INVITE's responses for as long as they can come."""

    def __init__(
        self, endpoint: Endpoint, authenticator: Authenticator, call: str, invite: Request
    ) -> None:
        self.endpoint = endpoint
        self.authenticator = authenticator
        self.call = call
        self.invite = invite
        self.state = State.CALLING
        self.session: Session | None = None
        # Forks that answered too late, until their BYE is done.
        self.forks: list[Session] = []
        self.deadline: float | None = None
        self._client: ClientTransaction | None = None
        self._tries = Tries()
        self._swallowed = False  # it may have been lost with its socket
        # The least session interval that somebody on the way takes, and how often one was named.
        self._least = self._lengthened = 0
        self._early: dict[str, Dialog] = {}
        self._rseq: dict[str, int] = {}
        # The forks that have described their early media, and the UPDATE of one that waits for us.
        self._described: set[str] = set()
        self._theirs: tuple[ServerTransaction, Dialog] | None = None
        self._acks: dict[str, Send] = {}
        self._cancel_headers: Pairs = ()

    @property
    def over(self) -> bool:
        """Whether the phone knows it as ended."""
        return self.state is State.ENDED or (self.session is not None and self.session.ended)

    @property
    def giving_up(self) -> bool:
        """Whether it is to end before it is answered."""
        return self.state not in (State.CALLING, State.PROCEEDING)

    @property
    def sessions(self) -> list[Session]:
        """What became of it: the call itself, and forks being ended."""
        return [*([self.session] if self.session else []), *self.forks]

    def start(self, now: float) -> list[Output]:
        """Send the INVITE."""
        return [InviteSent(call=self.call, call_id=self.invite.call_id), self._send(now)]

    def hang_up(self, now: float, headers: Pairs = ()) -> list[Output]:
        """Stop calling; `headers` go into the CANCEL."""
        self._cancel_headers = tuple(headers)
        return self._happen(Event.HANG_UP, now)

    def lost(self) -> None:
        """The socket is gone that the INVITE went over."""
        self._swallowed = self.state is State.CALLING

    def reconnected(self, now: float) -> list[Output]:
        """Send the INVITE again that nothing was heard of: the same but for its branch."""
        swallowed, self._swallowed = self._swallowed, False
        if not swallowed or self.state is not State.CALLING:
            return []
        self.invite = self.endpoint.again(self.invite, self.invite.cseq.number)
        return [self._send(now)]

    def wake(self, now: float) -> list[Output]:
        """Wait no longer for the answer to a cancelled INVITE."""
        if not due(self.deadline, now):
            return []
        self.deadline = None
        return self._happen(Event.OVERDUE, now)

    def responded(self, client: ClientTransaction, response: Response, now: float) -> list[Output]:
        """A response to the INVITE (RFC 3261 §13.2.2)."""
        status = response.status
        if status < 200:
            if not self._takes_fork(response):
                return [Dropped(why="more phones are ringing than anybody has")]
            pracks = self._acknowledge_reliable(response, now)
            if pracks is None:
                return [Dropped(why="a reliable provisional response out of order")]
            if sdp_of(response):
                self._described.add(_fork(response))
            return pracks + self._happen(Event.PROVISIONAL, now, response)
        if status < 300:
            outputs = self.authenticator.check(self.invite, response)
            return outputs + self._happen(Event.SUCCESS, now, response)
        may_ask = self.state in (State.CALLING, State.PROCEEDING)
        asked = may_ask and status in (401, 407)
        if asked and self.authenticator.learn(response, self._tries):
            return self._happen(Event.CHALLENGE, now, response)
        if may_ask and self._lengthen(response):
            return self._happen(Event.CHALLENGE, now, response)
        return self._happen(Event.FAILURE, now, response)

    def _takes_fork(self, response: Response) -> bool:
        """Whether a provisional response comes from one of the first phones that were reached."""
        return _fork(response) in self._early or len(self._early) < MOST_FORKS

    def _lengthen(self, response: Response) -> bool:
        """Whether a longer session interval may please who found it too brief (RFC 4028 §7.3).

        A proxy may have asked for that interval in our name, and the next one may want more still.
        """
        longer = timer.least(response)
        if longer is None or longer <= self._least or self._lengthened >= MOST_LENGTHENED:
            return False
        self._least, self._lengthened = longer, self._lengthened + 1
        self.invite.headers.set("Session-Expires", str(longer))
        self.invite.headers.set("Min-SE", str(longer))
        return True

    def timed_out(self, client: ClientTransaction, now: float) -> list[Output]:
        """Nobody answered the INVITE at all."""
        if client is not self._client:  # it went out again meanwhile
            return []
        return self._happen(Event.TIME_OUT, now, self.endpoint.reply(self.invite, 408))

    @property
    def places(self) -> dict[Key, Outgoing | Session]:
        """Who takes a request of a peer, by the dialog it belongs to."""
        found: dict[Key, Outgoing | Session] = {one.key: self for one in self._early.values()}
        return found | {session.leg.dialog.key: session for session in self.sessions}

    def receive(self, server: ServerTransaction, request: Request, now: float) -> list[Output]:
        """A request of a peer in an early dialog."""
        dialog = self._early[request.from_.tag.lower()]
        if not dialog.takes(request):
            return self._answer(server, 500, now)
        if request.method == "INFO":
            return info.receive(self.endpoint, self.call, server, now)
        if request.method == "MESSAGE":
            return texts.receive(self.endpoint, self.call, server, now)
        if request.method != "UPDATE":
            # RFC 3261 §15: the callee sends no BYE in an early dialog.
            return self._answer(server, 481, now)
        sdp = sdp_of(request)
        if sdp is None:
            dialog.refresh(request)
            success = self.endpoint.success(request, None)
            return [self._named(request), *self.endpoint.transactions.answer(server, success, now)]
        # RFC 3311 §5.2: before our own offer has an answer, and before theirs has one.
        if request.from_.tag.lower() not in self._described:
            return self._answer(server, 491, now)
        if self._theirs is not None:
            return self._answer(server, 500, now, (self.endpoint.retry_after(),))
        self._theirs = server, dialog
        offer = EarlyOffer(call=self.call, branch=request.from_.tag, sdp=sdp)
        return [self._named(request), offer]

    def reaccept(self, sdp: str, now: float) -> list[Output]:
        """Answer what the peer offers in an early dialog."""
        server, dialog = self._offered()
        # RFC 6141 §4.6: not by a request that is refused.
        dialog.refresh(server.request)
        success = self.endpoint.success(server.request, sdp)
        return self.endpoint.transactions.answer(server, success, now)

    def rerefuse(self, status: int, now: float) -> list[Output]:
        """Refuse it: what is heard stays as it was."""
        return self._answer(self._offered()[0], status, now)

    def _offered(self) -> tuple[ServerTransaction, Dialog]:
        theirs, self._theirs = self._theirs, None
        if theirs is None:
            raise NotNow("the other side asks for no change of the call")
        return theirs

    def _named(self, request: Request) -> PeerNamed:
        return PeerNamed(call=self.call, from_=request.from_, headers=first_values(request))

    def answered(self, sent: ClientRequest, response: Response, now: float) -> list[Output]:
        """The answer to a PRACK or CANCEL tells nothing that the INVITE's will not."""
        return []

    def _answer(
        self, server: ServerTransaction, status: int, now: float, headers: Pairs = ()
    ) -> list[Output]:
        response = self.endpoint.reply(server.request, status, headers=headers)
        return self.endpoint.transactions.answer(server, response, now)

    def _send(self, now: float) -> Output:
        self.authenticator.sign(self.invite)
        self._client, send = self.endpoint.transactions.ask(self.invite, self, now)
        return send

    def _happen(self, event: Event, now: float, response: Response | None = None) -> list[Output]:
        self.state, actions = step(OUTGOING, self.state, event)
        return [output for action in actions for output in self._do(action, now, response)]

    def _do(self, action: Action, now: float, response: Response | None) -> list[Output]:
        match action:
            case Action.SEND_CANCEL:
                return self._send_cancel(now)
            case Action.GIVE_UP:
                assert self._client is not None
                self.endpoint.transactions.abandon(self._client, now)
                return []
            case Action.TELL_WE_ENDED:
                failed = response if response and response.status >= 300 else None
                return [ended(self.call, By.LOCAL, failed)]
        assert response is not None
        match action:
            case Action.TRY_AGAIN:
                self.invite = self.endpoint.again(self.invite, self.invite.cseq.number + 1)
                self._early.clear()
                self._rseq.clear()
                self._described.clear()
                return [self._send(now)]
            case Action.SEND_ACK:
                self.session = self._accepted(response)
                self.session.leg.timer.agreed(response, now)
                return [self._acks[_fork(response)]]
            case Action.ACK_AND_BYE:
                return self._part(response, now)
            case Action.ACK_FORK:
                again = self._acks.get(_fork(response))
                return [again] if again else self._part(response, now)
            case Action.TELL_PROGRESS:
                return self._progress(response)
            case Action.TELL_ANSWERED:
                return [
                    Answered(
                        call=self.call,
                        branch=response.to.tag,
                        sdp=sdp_of(response),
                        headers=first_values(response),
                    )
                ]
            case Action.TELL_FAILED:
                moved = response.readable_contacts if response.status < 400 else ()
                doubt = self._tries.unanswered if response.status in (401, 407) else None
                noted = [] if doubt is None else [Dropped(why=doubt.why)]
                news = ended(self.call, By.REMOTE, response, moved=moved, unanswered=doubt)
                return [*noted, news]
            case Action.TELL_TIME_OUT:
                return [ended(self.call, By.SYSTEM, response)]
            case _:
                assert_never(action)

    def _progress(self, response: Response) -> list[Output]:
        if response.status == 100:
            return []
        return [
            Progressed(
                call=self.call,
                status=response.status,
                reason=response.reason,
                branch=response.to.tag,
                sdp=sdp_of(response),
                headers=first_values(response),
            )
        ]

    def _send_cancel(self, now: float) -> list[Output]:
        self.deadline = now + T64
        cancel = cancel_of(self.invite)
        for name, value in self._cancel_headers:
            cancel.headers.add(name, value)
        # RFC 3261 §22.1: a CANCEL cannot be sent again, so it answers no challenge.
        nobody = Authenticator(None, self.endpoint.entropy)
        return ClientRequest(self.endpoint, nobody, self, cancel).start(now)

    def _accepted(self, response: Response, *, unwanted: bool = False) -> Session:
        """Make the session of a 2xx and its ACK."""
        tag = _fork(response)
        dialog = self._early.pop(tag, None)
        if dialog is None:
            dialog = Dialog.called(self.invite, response)
        else:
            dialog.confirm(response)
        self._acks[tag] = Send(data=bytes(dialog.ack(self.endpoint, self.invite)))
        self.deadline = None
        leg = Leg(
            self.endpoint,
            self.authenticator,
            self.call,
            dialog,
            calling=True,
            sdp=sdp_of(self.invite) or "",
            unwanted=unwanted,
        )
        leg.packages = info.packages(response)
        return Session(leg)

    def _part(self, response: Response, now: float) -> list[Output]:
        """Acknowledge a 2xx that nobody wants, and end it at once (RFC 3261 §13.2.2.4)."""
        if len(self._acks) >= MOST_FORKS:
            return [Dropped(why="more phones have answered than anybody has")]
        fork = self._accepted(response, unwanted=True)
        self.forks.append(fork)
        return [self._acks[_fork(response)], *fork.hang_up(now, self._cancel_headers)]

    def _acknowledge_reliable(self, response: Response, now: float) -> list[Output] | None:
        """The PRACK a reliable 18x wants; None when it is to be ignored (RFC 3262 §4)."""
        tag = _fork(response)
        if response.status > 100 and tag and tag not in self._early:
            # RFC 3261 §12.1.2: an early dialog.
            self._early[tag] = Dialog.called(self.invite, response)
        number = whole_number(response.headers.get("RSeq") or "", 2**32 - 1)
        if number is None or "100rel" not in response.require or tag not in self._early:
            return []
        if tag in self._rseq and number != self._rseq[tag] + 1:
            return None
        self._rseq[tag] = number
        dialog = self._early[tag]
        rack = f"{number} {self.invite.cseq}"
        prack = dialog.request(self.endpoint, "PRACK", headers=(("RAck", rack),))
        return ClientRequest(self.endpoint, self.authenticator, self, prack, dialog=dialog).start(
            now
        )


def _fork(response: Response) -> str:
    """Which of the phones that our INVITE reached: its tag, a token and so case-blind (§7.3.1)."""
    return response.to.tag.lower()
