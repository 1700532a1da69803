"""Responses said again until they are acknowledged: a reliable 18x, a 2xx (RFC 3262, RFC 3261)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from webphone.sip.transaction import T1, T2, T64
from webphone.sip.transactions import ServerTransaction
from webphone.sip.wire.message import Request, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Unacknowledged:
    """A reliable 18x on its way to its PRACK; `again` and `ends` are `now` values in seconds."""

    response: Response
    number: int
    again: float
    ends: float
    pause: float = T1

    @classmethod
    def sent(cls, response: Response, number: int, now: float) -> Unacknowledged:
        return cls(response=response, number=number, again=now + T1, ends=now + T64)

    @property
    def deadline(self) -> float:
        return min(self.again, self.ends)

    def repeated(self, now: float) -> Unacknowledged:
        """Said again: the next time after twice the pause, which has no limit (RFC 3262 §3)."""
        pause = 2 * self.pause
        return replace(self, again=now + pause, pause=pause)

    def matches(self, prack: Request) -> bool:
        """Whether a PRACK is for this response (RAck = response-num LWS CSeq-num LWS Method)."""
        words = (prack.headers.get("RAck") or "").split()
        return words == [str(self.number), *str(self.response.cseq).split()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A 2xx to an INVITE on its way to its ACK (RFC 3261 §13.3.1.4).

    `offered`: the 2xx carried our offer, so the ACK carries the answer.
    """

    server: ServerTransaction
    response: Response
    offered: bool
    again: float
    ends: float
    pause: float = T1

    @classmethod
    def sent(
        cls, server: ServerTransaction, response: Response, *, offered: bool, now: float
    ) -> Accepted:
        return cls(
            server=server, response=response, offered=offered, again=now + T1, ends=now + T64
        )

    @property
    def deadline(self) -> float:
        return min(self.again, self.ends)

    def repeated(self, now: float) -> Accepted:
        """Said again: the next time after twice the pause, which is T2 at the most."""
        pause = min(2 * self.pause, T2)
        return replace(self, again=now + pause, pause=pause)

    def matches(self, ack: Request) -> bool:
        """Whether an ACK is for this response; a number that cannot be read tells nothing else."""
        ours = self.server.request.cseq
        return ours.number == ack.safe("cseq", ours).number


def wanted(invite: Request) -> bool:
    """Whether the caller takes no other provisional responses than reliable ones."""
    return "100rel" in invite.require
