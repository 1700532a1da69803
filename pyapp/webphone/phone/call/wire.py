"""One call at the SIP end of its account: what can be said of it to the other side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from webphone.phone.account.account import Account, Result, State
from webphone.sip import TRICKLE, TRICKLE_TYPE, Uri
from webphone.sip.wire.grammar import quote, visible
from webphone.words import Sentence

if TYPE_CHECKING:  # loaded by the first call that outlived its page
    from webphone.media.continued import Origin
    from webphone.sip.usages.restored import Kept
    from webphone.sip.usages.rung import Kept as Rung

Headers = Sequence[tuple[str, str]]
TRICKLED = "trickle:"  # what the INFOs with our candidates are called


@dataclass(frozen=True, slots=True)
class Wire:
    """Each verb gives what follows from it; NotNow is raised where it makes no sense now."""

    account: Account
    call: str
    origin: Origin | None = None
    record: tuple[str, str] = ("", "")  # of ours, and wished of theirs (RFC 7866 §7)

    # --- Questions ---

    @property
    def open(self) -> bool:
        """Whether something can be sent now."""
        return self.account.open

    @property
    def opening(self) -> bool:
        """Whether that is being tried."""
        return self.account.state is State.CONNECTING

    @property
    def known(self) -> bool:
        """Whether there is something of it: not while one that was refused waits to go on."""
        return self.account.agent.knows(self.call)

    def trickles(self, branch: str = "") -> bool:
        """Whether the other side, or this phone of those that ring, takes candidates by INFO."""
        return self.account.agent.takes(self.call, TRICKLE, branch)

    # --- A call that begins ---

    def connect(self, now: float) -> Result:
        """Open the connection that the call needs."""
        return self.account.connect(now)

    def invite(
        self, target: Uri, sdp: str, now: float, *, headers: Headers, name: str | None
    ) -> Result:
        """Send the INVITE. Raises ValueError when a header given would break it."""
        return self.account.through(
            self.account.agent.invite(
                self.call, target, self._marked(sdp), now, headers=tuple(headers), display_name=name
            ),
            now,
        )

    def ring(self, now: float) -> Result:
        """Tell the caller that the phone rings."""
        return self.account.through(self.account.agent.ring(self.call, now), now)

    def accept(self, sdp: str, now: float) -> Result:
        """Answer with this description."""
        return self.account.through(
            self.account.agent.accept(self.call, self._marked(sdp), now), now
        )

    def reject(self, status: int, now: float, *, why: Sentence | None = None) -> Result:
        """Refuse the call; `why` is for the trace at the other side (RFC 3261 §20.43)."""
        warning = (("Warning", f"399 webphone {quote(visible(why))}"),) if why else ()
        outputs = self.account.agent.reject(self.call, status, now, headers=warning)
        return self.account.through(outputs, now)

    def redirect(self, target: Uri, now: float) -> Result:
        """Send the caller elsewhere."""
        return self.account.through(self.account.agent.redirect(self.call, target, now), now)

    def hang_up(self, now: float, *, headers: Headers = ()) -> Result:
        """End the call wherever it is."""
        outputs = self.account.agent.hang_up(self.call, now, headers=tuple(headers))
        return self.account.through(outputs, now)

    # --- A call that outlived its page ---

    @property
    def kept(self) -> Kept | None:
        """It as plain data to go on with on another page, None where it is not up."""
        return self.account.agent.handover.kept(self.call)

    @property
    def farewell(self) -> bytes:
        """What ends it, for who says it when this page is no more."""
        return self.account.agent.handover.farewell(self.call)

    @property
    def rung(self) -> tuple[Rung, bytes] | None:
        """It as plain data to ring with on another page, and its INVITE; None for any other."""
        return self.account.agent.handover.rung(self.call)

    def restore(self, kept: Kept, now: float) -> Result:
        """Go on with it. Raises Malformed."""
        return self.account.through(self.account.agent.handover.restore(self.call, kept, now), now)

    def take_back(self, sdp: str, now: float, *, replacing: bool) -> Result:
        """Offer by an INVITE that replaces the dialog, or by a re-INVITE in it."""
        described = self._marked(sdp) if replacing else self._ours(sdp)
        outputs = self.account.agent.handover.take_back(
            self.call, described, now, replacing=replacing
        )
        return self.account.through(outputs, now)

    def withdraw(self, now: float) -> Result:
        """Take such an INVITE back."""
        return self.account.through(self.account.agent.handover.withdraw(self.call, now), now)

    # --- A call that is up ---

    def _ours(self, sdp: str) -> str:
        """A description as the next of the session that both ends know."""
        return self._marked(self.origin.on(sdp) if self.origin else sdp)

    def _marked(self, sdp: str) -> str:
        """A description that says what there is to say of recordings."""
        if not any(self.record):
            return sdp
        # Loaded by the first that is recorded.
        from webphone.media.recorded import marked

        return marked(sdp, *self.record)

    def reinvite(self, sdp: str, now: float) -> Result:
        """Offer a change."""
        outputs = self.account.agent.reinvite(self.call, self._ours(sdp), now)
        return self.account.through(outputs, now)

    def reaccept(self, sdp: str, now: float) -> Result:
        """Answer a change that the other side offers."""
        outputs = self.account.agent.reaccept(self.call, self._ours(sdp), now)
        return self.account.through(outputs, now)

    def rerefuse(self, status: int, now: float) -> Result:
        """Refuse it."""
        return self.account.through(self.account.agent.rerefuse(self.call, status, now), now)

    def refer(self, target: Uri, now: float, *, replacing: str = "") -> Result:
        """Ask the other side to call `target`, in our place in the call `replacing` if named."""
        outputs = self.account.agent.refer(self.call, target, now, replacing=replacing)
        return self.account.through(outputs, now)

    def answer_refer(self, status: int, now: float) -> Result:
        """Take with 200 what the other side asks for, or refuse it."""
        return self.account.through(self.account.agent.answer_refer(self.call, status, now), now)

    def report_refer(self, status: int, now: float) -> Result:
        """Tell the other side how far the call has come that it asked for."""
        return self.account.through(self.account.agent.report_refer(self.call, status, now), now)

    def info(self, content_type: str, body: str, ref: str, now: float) -> Result:
        """Send an INFO; Replied with `ref` follows."""
        outputs = self.account.agent.info(self.call, content_type, body.encode(), ref, now)
        return self.account.through(outputs, now)

    def trickle(self, body: bytes, branch: str, now: float) -> Result:
        """Send an INFO with our candidates to one dialog of it; Replied follows."""
        ref = f"{TRICKLED}{self.call}/{branch}"
        outputs = self.account.agent.info(
            self.call, TRICKLE_TYPE, body, ref, now, package=TRICKLE, branch=branch
        )
        return self.account.through(outputs, now)
