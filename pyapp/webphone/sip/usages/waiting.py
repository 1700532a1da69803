"""Whether the caller still waits for whom it rings at: asked where no CANCEL may come any more.

A CANCEL takes the way of its INVITE (RFC 3261 §9.1), and so gets lost with the connection that this
came over. The early dialog has a way of its own: who has given up knows it no more, and says 481 to
a request in it (§12.2.2). An UPDATE that offers nothing (RFC 3311 §5.1) asks so, and tells the
caller where we are now; OPTIONS (§11.1) asks those who take none. Some of these answer OPTIONS
without a look at its dialog: they say yes to one that nobody knows, too, and then it tells nothing.
"""

from __future__ import annotations

from dataclasses import replace

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
        self._trial: ClientRequest | None = None  # the question to which 481 is the answer
        self._blind = False  # the caller answers without a look

    def begin(self, now: float) -> None:
        """The next question is due now; one that the last connection has swallowed is forgotten."""
        self.deadline = None if self._blind else now
        self._asked = self._trial = None

    def wake(self, invite: Request, dialog: Dialog, now: float) -> list[Output]:
        """Ask whoever sent this INVITE, where that is due."""
        if not due(self.deadline, now):
            return []
        self.deadline = now + AGAIN
        if self._asked is not None:
            return []
        if "UPDATE" in invite.allow:
            self._asked = self._question("UPDATE", dialog)
            return self._asked.start(now)
        trial = self._try(dialog, now)
        self._asked = self._question("OPTIONS", dialog)
        return [*trial, *self._asked.start(now)]

    def _try(self, dialog: Dialog, now: float) -> list[Output]:
        """Ask once whether the caller tells dialogs apart."""
        if self._trial is not None:
            return []
        nobody = dialog.local.with_param("tag", self._endpoint.entropy.tag())
        self._trial = self._question("OPTIONS", replace(dialog, local=nobody))
        return self._trial.start(now)

    def _question(self, method: str, dialog: Dialog) -> ClientRequest:
        request = dialog.request(self._endpoint, method)
        return ClientRequest(self._endpoint, self._authenticator, self, request, dialog=dialog)

    def answered(self, sent: ClientRequest, response: Response, now: float) -> list[Output]:
        """What the caller says to it; all but 481 and a yes tells nothing."""
        if sent is self._trial:
            self._tried(response)
            return []
        self._asked = None
        if response.status == GONE:
            self.gone, self.deadline = True, now
        elif response.status < 300 and not self._blind:
            self.there = now
        return []

    def _tried(self, response: Response) -> None:
        self._blind = response.status < 300
        if self._blind:
            self.there = self.deadline = None
