"""A call that is refused as the page's login has run out: it goes out again with the next one."""

from __future__ import annotations

from dataclasses import dataclass

from webphone.phone.account.account import Result
from webphone.phone.account.login import Login
from webphone.phone.call.call import Call, Stage
from webphone.phone.call.endings import ending_of
from webphone.phone.call.others import Others
from webphone.phone.call.outgoing import Outgoing
from webphone.sip import Ended


def another_login(calls: Others, call: Call, news: Ended) -> bool:
    """Whether the call waits for the login that the page is being asked for: once, and no more."""
    setup = call.part(Outgoing)
    if call.stage is not Stage.DIALLING or setup.signed_anew:
        return False
    setup.signed_anew = True
    calls.errands.append(SignedAnew(call, news, call.account.registration.login))
    return True


@dataclass(eq=False)
class SignedAnew:
    """The call that waits, how it was refused, and the login that was."""

    call: Call
    refusal: Ended
    login: Login | None
    deadline: float | None = None
    done: bool = False

    def wake(self, calls: Others, now: float) -> Result:
        """Call again as soon as there is a login; there is none, or no way: it was refused."""
        call, registration = self.call, self.call.account.registration
        if (registration.awaits_login or call.wire.opening) and not call.over:
            return []
        self.done = True
        if call.over:
            return []
        if registration.login in (None, self.login) or not call.wire.open:
            return calls.finish(call, ending_of(self.refusal), now)
        return calls.changed(call, call.part(Outgoing).again(now), now)
