"""Requests that stand alone: what we answer to them, and how we ask them (RFC 3261 §8.2, §11)."""

from __future__ import annotations

from webphone.sip.authentication import Authenticator, ClientRequest
from webphone.sip.endpoint import ALLOW, SDP, SUPPORTED, Endpoint, Pairs, sdp_of
from webphone.sip.outputs import Output
from webphone.sip.usages import timer
from webphone.sip.usages.session import replied
from webphone.sip.wire.grammar import visible
from webphone.sip.wire.headers import NameAddr
from webphone.sip.wire.message import Request, Response
from webphone.sip.wire.uri import Uri

# What answers a request that makes no call here.
REFUSALS = {
    # RFC 3261 §8.2.1: methods we know of and do not take.
    "MESSAGE": 405,
    "PUBLISH": 405,
    "REGISTER": 405,
    # RFC 6665 §4.2.1.1 and §4.1.3: no event package here, and no subscription of ours.
    "SUBSCRIBE": 489,
    "NOTIFY": 481,
    # RFC 3515 §2.4.2
    "REFER": 603,
    # They belong inside a dialog.
    "BYE": 481,
    "INFO": 481,
    "PRACK": 481,
    "UPDATE": 481,
}
OURS = frozenset({"INVITE", "OPTIONS"})
EXTENSIONS = frozenset({"100rel", "gruu", "outbound", "timer"})
# RFC 3261 §11.2; reasons and warnings are in English.
_CAPABILITIES = (
    ("Allow", ALLOW),
    ("Accept", SDP),
    ("Accept-Encoding", "identity"),
    ("Accept-Language", "en"),
    ("Supported", f"100rel, {SUPPORTED}"),
)


def unknown_method(endpoint: Endpoint, request: Request) -> Response | None:
    """RFC 3261 §8.2.1: 501 or 405 with Allow, None for a method we take."""
    status = REFUSALS.get(request.method, 501)
    if request.method in OURS or status not in (405, 501):
        return None
    return endpoint.reply(request, status, headers=(("Allow", ALLOW),))


def objection(endpoint: Endpoint, request: Request) -> Response | None:
    """What RFC 3261 §8.2 has to say against a request outside a dialog, in its order."""
    # §8.2.2.1
    if request.uri.scheme not in ("sip", "sips", "tel"):
        return endpoint.reply(request, 416)
    # §8.2.2.2
    if endpoint.transactions.merged(request):
        return endpoint.reply(request, 482)
    if request.method in REFUSALS:
        return endpoint.reply(request, REFUSALS[request.method])
    return unfit(endpoint, request)


def unfit(endpoint: Endpoint, request: Request) -> Response | None:
    """What there is to say against a request in or outside a dialog."""
    return (
        bad_extension(endpoint, request)
        or bad_content(endpoint, request)
        or bad_interval(endpoint, request)
    )


def bad_extension(endpoint: Endpoint, request: Request) -> Response | None:
    """§8.2.2.3: 420 for what we cannot do."""
    required = request.headers.values("Require")
    missing = [tag for tag in required if tag.lower() not in EXTENSIONS]
    if not missing:
        return None
    unsupported = visible(", ".join(missing))
    return endpoint.reply(request, 420, headers=(("Unsupported", unsupported),))


def bad_interval(endpoint: Endpoint, request: Request) -> Response | None:
    """RFC 4028 §9: 422 for a session that would have to be refreshed too often."""
    if request.method not in ("INVITE", "UPDATE") or not timer.too_brief(request):
        return None
    return endpoint.reply(request, 422, headers=(("Min-SE", str(timer.SHORTEST)),))


def bad_content(endpoint: Endpoint, request: Request) -> Response | None:
    """§8.2.3: 415 for a body we cannot read; 406 for an answer that could not be read."""
    if request.method not in ("INVITE", "UPDATE"):
        return None
    optional = "handling=optional" in (request.headers.get("Content-Disposition") or "").lower()
    encoding = (request.headers.get("Content-Encoding") or "identity").lower()
    if request.body and not optional:
        if encoding != "identity":
            return endpoint.reply(request, 415, headers=(("Accept-Encoding", "identity"),))
        if sdp_of(request) is None:
            return endpoint.reply(request, 415, headers=(("Accept", SDP),))
    accept = [value.partition(";")[0].strip().lower() for value in request.headers.values("Accept")]
    if accept and not {SDP, "application/*", "*/*"} & set(accept):
        # RFC 4475 §3.3.15
        warning = f'399 {endpoint.host} "only {SDP} is spoken here"'
        return endpoint.reply(request, 406, headers=(("Warning", warning),))
    return None


def capabilities(endpoint: Endpoint, request: Request) -> Response:
    """The answer to OPTIONS (RFC 3261 §11.2)."""
    return endpoint.reply(request, 200, headers=_CAPABILITIES)


class Question:
    """A request of ours outside any call that only wants its answer."""

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
        names = self.endpoint.entropy
        request = self.endpoint.request(
            method,
            target,
            from_=account.caller.with_param("tag", names.tag()),
            to=NameAddr("", target),
            call_id=names.call_id(),
            cseq=1,
            # RFC 3608 §6.1
            routes=self.endpoint.service_route,
            headers=headers,
            body=body,
        )
        return ClientRequest(self.endpoint, self.authenticator, self, request, ref=ref).start(now)

    def answered(self, sent: ClientRequest, response: Response, now: float) -> list[Output]:
        """Tell the answer."""
        return [replied(sent, response)]
