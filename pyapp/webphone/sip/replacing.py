"""Which call an INVITE with Replaces takes the place of (RFC 3891 §3)."""

from __future__ import annotations

from webphone.sip.calls import Calls
from webphone.sip.usages.invite_client import Outgoing
from webphone.sip.usages.session import Session
from webphone.sip.wire.message import Request
from webphone.sip.wire.replaces import Replaces

UNKNOWN = 481


def replaced(calls: Calls, request: Request) -> str | int:
    """The name of that call, or the status that refuses the INVITE.

    Only calls of this account are looked at: another user's dialog is nobody's here. Who knows the
    three names of a dialog got them from one who is in it, or from our own server (§7).
    """
    try:
        # §3: exactly one.
        (line,) = request.headers.all("Replaces")
        wanted = Replaces.parse(line)
    except ValueError:
        return 400
    place = calls.at((wanted.call_id, wanted.to_tag.lower(), wanted.from_tag.lower()))
    if isinstance(place, Session):
        if place.ended:
            return 603
        return 486 if wanted.early_only else place.call
    # §3: an early dialog only where we began it; it is not for others to answer what rings here.
    if isinstance(place, Outgoing) and not place.giving_up:
        return place.call
    return UNKNOWN
