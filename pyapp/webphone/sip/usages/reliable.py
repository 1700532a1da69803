"""A provisional response that must arrive: said again until its PRACK comes (RFC 3262 §3)."""

from __future__ import annotations

from dataclasses import dataclass

from webphone.sip.transaction import T1, T64
from webphone.sip.wire.message import Request, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Unacknowledged:
    """A reliable 18x on its way; `again` and `ends` are `now` values in seconds."""

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
        """Said again: the next time after twice the pause, which has no limit."""
        pause = 2 * self.pause
        return Unacknowledged(
            response=self.response,
            number=self.number,
            again=now + pause,
            ends=self.ends,
            pause=pause,
        )

    def matches(self, prack: Request) -> bool:
        """Whether a PRACK is for this response (RAck = response-num LWS CSeq-num LWS Method)."""
        words = (prack.headers.get("RAck") or "").split()
        return words == [str(self.number), *str(self.response.cseq).split()]


def wanted(invite: Request) -> bool:
    """Whether the caller takes no other provisional responses than reliable ones."""
    return "100rel" in invite.require
