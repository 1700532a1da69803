"""How people here write a day, a time and a country, and say how long something lasted.

The browser knows it of each language.
"""

from __future__ import annotations

from functools import cmp_to_key, lru_cache

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


@lru_cache(maxsize=300)
def lasted(seconds: int, language: str) -> str:
    """So many seconds as they are said; "" in a browser that does not know how."""
    if not hasattr(js.Intl, "DurationFormat"):
        return ""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    shown = {"style": "long", **({} if seconds else {"secondsDisplay": "always"})}
    given = plain({"hours": hours, "minutes": minutes, "seconds": rest})
    return str(js.Intl.DurationFormat.new(language, plain(shown)).format(given))


@lru_cache(maxsize=2)
def places(codes: frozenset[str], language: str) -> tuple[tuple[str, str], ...]:
    """Countries by their codes, with their names, in the order of the language's alphabet."""
    names = js.Intl.DisplayNames.new(language, plain({"type": "region"}))
    order = js.Intl.Collator.new(language)
    named = {str(names.of(code)): code for code in codes}
    in_order = sorted(named, key=cmp_to_key(lambda a, b: int(order.compare(a, b))))
    return tuple((named[name], name) for name in in_order)
