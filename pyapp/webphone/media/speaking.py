"""Whether somebody speaks, as far as the loudness of their sound tells."""

from __future__ import annotations

from webphone.media.watching import VOICE

PAUSE = 0.8  # seconds of quiet between words, in which nobody has ended


class Speaking:
    """Of one end."""

    def __init__(self) -> None:
        self.now = False
        self._loud_at = 0.0

    def look(self, loudness: float, now: float) -> bool:
        """How loud it is at this moment, 0 to 1; whether that changes anything."""
        before = self.now
        if loudness >= VOICE:
            self.now, self._loud_at = True, now
        elif now - self._loud_at > PAUSE:
            self.now = False
        return self.now is not before
