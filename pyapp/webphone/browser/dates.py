"""How people here write a day, a time and a country: the browser knows it of each language."""

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


@lru_cache(maxsize=2)
def places(codes: frozenset[str], language: str) -> tuple[tuple[str, str], ...]:
    """Countries by their codes, with their names, in the order of the language's alphabet."""
    names = js.Intl.DisplayNames.new(language, plain({"type": "region"}))
    order = js.Intl.Collator.new(language)
    named = {str(names.of(code)): code for code in codes}
    in_order = sorted(named, key=cmp_to_key(lambda a, b: int(order.compare(a, b))))
    return tuple((named[name], name) for name in in_order)
