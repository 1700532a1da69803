"""The page's `contactLookup` function, asked: loaded for a page that has one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from webphone.browser.bridge import answered
from webphone.browser.proxies import data
from webphone.browser.tasks import Background
from webphone.phone.actions import AskContact
from webphone.phone.contacts import PATIENCE
from webphone.phone.happenings import ContactCame


class Lookups:
    """Asks in the background; `turn` gets what comes of it, in whatever order."""

    def __init__(self, turn: Callable[[ContactCame], None]) -> None:
        self._turn = turn
        self._tasks = Background()

    def ask(self, asked: AskContact, function: Any) -> None:
        """Ask the page; that it fails is its own affair."""
        self._tasks.run(self._ask(asked, function))

    def close(self) -> None:
        """Nobody waits for an answer any more."""
        self._tasks.close()

    async def _ask(self, asked: AskContact, function: Any) -> None:
        try:
            given = data(await answered(function, PATIENCE, asked.number))
        except Exception:
            given = None
        self._turn(ContactCame(call=asked.call, number=asked.number, given=given))
