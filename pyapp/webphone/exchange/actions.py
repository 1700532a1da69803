"""What the exchange asks of the world: bytes on a link, and sound for its own numbers."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Put these bytes, one whole SIP message or a keep-alive, on that link."""

    link: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerWanted:
    """A number of the exchange needs an answer to the offer `sdp`; give it to `described`."""

    call: str
    number: str
    sdp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferWanted:
    """A number of the exchange needs an offer; give it to `described`.

    `direction` is sendrecv or sendonly, as seen from the number.
    """

    call: str
    number: str
    direction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCame:
    """The phone's answer to the last offer of a number."""

    call: str
    sdp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """A call of a number of the exchange is over: its sound can stop."""

    call: str


Action = Send | AnswerWanted | OfferWanted | AnswerCame | Over
