"""Who a person talks with: the call in front, with those that are joined with it; others wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webphone.contract import WebPhoneError
from webphone.phone.account.account import Result
from webphone.phone.actions import Action
from webphone.phone.call.call import Call, Stage
from webphone.phone.call.last_call import LastCall
from webphone.phone.call.renegotiation import Renegotiation
from webphone.phone.promises import Trouble
from webphone.words import say

if TYPE_CHECKING:  # loaded by the first that is made
    from webphone.phone.call.conference import Conference
    from webphone.phone.call.focus import Listed


class Front:
    """Of all calls of a phone the one to talk on, by its id; and a conference, if there is one."""

    def __init__(self, calls: dict[str, Call], last: LastCall) -> None:
        self.active: str | None = None
        self.conference: Conference | None = None
        self._listed: Listed | None = None  # until a server tells who is in its conference
        self._calls = calls
        self._last = last

    # --- Questions ---

    @property
    def call(self) -> Call | None:
        """The one to talk on."""
        return self._calls.get(self.active or "")

    def holds(self, call: Call) -> bool:
        """Whether it is the one to talk on, or joined with it; or there is none."""
        return self.active is None or _together(call, self.call)

    def whole(self, call: Call | None) -> list[Call]:
        """What is one and the same to talk on: this call, or all of its conference."""
        return [other for other in self._calls.values() if _together(other, call)]

    def waiting(self) -> Call | None:
        """The call on hold that is not in front, the one put there last first."""
        others = [call for call in reversed(self._calls.values()) if not _together(call, self.call)]
        parked = [call for call in others if call.part(Renegotiation).hold_wanted]
        return max(parked, key=lambda call: call.hold.parked_at or 0.0, default=None)

    def held(self) -> Call | None:
        """The call that resuming means: the active one if it is on hold, else who waits."""
        call = self.call
        return call if call and call.part(Renegotiation).hold_wanted else self.waiting()

    # --- Who comes, and who goes ---

    def take(self, call: Call, now: float) -> Result:
        """This call is the one to talk on, with those that are joined with it; others are held."""
        self.active = call.id
        self._last.end()
        if self.conference is not None and not call.joined:
            self.conference.park()
        result: Result = []
        for other in self._calls.values():
            changes = other.part(Renegotiation)
            kept = _together(other, call) or changes.hold_wanted
            if other.stage is Stage.ACTIVE and not kept:
                result += changes.set_hold(True, None, now)
        return result

    def answered(self, call: Call, now: float) -> Result:
        """It is up, perhaps in the place of another one; whoever came last in front stays there."""
        if call.instead_of and call.instead_of == self.active:
            self.active = call.id
        if self.conference is not None:
            self.conference.take_place(call)
        if self.active is None:
            return self.take(call, now)
        if not self.holds(call):
            # Another call came in front while this one rang.
            return [*call.part(Renegotiation).set_hold(True, None, now)]
        return []

    def come_back(self, now: float) -> Result:
        """Take a whole conference off hold."""
        result: Result = []
        for call in self.conference.come_back() if self.conference else ():
            result += call.part(Renegotiation).set_hold(False, None, now)
        return result

    def leave(self, gone: Call) -> None:
        """This call is no more."""
        if self.active == gone.id:
            self.active = self._next(gone)

    def _next(self, gone: Call) -> str | None:
        """The call that is in front once this one is gone; nobody is guessed."""
        if gone.joined and self.conference is not None:
            return self.conference.heir(gone).id
        left = [other for other in self._calls.values() if not other.ringing_in]
        alone = bool(left) and all(_together(other, left[0]) for other in left)
        return left[0].id if alone else None

    def not_mixed(self, now: float) -> Result:
        """The browser can't do it: the calls are single ones again, and all but one wait."""
        if self.conference is None:
            return []
        front = self.conference.heir(None)
        for call in list(self.conference):
            self.conference.leave(call)
        held = self.take(self.call or front, now)
        return [*held, Trouble(WebPhoneError("media_failed", say("mix_failed")))]

    def follow(self) -> list[Action]:
        """What has become of the conference in this turn."""
        news: list[Action] = []
        if self.conference is not None:
            news = self.conference.follow(self._calls)
            if self.conference.over:
                self.conference = None
        if self._listed is None and any(call.members for call in self._calls.values()):
            # Loaded by the first conference of a server.
            from webphone.phone.call.focus import Listed

            self._listed = Listed()
        if self._listed is not None:
            mixed = self.conference is not None
            news += self._listed.follow(self._calls, self.active, mixed=mixed)
        return news


def _together(call: Call, other: Call | None) -> bool:
    """Whether these are one and the same to talk on: a call, or those of the conference."""
    return other is not None and (call is other or (call.joined and other.joined))
