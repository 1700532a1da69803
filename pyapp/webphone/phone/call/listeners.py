"""The page that listens to a call or changes its sound, and our own filter: the person sees it."""

from __future__ import annotations

from webphone.contract import WebPhoneError
from webphone.phone import happenings as on
from webphone.phone.call.call import Call
from webphone.phone.call.part import Media, Quiet, Steps
from webphone.phone.promises import Trouble
from webphone.words import say


class Listeners(Quiet):
    """Of one call."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def media(self, news: Media, now: float) -> Steps:
        """The page has begun or ended, or the filter."""
        if isinstance(news, on.NoiseFiltered):
            return self._filtered(news)
        if not isinstance(news, on.SoundProcessed):
            self._call.overheard = True
            return []
        self._call.processed = news.running
        if not news.text:
            return []
        return [Trouble(WebPhoneError("media_failed", say("processor_failed", why=news.text)))]

    def _filtered(self, news: on.NoiseFiltered) -> Steps:
        if news.running or self._call.filtered:
            self._call.filtered = "on" if news.running else "off"
        if not news.text:
            return []
        return [Trouble(WebPhoneError("media_failed", say("noise_failed", why=news.text)))]
