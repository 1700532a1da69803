"""What there is to say against a request before anybody looks at it (RFC 3261 §8.2)."""

from __future__ import annotations

from webphone.sip import methods
from webphone.sip.endpoint import SDP, Endpoint, sdp_of
from webphone.sip.methods import ALLOW
from webphone.sip.usages import timer
from webphone.sip.wire.grammar import visible
from webphone.sip.wire.message import Request, Response


def unknown_method(endpoint: Endpoint, request: Request) -> Response | None:
    """§8.2.1: 501 or 405 with Allow, None for a method that we know and may take."""
    status = methods.refusal(request.method, inside=bool(request.to.tag))
    if status not in (405, methods.UNKNOWN):
        return None
    return endpoint.reply(request, status, headers=(("Allow", ALLOW),))


def outside_dialog(endpoint: Endpoint, request: Request) -> Response | None:
    """What §8.2 has to say against a request outside a dialog, in its order."""
    # §8.2.2.1
    if request.uri.scheme not in ("sip", "sips", "tel"):
        return endpoint.reply(request, 416)
    # §8.2.2.2
    if endpoint.transactions.merged(request):
        return endpoint.reply(request, 482)
    status = methods.refusal(request.method, inside=False)
    if status is not None:
        return endpoint.reply(request, status)
    return any_request(endpoint, request)


def any_request(endpoint: Endpoint, request: Request) -> Response | None:
    """What there is to say against a request in or outside a dialog."""
    return (
        bad_extension(endpoint, request)
        or misplaced_replaces(endpoint, request)
        or bad_content(endpoint, request)
        or bad_interval(endpoint, request)
    )


def bad_extension(endpoint: Endpoint, request: Request) -> Response | None:
    """§8.2.2.3: 420 for what we cannot do."""
    missing = methods.missing(request.headers.values("Require"), but=endpoint.untold)
    if not missing:
        return None
    unsupported = visible(", ".join(missing))
    return endpoint.reply(request, 420, headers=(("Unsupported", unsupported),))


def misplaced_replaces(endpoint: Endpoint, request: Request) -> Response | None:
    """RFC 3891 §3: 400 where it is not in an INVITE that makes a call."""
    if "Replaces" not in request.headers or (request.method == "INVITE" and not request.to.tag):
        return None
    return endpoint.reply(request, 400)


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
