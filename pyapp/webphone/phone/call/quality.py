"""How well a call is heard, as its media count it."""

from __future__ import annotations

from webphone.contract import Quality, WebPhoneError
from webphone.phone import happenings as on
from webphone.phone.actions import Action
from webphone.phone.call.call import Call
from webphone.phone.call.part import Media, Steps
from webphone.sip import Output


class Measurements:
    """Of one call; the record keeps what holds for the whole of it."""

    deadline: float | None = None

    def __init__(self, call: Call) -> None:
        self.whole = Quality()

    def wake(self, now: float) -> Steps:
        """Nothing is ever due."""
        return []

    def heard(self, output: Output, now: float) -> Steps:
        """The signalling says nothing of it."""
        return []

    def media(self, news: Media, now: float) -> Steps:
        """The counters were read."""
        if isinstance(news, on.QualityMeasured):
            stats = news.stats.get("whole") or news.stats
            self.whole = Quality(
                mos=stats.get("mos"),
                loss=stats.get("loss"),
                jitter_ms=stats.get("jitterMs"),
                rtt_ms=stats.get("rttMs"),
            )
        return []

    def over(self, error: WebPhoneError) -> list[Action]:
        """Nobody waits for a measurement."""
        return []
