"""Where the peer's requests come to: told anew over another connection (RFC 3261 §12.2)."""

from __future__ import annotations

from enum import Enum, auto
from typing import assert_never

from webphone.machine import due, step
from webphone.sip.usages.leg import Leg
from webphone.sip.usages.soft_state import retry_after
from webphone.sip.wire.message import Request, Response


class State(Enum):
    """Whether the requests of the peer come to the connection that we have.

            lost              registered again
    KNOWN ────────► LOST ─────────────────────► UNTOLD ◄──┐ another change is under way
     ▲ ▲             │ ▲ lost                   │ │  ▲ └──┘
     │ └─────────────┘ └────────────────────────┘ │  │ later, they say
     │  a change of the session told it           ▼  │
     └────────────── answered ───────────────── TELLING
    """

    KNOWN = auto()
    LOST = auto()
    UNTOLD = auto()
    TELLING = auto()


class Event(Enum):
    """What can happen to it."""

    LOST = auto()
    BACK = auto()
    BUSY = auto()
    FREE = auto()
    TOLD = auto()
    REFUSED = auto()


class Action(Enum):
    """What the table asks for."""

    NOTE_LOSS = auto()
    TRY_NOW = auto()
    TRY_LATER = auto()


_LOST = (State.LOST, (Action.NOTE_LOSS,))

TARGET: dict[tuple[State, Event], tuple[State, tuple[Action, ...]]] = {
    (State.KNOWN, Event.LOST): _LOST,
    (State.LOST, Event.BACK): (State.UNTOLD, (Action.TRY_NOW,)),
    (State.LOST, Event.TOLD): (State.KNOWN, ()),
    (State.UNTOLD, Event.BUSY): (State.UNTOLD, (Action.TRY_LATER,)),
    (State.UNTOLD, Event.FREE): (State.TELLING, ()),
    (State.UNTOLD, Event.TOLD): (State.KNOWN, ()),
    (State.UNTOLD, Event.LOST): _LOST,
    (State.TELLING, Event.TOLD): (State.KNOWN, ()),
    # Whoever wants no refresh keeps the call all the same.
    (State.TELLING, Event.REFUSED): (State.KNOWN, ()),
    (State.TELLING, Event.BUSY): (State.UNTOLD, (Action.TRY_LATER,)),
    (State.TELLING, Event.LOST): _LOST,
}

# RFC 3261 §14.1, of who made the Call-ID; nobody else's change is disturbed by it either.
_PAUSE = (2.1, 4.0)
_MOST_TRIES = 5


class Target:
    """Whether one peer knows where we are, and when it is to be told."""

    def __init__(self, leg: Leg) -> None:
        self.state = State.KNOWN
        self.deadline: float | None = None
        self._leg = leg
        self._number = 0  # of our last request before the loss
        self._tries = 0

    @property
    def telling(self) -> bool:
        """Whether a target refresh is on its way to its answer."""
        return self.state is State.TELLING

    def lost(self, now: float) -> None:
        """The connection that the peer knows is gone."""
        self._happen(Event.LOST, now)

    def back(self, now: float) -> None:
        """There is another one, and the server knows it."""
        self._happen(Event.BACK, now)

    def take_turn(self, now: float, *, free: bool) -> bool:
        """Whether to send a target refresh now; `free` says that nothing else is under way."""
        if not due(self.deadline, now):
            return False
        self._happen(Event.FREE if free else Event.BUSY, now)
        return self.telling

    def outdated(self, request: Request) -> bool:
        """Whether this request of ours was written before the connection was lost."""
        return request.cseq.number <= self._number

    def accepted(self, request: Request, now: float) -> None:
        """A 2xx came to this INVITE or UPDATE of ours: the peer has heard our Contact."""
        if not self.outdated(request):
            self._happen(Event.TOLD, now)

    def refused(self, response: Response | None, now: float) -> None:
        """The refresh did not work, or could not be sent (None)."""
        later = self._tries < _MOST_TRIES and (response is None or _in_the_way(response))
        self._happen(Event.BUSY if later else Event.REFUSED, now)

    def _happen(self, event: Event, now: float) -> None:
        self.state, actions = step(TARGET, self.state, event)
        if self.state is not State.UNTOLD:
            self.deadline = None
        for action in actions:
            self._do(action, now)

    def _do(self, action: Action, now: float) -> None:
        match action:
            case Action.NOTE_LOSS:
                self._tries = 0
                self._number = self._leg.dialog.local_cseq
            case Action.TRY_NOW:
                self.deadline = now
            case Action.TRY_LATER:
                self._tries += 1
                self.deadline = now + self._leg.endpoint.entropy.uniform(*_PAUSE)
            case _:
                assert_never(action)


def _in_the_way(response: Response) -> bool:
    """Whether a change of theirs was in its way (RFC 3261 §14.2)."""
    status = response.status
    return status == 491 or (status == 500 and retry_after(response) is not None)
