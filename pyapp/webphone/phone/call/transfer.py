"""A call that we transfer: by REFER, kept until it is known that it goes on without us."""

from __future__ import annotations

from enum import Enum, auto
from typing import assert_never

from webphone.contract import Event as Announcement
from webphone.contract import WebPhoneError, encode
from webphone.machine import due, step
from webphone.phone import actions as do
from webphone.phone.account.account import Result
from webphone.phone.call.call import Call, Stage
from webphone.phone.call.endings import unanswered
from webphone.phone.call.others import Others
from webphone.phone.call.part import Media, Steps, Wider
from webphone.phone.call.renegotiation import Renegotiation
from webphone.phone.promises import done, refused
from webphone.phone.refusals import code_of, code_of_call
from webphone.phone.snapshot import TransferSnapshot
from webphone.sip import By, NotNow, Output, ReferAnswered, ReferNotified, Uri
from webphone.words import Sentence, say
from webphone.words.bidi import isolate

PATIENCE = 30.0  # seconds without news until the call is taken back


class State(Enum):
    """How far the transfer of a call has come.

                       refused, failed, no news for 30 s, or given up: taken back
          ┌───────────────────────┬────────────────────┬───────────────────┐
          ▼    wanted             │      held          │     2xx           │
        NONE ──────────────► HOLDING ──────────────► ASKING ──────────► TAKEN
          ▲    wanted             ▲                    │                   │
        LATE ─────────────────────┘                    │ news of success,  │
          │                                            │ or none wanted    │
          └─────────── success after all ────────────► DONE ◄──────────────┘
                                                            success, or the end of the call

    LATE: taken back, though the other side may still be doing it.
    """

    NONE = auto()
    HOLDING = auto()
    ASKING = auto()
    TAKEN = auto()
    LATE = auto()
    DONE = auto()


class Event(Enum):
    """What can happen to it."""

    WANTED = auto()
    HELD = auto()  # or can't be: then they hear us meanwhile
    TAKEN = auto()  # a 2xx to the REFER
    TAKEN_SILENTLY = auto()  # which says that no news will come
    REFUSED = auto()
    PROGRESS = auto()
    SUCCESS = auto()
    FAILURE = auto()
    TIME = auto()
    GIVEN_UP = auto()
    OVER = auto()  # the call


class Action(Enum):
    """What the table asks for."""

    HOLD = auto()
    REFER = auto()
    NOTE_TAKEN = auto()
    TELL_PROGRESS = auto()
    TAKE_BACK = auto()
    LEAVE = auto()
    TELL_COMPLETED = auto()
    FAIL = auto()


_BACK = (State.NONE, (Action.TAKE_BACK,))
_LATE = (State.LATE, (Action.TAKE_BACK,))
_DONE = (State.DONE, (Action.TELL_COMPLETED, Action.LEAVE))

TRANSFER: dict[tuple[State, Event], tuple[State, tuple[Action, ...]]] = {
    (State.NONE, Event.WANTED): (State.HOLDING, (Action.HOLD,)),
    (State.HOLDING, Event.HELD): (State.ASKING, (Action.REFER,)),
    (State.HOLDING, Event.REFUSED): _BACK,
    (State.HOLDING, Event.TIME): _BACK,
    (State.HOLDING, Event.GIVEN_UP): _BACK,
    (State.HOLDING, Event.OVER): (State.DONE, (Action.FAIL,)),
    (State.ASKING, Event.TAKEN): (State.TAKEN, (Action.NOTE_TAKEN,)),
    (State.ASKING, Event.TAKEN_SILENTLY): (
        State.DONE,
        (Action.NOTE_TAKEN, Action.TELL_COMPLETED, Action.LEAVE),
    ),
    (State.ASKING, Event.REFUSED): _BACK,
    # The NOTIFY may come before the answer to the REFER.
    (State.ASKING, Event.PROGRESS): (State.ASKING, (Action.TELL_PROGRESS,)),
    (State.ASKING, Event.SUCCESS): _DONE,
    (State.ASKING, Event.FAILURE): _BACK,
    (State.ASKING, Event.TIME): _LATE,
    (State.ASKING, Event.GIVEN_UP): _LATE,
    (State.ASKING, Event.OVER): (State.DONE, (Action.FAIL,)),
    (State.TAKEN, Event.PROGRESS): (State.TAKEN, (Action.TELL_PROGRESS,)),
    (State.TAKEN, Event.SUCCESS): _DONE,
    (State.TAKEN, Event.FAILURE): _BACK,
    (State.TAKEN, Event.TIME): _LATE,
    (State.TAKEN, Event.GIVEN_UP): _LATE,
    # Many end the call and tell nothing: they have said that they will do it.
    (State.TAKEN, Event.OVER): (State.DONE, (Action.TELL_COMPLETED,)),
    (State.LATE, Event.WANTED): (State.HOLDING, (Action.HOLD,)),
    (State.LATE, Event.SUCCESS): _DONE,
    (State.LATE, Event.FAILURE): (State.NONE, ()),
}

_STAGES = {State.HOLDING: "asking", State.ASKING: "asking", State.TAKEN: "accepted"}


class Transfer:
    """That of one call, by us; `shown` is to whom."""

    rests = False

    def __init__(self, call: Call) -> None:
        self.state = State.NONE
        self.shown = ""
        self.deadline: float | None = None
        self._call = call
        self._target: Uri | None = None
        self._other: Call | None = None  # our call to them, whose place is to be taken
        self._held_for_it = False
        self._progress = False
        self._reply: int | None = None  # the promise of `transfer` or `completeTransfer`
        self._status: int | None = None  # the last that was heard of it
        self._error = WebPhoneError("timeout")

    # --- Questions ---

    @property
    def under_way(self) -> bool:
        """Whether it is being done."""
        return self.state in _STAGES

    @property
    def snapshot(self) -> TransferSnapshot | None:
        """As the screen sees it."""
        stage = _STAGES.get(self.state)
        if stage is None:
            return None
        consult = self._other.id if self._other else ""
        stage = "progress" if self._progress else stage
        return TransferSnapshot(stage=stage, target=self.shown, consult=consult)

    # --- What a person wants ---

    def check(self) -> None:
        """Raise WebPhoneError where the call can't be transferred now."""
        if self._call.stage is not Stage.ACTIVE:
            raise WebPhoneError("no_call", say("only_answered_transferred"))
        if self.under_way:
            raise WebPhoneError("in_call", say("transfer_under_way"))
        if not self._call.wire.open:
            raise WebPhoneError("connection_failed")

    def begin(
        self, target: Uri, shown: str, other: Call | None, reply: int | None, now: float
    ) -> Steps:
        """Transfer the call to `target`, or into our call `other` with that one."""
        self._target, self.shown, self._other, self._reply = target, shown, other, reply
        self._status, self._progress = None, False
        return self._happen(Event.WANTED, now)

    def give_up(self, now: float) -> Steps:
        """Take the call back."""
        self._error = WebPhoneError("cancelled", say("transfer_given_up"))
        return self._happen(Event.GIVEN_UP, now)

    # --- As a part of the call ---

    def wake(self, now: float) -> Steps:
        """Go on once the call is on hold; wait no longer than a person does."""
        if due(self.deadline, now):
            self._error = WebPhoneError("timeout", say("transfer_mute"))
            return self._happen(Event.TIME, now)
        if self.state is State.HOLDING and self._call.part(Renegotiation).settled:
            return self._happen(Event.HELD, now)
        return []

    def heard(self, output: Output, now: float) -> Steps:
        """What the other side says of it, in whatever order."""
        match output:
            case ReferAnswered(status=status, silent=silent) if status < 300:
                self._status = status
                return self._happen(Event.TAKEN_SILENTLY if silent else Event.TAKEN, now)
            case ReferAnswered(status=status, reason=reason, unanswered=challenge):
                words = unanswered(challenge) if challenge else None
                self._failed(code_of(status), status, reason, words)
                return self._happen(Event.REFUSED, now)
            case ReferNotified(status=status, reason=reason):
                self._status = status
                if status < 300:
                    return self._happen(Event.PROGRESS if status < 200 else Event.SUCCESS, now)
                self._failed(code_of_call(status), status, reason)
                return self._happen(Event.FAILURE, now)
        return []

    def media(self, news: Media, now: float) -> Steps:
        """The media know nothing of it."""
        return []

    def over(self, error: WebPhoneError) -> list[do.Action]:
        """The call is over: that was the transfer, where the other side has agreed to it."""
        ending = self._call.ending
        if ending is not None and ending.by is By.SYSTEM and self.state is State.TAKEN:
            self.state = State.ASKING
        self._error = error
        kinds = (do.Tell, do.Settle, do.Refuse)
        return [item for item in self._happen(Event.OVER, 0.0) if isinstance(item, kinds)]

    # --- Steps ---

    def _failed(self, code: str, status: int, reason: str, words: Sentence | None = None) -> None:
        self._status = status
        theirs = f"{status} {isolate(reason)}"
        refused_so = say("transfer_failed", why=say(f"why_{code}"), theirs=theirs)
        self._error = WebPhoneError(code, words or refused_so, sip_code=status)

    def _happen(self, event: Event, now: float) -> Steps:
        self.state, actions = step(TRANSFER, self.state, event)
        self.deadline = now + PATIENCE if self.under_way else None
        return [item for action in actions for item in self._do(action, now)]

    def _do(self, action: Action, now: float) -> Steps:
        call = self._call
        match action:
            case Action.HOLD:
                changes = call.part(Renegotiation)
                self._held_for_it = not changes.hold_wanted
                return [*(changes.set_hold(True, None, now) if self._held_for_it else ())]
            case Action.REFER:
                return self._refer(now)
            case Action.NOTE_TAKEN:
                call.moved_to = self.shown
                if self._other is not None:
                    self._other.moved_to = name(call)
                return [self._told("accepted")]
            case Action.TELL_PROGRESS:
                self._progress = True
                return [self._told("progress")]
            case Action.TELL_COMPLETED:
                call.moved_to = self.shown
                reply, self._reply = self._reply, None
                return [self._told("completed"), *done(reply)]
            case Action.LEAVE:
                return [Wider(self._leave)]
            case Action.TAKE_BACK:
                call.moved_to = None
                if self._other is not None:
                    self._other.moved_to = None
                return [*self._not_done(), Wider(self._take_back)]
            case Action.FAIL:
                return [*self._not_done()]
            case _:
                assert_never(action)

    def _refer(self, now: float) -> Steps:
        assert self._target is not None
        replacing = self._other.id if self._other else ""
        try:
            return [*self._call.wire.refer(self._target, now, replacing=replacing)]
        except NotNow:  # the call to the other one has ended meanwhile
            self._error = WebPhoneError("no_call", say("call_over"))
            return self._happen(Event.REFUSED, now)

    def _not_done(self) -> Result:
        reply, self._reply = self._reply, None
        return [self._told("failed"), *refused(reply, self._error)]

    def _told(self, stage: str) -> do.Tell:
        return do.Tell(event=told(self._call, stage, self._status, self.shown, "local"))

    def _leave(self, others: Others, now: float) -> Result:
        """Both calls go on without us."""
        mine = [self._call, *([self._other] if self._other else [])]
        left = [call for call in mine if call.id in others.calls]
        return [x for call in left for x in others.hang_up(call, now)]

    def _take_back(self, others: Others, now: float) -> Result:
        """Talk to them again, unless we talk to somebody else by now."""
        in_front = others.in_front(self._call)
        if not (self._held_for_it and in_front and self._call.stage is Stage.ACTIVE):
            return []
        return others.resume(self._call, now, None)


def told(call: Call, stage: str, status: int | None, target: str, by: str) -> Announcement:
    """The event `transfer`; `target` is to whom, `by` who transfers."""
    detail = {"stage": stage, "sipCode": status, "target": target, "by": by}
    return Announcement("transfer", {**encode(call.view), **detail})


def name(call: Call) -> str:
    """Who is at the other end, in a record."""
    return call.remote.uri.shown_number or str(call.remote.uri)
