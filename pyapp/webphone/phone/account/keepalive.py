"""Whether the server still hears us: silence is answered by a question, no answer by leaving."""

from __future__ import annotations

PROOF_EVERY = 25.0  # seconds of silence after which a server is asked whether it is there


class Pulse:
    """When something was heard last, and until when a question may stay unanswered."""

    __slots__ = ("_heard", "until")

    def __init__(self) -> None:
        self._heard = 0.0
        self.until: float | None = None

    def beat(self, now: float) -> None:
        """Something came: whatever it was, it proves that the server is there."""
        self._heard = now
        self.until = None

    def asked(self, until: float) -> None:
        """A question went out that must be answered by then."""
        self.until = until

    def stop(self) -> None:
        """Nothing needs to be proven any more."""
        self.until = None

    @property
    def next_question(self) -> float | None:
        """When silence has lasted long enough to ask; None while a question is open."""
        return self._heard + PROOF_EVERY if self.until is None else None
