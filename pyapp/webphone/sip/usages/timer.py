"""Session timers (RFC 4028): who refreshes a call and when, and when it is over without that.

We ask for one where the account wants it, and keep those that a peer or a proxy asks for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from webphone.machine import Same, due
from webphone.sip.endpoint import Pairs
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
    `ends`: when the session does without a refresh, None where nobody knows.
    """

    seconds: int
    ours: bool
    deadline: float | None
    ends: float | None = None

    @classmethod
    def started(cls, seconds: int, *, ours: bool, now: float) -> Timer:
        """§10: half the interval, or nearly all of it."""
        # Nobody is made to refresh in a frenzy (§11.1).
        wait = max(seconds / 2, 5) if ours else seconds - min(32, seconds / 3)
        return cls(seconds=seconds, ours=ours, deadline=now + wait, ends=now + seconds)

    @property
    def asking(self) -> Pairs:
        """What a refresh says (§7.1): who sends one is its UAC."""
        return (("Session-Expires", f"{self.seconds};refresher={'uac' if self.ours else 'uas'}"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A timer as plain data; `at` is its moment, None while a refresh is under way."""

    seconds: int
    ours: bool
    at: float | None


class Refresher:
    """The timer of one session, as the last 2xx had it, and by which method it is refreshed."""

    def __init__(self, wanted: int = 0) -> None:
        # The interval that we ask for ourselves in seconds, 0 for none.
        self._wanted = wanted
        self._timer: Timer | None = None
        # The methods that the peer said it takes.
        self._allowed: list[str] = []
        self._update_refused = False
        self._unheard = False  # the last refresh was not answered at all
        self._kept: Same[Kept] = Same()

    @property
    def deadline(self) -> float | None:
        """When there is something to do: `ours` tells what."""
        return self._timer.deadline if self._timer else None

    @property
    def ours(self) -> bool:
        """Whether we refresh when it is due; else the peer was to, and did not."""
        return self._timer is not None and self._timer.ours

    @property
    def by_update(self) -> bool:
        """Whether the peer takes an UPDATE, as far as it has told us (§7.4)."""
        return "UPDATE" in self._allowed and not self._update_refused

    @property
    def allowed(self) -> list[str]:
        """The methods that the peer said it takes."""
        return self._allowed

    @property
    def kept(self) -> Kept | None:
        """The timer that runs, for who goes on with this call elsewhere."""
        timer = self._timer
        if timer is None:
            return None
        return self._kept(Kept, seconds=timer.seconds, ours=timer.ours, at=timer.deadline)

    def go_on(self, kept: Kept | None, allowed: Iterable[str]) -> None:
        """It runs on as it did (§10)."""
        self._allowed = [*allowed]
        if kept is not None:
            ends = None if kept.at is None else kept.at + kept.seconds / 2
            self._timer = Timer(seconds=kept.seconds, ours=kept.ours, deadline=kept.at, ends=ends)

    @property
    def asking(self) -> Pairs:
        """What a request of ours that refreshes the session says of its timer."""
        return self._timer.asking if self._timer else ()

    def granted(self, request: Request, now: float) -> Pairs:
        """Start the timer that a request asks for; what our 2xx to it says (§9, table 2)."""
        self._allowed = request.allow or self._allowed
        self._timer, self._unheard = None, False
        interval = Interval.of(request)
        knows = "timer" in (*request.supported, *request.require)
        if interval is None:
            # §9: who names no interval may be given ours, if it knows what that is.
            if not (self._wanted and knows):
                return ()
            interval = Interval(seconds=self._wanted, refresher="uas")
        refresher = (interval.refresher or "uac") if knows else "uas"
        seconds = interval.seconds
        if self._wanted:
            # §9: it may be made shorter, down to what the request says is the least.
            least = whole_number(_number(request, "Min-SE"), HIGHEST_SECONDS) or SHORTEST
            seconds = max(min(seconds, self._wanted), least)
        self._timer = Timer.started(seconds, ours=refresher == "uas", now=now)
        headers = [("Session-Expires", f"{seconds};refresher={refresher}")]
        if knows:
            headers.append(("Require", "timer"))
        return tuple(headers)

    def agreed(self, response: Response, now: float) -> None:
        """Start the timer that a 2xx to our request speaks of (§7.2), or none."""
        self._allowed = response.allow or self._allowed
        self._timer, self._unheard = None, False
        interval = Interval.of(response)
        if interval is not None:
            ours = interval.refresher != "uas"
            self._timer = Timer.started(interval.seconds, ours=ours, now=now)

    def started(self) -> None:
        """A refresh is on its way: where it is ours to do, nothing is due until its answer."""
        if self._timer is not None and self._timer.ours:
            self._timer = replace(self._timer, deadline=None)

    def expired(self, now: float) -> bool:
        """Whether the session is over for want of a refresh: only a 2xx to one extends it (§10)."""
        return self._timer is not None and due(self._timer.ends, now)

    def put_off(self, now: float) -> None:
        """It has not worked: once more, before the time is up (§10)."""
        if self._timer is not None and self._timer.deadline is None:
            self._timer = replace(self._timer, deadline=now + max(self._timer.seconds / 4, 5))

    def refused(self, request: Request, response: Response, *, needed: bool) -> Pairs | None:
        """What another refresh is to say at once, None when none would help now.

        `needed`: with or without a timer.
        """
        if self._timer is None and not needed:
            return None
        longer = least(response)
        if self._timer is not None and longer is not None and "Min-SE" not in request.headers:
            # §7.3 and §10
            self._timer = replace(self._timer, seconds=max(longer, self._timer.seconds))
            return (*self.asking, ("Min-SE", str(longer)))
        before, self._unheard = self._unheard, response.status == 408
        if self._timer is not None and self._unheard and not before:
            # Not yet the end of §10: it, or its answer, may have been lost with a socket, ours or
            # one behind the server, and half of the time is left.
            return self.asking
        if request.method == "UPDATE" and response.status in (405, 501):
            self._update_refused = True
            return self.asking
        return None

    def stop(self) -> None:
        """The session is over."""
        self._timer = None


def too_brief(request: Request) -> bool:
    """Whether a request asks for less than anybody may (§9: then it is answered 422)."""
    interval = Interval.of(request)
    return interval is not None and interval.seconds < SHORTEST and "timer" in request.supported


def least(response: Response) -> int | None:
    """How long the interval must be for who answered 422 (§7.3)."""
    if response.status != 422:
        return None
    seconds = whole_number(_number(response, "Min-SE"), HIGHEST_SECONDS)
    return None if seconds is None else max(seconds, SHORTEST)


def asked(seconds: int, headers: Pairs = ()) -> Pairs:
    """What an INVITE of ours says beside its own headers (§7.1); 0 for no timer.

    Who refreshes is for the answer to say.
    """
    said = any(name.lower() in ("session-expires", "x") for name, _ in headers)
    return () if said or not seconds else (("Session-Expires", str(seconds)),)


def _number(message: Message, name: str) -> str:
    """The number in a header, before its parameters."""
    return (message.headers.get(name) or "").partition(";")[0].strip(" \t")
