"""A call that is sent elsewhere before it is answered: where it goes on, and who is asked first.

RFC 3261 §8.1.3.4: the contacts of a 3xx are tried one after the other, those with a higher q first,
and none of them twice.
"""

from __future__ import annotations

from webphone.contract import WebPhoneError
from webphone.machine import due
from webphone.phone.actions import Action
from webphone.phone.call.call import Call, Step, ask
from webphone.phone.call.endings import MOVED, preference
from webphone.phone.call.outgoing import Outgoing
from webphone.phone.call.part import Media, Steps, Unanswered
from webphone.phone.sent_on import Verdict, dialled, may_dial
from webphone.sip import By, Ended, Output, Uri

MOST = 5  # addresses after the one that was dialled
ASKS = 60.0  # seconds for the person to say yes
# What the next address would say as well, or what is no word of this one.
FINAL = (401, 407, 487)


class Redirection:
    """Where a call of ours is sent."""

    rests = True

    def __init__(self, call: Call) -> None:
        self.deadline: float | None = None
        self.target: Uri | None = None  # where it is to go on, once the person says so
        self._call = call
        self._tried = [call.remote.uri]
        self._left: list[Uri] = []

    def heard(self, output: Output, now: float) -> Steps:
        """A call was refused: where it goes on, or nothing where it is over."""
        call = self._call
        if not isinstance(output, Ended) or output.by is not By.REMOTE:
            return []
        status = output.status or 0
        if status in MOVED:
            self._left = [*self._contacts(output), *self._left]
        elif not 400 <= status < 600 or status in FINAL:
            return []
        while self._left and len(self._tried) <= MOST:
            target = self._left.pop(0)
            verdict = may_dial(target, call.account.config)
            if verdict is Verdict.NO or any(map(target.equivalent, self._tried)):
                continue
            self._tried.append(target)
            call.step(Step.MOVED)
            call.ringback = False
            return self._ask(target, now) if verdict is Verdict.ASK else self._go_on(target, now)
        return []

    def confirmed(self, now: float) -> Steps:
        """The person says yes."""
        target, self.target, self.deadline = self.target, None, None
        assert target is not None  # the call asks
        return self._go_on(target, now)

    # --- As a part of the call ---

    def wake(self, now: float) -> Steps:
        """Nobody waits for ever, not for a person either."""
        if not due(self.deadline, now):
            return []
        self.deadline = None
        return [Unanswered()]

    def media(self, news: Media, now: float) -> Steps:
        """The media stay as they are."""
        return []

    def over(self, error: WebPhoneError) -> list[Action]:
        """Nothing waits for it but the call."""
        self.deadline = None
        return []

    # --- Steps ---

    def _contacts(self, news: Ended) -> list[Uri]:
        """The addresses that can be called, the best first."""
        best_first = sorted(news.moved, key=preference, reverse=True)
        found = (dialled(contact.uri, self._call.account.config.domain) for contact in best_first)
        return [uri for uri in found if uri is not None][:MOST]

    def _ask(self, target: Uri, now: float) -> Steps:
        self.target, self.deadline = target, now + ASKS
        self._call.part(Outgoing).rest()
        return [*ask(self._call, "redirect", target)]

    def _go_on(self, target: Uri, now: float) -> Steps:
        return self._call.part(Outgoing).go_on(target, now)
