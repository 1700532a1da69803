"""A connection that stands by, for a page that has none any more when it hears that it goes.

Firefox closes the WebSockets of a page that is left or loaded anew before it tells the page; one of
a worker lives a moment longer, which is enough where it is open already.
"""

from __future__ import annotations

import asyncio
from typing import Any

import js

from webphone.browser.proxies import Listeners, plain
from webphone.contract import DEMO_ADDRESS
from webphone.phone.actions import Entrust, SayBeside

LASTS = 5.0  # seconds after a call: what ends it is still to be said, or there is another one


class Beside:
    """That of one phone, open while there is a call to be ended; see web/will.js."""

    def __init__(self) -> None:
        self._worker: Any = None
        self._server = ""
        self._listeners = Listeners()
        self._can = True
        self._over: asyncio.TimerHandle | None = None  # it is needed no more by then

    def follow(self, given: Entrust) -> None:
        """Be connected to the server of what is to be said, and for a while longer."""
        if self._over is not None:
            self._over.cancel()
            self._over = None
        if not given.messages:
            if self._server:
                self._over = asyncio.get_event_loop().call_later(LASTS, self._connect, "")
        elif given.server not in (self._server, DEMO_ADDRESS) and self._hired():
            self._connect(given.server)

    def say(self, asked: SayBeside) -> None:
        """Say it now, if the connection is there."""
        if self._server:
            self._post(now=[each.decode() for each in asked.messages])

    def _connect(self, server: str) -> None:
        self._server = server
        self._post(stands=server)

    def close(self) -> None:
        """The phone goes, and the page stays."""
        self._can = False
        self._listeners.close()
        if self._over is not None:
            self._over.cancel()
        if self._worker is not None:
            self._connect("")
            self._worker.port.close()
            self._worker = None

    def _hired(self) -> bool:
        if self._worker is None and self._can:
            try:
                worker = js.WebPhone.will("webphone-beside", True)
            except Exception:  # a policy, a frame that may not
                worker = None
            if worker:
                self._listeners.add(worker, "error", self._failed)
                self._worker = worker
            self._can = bool(worker)
        return self._can

    def _failed(self, event: Any) -> None:
        event.preventDefault()
        self._can = False

    def _post(self, **data: Any) -> None:
        self._worker.port.postMessage(plain(data))
