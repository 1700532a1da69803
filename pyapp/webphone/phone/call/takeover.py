"""A call that takes the place of another, as the other side wants: by INVITE with Replaces.

After a transfer it is with somebody else; after a pickup it is with who took the call that we made
(RFC 3891 §3). It does not ring: who talks, goes on talking.
"""

from __future__ import annotations

from dataclasses import dataclass

from webphone import media
from webphone.phone.account.account import Result
from webphone.phone.call.call import Call, Stage
from webphone.phone.call.endings import Ending
from webphone.phone.call.incoming import RINGS, Incoming
from webphone.phone.call.others import Others
from webphone.phone.call.outgoing import Outgoing
from webphone.phone.call.peer import Peer
from webphone.phone.call.renegotiation import Renegotiation
from webphone.phone.call.transfer import name
from webphone.sip import By, Invited


def take_over(calls: Others, old: Call, new: Call, now: float) -> Result:
    """Answer `new` in the place of `old`, which goes once `new` is up."""
    new.instead_of, new.muted = old.id, old.muted
    if new.part(Incoming).problem():
        return new.wire.reject(488, now)
    if new.remote.uri.aor == old.remote.uri.aor:
        _keep_holding(old, new, now)
    calls.calls[new.id] = new
    calls.errands.append(Takeover(old, new))
    video = new.video and old.video_local
    return new.part(Incoming).answer(video=video, reply=None)


def called_back(calls: Others, call: Call, news: Invited, now: float) -> Result:
    """The answer to the call that we made was lost with a page: who gave it calls us instead."""
    call.part(Outgoing).rest()
    call.part(Peer).named(news.headers)
    call.call_id, call.headers, call.ringback = news.call_id, news.headers, False
    setup, video = call.part(Incoming), call.video_local
    setup.offer, setup.deadline = news.sdp, now + RINGS
    if why := setup.problem():
        ending = Ending(by=By.SYSTEM, status=488, media=why)
        return call.wire.reject(488, now) + calls.finish(call, ending, now)
    return setup.answer(video=call.video and video, reply=None)


def _keep_holding(old: Call, new: Call, now: float) -> None:
    """The same person goes on, on another device or a page loaded anew: who held, holds."""
    offer = new.part(Incoming).offer
    held = offer is not None and media.held_by(media.Description.parse(offer))
    new.part(Renegotiation).hold_wanted = old.hold.local
    new.hold.mark(old.hold.local, held, now)


@dataclass(eq=False)
class Takeover:
    """The two calls, until the new one is up or has failed."""

    old: Call
    new: Call
    done: bool = False
    deadline: float | None = None

    def wake(self, calls: Others, now: float) -> Result:
        """The old call goes when the new one is up; if that fails, all is as it was."""
        if self.new.over:
            self.done = True
            return []
        if self.new.stage is Stage.INCOMING:  # no microphone: it would ring from now on
            return calls.hang_up(self.new, now)
        if self.new.answered_at is None:
            return []
        self.done = True
        if self.old.over:
            return []
        self.old.moved_to = name(self.new)
        ending = Ending(by=By.REMOTE, answered_elsewhere=self.old.answered_at is None)
        return [*self.old.wire.hang_up(now), *calls.finish(self.old, ending, now)]
