"""The exchanges of offers and answers in a call that is up, one at a time (RFC 3264 §4)."""

from __future__ import annotations

from enum import Enum, auto


class State(Enum):
    """Which exchange of an established call is under way.

           answered or refused                   answered or refused
      ┌───────────────────────────┐          ┌───────────────────────── THEIRS
      │                           ▼          ▼                            ▲
    OURS ◄──── we want it ────── NONE ────── they offer ──────────────────┤
      │                          ▲ │ ▲                                    │
      │ glare, or                │ │ └───── ACK with the answer ── THEIRS_EMPTY
      │ too early        time is │ │ too          or without it           ▲
      │                  up      │ ▼ early                                │
      └────────────────────────► PAUSED ──── they ask for our offer ──────┘
                                    └─────── they offer: THEIRS
    """

    NONE = auto()
    OURS = auto()
    THEIRS = auto()
    THEIRS_EMPTY = auto()
    PAUSED = auto()


class Event(Enum):
    """What can happen to an exchange."""

    WANTED = auto()  # by us
    DESCRIBED = auto()  # our description is made
    UNDESCRIBED = auto()  # it can't be made
    TOO_EARLY = auto()  # to send our offer: an ACK is still on its way
    CUT = auto()  # the connection went while our offer was made
    ANSWERED = auto()  # our offer was accepted
    UNUSABLE = auto()  # it was, with an answer that no browser takes
    REFUSED = auto()
    GLARE = auto()  # the other side's offer came first
    GONE = auto()  # the call ends with our offer
    OFFERED = auto()  # by the other side
    OFFERED_INSTEAD = auto()  # likewise, by another page of theirs than the one that we answer
    ASKED = auto()  # for an offer of ours
    WITHDRAWN = auto()  # what they offered or asked for
    ACKNOWLEDGED = auto()  # our offer in a 2xx was answered
    UNANSWERED = auto()  # it was not
    TIME = auto()


class Action(Enum):
    """What the table asks for."""

    MAKE_OFFER = auto()
    MAKE_OFFER_AS_IT_IS = auto()
    MAKE_ANSWER = auto()
    MAKE_ANSWER_INSTEAD = auto()
    SEND_OFFER = auto()
    SEND_ASKED_OFFER = auto()
    SEND_ANSWER = auto()
    REFUSE_488 = auto()
    REFUSE_491 = auto()
    APPLY_ANSWER = auto()
    APPLY_THEIR_ANSWER = auto()
    ROLL_BACK = auto()
    PAUSE = auto()
    START_AFRESH = auto()
    UNDO = auto()
    SET_RIGHT = auto()
    GIVE_UP = auto()


RENEGOTIATION: dict[tuple[State, Event], tuple[State, tuple[Action, ...]]] = {
    (State.NONE, Event.WANTED): (State.OURS, (Action.MAKE_OFFER,)),
    (State.NONE, Event.TOO_EARLY): (State.PAUSED, ()),
    # The browser could not use the answer after all: both ends are to be as they were before.
    (State.NONE, Event.UNDESCRIBED): (
        State.NONE,
        (Action.ROLL_BACK, Action.UNDO, Action.GIVE_UP, Action.SET_RIGHT),
    ),
    (State.NONE, Event.OFFERED): (State.THEIRS, (Action.MAKE_ANSWER,)),
    (State.NONE, Event.ASKED): (State.THEIRS_EMPTY, (Action.MAKE_OFFER_AS_IT_IS,)),
    (State.OURS, Event.DESCRIBED): (State.OURS, (Action.SEND_OFFER,)),
    (State.OURS, Event.UNDESCRIBED): (State.NONE, (Action.GIVE_UP,)),
    (State.OURS, Event.TOO_EARLY): (State.PAUSED, (Action.ROLL_BACK, Action.PAUSE)),
    # The offer's network paths are from before.
    (State.OURS, Event.CUT): (State.NONE, (Action.ROLL_BACK, Action.START_AFRESH)),
    (State.OURS, Event.ANSWERED): (State.NONE, (Action.APPLY_ANSWER,)),
    # The peer has changed, we have not: a person who pressed Hold must not lose the caller for it.
    (State.OURS, Event.UNUSABLE): (
        State.NONE,
        (Action.ROLL_BACK, Action.GIVE_UP, Action.SET_RIGHT),
    ),
    (State.OURS, Event.REFUSED): (State.NONE, (Action.ROLL_BACK, Action.GIVE_UP)),
    # RFC 3261 §14.1: theirs is heard first, and what we want is offered afresh afterwards.
    (State.OURS, Event.GLARE): (State.PAUSED, (Action.ROLL_BACK, Action.PAUSE)),
    # §12.2.1.2: 481 ends the call.
    (State.OURS, Event.GONE): (State.NONE, (Action.ROLL_BACK,)),
    # §14.2: our own offer is being made, though not yet on the wire.
    (State.OURS, Event.OFFERED): (State.OURS, (Action.REFUSE_491,)),
    (State.OURS, Event.ASKED): (State.OURS, (Action.REFUSE_491,)),
    (State.THEIRS, Event.DESCRIBED): (State.NONE, (Action.SEND_ANSWER,)),
    (State.THEIRS, Event.UNDESCRIBED): (State.NONE, (Action.REFUSE_488,)),
    # §9.1: they took back what we are still answering, and offer again.
    (State.THEIRS, Event.OFFERED): (State.THEIRS, (Action.REFUSE_491,)),
    (State.THEIRS, Event.ASKED): (State.THEIRS, (Action.REFUSE_491,)),
    (State.THEIRS, Event.OFFERED_INSTEAD): (State.THEIRS, (Action.MAKE_ANSWER_INSTEAD,)),
    (State.THEIRS_EMPTY, Event.DESCRIBED): (State.THEIRS_EMPTY, (Action.SEND_ASKED_OFFER,)),
    (State.THEIRS_EMPTY, Event.UNDESCRIBED): (State.NONE, (Action.REFUSE_488,)),
    (State.THEIRS_EMPTY, Event.WITHDRAWN): (State.NONE, (Action.ROLL_BACK,)),
    (State.THEIRS_EMPTY, Event.ACKNOWLEDGED): (State.NONE, (Action.APPLY_THEIR_ANSWER,)),
    (State.THEIRS_EMPTY, Event.UNANSWERED): (State.NONE, (Action.ROLL_BACK,)),
    (State.THEIRS_EMPTY, Event.OFFERED): (State.THEIRS_EMPTY, (Action.REFUSE_491,)),
    (State.THEIRS_EMPTY, Event.ASKED): (State.THEIRS_EMPTY, (Action.REFUSE_491,)),
    (State.THEIRS_EMPTY, Event.OFFERED_INSTEAD): (State.THEIRS_EMPTY, (Action.REFUSE_491,)),
    (State.PAUSED, Event.TIME): (State.NONE, ()),
    (State.PAUSED, Event.UNDESCRIBED): (
        State.PAUSED,
        (Action.ROLL_BACK, Action.UNDO, Action.GIVE_UP, Action.SET_RIGHT),
    ),
    (State.PAUSED, Event.OFFERED): (State.THEIRS, (Action.MAKE_ANSWER,)),
    (State.PAUSED, Event.ASKED): (State.THEIRS_EMPTY, (Action.MAKE_OFFER_AS_IT_IS,)),
}
