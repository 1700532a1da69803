"""A call that the other side transfers: it asks us to call somebody else, and the page is asked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import assert_never

from webphone.contract import WebPhoneError
from webphone.machine import due, step
from webphone.phone import actions as do
from webphone.phone.account.account import Result
from webphone.phone.call.call import Call, Stage
from webphone.phone.call.others import Others
from webphone.phone.call.outgoing import Outgoing, call_to
from webphone.phone.call.part import Media, Question, Steps, Wider
from webphone.phone.call.transfer import told
from webphone.phone.promises import done
from webphone.phone.sent_on import Verdict, dialled, may_dial
from webphone.phone.snapshot import TransferSnapshot
from webphone.sip import NotNow, Output, ReferReceived, Uri
from webphone.words.bidi import LONGEST

# Seconds that a person has to think about it: a REFER that nobody answers fails after 32.
THINKS = 25.0
# Seconds between two signs of life, and until a call is ended that should have been by them.
SIGN, LEAVES = 20.0, 5.0


class State(Enum):
    """What becomes of their wish.

          asked           the page allows, and the policy wants to ask
    NONE ───────► ASKED ───────────────────────────────────► CONFIRMING
      ▲             │ prevented                       granted │  │ refused, or
      │◄────────────┤◄────────────────────────────────────────┼──┘ no word for 25 s
      │             │ the page allows, and so does the policy │
      │             └─────────────────► FOLLOWING ◄───────────┘
      └──── the new call failed ────────────┘
    """

    NONE = auto()
    ASKED = auto()
    CONFIRMING = auto()
    FOLLOWING = auto()


class Event(Enum):
    """What can happen to it."""

    REFERRED = auto()
    REFERRED_IN_VAIN = auto()
    ALLOWED = auto()
    ALLOWED_TO_ASK = auto()
    PREVENTED = auto()
    GRANTED = auto()
    REFUSED = auto()
    TIME = auto()
    FAILED = auto()
    OVER = auto()


class Action(Enum):
    """What the table asks for."""

    ASK_PAGE = auto()
    FOLLOW = auto()
    DECLINE = auto()


_DECLINED = (State.NONE, (Action.DECLINE,))

REFERRAL: dict[tuple[State, Event], tuple[State, tuple[Action, ...]]] = {
    (State.NONE, Event.REFERRED): (State.ASKED, (Action.ASK_PAGE,)),
    (State.NONE, Event.REFERRED_IN_VAIN): _DECLINED,
    (State.ASKED, Event.ALLOWED): (State.FOLLOWING, (Action.FOLLOW,)),
    (State.ASKED, Event.ALLOWED_TO_ASK): (State.CONFIRMING, ()),
    (State.ASKED, Event.PREVENTED): _DECLINED,
    (State.ASKED, Event.OVER): (State.NONE, ()),
    (State.CONFIRMING, Event.GRANTED): (State.FOLLOWING, (Action.FOLLOW,)),
    (State.CONFIRMING, Event.REFUSED): _DECLINED,
    (State.CONFIRMING, Event.TIME): _DECLINED,
    (State.CONFIRMING, Event.OVER): (State.NONE, ()),
    (State.FOLLOWING, Event.FAILED): (State.NONE, ()),
    (State.FOLLOWING, Event.OVER): (State.NONE, ()),
}

_STAGES = {State.CONFIRMING: "requested", State.FOLLOWING: "following"}


class Referral:
    """What the other side of one call asks for."""

    rests = True

    def __init__(self, call: Call) -> None:
        self.state = State.NONE
        self.deadline: float | None = None
        self.shown = ""  # whom we are to call
        self._call = call
        self._wanted: ReferReceived | None = None
        self._target: Uri | None = None
        self._verdict = Verdict.NO
        self._reply: int | None = None  # the promise of who grants it

    # --- Questions ---

    @property
    def snapshot(self) -> TransferSnapshot | None:
        """As the screen sees it."""
        stage = _STAGES.get(self.state)
        return TransferSnapshot(stage=stage, target=self.shown) if stage else None

    @property
    def waits(self) -> bool:
        """Whether a person is asked."""
        return self.state is State.CONFIRMING

    # --- What a person wants ---

    def grant(self, reply: int | None, now: float) -> Steps:
        """Call whom they name."""
        self._reply = reply
        return self._happen(Event.GRANTED, now)

    def refuse(self, now: float) -> Steps:
        """Stay with them."""
        return self._happen(Event.REFUSED, now)

    # --- As a part of the call ---

    def wake(self, now: float) -> Steps:
        """The person has thought for long enough."""
        return self._happen(Event.TIME, now) if due(self.deadline, now) else []

    def heard(self, output: Output, now: float) -> Steps:
        """A REFER: nothing is dialled before the page and the policy allow it."""
        if not isinstance(output, ReferReceived):
            return []
        self._wanted, uri = output, output.target.uri
        self._target = dialled(uri, self._call.account.config.domain)
        self.shown = (output.target.display_name or uri.shown_number or str(uri))[:LONGEST]
        return [Wider(self._consider)]

    def media(self, news: Media, now: float) -> Steps:
        """The media know nothing of it."""
        return []

    def over(self, error: WebPhoneError) -> list[do.Action]:
        """The call is over, and with it their wish."""
        self.state, _ = step(REFERRAL, self.state, Event.OVER)
        self.deadline = None
        return []

    # --- Steps ---

    def _consider(self, others: Others, now: float) -> Steps:
        """What the policy says of it; the page is not asked what is out of the question."""
        target = self._target
        self._verdict = may_dial(target, others.config) if target else Verdict.NO
        vain = self._verdict is Verdict.NO
        return self._happen(Event.REFERRED_IN_VAIN if vain else Event.REFERRED, now)

    def _permitted(self, allowed: bool, now: float) -> Steps:
        """The page's word, and then the policy's."""
        if not allowed:
            return self._happen(Event.PREVENTED, now)
        at_once = self._verdict is Verdict.YES
        return self._happen(Event.ALLOWED if at_once else Event.ALLOWED_TO_ASK, now)

    def _happen(self, event: Event, now: float) -> Steps:
        self.state, actions = step(REFERRAL, self.state, event)
        self.deadline = now + THINKS if self.waits else None
        return [item for action in actions for item in self._do(action, now)]

    def _do(self, action: Action, now: float) -> Steps:
        match action:
            case Action.ASK_PAGE:
                event = told(self._call, "requested", None, self.shown, "remote")
                return [Question(event, self._permitted)]
            case Action.FOLLOW:
                self._call.moved_to = self.shown
                return [
                    *self._call.wire.answer_refer(200, now),
                    do.Tell(event=told(self._call, "accepted", None, self.shown, "remote")),
                    Wider(self._follow),
                ]
            case Action.DECLINE:
                note = f"not called, as the other side of {self._call.id} wants: {self.shown}"
                return [*self._call.wire.answer_refer(603, now), do.Note(level="info", text=note)]
            case _:
                assert_never(action)

    def _follow(self, others: Others, now: float) -> Result:
        """Call whom they name, and tell them how that goes."""
        assert self._target is not None and self._wanted is not None
        call = call_to(self._call.account, self._target, others.new_id(), now)
        call.muted = self._call.muted
        headers = []
        if self._wanted.referred_by is not None:
            headers.append(("Referred-By", str(self._wanted.referred_by)))
        if self._wanted.replaces is not None:
            # RFC 3891 §4
            headers += [("Replaces", str(self._wanted.replaces)), ("Require", "replaces")]
        call.part(Outgoing).headers = tuple(headers)
        others.errands.append(Following(self, self._call, call))
        reply, self._reply = self._reply, None
        return [*others.dial(call, now), *done(reply, call.view)]

    def failed(self, now: float) -> None:
        """The call to the other one came to nothing."""
        self._happen(Event.FAILED, now)


@dataclass(eq=False)
class Following:
    """The call that somebody asked us to make, and the one that they asked us in."""

    referral: Referral
    old: Call
    new: Call
    deadline: float | None = None
    done: bool = False
    _told: int = 100

    def wake(self, calls: Others, now: float) -> Result:
        """Tell them how far it has come; then the old call is over, or taken up again."""
        status = self._status
        if self._told >= 200:
            return self._leave(calls, now)
        if status == self._told and not due(self.deadline, now):
            self.deadline = self.deadline or now + SIGN
            return []
        self._told, self.deadline = status, now + SIGN
        result = self._report(status, now)
        if status < 200:
            return result
        stage = "completed" if status < 300 else "failed"
        event = told(self.old, stage, status, self.referral.shown, "remote")
        result.append(do.Tell(event=event))
        if status < 300:
            self.deadline = now + LEAVES
            return result
        self.done = True
        self.old.moved_to = None
        self.referral.failed(now)
        return result + self._take_up(calls, now)

    @property
    def _status(self) -> int:
        """What the new call is to them, as the status of its INVITE."""
        call = self.new
        if call.answered_at is not None:
            return 200
        if call.over:
            failure = call.ending.status if call.ending else None
            return failure if failure is not None and failure >= 300 else 480
        return 180 if call.stage in (Stage.RINGING, Stage.EARLY) else 100

    def _report(self, status: int, now: float) -> Result:
        try:
            return self.old.wire.report_refer(status, now)
        except NotNow:  # they want no news, or have forgotten that they do
            return []

    def _leave(self, calls: Others, now: float) -> Result:
        """The old call is theirs to end; some forget it."""
        self.done = self.old.over or due(self.deadline, now)
        return calls.hang_up(self.old, now) if self.done and not self.old.over else []

    def _take_up(self, calls: Others, now: float) -> Result:
        in_front = calls.in_front(self.old)
        if self.old.stage is not Stage.ACTIVE or not in_front:
            return []
        return calls.resume(self.old, now, None)
