"""Which call an INVITE with Replaces takes the place of, or goes on with (RFC 3891 §3)."""

from __future__ import annotations

from webphone.sip.calls import Calls
from webphone.sip.endpoint import sdp_of
from webphone.sip.outputs import Output
from webphone.sip.session_id import NIL, read
from webphone.sip.transactions import ServerTransaction
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


def continued(session: Session | None, invite: Request) -> Session | None:
    """The session that this INVITE with Replaces goes on with, None where it is another call.

    The same person says so, and calls the communication as before (RFC 7989 §6). Who has been told
    of a dialog by one of its ends, as in a transfer, does neither.
    """
    if session is None:
        return None
    leg, theirs = session.leg, read(invite)
    dialog, sessions = leg.dialog, leg.endpoint.sessions
    known = sessions.asking(dialog.call_id, dialog.remote.tag).rpartition("=")[2]
    same = invite.from_.uri.aor == dialog.remote.uri.aor and theirs == known != NIL
    return session if same and sdp_of(invite) is not None else None


def offer(session: Session, server: ServerTransaction, now: float) -> list[Output]:
    """Hand the phone what the INVITE offers; our side of the communication keeps its name."""
    endpoint, invite = session.leg.endpoint, server.request
    sessions = endpoint.sessions
    sessions.adopt(invite.call_id, "", sessions.of(session.leg.dialog.call_id))
    # RFC 3261 §9.1: before a provisional response no CANCEL comes.
    trying = endpoint.answer(server, 100, now)
    return [*trying, *session.reinvite.asks(server, now)]
