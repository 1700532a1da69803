"""What a call is within the conference: whether anybody hears it, and whether it speaks."""

from __future__ import annotations

from webphone.phone import happenings as on
from webphone.phone.call.call import Call
from webphone.phone.call.part import Media, Quiet, Steps


class Seat(Quiet):
    """Of one call."""

    def __init__(self, call: Call) -> None:
        self.muted = False  # nobody hears them, as the person wants
        self._speaks = False

    @property
    def speaking(self) -> bool:
        """Whether they speak, and are heard."""
        return self._speaks and not self.muted

    def media(self, news: Media, now: float) -> Steps:
        """Whether they speak."""
        self._speaks = isinstance(news, on.VoiceHeard) and news.speaking
        return []
