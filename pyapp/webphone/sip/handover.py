"""Calls that outlive their page: what one agent keeps of them, and how the next goes on with them.

Loaded by the first call that is kept, or was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from webphone.sip.calls import Calls
from webphone.sip.endpoint import Endpoint, NotNow
from webphone.sip.line import Line
from webphone.sip.outputs import Output, Send
from webphone.sip.serving import Serving
from webphone.sip.usages import restored, rung, timer
from webphone.sip.usages.invite_server import Incoming
from webphone.sip.usages.restored import Restored
from webphone.sip.usages.rung import Kept as Rung


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """Verbs of an agent (see `agent.Agent`), who lends what it stands on."""

    endpoint: Endpoint
    calls: Calls
    serving: Serving
    line: Line
    out: Callable[
        [list[Output], float], list[Output]
    ]  # what is to be done now of what is given back

    # What the next agent needs.

    def kept(self, call: str) -> restored.Kept | None:
        """An answered call as plain data to go on with elsewhere, None for one that is not up."""
        made = self.calls.kept.get(call)
        if made is not None:
            return made
        known = self.calls.seen(call)
        # The dialog that is being replaced stands until the other one does.
        session = (known.session or next(iter(known.sessions), None)) if known else None
        if session is None or session.ended:
            return None
        made = self.calls.kept[call] = restored.kept(self.endpoint, session)
        return made

    def farewell(self, call: str) -> bytes:
        """What would end a call: for others to send, and good until ours.

        A BYE; or while nobody has answered it the CANCEL of our INVITE, or 480 to theirs.
        """
        known = self.calls.call(call)
        session = known.session or next(iter(known.sessions), None)
        if session is not None:
            return restored.farewell(self.endpoint, session)
        assert not isinstance(known, Restored), "the dialog that it was stands"
        return known.withdrawal

    def rung(self, call: str) -> tuple[Rung, bytes] | None:
        """A call that rings here as plain data, and its INVITE; None for one that can't go on."""
        known = self.calls.seen(call)
        return rung.kept(self.endpoint, known) if isinstance(known, Incoming) else None

    # What it does with that.

    def restore(self, call: str, kept: restored.Kept, now: float) -> list[Output]:
        """Go on with it under this name: who speaks in its dialog is heard. Raises Malformed."""
        if call in self.calls:
            raise NotNow(f"there is a call {call!r} already")
        self.calls.add(Restored(self.endpoint, self.serving.signing(), call, kept))
        return self.out([], now)

    def take_back(self, call: str, sdp: str, now: float, *, replacing: bool) -> list[Output]:
        """Offer in a restored call: by an INVITE that replaces it, or by a re-INVITE in it.

        As of `invite` or of `reinvite` are what follows. Before the INVITE is answered all else is
        NotNow; once it has failed the call stands as it stood before.
        """
        known = self._restored(call)
        if not replacing:
            return self.out(known.change(sdp, now), now)
        timed = timer.asked(self.serving.owner.session_expires)
        return self.out(known.replace(sdp, timed, now), now)

    def withdraw(self, call: str, now: float) -> list[Output]:
        """Wait no longer for the answer to an INVITE of `take_back`; the call stands as before."""
        return self.out(self._restored(call).withdraw(now), now)

    def ring_on(
        self, call: str, invite: bytes, what: Rung, now: float, *, open: bool
    ) -> list[Output]:
        """Take up under this name a call that rang elsewhere; Invited follows, and `ring` is next.

        `open`: there is a socket; else all waits for it. Raises Malformed, and NotNow where the
        INVITE is here already.
        """
        made = rung.ring_on(self.endpoint, self.serving.signing(), call, invite, what, now)
        self.calls.add(made)
        self.line.begin(open=open)
        if open and not self.line.unsaid:
            made.back(now)
        return self.out(made.start(), now)

    def say(self, message: bytes, now: float, *, open: bool) -> list[Output]:
        """Send what another agent of ours has written; `open`: there is a socket, else it waits."""
        self.line.begin(open=open)
        return self.out([Send(data=message)], now)

    def _restored(self, call: str) -> Restored:
        known = self.calls.call(call)
        if not isinstance(known, Restored):
            raise NotNow("this call was made here")
        return known
