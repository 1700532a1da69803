"""Session timers (RFC 4028): who refreshes a call and when, and when it is over without that.

We ask for none ourselves, and keep those that a peer or a proxy asks for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from webphone.sip.wire.grammar import Malformed, whole_number
from webphone.sip.wire.headers import HIGHEST_SECONDS
from webphone.sip.wire.message import Message, Request, Response
from webphone.sip.wire.params import parse_value

# §5: no interval may be shorter, in seconds.
SHORTEST = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A Session-Expires: for how long, and who refreshes ("uac", "uas" or "" for open)."""

    seconds: int
    refresher: str

    @classmethod
    def of(cls, message: Message) -> Interval | None:
        """What a message says of it; None for nothing that can be read."""
        # Session-Expires = ( "Session-Expires" / "x" ) HCOLON delta-seconds *( SEMI se-params )
        try:
            value, params = parse_value(message.headers.get("Session-Expires") or "")
        except Malformed:
            return None
        seconds = whole_number(value, HIGHEST_SECONDS)
        refresher = params.get("refresher", "").lower()
        if not seconds:
            return None
        return cls(seconds=seconds, refresher=refresher if refresher in ("uac", "uas") else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """A timer that runs: the one moment at which something is to be done.

    `ours`: we refresh then; else we wait in vain for the peer to do it, and the call is over.
    """

    seconds: int
    ours: bool
    deadline: float | None

    @classmethod
    def started(cls, seconds: int, *, ours: bool, now: float) -> Timer:
        """§10: half the interval, or nearly all of it."""
        # Nobody is made to refresh in a frenzy (§11.1).
        wait = max(seconds / 2, 5) if ours else seconds - min(32, seconds / 3)
        return cls(seconds=seconds, ours=ours, deadline=now + wait)

    @property
    def asking(self) -> tuple[tuple[str, str], ...]:
        """What a refresh says (§7.1): who sends one is its UAC."""
        return (("Session-Expires", f"{self.seconds};refresher={'uac' if self.ours else 'uas'}"),)


def granted(
    request: Request, allowed: Iterable[str], now: float
) -> tuple[Timer | None, tuple[tuple[str, str], ...]]:
    """The timer that our 2xx to a request starts, and the headers that say so (§9, table 2).

    `allowed` are the methods that the peer takes.
    """
    interval = Interval.of(request)
    if interval is None:
        return None, ()
    knows = "timer" in (*request.supported, *request.require)
    refresher = (interval.refresher or "uac") if knows else "uas"
    ours = refresher == "uas"
    if ours and "UPDATE" not in allowed and "timer" not in request.require:
        # We refresh by UPDATE alone, and promise nothing that could not be kept.
        return None, ()
    headers = [("Session-Expires", f"{interval.seconds};refresher={refresher}")]
    if knows:
        headers.append(("Require", "timer"))
    return Timer.started(interval.seconds, ours=ours, now=now), tuple(headers)


def agreed(response: Response, now: float) -> Timer | None:
    """The timer that a 2xx to our request starts (§7.2), None when it speaks of none."""
    interval = Interval.of(response)
    if interval is None:
        return None
    return Timer.started(interval.seconds, ours=interval.refresher != "uas", now=now)


def too_brief(request: Request) -> bool:
    """Whether a request asks for less than anybody may (§9: then it is answered 422)."""
    interval = Interval.of(request)
    return interval is not None and interval.seconds < SHORTEST and "timer" in request.supported


def least(response: Response) -> int | None:
    """How long the interval must be for who answered 422 (§7.3)."""
    if response.status != 422:
        return None
    value = (response.headers.get("Min-SE") or "").partition(";")[0].strip(" \t")
    seconds = whole_number(value, HIGHEST_SECONDS)
    return None if seconds is None else max(seconds, SHORTEST)
