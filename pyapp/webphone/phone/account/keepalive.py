"""Whether the server still hears us: silence is answered by a question, no answer by leaving."""

from __future__ import annotations

from enum import Enum, auto

EVERY = 25.0  # seconds of silence after which a server is asked whether it is there
SELDOM = 40.0  # and one that has to look up the registration for it
SOONEST = 5.0
# Seconds that it may take to answer; after a sleep or a network change it is in doubt already.
PATIENCE, URGENT = 6.0, 1.5
SLOWEST = 32.0  # no answer takes longer (RFC 3261 §17.1.2.2)
MARGIN = 0.8  # part of the time after which a quiet connection is closed (RFC 5626 §4.4.1)


class Question(Enum):
    """What is asked: OPTIONS cost least, but some servers and firewalls throw them away."""

    OPTIONS = auto()
    REGISTER = auto()
    BOTH = auto()


class KeepAlive:
    """When something was heard last, and until when a question may stay unanswered."""

    __slots__ = (
        *("_heard", "_limit", "_left_mute", "_options_answered", "_registering_at", "_slowness"),
        *("asked", "heard_any", "mute", "until"),
    )

    def __init__(self) -> None:
        self.until: float | None = None
        self.asked = Question.OPTIONS
        self._left_mute: set[str] = set()  # servers left as they said nothing at all to OPTIONS
        self._registering_at: float | None = None  # when the REGISTER went out that is measured
        self._slowness = 0.0  # seconds that the last one took
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

    def options_answered(self, server: str) -> None:
        """It answers OPTIONS: silence to the next means something."""
        self._options_answered, self.mute = True, False
        self._left_mute.discard(server)

    def registering(self, now: float) -> None:
        """A REGISTER goes out."""
        self._registering_at = now

    def registered(self, now: float) -> None:
        """It was taken."""
        if self._registering_at is not None:
            self._slowness = now - self._registering_at
            self._registering_at = None

    def ask(self, now: float, *, bound: bool, urgent: bool) -> Question | None:
        """What to ask now, None for nothing; `bound` says whether we are registered there."""
        if not bound and self.mute:
            self.heard(now)  # there is nothing that it would answer
            return None
        self.asked = self._choose(urgent=urgent) if bound else Question.OPTIONS
        # Who takes long to find a registration is not dead for it.
        slow = min(2 * self._slowness, SLOWEST)
        self.until = now + max(URGENT if urgent else PATIENCE, slow)
        return self.asked

    def _choose(self, *, urgent: bool) -> Question:
        """What to ask of a server where REGISTER is a question, too."""
        if self.mute:
            return Question.REGISTER
        if urgent and not self._options_answered:
            return Question.BOTH
        return Question.OPTIONS

    def unanswered(self, server: str, *, bound: bool) -> bool:
        """No answer came: whether to ask in another way, and not to leave the server.

        Where OPTIONS were never answered, it may be one that throws them away.
        """
        if not (bound or self.heard_any) and server not in self._left_mute:
            # A dead socket, or a server that answers no OPTIONS: another socket tells.
            self._left_mute.add(server)
            return False
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
