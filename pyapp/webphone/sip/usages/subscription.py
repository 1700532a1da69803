"""News of what is elsewhere: SUBSCRIBE, its dialogs, and the NOTIFYs in them (RFC 6665)."""

from __future__ import annotations

from enum import Enum, auto
from typing import assert_never

from webphone.machine import due, earliest, step
from webphone.sip.authentication import Authenticator, ClientRequest
from webphone.sip.dialog import Dialog
from webphone.sip.endpoint import Endpoint
from webphone.sip.outputs import (
    Output,
    Subscribed,
    SubscriptionLost,
    Unsubscribed,
)
from webphone.sip.transaction import T64
from webphone.sip.transactions import ServerTransaction
from webphone.sip.usages.notify import header_value, notified
from webphone.sip.usages.soft_state import DAY, LONGEST_PAUSE, PAUSE, SOONEST
from webphone.sip.usages.subscription_fork import Fork, Loss, Wish, refused
from webphone.sip.wire.message import Request, Response
from webphone.sip.wire.uri import Uri

MOST_FORKS = 8
# Whose several answers belong together (RFC 3842 §3.10, RFC 4235 §3.9); of all others the first
# that answers is the one (RFC 3856 §6.9, RFC 4575 §3.8).
FORKING = frozenset(("message-summary", "dialog"))


class State(Enum):
    """Whether we hear of it.

               SUBSCRIBE           2xx, or a NOTIFY before it
       OFF ──────────────► ASKING ────────────────────────────► ACTIVE ───┐
                           ▲  │ │                                │ │ │    │ unsubscribe:
                       due │  │ └──── 403, 404, 489 … ──► OVER ◄─┘ │ │    │ Expires: 0
                           │  │ 408, 503 …                ▲ rejected │    ▼
                           │  ▼                           │          │  LEAVING
                          WAITING ◄── no dialog is left ──┼──────────┘    │
                           LOST ◄── the socket is gone ───┤               │
                                                          └─ last NOTIFY ─┘

    ASKING, with a longer time, is also what 423 leads to. LOST waits for `subscribe`.
    """

    OFF = auto()
    ASKING = auto()
    ACTIVE = auto()
    WAITING = auto()
    LOST = auto()
    LEAVING = auto()
    OVER = auto()


class Event(Enum):
    """What can happen to a subscription."""

    SUBSCRIBE = auto()
    UNSUBSCRIBE = auto()
    ADJUST = auto()
    DIALOG = auto()
    POSTPONE = auto()
    END = auto()
    DUE = auto()
    LOSE = auto()


class Action(Enum):
    """What the table asks for."""

    ASK = auto()
    REMOVE = auto()
    WAIT = auto()
    FORGET = auto()
    TELL_POSTPONED = auto()
    TELL_ENDED = auto()
    TELL_LEFT = auto()


_ASKED = (State.ASKING, (Action.ASK,))
_PUT_OFF = (State.WAITING, (Action.FORGET, Action.WAIT, Action.TELL_POSTPONED))
_ENDED = (State.OVER, (Action.FORGET, Action.TELL_ENDED))
_LEFT = (State.OVER, (Action.FORGET, Action.TELL_LEFT))
_LOST = (State.LOST, (Action.FORGET,))

SUBSCRIPTION: dict[tuple[State, Event], tuple[State, tuple[Action, ...]]] = {
    (State.OFF, Event.SUBSCRIBE): _ASKED,
    (State.ASKING, Event.ADJUST): _ASKED,
    (State.ASKING, Event.DIALOG): (State.ACTIVE, ()),
    (State.ASKING, Event.POSTPONE): _PUT_OFF,
    (State.ASKING, Event.END): _ENDED,
    (State.ASKING, Event.LOSE): _LOST,
    # What has no dialog yet can't be ended there: that waits for the answer.
    (State.ASKING, Event.UNSUBSCRIBE): (State.LEAVING, ()),
    (State.ACTIVE, Event.POSTPONE): _PUT_OFF,
    (State.ACTIVE, Event.END): _ENDED,
    (State.ACTIVE, Event.LOSE): _LOST,
    (State.ACTIVE, Event.UNSUBSCRIBE): (State.LEAVING, (Action.REMOVE,)),
    (State.WAITING, Event.DUE): _ASKED,
    (State.WAITING, Event.SUBSCRIBE): _ASKED,
    (State.WAITING, Event.LOSE): _LOST,
    (State.WAITING, Event.UNSUBSCRIBE): _LEFT,
    (State.LOST, Event.SUBSCRIBE): _ASKED,
    (State.LOST, Event.UNSUBSCRIBE): _LEFT,
    (State.LEAVING, Event.DIALOG): (State.LEAVING, (Action.REMOVE,)),
    (State.LEAVING, Event.ADJUST): _LEFT,
    (State.LEAVING, Event.POSTPONE): _LEFT,
    (State.LEAVING, Event.END): _LEFT,
    (State.LEAVING, Event.DUE): _LEFT,
    (State.LEAVING, Event.LOSE): _LEFT,
}


class Subscription:
    """Our wish to hear of one event package of one address, whoever tells us."""

    call = ""

    def __init__(
        self,
        endpoint: Endpoint,
        authenticator: Authenticator,
        name: str,
        target: Uri,
        event: str,
        accept: str,
    ) -> None:
        self.name = name
        self.wish = Wish(endpoint, authenticator, self, event, accept)
        self.state = State.OFF
        self.call_id, self.tag = "", ""
        self._endpoint = endpoint
        self._target = target
        self._forks: dict[str, Fork] = {}
        # Those that have ended, whose answer may be still on its way.
        self._gone: set[str] = set()
        self._sent: ClientRequest | None = None
        self._at: float | None = None  # when WAITING or LEAVING is over
        self._until = 0.0  # Timer N: until then others may answer the same SUBSCRIBE
        self._heard = False
        self._lengthened = False
        self._left = False
        self._failures = 0
        self._asked_at = float("-inf")
        self._loss = Loss()

    @property
    def over(self) -> bool:
        """Whether nothing of it is left."""
        return self.state is State.OVER

    @property
    def leaving(self) -> bool:
        """Whether it is to end: who wants it again needs another one."""
        return self.state is State.LEAVING

    @property
    def key(self) -> tuple[str, str]:
        """Where a NOTIFY finds it: Call-ID and our tag."""
        return self.call_id, self.tag.lower()

    @property
    def deadline(self) -> float | None:
        """When `wake` has something to do."""
        moments = [self._at]
        if self.state is State.ACTIVE:
            moments += [None if self._heard else self._until]
            moments += [fork.deadline for fork in self._forks.values()]
        return earliest(moments)

    def subscribe(self, now: float) -> list[Output]:
        """Ask for it, or again for all that is to be known of it."""
        if self.state is State.ACTIVE:
            forks = [fork for fork in self._forks.values() if fork.sent is None]
            return [x for fork in forks for x in fork.refresh(now)]
        self._lengthened = False
        return self._happen(Event.SUBSCRIBE, now)

    def unsubscribe(self, now: float) -> list[Output]:
        """Ask for it no longer; Unsubscribed follows."""
        return self._happen(Event.UNSUBSCRIBE, now)

    def lost(self, now: float) -> list[Output]:
        """The connection that its dialogs lead over is gone (RFC 7118 §5: so is our address)."""
        return self._happen(Event.LOSE, now)

    def wake(self, now: float) -> list[Output]:
        """Refresh, ask again, or stop waiting."""
        if due(self._at, now):
            self._at = None
            return self._happen(Event.DUE, now)
        if self.state is not State.ACTIVE:
            return []
        if not self._heard and now >= self._until:
            # §4.1.2.4: Timer N.
            return self._lose(Loss(status=408, reason="no NOTIFY came"), now)
        outputs: list[Output] = []
        for tag, fork in list(self._forks.items()):
            if fork.over(now):
                outputs += self._drop(tag, Loss(reason="timeout", wait=0.0), now)
            else:
                outputs += fork.wake(now)
        return outputs

    # Answers.

    def answered(self, sent: ClientRequest, response: Response, now: float) -> list[Output]:
        """The final answer to a SUBSCRIBE of ours."""
        if sent is self._sent:
            self._sent = None
            return self._created(sent, response, now)
        for tag, fork in self._forks.items():
            if fork.sent is sent:
                return self._refreshed(tag, fork, response, now)
        return []

    def _created(self, sent: ClientRequest, response: Response, now: float) -> list[Output]:
        if response.status < 300:
            self._failures = 0
            return self._settled(sent, response, now)
        if self._forks:
            # A NOTIFY came: it is there, whatever became of the answer.
            return [Subscribed(subscription=self.name)]
        adjusting = response.status == 423 and not self._lengthened
        if adjusting and self.wish.lengthened(response):
            self._lengthened = True
            return self._happen(Event.ADJUST, now)
        return self._lose(refused(sent, response), now)

    def _settled(self, sent: ClientRequest, response: Response, now: float) -> list[Output]:
        """A 2xx: one of the dialogs is known by it, and how long it lasts."""
        tag = response.to.tag.lower()
        outputs: list[Output] = [Subscribed(subscription=self.name)]
        if tag in self._gone or (tag not in self._forks and not self._room):
            return outputs
        if tag not in self._forks:
            self._forks[tag] = Fork(self.wish, Dialog.called(sent.request, response), now)
        self._forks[tag].renew(response.safe("expires", None), now)
        return outputs + self._happen(Event.DIALOG, now)

    def _refreshed(self, tag: str, fork: Fork, response: Response, now: float) -> list[Output]:
        followed = fork.answered(response, now)
        if isinstance(followed, Loss):
            return self._drop(tag, followed, now)
        if response.status < 300:
            return self._answer_left() if fork.left else [Subscribed(subscription=self.name)]
        return followed

    # News.

    def receive(self, server: ServerTransaction, request: Request, now: float) -> list[Output]:
        """A request in one of its dialogs, or in one that it makes (§4.4.1)."""
        event, params = header_value(request, "Event")
        if request.method != "NOTIFY" or event != self.wish.event or "id" in params:
            return self._endpoint.answer(server, 481, now)
        tag = request.from_.tag.lower()
        fork = self._forks.get(tag) or self._forked(tag, request, now)
        if fork is None:
            return self._endpoint.answer(server, 481, now)
        if not fork.dialog.takes(request):
            return self._endpoint.answer(server, 500, now)
        fork.dialog.refresh(request)
        self._heard = True
        outputs = self._endpoint.answer(server, 200, now) + self._happen(Event.DIALOG, now)
        outputs.append(notified(self.name, self.wish.event, request))
        loss = fork.notified(request, now)
        return outputs if loss is None else outputs + self._drop(tag, loss, now)

    @property
    def _room(self) -> bool:
        """Whether one more may answer."""
        return len(self._forks) < (MOST_FORKS if self.wish.event in FORKING else 1)

    def _forked(self, tag: str, request: Request, now: float) -> Fork | None:
        """The dialog that a NOTIFY makes, None where it is none of ours."""
        asking = self.state in (State.ASKING, State.ACTIVE, State.LEAVING) and now < self._until
        if not tag or tag in self._gone or not asking or not self._room:
            return None
        dialog = Dialog.answering(request, self.tag)
        dialog.local_cseq = self._number
        fork = self._forks[tag] = Fork(self.wish, dialog, now)
        fork.renew(None, now)
        return fork

    # Steps.

    def _drop(self, tag: str, loss: Loss, now: float) -> list[Output]:
        """One of its dialogs is over; with the last one all of it is."""
        del self._forks[tag]
        self._gone.add(tag)
        return [] if self._forks else self._lose(loss, now)

    def _lose(self, loss: Loss, now: float) -> list[Output]:
        self._loss = loss
        return self._happen(Event.END if loss.final else Event.POSTPONE, now)

    def _happen(self, event: Event, now: float) -> list[Output]:
        self.state, actions = step(SUBSCRIPTION, self.state, event)
        return [output for action in actions for output in self._do(action, now)]

    def _do(self, action: Action, now: float) -> list[Output]:
        match action:
            case Action.ASK:
                return self._ask(now)
            case Action.REMOVE:
                self._at = now + T64
                return [x for fork in self._forks.values() for x in fork.leave(now)]
            case Action.WAIT:
                self._wait(now)
                return []
            case Action.FORGET:
                self._at, self._sent = None, None
                self._forks.clear()
                return []
            case Action.TELL_POSTPONED:
                return [self._news(again=True)]
            case Action.TELL_ENDED:
                return [self._news(again=False)]
            case Action.TELL_LEFT:
                return self._answer_left()
            case _:
                assert_never(action)

    def _ask(self, now: float) -> list[Output]:
        """§4.1.2.1: a SUBSCRIBE that makes a dialog of its own."""
        account = self.wish.authenticator.account
        assert account is not None
        self._gone.clear()
        self._heard, self._at = False, None
        self._asked_at, self._until = now, now + T64
        headers = self.wish.headers(self.wish.expires)
        request = self._endpoint.outside(
            "SUBSCRIBE", account.address, self._target, headers=headers
        )
        self.call_id, self.tag = request.call_id, request.from_.tag
        self._sent = self.wish.sent(request)
        return self._sent.start(now)

    @property
    def _number(self) -> int:
        """The number that our SUBSCRIBE had last; a dialog of its own goes on from there."""
        return self._sent.request.cseq.number if self._sent else 1

    def _wait(self, now: float) -> None:
        wait = self._loss.wait
        if wait is None:
            pause = min(PAUSE * 2.0**self._failures, LONGEST_PAUSE)
            self._failures = min(self._failures + 1, 10)
            wait = pause * self._endpoint.entropy.uniform(0.8, 1.2)
        self._at = max(now + min(wait, DAY), self._asked_at + SOONEST)

    def _news(self, *, again: bool) -> SubscriptionLost:
        loss = self._loss
        return SubscriptionLost(
            subscription=self.name,
            status=loss.status,
            reason=loss.reason,
            again=again,
            unanswered=loss.unanswered,
        )

    def _answer_left(self) -> list[Output]:
        told, self._left = self._left, True
        return [] if told else [Unsubscribed(subscription=self.name)]


def dialog_key(request: Request) -> tuple[str, str]:
    """Which subscription a request belongs to: its Call-ID and our tag."""
    return request.call_id, request.to.tag.lower()
