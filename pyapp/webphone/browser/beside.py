"""A connection that stands by, for a page that has none any more when it hears that it goes.

Firefox closes the WebSockets of a page that is left or loaded anew before it tells the page; one of
a worker lives a moment longer, which is enough where it is open already.
"""

from __future__ import annotations

from typing import Any

import js

from webphone.browser.proxies import Listeners, plain
from webphone.contract import DEMO_ADDRESS
from webphone.phone.actions import Entrust, SayBeside


class Beside:
    """That of one phone, open while there is a call to be ended; see web/will.js."""

    def __init__(self) -> None:
        self._worker: Any = None
        self._server = ""
        self._listeners = Listeners()
        self._can = True

    def follow(self, given: Entrust) -> None:
        """Be connected to the server of what is to be said; () for nothing."""
        server = given.server if given.messages else ""
        if server != self._server and server != DEMO_ADDRESS and self._hired():
            self._server = server
            self._post(beside=server)

    def say(self, asked: SayBeside) -> None:
        """Say it now, if the connection is there."""
        if self._worker is not None:
            self._post(beside=self._server, say=[each.decode() for each in asked.messages])

    def close(self) -> None:
        """The phone goes, and the page stays."""
        self._can = False
        self._listeners.close()
        if self._worker is not None:
            self._post(beside="")
            self._worker.port.close()
            self._worker = None

    def _hired(self) -> bool:
        if self._worker is None and self._can:
            try:
                worker = js.WebPhone.will(True)
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
