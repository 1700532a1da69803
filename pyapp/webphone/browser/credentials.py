"""The page's `credentials` function, asked: loaded for a page that has one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from webphone.browser.bridge import answered
from webphone.browser.proxies import data
from webphone.browser.tasks import Background
from webphone.phone.account.login import PATIENCE, known
from webphone.phone.happenings import CredentialsCame


class Credentials:
    """Asks in the background; `turn` gets what comes of it, in whatever order."""

    def __init__(self, turn: Callable[[CredentialsCame], None]) -> None:
        self._turn = turn
        self._tasks = Background()

    def ask(self, name: str, function: Any) -> None:
        """Ask the page; nothing that it says of a failure is repeated, it may hold a secret."""
        self._tasks.run(self._ask(name, function))

    def close(self) -> None:
        """Nobody waits for an answer any more."""
        self._tasks.close()

    async def _ask(self, name: str, function: Any) -> None:
        try:
            given = known(data(await answered(function, PATIENCE)))
        except Exception:
            given = None
        self._turn(CredentialsCame(ask=name, credentials=given))
