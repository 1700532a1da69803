"""An INVITE of ours that goes out again over a new connection, and the one that went out before.

Nobody knows what became of that one: the server may have forgotten it, or have no way back for its
answer. Who rings for it takes the new one in its place, where it is a phone like this one; another
one may ring twice, or find itself busy with the first.
"""

from __future__ import annotations

from typing import Protocol

from webphone.sip.authentication import Authenticator, ClientRequest
from webphone.sip.endpoint import Endpoint
from webphone.sip.outputs import Output
from webphone.sip.transaction import State
from webphone.sip.transactions import ClientTransaction, cancel_of
from webphone.sip.wire.message import Request, Response

PAUSE = 2.0  # seconds until one that was refused goes out once more
MOST_PAUSES = 3
# Whoever is called may have lost the same server, and be about to come back,
AWAY = (404, 480)
# or have the one before still on the line (RFC 3261 §8.2.2.2 for 482).
ENGAGED = (482, 486)


class Caller(Protocol):
    """The call that is being made."""

    @property
    def call(self) -> str:
        """Its name."""

    @property
    def endpoint(self) -> Endpoint:
        """Whose it is."""

    def accepted_before(self, invite: Request, response: Response, now: float) -> list[Output]:
        """A 2xx to the INVITE that was sent before the newest."""

    def cleared(self, now: float) -> list[Output]:
        """Nothing is in the way any more of the newest, which was refused."""

    def stands(self, now: float) -> list[Output]:
        """The newest was refused for good."""


class Repeat:
    """The INVITE that went out before the newest, and what the newest has met with."""

    def __init__(self, caller: Caller, earlier: ClientTransaction) -> None:
        self.refusal: Response | None = None  # of the newest, which may not be the last word
        self._caller = caller
        self._earlier = earlier
        self._pauses = 0
        self._left = False
        earlier.user = self

    @property
    def call(self) -> str:
        """The call that it belongs to."""
        return self._caller.call

    @property
    def away(self) -> bool:
        """Whether time alone helps."""
        return self.refusal is not None and self.refusal.status in AWAY

    def hinders(self, refusal: Response) -> bool:
        """Whether the newest was refused for the loss alone; `pause` follows."""
        engaged = refusal.status in ENGAGED and self._open
        return self._pauses < MOST_PAUSES and (engaged or refusal.status in AWAY)

    def pause(self, refusal: Response, now: float) -> float:
        """When the newest goes out once more, or the refusal stands."""
        self._pauses += 1
        self.refusal = refusal
        return now + PAUSE

    @property
    def _open(self) -> bool:
        """Whether it has no final answer, as far as we know."""
        return self._earlier.transaction.state in (State.CALLING, State.PROCEEDING)

    def leave(self, now: float) -> list[Output]:
        """No answer to the earlier one is wanted any more."""
        self._left = True
        # RFC 3261 §9.1: no CANCEL before a provisional response.
        if self._earlier.transaction.state is not State.PROCEEDING:
            return []
        endpoint = self._caller.endpoint
        endpoint.transactions.leave(self._earlier, now)
        nobody = Authenticator(None, endpoint.entropy)
        cancel = cancel_of(self._earlier.request)
        return ClientRequest(endpoint, nobody, self, cancel).start(now)

    def responded(self, client: ClientTransaction, response: Response, now: float) -> list[Output]:
        """A response to the earlier one."""
        if response.status < 200:
            return self.leave(now) if self._left else []
        if response.status < 300:
            return self._caller.accepted_before(client.request, response, now)
        return [] if self.away else self._caller.cleared(now)

    def timed_out(self, client: ClientTransaction, now: float) -> list[Output]:
        """Nobody has heard the earlier one."""
        return []

    def answered(self, sent: ClientRequest, response: Response, now: float) -> list[Output]:
        """Our CANCEL has reached who has the earlier one, or nobody has it any more."""
        if self.away:
            return []
        caller = self._caller
        return caller.cleared(now) if response.status < 300 else caller.stands(now)
