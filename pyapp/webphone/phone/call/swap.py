"""A swap of calls under way: done when both have changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webphone.contract import WebPhoneError
from webphone.phone import actions as do
from webphone.phone.actions import Action
from webphone.phone.call.call import Call
from webphone.phone.call.renegotiation import Renegotiation
from webphone.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """The promise, the call that is to be talked on, and those that are to wait."""

    reply: int
    coming: Call
    going: Sequence[Call]

    @property
    def done(self) -> bool:
        """Whether the last word on both calls has been spoken."""
        return all(call.part(Renegotiation).settled for call in (self.coming, *self.going))

    @property
    def verdict(self) -> Action:
        """How the promise ends."""
        stuck = self.coming.hold.local or not all(call.hold.local for call in self.going)
        over = any(call.over for call in (self.coming, *self.going))
        if stuck and not over:
            error = WebPhoneError("media_failed", say("swap_failed"))
            return do.Refuse(reply=self.reply, error=error)
        return do.Settle(reply=self.reply)
