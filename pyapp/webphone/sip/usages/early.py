"""Offers and answers before a call that comes in is answered (RFC 3262 §5, RFC 6337 §2.2)."""

from __future__ import annotations

from webphone.sip.endpoint import NotNow, sdp_of
from webphone.sip.outputs import EarlyOffer, Output
from webphone.sip.transactions import ServerTransaction
from webphone.sip.wire.message import Request, Response


class Early:
    """How far both ends have agreed before the 2xx.

    Only reliable messages agree: a plain 18x shows what the 2xx is going to answer, no more.
    """

    def __init__(self, call: str, invite: Request) -> None:
        # Our side of the session, once nothing is left for the 2xx to say of it.
        self.agreed = ""
        self.offerless = sdp_of(invite) is None
        self._call = call
        self._theirs: ServerTransaction | None = None

    @property
    def waits(self) -> bool:
        """Whether an offer of theirs waits for our answer: the 2xx comes after it."""
        return self._theirs is not None

    def acknowledged(self, ringing: Response) -> bool:
        """A PRACK for `ringing` came; whether it answers an offer that we made there."""
        described = sdp_of(ringing)
        if described is None or self.agreed:
            return False
        self.agreed = described
        return self.offerless

    def offered(self, server: ServerTransaction, sdp: str) -> Output:
        """They want to change it; `answer` says who has asked."""
        self._theirs = server
        return EarlyOffer(call=self._call, branch=server.request.from_.tag, sdp=sdp)

    def answer(self, sdp: str = "") -> ServerTransaction:
        """What has offered: it is answered with `sdp`, or refused without.

        Raises NotNow where nothing is offered.
        """
        theirs, self._theirs = self._theirs, None
        if theirs is None:
            raise NotNow("the call is not answered yet")
        self.agreed = sdp or self.agreed
        return theirs
