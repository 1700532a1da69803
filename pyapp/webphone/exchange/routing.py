"""What a proxy changes in a message that passes: Via, Route, Max-Forwards (RFC 3261 §16.6)."""

from __future__ import annotations

from webphone.sip.transactions import cancel_of
from webphone.sip.wire.grammar import visible
from webphone.sip.wire.message import Request, Response
from webphone.sip.wire.uri import Uri

# Nobody outside can reach us by name: the links are all there is.
HOST = "exchange.invalid"
USUAL_MAX_FORWARDS = 70


def way_key(request: Request) -> tuple[str, ...]:
    """The same for an INVITE, its CANCEL and the ACK to its failure (§17.2.3, §9.2)."""
    via = request.via
    invite = request.method in ("INVITE", "CANCEL", "ACK")
    return (
        via.branch,
        via.host.lower(),
        str(via.port),
        request.call_id,
        request.from_.tag,
        str(request.cseq.number),
        "INVITE" if invite else request.method,
    )


def onward(request: Request, uri: Uri, branch: str) -> Request:
    """The copy that goes to `uri`, with our Via on top; raises Malformed."""
    forwards = request.max_forwards
    copy = Request(request.method, uri, request.headers.copy(), request.body)
    copy.headers.prepend("Via", f"SIP/2.0/WS {HOST};branch={branch}")
    # §16.6 step 3.
    left = USUAL_MAX_FORWARDS if forwards is None else forwards - 1
    copy.headers.set("Max-Forwards", str(left))
    return copy


def pop_via(response: Response) -> bool:
    """Take our Via off (§16.7 step 3); False when it was the only one: the answer was for us."""
    rest = response.headers.values("Via")[1:]
    response.headers.remove("Via")
    for via in reversed(rest):
        response.headers.prepend("Via", via)
    return bool(rest)


def take_route(request: Request) -> str | None:
    """Take every Route off, for we are the only proxy there is (§16.4, §16.12); raises Malformed.

    Returns the user part of the first one if it is ours.
    """
    routes = request.routes
    request.headers.remove("Route")
    if routes and routes[0].uri.host.lower() == HOST:
        return routes[0].uri.user
    return None


def cancelling(invite: Request, reason: str | None) -> Request:
    """The CANCEL of a branch (§9.1), and why (RFC 3326)."""
    cancel = cancel_of(invite)
    if reason:
        cancel.headers.add("Reason", visible(reason))
    return cancel
