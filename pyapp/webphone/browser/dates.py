"""How people here write a day and a time: the browser knows its language, zone and habits."""

from __future__ import annotations

from functools import lru_cache

import js

from webphone.browser.proxies import plain

DAY, TIME = {"dateStyle": "full"}, {"timeStyle": "short"}


@lru_cache(maxsize=300)
def local(moment: float, language: str) -> tuple[str, str]:
    """A moment (seconds since 1970) as a day and a time of it."""
    date = js.Date.new(moment * 1000)
    written = [js.Intl.DateTimeFormat.new(language, plain(style)) for style in (DAY, TIME)]
    day, time = (str(each.format(date)) for each in written)
    return day, time
