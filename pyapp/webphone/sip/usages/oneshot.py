"""Requests that stand alone: OPTIONS answered, and what we ask outside any call (RFC 3261 §11)."""

from __future__ import annotations

from webphone.sip.authentication import Authenticator, ClientRequest
from webphone.sip.endpoint import SDP, Endpoint, Pairs
from webphone.sip.methods import ALLOW, Place, supported
from webphone.sip.outputs import Output
from webphone.sip.usages import texts
from webphone.sip.wire.message import Request, Response
from webphone.sip.wire.uri import Uri

# RFC 3261 §11.2; reasons and warnings are in English.
_CAPABILITIES = (
    ("Allow", ALLOW),
    ("Accept", f"{SDP}, {texts.ACCEPT}"),
    ("Accept-Encoding", "identity"),
    ("Accept-Language", "en"),
)


def capabilities(endpoint: Endpoint, request: Request, status: int = 200) -> Response:
    """The answer to OPTIONS, with the status that a call would get (RFC 3261 §11.2)."""
    tags = ("Supported", supported(Place.CAPABILITIES, but=endpoint.untold))
    return endpoint.reply(request, status, headers=(*_CAPABILITIES, tags))


class Question:
    """A request of ours outside any call that only wants its answer."""

    call = ""

    def __init__(self, endpoint: Endpoint, authenticator: Authenticator) -> None:
        self.endpoint = endpoint
        self.authenticator = authenticator

    def ask(
        self,
        method: str,
        target: Uri,
        ref: str,
        now: float,
        *,
        headers: Pairs = (),
        body: bytes = b"",
    ) -> list[Output]:
        """Send a request outside a dialog."""
        account = self.authenticator.account
        assert account is not None
        request = self.endpoint.outside(method, account.caller, target, headers=headers, body=body)
        return ClientRequest(self.endpoint, self.authenticator, self, request, ref=ref).start(now)

    def answered(self, sent: ClientRequest, response: Response, now: float) -> list[Output]:
        """Tell the answer."""
        return [sent.news(response)]
