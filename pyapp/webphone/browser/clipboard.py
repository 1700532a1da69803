"""A text for the person to paste. Loaded when somebody copies one."""

from __future__ import annotations

from collections.abc import Callable

import js

from webphone.browser.bridge import promised
from webphone.phone.happenings import Copied


async def copy(text: str, turn: Callable[[Copied], None]) -> None:
    """Copied follows: a browser allows it to a page in front, and may refuse it to a frame."""
    try:
        await promised(js.navigator.clipboard, "writeText", text)
    except Exception:
        turn(Copied(done=False))
    else:
        turn(Copied(done=True))
