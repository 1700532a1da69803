"""How people here write a day, a time and a country, and say how long something lasted.

The browser knows it of each language.
"""

from __future__ import annotations

from functools import cmp_to_key, lru_cache
from typing import Any

import js

from webphone.browser.proxies import plain

DAY, TIME = {"dateStyle": "full"}, {"timeStyle": "short"}
SAID, SAID_WHOLE = {"style": "long"}, {"style": "long", "secondsDisplay": "always"}


@lru_cache(maxsize=300)
def local(moment: float, language: str) -> tuple[str, str]:
    """A moment (seconds since 1970) as a day and a time of it."""
    date = js.Date.new(moment * 1000)
    day, time = _dates(language, int(date.getTimezoneOffset()))
    return str(day.format(date)), str(time.format(date))


# Kept: of those made for each row of a list, a thousand or two are cleared away at once, and that
# holds a page up for 50 ms.
@lru_cache(maxsize=4)
def _dates(language: str, offset: int) -> tuple[Any, Any]:
    """What writes days and times here. They know the time zone of when they were made."""
    day, time = (js.Intl.DateTimeFormat.new(language, plain(style)) for style in (DAY, TIME))
    return day, time


@lru_cache(maxsize=300)
def lasted(seconds: int, language: str) -> str:
    """So many seconds as they are said; "" in a browser that does not know how."""
    if not hasattr(js.Intl, "DurationFormat"):
        return ""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    given = plain({"hours": hours, "minutes": minutes, "seconds": rest})
    return str(_durations(language, whole=not seconds).format(given))


@lru_cache(maxsize=4)
def _durations(language: str, *, whole: bool) -> Any:
    """What says durations; `whole`: with their seconds where there are none."""
    return js.Intl.DurationFormat.new(language, plain(SAID_WHOLE if whole else SAID))


@lru_cache(maxsize=2)
def places(codes: frozenset[str], language: str) -> tuple[tuple[str, str], ...]:
    """Countries by their codes, with their names, in the order of the language's alphabet."""
    names = js.Intl.DisplayNames.new(language, plain({"type": "region"}))
    order = js.Intl.Collator.new(language)
    named = {str(names.of(code)): code for code in codes}
    in_order = sorted(named, key=cmp_to_key(lambda a, b: int(order.compare(a, b))))
    return tuple((named[name], name) for name in in_order)
