"""What is left of a call for a moment: the busy tone in the ear, the farewell on the screen."""

from __future__ import annotations

from webphone.contract import CallRecord
from webphone.machine import due, earliest
from webphone.phone.call.call import Call
from webphone.phone.call.endings import BUSY, Ending
from webphone.phone.snapshot import EndedCall
from webphone.sip import By

BUSY_SECONDS = 4.0  # of busy tone after a busy line
FAREWELL_SECONDS = 5.0  # that an ended call stays on the screen


class LastCall:
    """That of the last call; times are `now` values in seconds."""

    def __init__(self) -> None:
        self.farewell: EndedCall | None = None
        self._farewell_until: float | None = None
        self._busy_until: float | None = None

    @property
    def busy(self) -> bool:
        """Whether a busy tone is to be heard."""
        return self._busy_until is not None

    @property
    def deadline(self) -> float | None:
        """When `wake` must be called next."""
        moments = (self._busy_until, self._farewell_until)
        return earliest(moments)

    def begin(self, call: Call, ending: Ending, record: CallRecord, now: float) -> None:
        """A call is over."""
        busy = call.outgoing and ending.status in BUSY and ending.by is not By.LOCAL
        self._busy_until = now + BUSY_SECONDS if busy else None
        self.show(EndedCall(record=record, domain=call.domain), now)

    def show(self, farewell: EndedCall, now: float) -> None:
        """Say for a moment how a call ended."""
        self.farewell = farewell
        self._farewell_until = now + FAREWELL_SECONDS

    def attend(self, now: float, *, there: bool) -> None:
        """A person is at the farewell, so that it stays (WCAG 2.2.1); or has left it."""
        if self.farewell is not None:
            self._farewell_until = None if there else now + FAREWELL_SECONDS

    def end(self) -> None:
        """Another call takes the ear and the screen."""
        self.farewell = self._farewell_until = self._busy_until = None

    def wake(self, now: float) -> None:
        """Do all that is due."""
        if due(self._busy_until, now):
            self._busy_until = None
        if due(self._farewell_until, now):
            self.farewell = self._farewell_until = None
