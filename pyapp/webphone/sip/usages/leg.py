"""What the parts of one accepted call stand on: its dialog, its timer, and its last 2xx."""

from __future__ import annotations

from typing import Any

from webphone.machine import Same
from webphone.sip.authentication import Authenticator, ClientRequest, Owner
from webphone.sip.dialog import Dialog, Key
from webphone.sip.endpoint import Endpoint, Pairs, sdp_of
from webphone.sip.outputs import Output
from webphone.sip.transactions import ServerTransaction
from webphone.sip.usages.reliable import Accepted
from webphone.sip.usages.timer import Refresher
from webphone.sip.wire.headers import NameAddr


class Leg:
    """Our end of a call; nothing is told of one that is `unwanted`, a fork that came too late."""

    def __init__(
        self,
        endpoint: Endpoint,
        authenticator: Authenticator,
        call: str,
        dialog: Dialog,
        *,
        calling: bool,
        sdp: str,
        unwanted: bool = False,
    ) -> None:
        self.endpoint = endpoint
        self.authenticator = authenticator
        self.call = call
        self.unwanted = unwanted
        self.dialog = dialog
        # Who sent the INVITE made the Call-ID (RFC 3261 §14.1), and acknowledges.
        self.calling = calling
        # Our side of the session as it was agreed last.
        self.sdp = sdp
        self.timer = Refresher(
            authenticator.account.session_expires if authenticator.account else 0
        )
        # The packages of INFO that the peer takes (RFC 6086 §5.2.2).
        self.packages: frozenset[str] = frozenset()
        # Whether the peer knows Replaces (RFC 3891 §6.2).
        self.replaceable = False
        # The dialogs that it had before, as the peer goes on in another one; the latest.
        self.former: tuple[Key, ...] = ()
        # Our 2xx that waits for its ACK.
        self.accepted: Accepted | None = None
        # Who has answered, where that is not whom the peer has called (RFC 4916 §4.2).
        self.connected: NameAddr | None = None
        # As it was handed to who goes on with it elsewhere.
        self.kept: Same[Any] = Same()

    def request(
        self,
        method: str,
        owner: Owner,
        *,
        headers: Pairs = (),
        body: bytes = b"",
        ref: str = "",
    ) -> ClientRequest:
        """A request inside the dialog, ready to start; `owner` hears its answer."""
        request = self.dialog.request(self.endpoint, method, headers=headers, body=body)
        return ClientRequest(
            self.endpoint, self.authenticator, owner, request, dialog=self.dialog, ref=ref
        )

    def accept_update(self, server: ServerTransaction, sdp: str | None, now: float) -> list[Output]:
        """The 2xx to an UPDATE (RFC 3311 §5.2); `sdp` answers the offer in it."""
        self.sdp = sdp or self.sdp
        self.dialog.renamed(server.request)
        timed = self.timer.granted(server.request, now)
        response = self.endpoint.success(server.request, sdp, timed=timed)
        return self.endpoint.transactions.answer(server, response, now)

    def accept_invite(
        self,
        server: ServerTransaction,
        sdp: str,
        now: float,
        tag: str = "",
        *,
        agreed: bool = False,
    ) -> list[Output]:
        """The 2xx to an INVITE, sent again and again until its ACK; `tag` to the first one.

        `agreed`: both ends know the session already, and the 2xx says nothing of it.
        """
        self.sdp = sdp
        self.dialog.renamed(server.request)
        timed = self.timer.granted(server.request, now)
        said = None if agreed else sdp
        response = self.endpoint.success(server.request, said, tag, timed=timed)
        offered = not agreed and sdp_of(server.request) is None
        self.accepted = Accepted.sent(server, response, offered=offered, now=now)
        return self.endpoint.transactions.answer(server, response, now)

    def close(self) -> None:
        """The call is over: nothing of it is due any more."""
        self.accepted = None
        self.timer.stop()
