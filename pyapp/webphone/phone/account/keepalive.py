"""Whether the server still hears us: silence is answered by a question, no answer by leaving."""

from __future__ import annotations

from enum import Flag, auto

from webphone.sip import Agent, Output, Replied, Send

# Seconds of silence after which a server is asked whether it is there: a dead socket is left within
# half a minute, and within 15 s where somebody talks or waits for an answer.
EVERY, ALERT = 24.0, 9.0
SELDOM = 40.0  # and one that has to look up the registration for it
FRESH = 3.0  # after so few seconds nobody need ask when the page is seen again
SOONEST = 5.0
# Seconds that it may take to answer; after a sleep or a network change it is in doubt already.
PATIENCE, URGENT = 6.0, 1.5
SLOWEST = 32.0  # no answer takes longer (RFC 3261 §17.1.2.2)
MARGIN = 0.8  # part of the time after which a quiet connection is closed (RFC 5626 §4.4.1)
PROOF = "proof"  # our OPTIONS
PING, PONG = b"\r\n\r\n", b"\r\n"  # RFC 5626 §3.5.1


class Question(Flag):
    """What is asked, one thing or several.

    OPTIONS cost little, but some servers and firewalls throw them away. A PING costs least, but
    only who has answered one is known to do it.
    """

    OPTIONS = auto()
    REGISTER = auto()
    PING = auto()


class KeepAlive:
    """When something was heard last, and until when a question may stay unanswered."""

    __slots__ = (
        *("_heard", "_left_mute", "_limit", "_options_answered", "_outbound", "_pings", "_pongs"),
        *("_registering_at", "_slowness", "_wrote", "asked", "heard_any", "mute", "until"),
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
        self._wrote: float | None = None  # the first request since then
        self._limit: float | None = None
        self._options_answered = False
        self._outbound = False  # the server speaks RFC 5626
        self._pings = 0
        self._pongs = False
        self.heard_any = False
        self.mute = False  # it hears us, and answers no OPTIONS
        self.until = None

    @property
    def proved_at(self) -> float | None:
        """When the server was heard last, None where it was not yet."""
        return self._heard if self.heard_any else None

    def heard(self, data: bytes, now: float) -> None:
        """Something came: whatever it was, it proves that the server is there."""
        self._pongs = self._pongs or (data == PONG and self._pings > 0)
        self._silent_from(now)

    def wrote(self, data: bytes, now: float) -> None:
        """Something went out; a request waits for its answer."""
        if self._wrote is None and not data.startswith((b"SIP/2.0 ", b"ACK ")):
            self._wrote = now

    def replied(self, news: Replied, server: str) -> None:
        """It answers OPTIONS: silence to the next means something."""
        if news.status == 408:  # which is our own word for silence
            return
        self._options_answered, self.mute = True, False
        self._left_mute.discard(server)

    def registering(self, now: float) -> None:
        """A REGISTER goes out."""
        self._registering_at = now

    def registered(self, now: float, *, flow_timer: int | None, outbound: bool) -> None:
        """It was taken; `flow_timer` is when the server closes connections that are quiet."""
        if self._registering_at is not None:
            self._slowness = now - self._registering_at
            self._registering_at = None
        self._limit = None if flow_timer is None else max(flow_timer * MARGIN, SOONEST)
        self._outbound = outbound

    def ask(self, agent: Agent, now: float, *, urgent: bool) -> list[Output]:
        """Ask for any answer at all; silence means that the socket is dead."""
        question = self._question(bound=agent.bound, urgent=urgent, now=now)
        outputs: list[Output] = []
        if Question.OPTIONS in question:
            outputs += agent.options(None, PROOF, now)
        if Question.REGISTER in question:
            self.registering(now)
            outputs += agent.register(now)
        return outputs + ([Send(data=PING)] if Question.PING in question else [])

    def _question(self, *, bound: bool, urgent: bool, now: float) -> Question:
        """What to ask now; `bound` says whether we are registered there."""
        if not bound and self.mute and not self._pongs:
            self._silent_from(now)  # there is nothing that it must answer
            return self._with_ping(Question(0))
        self.asked = self._choose(urgent=urgent, bound=bound)
        # Who takes long to find a registration is not dead for it.
        slow = 0.0 if self.asked is Question.PING else min(2 * self._slowness, SLOWEST)
        self.until = now + max(URGENT if urgent else PATIENCE, slow)
        return self.asked

    def _choose(self, *, urgent: bool, bound: bool) -> Question:
        if self._pongs:
            return Question.PING
        if self.mute:
            return self._with_ping(Question.REGISTER)
        if bound and urgent and not self._options_answered:
            return self._with_ping(Question.OPTIONS | Question.REGISTER)
        return self._with_ping(Question.OPTIONS)

    def _with_ping(self, question: Question) -> Question:
        """A PING beside it, once, where it may be answered: no answer means nothing."""
        if self._pings or not (self._outbound or self.mute):
            return question
        self._pings += 1
        return question | Question.PING

    def unanswered(self, server: str, *, bound: bool) -> bool:
        """No answer came: whether to ask in another way, and not to leave the server.

        Where OPTIONS were never answered, it may be one that throws them away.
        """
        if not (bound or self.heard_any) and server not in self._left_mute:
            # A dead socket, or a server that answers no OPTIONS: another socket tells.
            self._left_mute.add(server)
            return False
        self.until = None
        others = Question.REGISTER in self.asked or self.asked is Question.PING
        if others or self._options_answered:
            return False
        self.mute = True
        return True

    def stop(self) -> None:
        """Nothing needs to be proven any more."""
        self.until = None

    def doubtful(self, now: float) -> bool:
        """Whether it is worth while to ask as the page is seen again."""
        seldom = self.mute and not self._pongs
        return self.until is None and now - self._heard > (SELDOM if seldom else FRESH)

    def next_question(self, *, calling: bool) -> float | None:
        """When silence has lasted long enough to ask; None while a question is open.

        `calling`: there is a call, whose end is to be heard.
        """
        if self.until is not None:
            return None
        if self.mute and not self._pongs:
            return self._heard + self._at_most(SELDOM)
        # Whoever may throw OPTIONS away needs time for a second question.
        known = self._options_answered or self._pongs
        early = 0.0 if known else PATIENCE
        idle = self._heard + self._at_most(EVERY - early)
        if self._wrote is None and not calling:
            return idle
        return min(idle, (self._wrote or self._heard) + ALERT - early)

    def _at_most(self, seconds: float) -> float:
        return seconds if self._limit is None else min(seconds, self._limit)

    def _silent_from(self, now: float) -> None:
        self._heard, self._wrote, self.until = now, None, None
        self.heard_any = True
