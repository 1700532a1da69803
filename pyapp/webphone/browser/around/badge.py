"""The number on the icon of an installed page: how many calls were missed."""

from __future__ import annotations

import js

from webphone.browser.bridge import Refused, promised
from webphone.browser.tasks import Background

# Both live as long as the page, which has one badge for all of its phones.
_missed: dict[object, int] = {}
_tasks = Background()


def follow(owner: object, missed: int) -> None:
    """The owner has missed so many; the page's own badge is not touched before somebody has."""
    before = sum(_missed.values())
    if missed:
        _missed[owner] = missed
    else:
        _missed.pop(owner, None)
    count = sum(_missed.values())
    if count != before and hasattr(js.navigator, "setAppBadge"):
        _tasks.run(_set(count))


async def _set(count: int) -> None:
    try:
        await promised(js.navigator, "setAppBadge", count)  # 0 takes it away
    except Refused:
        return  # a page that is not installed, a frame, a private window
