"""The path of a call's media: how often it failed, what is tried next, and what was done."""

from __future__ import annotations

from webphone.phone.call.call import Call

RESTARTS = 2  # ICE restarts that may fail before it is tried over the relay alone
# For DTLS once ICE has found a way: seconds, or round trips where those take longer. A handshake
# takes up to three, and one message that is lost as many again; more than so many seconds is none.
SECURED_WITHIN, ROUND_TRIPS, LONGEST = 2.0, 6, 10.0
MOST_REPAIRS = 20  # that the record keeps


class Path:
    """Of one call; the next offer asks it what to look for."""

    def __init__(self, call: Call) -> None:
        self.secured_by: float | None = None  # when DTLS must be done
        self._call = call
        self._failures = 0  # one after the other
        self._secured = False
        self._asked_again = False  # for the sake of DTLS: once a call

    @property
    def over_relay(self) -> bool:
        """Whether the next search is to find relays only: all else has failed often enough."""
        return self._failures > RESTARTS

    def works(self) -> None:
        """Media flow."""
        self._failures, self._secured, self.secured_by = 0, True, None

    def failed(self) -> None:
        """No way was found, or the one there was is lost."""
        self._failures += 1
        self._secured, self.secured_by = False, None

    def found(self, round_trip: float | None, now: float) -> None:
        """ICE has found a way; DTLS follows (RFC 5764 §4.1).

        Told once more when it is known how long the way is.
        """
        if not self._secured and not self._asked_again:
            patience = max(SECURED_WITHIN, ROUND_TRIPS * (round_trip or 0.0))
            self.secured_by = now + min(patience, LONGEST)

    def insecure(self) -> None:
        """DTLS takes too long: a server that was not ready has dropped its first message."""
        self.secured_by, self._asked_again = None, True

    def sought(self, *, relay: bool) -> None:
        """A search by ICE restart has begun, over the relay alone or by every way."""
        if self._failures:
            self.note("relay-only" if relay else "ice-restart")

    def note(self, repair: str) -> None:
        """The record is to say that this was done."""
        self._call.repairs = (*self._call.repairs, repair)[-MOST_REPAIRS:]
