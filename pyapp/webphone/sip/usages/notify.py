"""What a NOTIFY says of itself: of which event, for how long still, or why no longer (RFC 6665)."""

from __future__ import annotations

from webphone.sip.outputs import Notified
from webphone.sip.wire.grammar import Malformed, visible
from webphone.sip.wire.message import Request
from webphone.sip.wire.params import parse_value

# §4.1.3: what is not to be asked for again, and what may be at once.
FINAL = frozenset(("rejected", "noresource", "invariant"))
AT_ONCE = frozenset(("deactivated", "timeout"))
# §4.1.2.2, §4.2.2: answers to a SUBSCRIBE or NOTIFY that end what it is about.
ENDING = frozenset((404, 405, 410, 416, *range(480, 486), 489, 501, 604))


def notified(name: str, event: str, request: Request) -> Notified:
    """The news in it, for the subscription of that name."""
    standing, _params = header_value(request, "Subscription-State")
    return Notified(
        subscription=name,
        event=event,
        state=visible(standing) or "active",
        branch=request.from_.tag.lower(),
        from_=request.from_,
        content_type=visible(request.content_type),
        body=request.body,
    )


def header_value(request: Request, name: str) -> tuple[str, dict[str, str]]:
    """A header's value in lower case and its parameters; nothing of what can't be read."""
    try:
        value, params = parse_value(request.headers.get(name) or "")
    except Malformed:
        return "", {}
    return value.lower(), params
