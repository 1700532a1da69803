"""An outgoing call until it is answered or over: INVITE, forks, CANCEL (RFC 3261 §9.1, §13.2)."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, assert_never

from webphone.machine import due, step
from webphone.sip.authentication import Authenticator, ClientRequest, Tries
from webphone.sip.dialog import Dialog, Key
from webphone.sip.endpoint import Endpoint, Pairs, first_values, sdp_of
from webphone.sip.outputs import (
    Answered,
    By,
    Dropped,
    InviteSent,
    Output,
    Progressed,
    Send,
)
from webphone.sip.transaction import T64
from webphone.sip.transactions import ClientTransaction, ServerTransaction, cancel_of
from webphone.sip.usages import info, timer
from webphone.sip.usages.ending import ended
from webphone.sip.usages.leg import Leg
from webphone.sip.usages.session import Session
from webphone.sip.wire.message import Request, Response

if TYPE_CHECKING:
    from webphone.sip.usages.repeat import Repeat

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

    401 and 407 that can be answered, and 422, lead back to CALLING from PROCEEDING too. So does a
    new connection after one that was lost: the INVITE goes out again. Where that one is refused as
    the one before may stand in its way, it is PAUSING, and then in CALLING again or at its end.
    """

    CALLING = auto()
    PROCEEDING = auto()
    PAUSING = auto()
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
    RECONNECTED = auto()
    IN_THE_WAY = auto()
    CLEAR = auto()


class Action(Enum):
    """What the table asks for."""

    TRY_AGAIN = auto()
    REPEAT = auto()
    PAUSE = auto()
    SEND_BYES = auto()
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
    # RFC 5626 §4.4: with the connection went the way of the answer, if not the server that has it.
    (State.CALLING, Event.RECONNECTED): (State.CALLING, (Action.REPEAT,)),
    (State.PROCEEDING, Event.RECONNECTED): (State.CALLING, (Action.REPEAT,)),
    (State.PAUSING, Event.RECONNECTED): (State.CALLING, (Action.REPEAT,)),
    # It can't be overtaken: the INVITE came there over the connection before, or never will.
    (State.WAITING, Event.RECONNECTED): (State.CANCELLING, (Action.SEND_CANCEL,)),
    # §15: a server that has forgotten the INVITE passes on a BYE.
    (State.CANCELLING, Event.RECONNECTED): (State.CANCELLING, (Action.SEND_BYES,)),
    (State.CALLING, Event.IN_THE_WAY): (State.PAUSING, (Action.PAUSE,)),
    (State.PROCEEDING, Event.IN_THE_WAY): (State.PAUSING, (Action.PAUSE,)),
    (State.PAUSING, Event.CLEAR): (State.CALLING, (Action.TRY_AGAIN,)),
    (State.PAUSING, Event.SUCCESS): (State.ANSWERED, (Action.SEND_ACK, Action.TELL_ANSWERED)),
    (State.PAUSING, Event.OVERDUE): (State.ENDED, (Action.TELL_FAILED,)),
    (State.PAUSING, Event.HANG_UP): (State.ENDED, (Action.TELL_WE_ENDED,)),
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
        # Loaded by the first call that is made.
        from webphone.sip.usages.forks import Forks

        self.endpoint = endpoint
        self.authenticator = authenticator
        self.call = call
        self.invite = invite
        self.state = State.CALLING
        self.session: Session | None = None
        # Of those that answered too late, until their BYE is done.
        self._late: list[Session] = []
        self.deadline: float | None = None
        self.unwanted = False  # nobody is to hear of its end
        self._client: ClientTransaction | None = None  # of the newest INVITE
        self._tries = Tries()
        self._lost = False  # its socket is gone
        self._rang = False  # somebody has said so of the newest
        self._repeat: Repeat | None = None  # since it went out again for that
        # The least session interval that somebody on the way takes, and how often one was named.
        self._least = self._lengthened = 0
        self._forks = Forks(endpoint, authenticator, call)
        self._cancel_headers: Pairs = ()

    def renamed(self, name: str) -> None:
        """Another has its name from now on, and is what is told of."""
        self.call = self._forks.call = name
        self.unwanted = True

    @property
    def over(self) -> bool:
        """Whether the phone knows it as ended."""
        return self.state is State.ENDED or (self.session is not None and self.session.ended)

    @property
    def giving_up(self) -> bool:
        """Whether it is to end before it is answered."""
        return self.state not in (State.CALLING, State.PROCEEDING, State.PAUSING)

    @property
    def sessions(self) -> list[Session]:
        """What became of it: the call itself, and what answered too late."""
        return [*([self.session] if self.session else []), *self._late]

    @property
    def withdrawal(self) -> bytes:
        """What takes the INVITE back, said by somebody else (RFC 3261 §9.1)."""
        return bytes(cancel_of(self.invite))

    def start(self, now: float) -> list[Output]:
        """Send the INVITE."""
        return [InviteSent(call=self.call, call_id=self.invite.call_id), self._send(now)]

    def hang_up(self, now: float, headers: Pairs = ()) -> list[Output]:
        """Stop calling; `headers` go into the CANCEL."""
        self._cancel_headers = tuple(headers)
        return self._happen(Event.HANG_UP, now)

    def lost(self) -> None:
        """The socket is gone that the INVITE went over."""
        self._lost = True

    def reconnected(self, now: float) -> list[Output]:
        """Send the INVITE again that is not answered yet."""
        lost, self._lost = self._lost, False
        return self._happen(Event.RECONNECTED, now) if lost else []

    def wake(self, now: float) -> list[Output]:
        """Wait no longer: for the answer to a cancelled INVITE, or for its way to be free."""
        if not due(self.deadline, now):
            return []
        self.deadline = None
        if self.state is State.PAUSING and self._repeat is not None:
            return self.cleared(now) if self._repeat.away else self.stands(now)
        return self._happen(Event.OVERDUE, now)

    def cleared(self, now: float) -> list[Output]:
        """Nothing is in the way any more of the newest INVITE, which was refused."""
        return self._happen(Event.CLEAR, now, self._refusal)

    def stands(self, now: float) -> list[Output]:
        """It was refused for good."""
        if self.state is not State.PAUSING:
            return []
        return self._happen(Event.OVERDUE, now, self._refusal)

    @property
    def _refusal(self) -> Response | None:
        return self._repeat.refusal if self._repeat else None

    def accepted_before(self, invite: Request, response: Response, now: float) -> list[Output]:
        """A 2xx to the INVITE that was sent before this one."""
        newest, self.invite = self.invite, invite
        outputs = self._happen(Event.SUCCESS, now, response)
        self.invite = newest
        for session in self.sessions:
            # RFC 3261 §12.2.1.1: the other end has heard this number already.
            session.leg.dialog.passed(newest.cseq.number)
        return outputs + self._turn_to_newest(now)

    def _turn_to_newest(self, now: float) -> list[Output]:
        """The one before was answered: nobody else is to ring."""
        assert self._client is not None
        if self._client.user is not self:
            return []
        # Loaded already.
        from webphone.sip.usages.repeat import Repeat

        return Repeat(self, self._client).leave(now)

    def responded(self, client: ClientTransaction, response: Response, now: float) -> list[Output]:
        """A response to the INVITE (RFC 3261 §13.2.2)."""
        status = response.status
        if status < 200:
            heard = self._forks.heard(self.invite, response, now)
            if isinstance(heard, Dropped):
                return [heard]
            heard += self._happen(Event.PROVISIONAL, now, response)
            return heard + (self._rings(now) if status > 100 else [])
        if status < 300:
            outputs = self.authenticator.check(self.invite, response)
            return outputs + self._happen(Event.SUCCESS, now, response)
        may_ask = self.state in (State.CALLING, State.PROCEEDING)
        asked = may_ask and status in (401, 407)
        if asked and self.authenticator.learn(response, self._tries):
            return self._happen(Event.CHALLENGE, now, response)
        if may_ask and self._lengthen(response):
            return self._happen(Event.CHALLENGE, now, response)
        if may_ask and self._repeat and not self._rang and self._repeat.hinders(response):
            return self._happen(Event.IN_THE_WAY, now, response)
        return self._happen(Event.FAILURE, now, response)

    def _rings(self, now: float) -> list[Output]:
        """Somebody has the newest INVITE: the one before is wanted no more."""
        self._rang = True
        return self._repeat.leave(now) if self._repeat else []

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
        return self._happen(Event.TIME_OUT, now, self.endpoint.reply(self.invite, 408))

    @property
    def places(self) -> dict[Key, Outgoing | Session]:
        """Who takes a request of a peer, by the dialog it belongs to."""
        found: dict[Key, Outgoing | Session] = dict.fromkeys(self._forks.keys, self)
        return found | {session.leg.dialog.key: session for session in self.sessions}

    def early(self, tag: str) -> Dialog | None:
        """The dialog of the phone with this tag that has not answered yet."""
        return self._forks.early(tag)

    def takes(self, package: str, branch: str) -> bool:
        """Whether a phone that has not answered yet takes such INFOs."""
        return self._forks.takes(package, branch)

    def inform(
        self, content_type: str, body: bytes, ref: str, now: float, package: str, branch: str
    ) -> list[Output]:
        """Send an INFO to one of those."""
        return self._forks.inform(content_type, body, ref, now, package, branch)

    def receive(self, server: ServerTransaction, request: Request, now: float) -> list[Output]:
        """A request of a peer in an early dialog; who asks us in one is told where it is over."""
        if self.giving_up and request.method == "UPDATE":
            return self.endpoint.answer(server, 481, now)
        return self._forks.receive(server, request, now)

    def reaccept(self, sdp: str, now: float) -> list[Output]:
        """Answer what the peer offers in an early dialog."""
        return self._forks.reaccept(sdp, now)

    def rerefuse(self, status: int, now: float) -> list[Output]:
        """Refuse it: what is heard stays as it was."""
        return self._forks.rerefuse(status, now)

    def answered(self, sent: ClientRequest, response: Response, now: float) -> list[Output]:
        """The answer to a CANCEL tells nothing that the INVITE's will not."""
        return []

    def _send(self, now: float) -> Output:
        self.authenticator.sign(self.invite)
        self._client, send = self.endpoint.transactions.ask(self.invite, self, now)
        self._rang, self.deadline = False, None
        return send

    def _send_again(self, now: float) -> list[Output]:
        """Over a new connection, to whatever server is at its other end."""
        # Loaded by the first that is lost.
        from webphone.sip.usages.repeat import Repeat

        assert self._client is not None
        before = self._repeat
        self._repeat = Repeat(self, self._client)
        self.invite, self._tries = self.endpoint.anew(self.invite), Tries()
        self._forks.clear()
        return [*(before.leave(now) if before else []), self._send(now)]

    def _happen(self, event: Event, now: float, response: Response | None = None) -> list[Output]:
        self.state, actions = step(OUTGOING, self.state, event)
        outputs = [output for action in actions for output in self._do(action, now, response)]
        if self._repeat and self.state not in (State.CALLING, State.PROCEEDING):
            outputs += self._repeat.leave(now)
        return outputs

    def _do(self, action: Action, now: float, response: Response | None) -> list[Output]:
        match action:
            case Action.SEND_CANCEL:
                return self._send_cancel(now)
            case Action.REPEAT:
                return self._send_again(now)
            case Action.SEND_BYES:
                return self._forks.part(now)
            case Action.GIVE_UP:
                assert self._client is not None
                self.endpoint.transactions.abandon(self._client, now)
                return []
            case Action.TELL_WE_ENDED:
                failed = response if response and response.status >= 300 else None
                return [] if self.unwanted else [ended(self.call, By.LOCAL, failed)]
        assert response is not None
        match action:
            case Action.TRY_AGAIN:
                self.invite = self.endpoint.again(self.invite, self.invite.cseq.number + 1)
                self._forks.clear()
                return [self._send(now)]
            case Action.PAUSE:
                assert self._repeat is not None
                self.deadline = self._repeat.pause(response, now)
                return []
            case Action.SEND_ACK:
                self.session, ack = self._accepted(response)
                self.session.leg.timer.agreed(response, now)
                return [ack]
            case Action.ACK_AND_BYE:
                return self._part(response, now)
            case Action.ACK_FORK:
                again = self._forks.ack(self.invite, response)
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

    def _accepted(self, response: Response, *, unwanted: bool = False) -> tuple[Session, Send]:
        """Make the session of a 2xx and its ACK."""
        dialog, ack = self._forks.accept(self.invite, response)
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
        leg.replaceable = "replaces" in response.supported
        return Session(leg), ack

    def _part(self, response: Response, now: float) -> list[Output]:
        """Acknowledge a 2xx that nobody wants, and end it at once (RFC 3261 §13.2.2.4)."""
        if not self._forks.room:
            return [Dropped(why="more phones have answered than anybody has")]
        late, ack = self._accepted(response, unwanted=True)
        self._late.append(late)
        return [ack, *late.hang_up(now, self._cancel_headers)]
