"""A call that a server can't take now: it goes out again over the next one (RFC 3263 §4.3)."""

from __future__ import annotations

from dataclasses import dataclass

from webphone.phone.account.account import Result
from webphone.phone.call.call import Call, Stage
from webphone.phone.call.endings import ending_of
from webphone.phone.call.others import Others
from webphone.phone.call.outgoing import Outgoing
from webphone.sip import By, Ended


def another_server(calls: Others, call: Call, news: Ended, now: float) -> Result | None:
    """Leave a server that can't take the call for one that has not been asked yet.

    None where that is no remedy: the call was heard of over there, other calls need this server,
    or no other one is left.
    """
    # RFC 3261 §21.5.4; and a server that says nothing at all has failed likewise.
    failed = (news.by, news.status) in ((By.REMOTE, 503), (By.SYSTEM, 408))
    if not failed or call.stage is not Stage.DIALLING:
        return None
    account, asked = call.account, call.part(Outgoing).servers
    servers = account.connection.servers
    asked.add(servers.current)
    if asked.issuperset(servers.addresses):
        return None
    left = account.pass_over(news.retry_after, now)
    if left is not None:
        calls.errands.append(Elsewhere(call, news))
    return left


@dataclass(eq=False)
class Elsewhere:
    """The call that waits for the next server, and how the last one has refused it."""

    call: Call
    refusal: Ended
    deadline: float | None = None
    done: bool = False

    def wake(self, calls: Others, now: float) -> Result:
        """Call again as soon as a server is there; none is: it has failed as the last one said."""
        call = self.call
        if call.wire.opening and not call.over:
            return []
        self.done = True
        if call.over:
            return []
        if not call.wire.open:
            return calls.finish(call, ending_of(self.refusal), now)
        return calls.changed(call, call.part(Outgoing).again(now), now)
