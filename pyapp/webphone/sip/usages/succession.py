"""A call whose peer goes on with it in another dialog: it is the same call, which was never away.

The peer's page is loaded anew, and calls in the place of its dialog (RFC 3891 §3). To the phone it
is an offer as of a re-INVITE; with our 2xx the new dialog takes the place of the old one, which we
end. Refused, or taken back, it leaves all as it was.
"""

from __future__ import annotations

from webphone.sip.authentication import ClientRequest
from webphone.sip.dialog import Dialog
from webphone.sip.outputs import Moved, Output
from webphone.sip.transactions import ServerTransaction
from webphone.sip.usages import info
from webphone.sip.usages.leg import Leg
from webphone.sip.wire.grammar import visible
from webphone.sip.wire.message import Response

MOST_FORMER = 8  # dialogs whose names are still known


def take_place(leg: Leg, server: ServerTransaction, sdp: str, now: float) -> list[Output]:
    """Accept it: all that follows is in the new dialog, and the old one ends."""
    invite, endpoint, before = server.request, leg.endpoint, leg.dialog
    after = leg.dialog = Dialog.answering(invite, endpoint.entropy.tag())
    leg.former = (*leg.former, before.key)[-MOST_FORMER:]
    leg.calling, leg.packages, leg.unwanted = False, info.packages(invite), False
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
