"""Whether the caller still waits for whom it rings at: asked where no CANCEL may come any more.

A CANCEL takes the way of its INVITE (RFC 3261 §9.1), and so gets lost with the connection that this
came over. The early dialog has a way of its own: who has given up knows it no more, and says 481 to
a request in it (§12.2.2). An UPDATE that offers nothing (RFC 3311 §5.1) asks so, and tells the
caller where we are now; OPTIONS (§11.1) asks those who take none.
"""

from __future__ import annotations

from webphone.machine import due
from webphone.sip.authentication import Authenticator, ClientRequest
from webphone.sip.dialog import Dialog
from webphone.sip.endpoint import Endpoint
from webphone.sip.outputs import Output
from webphone.sip.wire.message import Request, Response

AGAIN = 4.0  # seconds from one question to the next
GONE = 481


class Waiting:
    """The questions of one call; `deadline` is when the next one is due."""

    def __init__(self, call: str, endpoint: Endpoint, authenticator: Authenticator) -> None:
        self.call = call
        self.deadline: float | None = None
        self.gone = False  # the caller knows nothing of the call any more
        self.there: float | None = None  # when the caller was heard last
        self._endpoint = endpoint
        self._authenticator = authenticator
        self._asked: ClientRequest | None = None  # that nobody has answered yet

    def begin(self, now: float) -> None:
        """The next question is due now; one that the last connection has swallowed is forgotten."""
        self.deadline, self._asked = now, None

    def wake(self, invite: Request, dialog: Dialog, now: float) -> list[Output]:
        """Ask whoever sent this INVITE, where that is due."""
        if not due(self.deadline, now):
            return []
        self.deadline = now + AGAIN
        if self._asked is not None:
            return []
        method = "UPDATE" if "UPDATE" in invite.allow else "OPTIONS"
        request = dialog.request(self._endpoint, method)
        self._asked = ClientRequest(
            self._endpoint, self._authenticator, self, request, dialog=dialog
        )
        return self._asked.start(now)

    def answered(self, sent: ClientRequest, response: Response, now: float) -> list[Output]:
        """What the caller says to it; all but 481 and a yes tells nothing."""
        self._asked = None
        if response.status == GONE:
            self.gone, self.deadline = True, now
        elif response.status < 300:
            self.there = now
        return []
