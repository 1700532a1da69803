"""Four tables, RFC 3261 section 17 as amended by RFC 6026, and the one engine that runs them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from webphone.machine import step

# RFC 3261 §17.1.1.1, seconds.
T1 = 0.5
T2 = 4.0
T64 = 64 * T1


class State(Enum):
    """Where a transaction is."""

    CALLING = auto()
    TRYING = auto()
    PROCEEDING = auto()
    COMPLETED = auto()
    CONFIRMED = auto()
    ACCEPTED = auto()
    LEFT = auto()
    TERMINATED = auto()


class Event(Enum):
    """What can happen to a transaction."""

    # To a client: a 1xx, a 2xx, a 3xx to 6xx, the caller gives up on it, or cancels it.
    PROVISIONAL = auto()
    SUCCESS = auto()
    FAILURE = auto()
    ABANDON = auto()
    LEAVE = auto()
    # To a server: the request again, the ACK; its user answers with 1xx, 2xx, 3xx to 6xx.
    REQUEST = auto()
    ACK = auto()
    ANSWER_PROVISIONAL = auto()
    ANSWER_SUCCESS = auto()
    ANSWER_FAILURE = auto()
    TIMER_B = auto()
    TIMER_D = auto()
    TIMER_F = auto()
    TIMER_H = auto()
    TIMER_I = auto()
    TIMER_J = auto()
    TIMER_K = auto()
    TIMER_L = auto()
    TIMER_M = auto()
    # The 32 s after our CANCEL in which the INVITE should be answered (§9.1).
    TIMER_LEFT = auto()
    # The 200 ms after which an INVITE without an answer is answered 100 (§17.2.1).
    TIMER_100 = auto()


class Action(Enum):
    """What a transaction asks to be done."""

    PASS_UP = auto()
    SEND_ACK = auto()
    SEND_100 = auto()
    SEND = auto()
    SEND_AGAIN = auto()
    TIME_OUT = auto()


Table = dict[tuple[State, Event], tuple[State, tuple[Action, ...]]]
Timers = dict[State, tuple[Event, float]]


@dataclass(frozen=True, slots=True)
class Machine:
    """One kind of transaction: where it starts, its rows and its timers in seconds.

    A timer starts when its state is entered, and runs on for as long as the state reached has a
    row for it; a timer of 0 s fires at once.
    """

    name: str
    start: State
    table: Table
    timers: Timers


# WebSocket is reliable: no timer A, E or G (nothing is sent twice), and D, I, J, K are 0 s.
# A lost WebSocket is no transport error here: it may be back before timer B or F has its say.

# RFC 3261 §17.1.1, figure 5, as RFC 6026 §8.4 has it now
#
#                       │ INVITE sent
#                       ▼
#    2xx           ┌─────────┐  300-699: ACK
#   ┌──────────────┤ CALLING ├───────────────────────┐
#   │              └────┬────┴── B: time-out ───┐    │
#   │                   │ 1xx                   │    │
#   │                   ▼                       │    │
#   │ 2xx        ┌────────────┐  300-699: ACK   │    │
#   ├────────────┤ PROCEEDING ├─────────────────┼────┤
#   │            └─┬────┬─────┘                 │    │
#   │ every 1xx    │    └─ 32 s after a CANCEL ─┤    │
#   │ goes up      ▼ cancelled, as it went      │    │
#   │ 2xx       ┌──────┐ out again              │    │
#   ├───────────┤ LEFT ├─── 32 s ───────────────┤    │
#   │           └───┬──┘  300-699: ACK          │    │
#   │               └───────────────────────────┼────┤
#   ▼                                           │    ▼
# ┌──────────┐                                  │  ┌───────────┐
# │ ACCEPTED │ every 2xx goes up                │  │ COMPLETED │ 300-699 again: ACK again
# └─────┬────┘                                  │  └─┬─────────┘
#       │ M: 32 s                               │    │ D: 0 s
#       ▼                                       ▼    ▼
# ┌────────────────────────────────────────────────────────────┐
# │                         TERMINATED                         │
# └────────────────────────────────────────────────────────────┘
INVITE_CLIENT = Machine(
    "INVITE client",
    State.CALLING,
    {
        (State.CALLING, Event.PROVISIONAL): (State.PROCEEDING, (Action.PASS_UP,)),
        (State.CALLING, Event.SUCCESS): (State.ACCEPTED, (Action.PASS_UP,)),
        (State.CALLING, Event.FAILURE): (State.COMPLETED, (Action.SEND_ACK, Action.PASS_UP)),
        (State.CALLING, Event.TIMER_B): (State.TERMINATED, (Action.TIME_OUT,)),
        (State.PROCEEDING, Event.PROVISIONAL): (State.PROCEEDING, (Action.PASS_UP,)),
        (State.PROCEEDING, Event.SUCCESS): (State.ACCEPTED, (Action.PASS_UP,)),
        (State.PROCEEDING, Event.FAILURE): (State.COMPLETED, (Action.SEND_ACK, Action.PASS_UP)),
        # §9.1: no final response within 64*T1 of our CANCEL.
        (State.PROCEEDING, Event.ABANDON): (State.TERMINATED, ()),
        (State.PROCEEDING, Event.LEAVE): (State.LEFT, ()),
        (State.LEFT, Event.SUCCESS): (State.ACCEPTED, (Action.PASS_UP,)),
        (State.LEFT, Event.FAILURE): (State.COMPLETED, (Action.SEND_ACK, Action.PASS_UP)),
        (State.LEFT, Event.TIMER_LEFT): (State.TERMINATED, ()),
        (State.COMPLETED, Event.FAILURE): (State.COMPLETED, (Action.SEND_ACK,)),
        (State.COMPLETED, Event.TIMER_D): (State.TERMINATED, ()),
        # RFC 6026 §7.2: every 2xx, also of another fork, goes up to be acknowledged there.
        (State.ACCEPTED, Event.SUCCESS): (State.ACCEPTED, (Action.PASS_UP,)),
        (State.ACCEPTED, Event.TIMER_M): (State.TERMINATED, ()),
    },
    {
        State.CALLING: (Event.TIMER_B, T64),
        State.LEFT: (Event.TIMER_LEFT, T64),
        State.COMPLETED: (Event.TIMER_D, 0),
        State.ACCEPTED: (Event.TIMER_M, T64),
    },
)

# RFC 3261 §17.1.2, figure 6
#
#      request sent
#           │            F: time-out
#           ▼       ┌────────────────────────────────┐
#        TRYING ────┤                                │
#           │ 1xx   │  200-699                       ▼
#           ▼       ├──────────► COMPLETED ─ K ─► TERMINATED
#       PROCEEDING ─┘
NON_INVITE_CLIENT = Machine(
    "non-INVITE client",
    State.TRYING,
    {
        (State.TRYING, Event.PROVISIONAL): (State.PROCEEDING, (Action.PASS_UP,)),
        (State.TRYING, Event.SUCCESS): (State.COMPLETED, (Action.PASS_UP,)),
        (State.TRYING, Event.FAILURE): (State.COMPLETED, (Action.PASS_UP,)),
        (State.TRYING, Event.TIMER_F): (State.TERMINATED, (Action.TIME_OUT,)),
        (State.PROCEEDING, Event.PROVISIONAL): (State.PROCEEDING, (Action.PASS_UP,)),
        (State.PROCEEDING, Event.SUCCESS): (State.COMPLETED, (Action.PASS_UP,)),
        (State.PROCEEDING, Event.FAILURE): (State.COMPLETED, (Action.PASS_UP,)),
        (State.PROCEEDING, Event.TIMER_F): (State.TERMINATED, (Action.TIME_OUT,)),
        (State.COMPLETED, Event.TIMER_K): (State.TERMINATED, ()),
    },
    {State.TRYING: (Event.TIMER_F, T64), State.COMPLETED: (Event.TIMER_K, 0)},
)

# RFC 3261 §17.2.1, figure 7, as RFC 6026 §8.6 has it now. TRYING is the first 200 ms of the
# RFC's Proceeding, in which its user may answer before the transaction says 100 for it.
#
#                       │ INVITE came
#                       ▼
#    2xx           ┌────────┐  300-699
#   ┌──────────────┤ TRYING ├────────────────────────┐
#   │              └────┬───┘                        │
#   │                   │ 1xx, or 100 after 200 ms   │
#   │                   ▼                            │
#   │ 2xx        ┌────────────┐  300-699             │
#   ├────────────┤ PROCEEDING ├──────────────────────┤
#   │            └────────────┘                      │
#   │    INVITE again: the last 1xx again            │
#   ▼                                                ▼
# ┌──────────┐                                     ┌───────────┐
# │ ACCEPTED │ 2xx again from above; ACK goes up   │ COMPLETED │ INVITE again: answer again
# └─────┬────┘                                     └─┬───────┬─┘
#       │ L: 32 s                   H: 32 s, no ACK  │       │ ACK   ┌───────────┐
#       │                                            │       └──────►│ CONFIRMED │
#       ▼                                            ▼               └───┬───────┘
# ┌────────────────────────────────────────────────────────────┐         │ I: 0 s
# │                         TERMINATED                         │◄────────┘
# └────────────────────────────────────────────────────────────┘
INVITE_SERVER = Machine(
    "INVITE server",
    State.TRYING,
    {
        (State.TRYING, Event.REQUEST): (State.TRYING, ()),
        (State.TRYING, Event.TIMER_100): (State.PROCEEDING, (Action.SEND_100,)),
        (State.TRYING, Event.ANSWER_PROVISIONAL): (State.PROCEEDING, (Action.SEND,)),
        (State.TRYING, Event.ANSWER_SUCCESS): (State.ACCEPTED, (Action.SEND,)),
        (State.TRYING, Event.ANSWER_FAILURE): (State.COMPLETED, (Action.SEND,)),
        (State.PROCEEDING, Event.REQUEST): (State.PROCEEDING, (Action.SEND_AGAIN,)),
        (State.PROCEEDING, Event.ANSWER_PROVISIONAL): (State.PROCEEDING, (Action.SEND,)),
        (State.PROCEEDING, Event.ANSWER_SUCCESS): (State.ACCEPTED, (Action.SEND,)),
        (State.PROCEEDING, Event.ANSWER_FAILURE): (State.COMPLETED, (Action.SEND,)),
        # RFC 6026 §7.1: the INVITE again is absorbed; its user repeats the 2xx until the ACK.
        (State.ACCEPTED, Event.REQUEST): (State.ACCEPTED, ()),
        (State.ACCEPTED, Event.ANSWER_SUCCESS): (State.ACCEPTED, (Action.SEND,)),
        (State.ACCEPTED, Event.ACK): (State.ACCEPTED, (Action.PASS_UP,)),
        (State.ACCEPTED, Event.TIMER_L): (State.TERMINATED, ()),
        (State.COMPLETED, Event.REQUEST): (State.COMPLETED, (Action.SEND_AGAIN,)),
        (State.COMPLETED, Event.ACK): (State.CONFIRMED, ()),
        (State.COMPLETED, Event.TIMER_H): (State.TERMINATED, ()),
        (State.CONFIRMED, Event.ACK): (State.CONFIRMED, ()),
        (State.CONFIRMED, Event.TIMER_I): (State.TERMINATED, ()),
    },
    {
        State.TRYING: (Event.TIMER_100, 0.2),
        State.ACCEPTED: (Event.TIMER_L, T64),
        State.COMPLETED: (Event.TIMER_H, T64),
        State.CONFIRMED: (Event.TIMER_I, 0),
    },
)

# RFC 3261 §17.2.2, figure 8. No 1xx: RFC 4320 §4.1 forbids all but 100, and nobody misses that.
#
#      request came
#           │
#           ▼    200-699
#        TRYING ─────────► COMPLETED ── J: 0 s ──► TERMINATED
NON_INVITE_SERVER = Machine(
    "non-INVITE server",
    State.TRYING,
    {
        (State.TRYING, Event.REQUEST): (State.TRYING, ()),
        (State.TRYING, Event.ANSWER_SUCCESS): (State.COMPLETED, (Action.SEND,)),
        (State.TRYING, Event.ANSWER_FAILURE): (State.COMPLETED, (Action.SEND,)),
        (State.COMPLETED, Event.REQUEST): (State.COMPLETED, (Action.SEND_AGAIN,)),
        (State.COMPLETED, Event.TIMER_J): (State.TERMINATED, ()),
    },
    {State.COMPLETED: (Event.TIMER_J, 0)},
)

MACHINES = (INVITE_CLIENT, NON_INVITE_CLIENT, INVITE_SERVER, NON_INVITE_SERVER)


class Transaction:
    """One transaction under way: a state in a machine and at most one running timer."""

    __slots__ = ("_timer", "deadline", "machine", "state")

    def __init__(self, machine: Machine, now: float) -> None:
        self.machine = machine
        self.state = machine.start
        self.deadline: float | None = None
        self._timer: Event | None = None
        self._enter(now)

    def handle(self, event: Event, now: float) -> tuple[Action, ...]:
        """What to do about `event`; an event without a row is none of this state's business."""
        state, actions = step(self.machine.table, self.state, event)
        if state is not self.state:
            self.state = state
            actions += self._enter(now)
        return actions

    def wake(self, now: float) -> tuple[Action, ...]:
        """What to do about the timer, if it is due."""
        if self.deadline is None or now < self.deadline or self._timer is None:
            return ()
        timer, self._timer, self.deadline = self._timer, None, None
        return self.handle(timer, now)

    def _enter(self, now: float) -> tuple[Action, ...]:
        if self.state in self.machine.timers:
            self._timer, seconds = self.machine.timers[self.state]
            self.deadline = now + seconds
            return () if seconds else self.wake(now)
        if self._timer is not None and (self.state, self._timer) not in self.machine.table:
            self._timer = self.deadline = None
        return ()


def event_of(status: int) -> Event:
    """What a response with that status is to the client transaction it came for."""
    if status < 200:
        return Event.PROVISIONAL
    return Event.SUCCESS if status < 300 else Event.FAILURE


def answer_of(status: int) -> Event:
    """What a response with that status is to the server transaction it answers."""
    if status < 200:
        return Event.ANSWER_PROVISIONAL
    return Event.ANSWER_SUCCESS if status < 300 else Event.ANSWER_FAILURE
