"""A call that was up before this agent was made: its dialog goes on, or a new one replaces it.

What is kept of the dialog is plain data. The new page takes the call back by an INVITE that
replaces the dialog (RFC 3891), or by a re-INVITE in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from webphone.machine import due, earliest
from webphone.sip.authentication import Authenticator
from webphone.sip.dialog import Dialog, Key
from webphone.sip.endpoint import SDP, Endpoint, NotNow, Pairs
from webphone.sip.outputs import Output
from webphone.sip.session_id import NAME as SESSION_ID
from webphone.sip.transaction import T64
from webphone.sip.usages import reinvite, session
from webphone.sip.usages.invite_client import Outgoing
from webphone.sip.usages.leg import Leg
from webphone.sip.usages.refer import reachable
from webphone.sip.usages.session import Session
from webphone.sip.usages.succession import MOST_FORMER
from webphone.sip.usages.timer import Kept as KeptTimer
from webphone.sip.wire.headers import NameAddr
from webphone.sip.wire.replaces import Replaces
from webphone.sip.wire.uri import Uri

_ORIGIN = re.compile(r"^o=([^\r\n]*)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What it takes to go on with an answered call; no secret, no key and no description.

    `calling`: we sent the INVITE. `replaceable`: the peer knows Replaces. `origin` is the o= line
    of our last description (RFC 4566 §5.2), without its name.
    """

    call_id: str
    local: str
    remote: str
    target: str
    routes: tuple[str, ...]
    local_cseq: int
    remote_cseq: int | None
    calling: bool
    replaceable: bool
    session_id: str
    origin: str = ""
    allowed: tuple[str, ...] = ()
    timer: KeptTimer | None = None
    former: tuple[Key, ...] = ()  # the dialogs that this one has taken the place of


def kept(endpoint: Endpoint, answered: Session) -> Kept:
    """An answered call of this agent as plain data."""
    leg, dialog = answered.leg, answered.leg.dialog
    kept: Kept = leg.kept(
        _kept,
        dialog.local,
        dialog.remote,
        dialog.target,
        dialog.routes,
        answered.reinvite.described or leg.sdp,
        call_id=dialog.call_id,
        local_cseq=dialog.local_cseq,
        remote_cseq=dialog.remote_cseq,
        calling=leg.calling,
        replaceable=leg.replaceable,
        session_id=endpoint.sessions.of(dialog.call_id),
        allowed=tuple(leg.timer.allowed),
        timer=leg.timer.kept,
        former=leg.former,
    )
    return kept


def _kept(
    local: NameAddr,
    remote: NameAddr,
    target: Uri,
    routes: tuple[NameAddr, ...],
    sdp: str,
    **more: Any,
) -> Kept:
    origin = _ORIGIN.search(sdp)
    return Kept(
        local=str(local),
        remote=str(remote),
        target=str(target),
        routes=tuple(map(str, routes)),
        origin=origin[1] if origin else "",
        **more,
    )


def farewell(endpoint: Endpoint, answered: Session) -> bytes:
    """The BYE that would be next in its dialog (RFC 3261 §15.1.1), which is as it was."""
    dialog = answered.leg.dialog
    number = dialog.local_cseq + 1
    return bytes(dialog.request(endpoint, "BYE", cseq=number))


class Restored:
    """One call out of what was kept of it. Raises Malformed where that is none."""

    def __init__(
        self, endpoint: Endpoint, authenticator: Authenticator, call: str, kept: Kept
    ) -> None:
        self.endpoint = endpoint
        self.authenticator = authenticator
        self.call = call
        self._session_id = kept.session_id
        dialog = Dialog(
            call_id=kept.call_id,
            local=NameAddr.parse(kept.local),
            remote=NameAddr.parse(kept.remote),
            target=Uri.parse(kept.target),
            routes=tuple(map(NameAddr.parse, kept.routes)),
            local_cseq=kept.local_cseq,
            remote_cseq=kept.remote_cseq,
        )
        leg = Leg(endpoint, authenticator, call, dialog, calling=kept.calling, sdp="")
        leg.replaceable, leg.former = kept.replaceable, kept.former[-MOST_FORMER:]
        leg.timer.go_on(kept.timer, kept.allowed)
        endpoint.sessions.adopt(kept.call_id, dialog.remote.tag, kept.session_id)
        self._old = Session(leg)
        # The ACK to our 2xx may have been lost with the old page: it is not waited for.
        self._old.state = session.State.CONFIRMED
        self._old.reinvite.state = reinvite.State.QUIET
        self._made: Outgoing | None = None  # the INVITE that is to replace the dialog
        self._parts: float | None = None  # when we end the old dialog, if nobody else does

    # --- As a call of the agent ---

    @property
    def session(self) -> Session | None:
        """What stands for the call now, None while nobody has answered our INVITE."""
        made = self._made
        if made is None or (made.session is None and made.giving_up):
            return self._old
        return made.session

    def invited(self, call_id: str, tag: str) -> bool:
        """Whether our last INVITE is known so, which nobody has answered as far as we know."""
        made = self._made
        if made is None or made.session is not None:
            return False
        return (call_id, tag) == (made.invite.call_id, made.invite.from_.tag.lower())

    @property
    def contested(self) -> Session | None:
        """The dialog that both ends may be about to replace, None once we have another one."""
        made = self._made
        return None if made is not None and made.session is not None else self._old

    @property
    def over(self) -> bool:
        """Whether the phone knows it as ended."""
        return self.session is not None and self.session.ended

    @property
    def sessions(self) -> list[Session]:
        """All dialogs of it."""
        return [self._old, *(self._made.sessions if self._made else [])]

    @property
    def places(self) -> dict[Key, Outgoing | Session]:
        """Who takes a request of a peer, by the dialog it belongs to."""
        made = self._made.places if self._made else {}
        return {**made, self._old.leg.dialog.key: self._old}

    @property
    def deadline(self) -> float | None:
        """When `wake` has something to do."""
        return earliest((self._made.deadline if self._made else None, self._parts))

    def wake(self, now: float) -> list[Output]:
        """End the dialog that is replaced and that nobody else has ended."""
        outputs = self._made.wake(now) if self._made else []
        if not due(self._parts, now):
            return outputs
        self._parts = None
        replaced = self.session is not self._old
        return outputs + (self._old.hang_up(now) if replaced and not self._old.ended else [])

    def lost(self) -> None:
        """The socket is gone that our INVITE went over."""
        if self._made:
            self._made.lost()

    def reconnected(self, now: float) -> list[Output]:
        """Send the INVITE again that nothing was heard of."""
        return self._made.reconnected(now) if self._made else []

    def reaccept(self, sdp: str, now: float) -> list[Output]:
        """Answer what the peer offers before it has answered our INVITE."""
        return self._under_way.reaccept(sdp, now)

    def rerefuse(self, status: int, now: float) -> list[Output]:
        """Refuse what the peer offers meanwhile, in the old dialog or in the one to be."""
        if self._old.reinvite.asked:
            return self._old.reinvite.refuse(status, now)
        return self._under_way.rerefuse(status, now)

    def hang_up(self, now: float, headers: Pairs = ()) -> list[Output]:
        """End it while nobody has answered our INVITE: whichever dialog there is then."""
        return [*self._under_way.hang_up(now, headers), *self._old.hang_up(now, headers)]

    # --- Taking it back ---

    def replace(self, sdp: str, timed: Pairs, now: float) -> list[Output]:
        """Call the peer anew in the place of the old dialog, which is told of no more.

        RFC 3891 §5: who does not know Replaces would take it for a second call, so it is required.
        """
        if self.session is not self._old:
            raise NotNow("the dialog is being replaced already")
        dialog, endpoint = self._old.leg.dialog, self.endpoint
        value = Replaces(
            call_id=dialog.call_id, to_tag=dialog.remote.tag, from_tag=dialog.local.tag
        )
        headers = (
            ("Replaces", str(value)),
            ("Require", "replaces"),
            (SESSION_ID, self._session_id),
            *timed,
            ("Content-Type", SDP),
        )
        request = endpoint.outside(
            "INVITE", self._caller, reachable(dialog), headers=headers, body=sdp.encode()
        )
        endpoint.sessions.adopt(request.call_id, "", self._session_id)
        self._old.leg.unwanted = True
        self._made = Outgoing(endpoint, self.authenticator, self.call, request)
        self._parts = now + 2 * T64
        return self._made.start(now)

    def withdraw(self, now: float) -> list[Output]:
        """Take that INVITE back: the old dialog is as it was.

        Nobody waits for its final response, since who ignores an INVITE may ignore the CANCEL too.
        """
        self._under_way.unwanted = True
        return self._under_way.hang_up(now)

    def change(self, sdp: str, now: float) -> list[Output]:
        """Offer in the old dialog."""
        if self.session is not self._old:
            raise NotNow("the dialog is being replaced")
        self._old.leg.unwanted = False
        return self._old.reinvite.offer(sdp, now)

    @property
    def _caller(self) -> NameAddr:
        """As whom we have called; and to those who called us, as whom we call."""
        account, local = self.authenticator.account, self._old.leg.dialog.local
        assert account is not None  # whose call it is
        if self._old.leg.calling:
            return NameAddr(local.display_name, local.uri)
        return account.caller

    @property
    def _under_way(self) -> Outgoing:
        if self._made is None:
            raise NotNow("the dialog is not being replaced")
        return self._made
