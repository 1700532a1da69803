"""The page's `credentials` function, asked: loaded for a page that has one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from webphone.browser.bridge import answered
from webphone.browser.proxies import data
from webphone.phone.account.login import PATIENCE, known
from webphone.phone.happenings import CredentialsCame


class Credentials:
    """Asks in the background; `turn` gets what comes of it, in whatever order."""

    def __init__(self, turn: Callable[[CredentialsCame], None]) -> None:
        self._turn = turn
        self._tasks: set[asyncio.Task[None]] = set()

    def ask(self, name: str, function: Any) -> None:
        """Ask the page; nothing that it says of a failure is repeated, it may hold a secret."""
        task = asyncio.ensure_future(self._ask(name, function))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """Nobody waits for an answer any more."""
        for task in self._tasks:
            task.cancel()

    async def _ask(self, name: str, function: Any) -> None:
        try:
            given = known(data(await answered(function, PATIENCE)))
        except Exception:
            given = None
        self._turn(CredentialsCame(ask=name, credentials=given))
