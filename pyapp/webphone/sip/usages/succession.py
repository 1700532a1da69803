"""A call whose peer goes on with it in another dialog: it is the same call, which was never away.

The peer's page is loaded anew, and calls in the place of its dialog (RFC 3891 §3). To the phone it
is an offer as of a re-INVITE; with our 2xx the new dialog takes the place of the old one, which we
end. Refused, or taken back, it leaves all as it was.
"""

from __future__ import annotations

from webphone.sip.authentication import ClientRequest
from webphone.sip.dialog import Dialog
from webphone.sip.endpoint import sdp_of
from webphone.sip.outputs import Moved, Output
from webphone.sip.session_id import NIL, read
from webphone.sip.transactions import ServerTransaction
from webphone.sip.usages import info
from webphone.sip.usages.leg import Leg
from webphone.sip.usages.session import Session
from webphone.sip.wire.grammar import visible
from webphone.sip.wire.message import Request, Response


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


def take_place(leg: Leg, server: ServerTransaction, sdp: str, now: float) -> list[Output]:
    """Accept it: all that follows is in the new dialog, and the old one ends."""
    invite, endpoint, before = server.request, leg.endpoint, leg.dialog
    after = leg.dialog = Dialog.answering(invite, endpoint.entropy.tag())
    leg.calling, leg.packages = False, info.packages(invite)
    leg.replaceable = "replaces" in invite.supported
    bye = before.request(endpoint, "BYE")
    # Our requests are told apart by their numbers, whichever dialog they are in.
    after.passed(bye.cseq.number)
    ending = ClientRequest(endpoint, leg.authenticator, Former(leg.call), bye, dialog=before)
    accepted = leg.accept_invite(server, sdp, now, after.local.tag)
    moved = Moved(call=leg.call, call_id=visible(invite.call_id))
    return [*accepted, *ending.start(now), moved]


class Former:
    """Who waits for the answer to the BYE of a dialog that nobody is in any more."""

    def __init__(self, call: str) -> None:
        self.call = call

    def answered(self, sent: ClientRequest, response: Response, now: float) -> list[Output]:
        """RFC 3261 §15.1.1: whatever it is, nothing is left to do."""
        return []
