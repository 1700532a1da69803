"""A swap of calls under way: done when both have changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webphone.contract import WebPhoneError
from webphone.phone import actions as do
from webphone.phone.account.account import Result
from webphone.phone.actions import Action
from webphone.phone.call.call import Call
from webphone.phone.call.others import Others
from webphone.phone.call.renegotiation import Renegotiation
from webphone.words import say


@dataclass(frozen=True, kw_only=True)
class Swap:
    """The promise, the call that is to be talked on, and those that are to wait."""

    reply: int
    coming: Call
    going: Sequence[Call]

    deadline = None  # it waits for the two calls, not for a time

    @property
    def done(self) -> bool:
        """Whether the last word on both calls has been spoken."""
        return all(call.part(Renegotiation).settled for call in (self.coming, *self.going))

    def wake(self, calls: Others, now: float) -> Result:
        """The promise ends with the last word, one way or the other."""
        return [self._verdict] if self.done else []

    @property
    def _verdict(self) -> Action:
        stuck = self.coming.hold.local or not all(call.hold.local for call in self.going)
        over = any(call.over for call in (self.coming, *self.going))
        if stuck and not over:
            error = WebPhoneError("media_failed", say("swap_failed"))
            return do.Refuse(reply=self.reply, error=error)
        return do.Settle(reply=self.reply)
