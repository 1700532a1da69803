"""Which call an INVITE with Replaces takes the place of, or goes on with (RFC 3891 §3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webphone.sip.calls import Call, Calls
from webphone.sip.dialog import Key
from webphone.sip.endpoint import sdp_of
from webphone.sip.outputs import Output
from webphone.sip.session_id import NIL, read
from webphone.sip.transactions import ServerTransaction
from webphone.sip.usages.invite_client import Outgoing
from webphone.sip.usages.invite_server import Incoming
from webphone.sip.usages.session import Session
from webphone.sip.wire.message import Request
from webphone.sip.wire.replaces import Replaces

if TYPE_CHECKING:  # loaded by the first call that outlived its page
    from webphone.sip.usages.restored import Restored

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
    key = (wanted.call_id, wanted.to_tag.lower(), wanted.from_tag.lower())
    # The peer may not have heard of the dialog that has taken the place of this one.
    place = calls.at(key) or calls.successor(key)
    if isinstance(place, Session):
        if place.ended:
            return 603
        return 486 if wanted.early_only else place.call
    if place is None:
        # Of a page that was loaded anew: its own INVITE may have been answered in vain.
        anew = (call for call in calls.outgoing() if not isinstance(call, Outgoing))
        return next((call.call for call in anew if call.invited(*key[:2])), UNKNOWN)
    # §3: an early dialog only where we began it; it is not for others to answer what rings here.
    if isinstance(place, Outgoing) and not place.giving_up:
        return place.call
    return UNKNOWN


def continued(call: Call, invite: Request) -> Session | Outgoing | None:
    """What this INVITE with Replaces goes on with, None where it is another call.

    The same person says so, and calls the communication as before (RFC 7989 §6). Who has been told
    of a dialog by one of its ends, as in a transfer, does neither. A call of ours that is not
    answered yet is answered so: the 2xx was lost with the page that has given it.
    """
    made, found = call if isinstance(call, Outgoing) else None, call.session
    if not isinstance(call, Outgoing | Incoming):
        found = call.contested or found
    dialog = found.leg.dialog if found else made.early(_name(invite)) if made else None
    if dialog is None or sdp_of(invite) is None:
        return None
    theirs, sessions = read(invite), call.endpoint.sessions
    known = sessions.asking(dialog.call_id, dialog.remote.tag).rpartition("=")[2]
    same = invite.from_.uri.aor == dialog.remote.uri.aor and theirs == known != NIL
    return (found or made) if same else None


def first(call: Restored, session: Session, invite: Request) -> bool:
    """Whether it waits: both ends take the call back, and each calls the other.

    What we offer in the dialog itself goes first, as its answer is on its way. Of two INVITEs that
    of who has made the dialog, unless one was answered before, by a page that is gone: then the one
    that names the dialog which that has made.
    """
    if session is not call.contested or session.leg.sdp:
        return False
    if not session.reinvite.open_to_successor:
        return True
    if call.session is not None or call.invited(*_names(invite)[:2]):
        return False
    return session.leg.calling or invite.call_id == session.leg.dialog.call_id


def _names(invite: Request) -> Key:
    wanted = Replaces.parse(invite.headers.get("Replaces") or "")
    return (wanted.call_id, wanted.to_tag.lower(), wanted.from_tag.lower())


def _name(invite: Request) -> str:
    """What the peer calls itself in the dialog that it means."""
    return Replaces.parse(invite.headers.get("Replaces") or "").from_tag


def called_back(
    calls: Calls, made: Outgoing, server: ServerTransaction, now: float
) -> list[Output]:
    """Who was to answer our INVITE calls us in its place: it is that call, and has its name."""
    endpoint, invite = made.endpoint, server.request
    sessions = endpoint.sessions
    sessions.adopt(invite.call_id, "", sessions.of(made.invite.call_id))
    call = made.call
    calls.rename(made, endpoint.entropy.token(8))
    answering = Incoming(endpoint, made.authenticator, call, server, now)
    calls.add(answering)
    # RFC 3891 §3: the early dialog ends, and nobody else is to ring.
    return [*answering.start(), *made.hang_up(now)]


def offer(session: Session, server: ServerTransaction, now: float) -> list[Output]:
    """Hand the phone what the INVITE offers; our side of the communication keeps its name."""
    endpoint, invite = session.leg.endpoint, server.request
    sessions = endpoint.sessions
    sessions.adopt(invite.call_id, "", sessions.of(session.leg.dialog.call_id))
    # RFC 3261 §9.1: before a provisional response no CANCEL comes.
    trying = endpoint.answer(server, 100, now)
    return [*trying, *session.reinvite.succeeded(server, now)]
