"""Whether the server still hears us: silence is answered by a question, no answer by leaving."""

from __future__ import annotations

from enum import Enum, auto

EVERY = 25.0  # seconds of silence after which a server is asked whether it is there
SELDOM = 40.0  # and one that has to look up the registration for it
SOONEST = 5.0
MARGIN = 0.8  # part of the time after which a quiet connection is closed (RFC 5626 §4.4.1)


class Question(Enum):
    """What is asked: OPTIONS cost least, but some servers and firewalls throw them away."""

    OPTIONS = auto()
    REGISTER = auto()
    BOTH = auto()


class KeepAlive:
    """When something was heard last, and until when a question may stay unanswered."""

    __slots__ = ("_heard", "_limit", "_options_answered", "asked", "heard_any", "mute", "until")

    def __init__(self) -> None:
        self.until: float | None = None
        self.asked = Question.OPTIONS
        self.start(0.0)

    def start(self, now: float) -> None:
        """A connection is open: nothing is known of its server yet."""
        self._heard = now
        self._limit: float | None = None
        self._options_answered = False
        self.heard_any = False
        self.mute = False  # it hears us, and answers no OPTIONS
        self.until = None

    def heard(self, now: float) -> None:
        """Something came: whatever it was, it proves that the server is there."""
        self._heard = now
        self.heard_any = True
        self.until = None

    def options_answered(self) -> None:
        """It answers OPTIONS: silence to the next means something."""
        self._options_answered, self.mute = True, False

    def choose(self, *, urgent: bool) -> Question:
        """What to ask of a server where REGISTER is a question, too."""
        if self.mute:
            return Question.REGISTER
        if urgent and not self._options_answered:
            return Question.BOTH
        return Question.OPTIONS

    def ask(self, question: Question, until: float) -> None:
        """A question went out that must be answered by then."""
        self.asked, self.until = question, until

    def unanswered(self) -> bool:
        """No answer came: whether that proves nothing yet.

        It does where OPTIONS were never answered: the server may be one that throws them away.
        """
        self.until = None
        if self.asked is not Question.OPTIONS or self._options_answered:
            return False
        self.mute = True
        return True

    def stop(self) -> None:
        """Nothing needs to be proven any more."""
        self.until = None

    def limit(self, flow_timer: int | None) -> None:
        """The server closes connections that are quiet for longer, if it says so."""
        self._limit = None if flow_timer is None else max(flow_timer * MARGIN, SOONEST)

    @property
    def next_question(self) -> float | None:
        """When silence has lasted long enough to ask; None while a question is open."""
        every = SELDOM if self.mute else EVERY
        every = every if self._limit is None else min(every, self._limit)
        return self._heard + every if self.until is None else None
