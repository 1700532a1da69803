"""A link to the exchange inside the page: what a WebSocket is to a server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from webphone.phone.happenings import Received, SocketOpened


class Link(Protocol):
    """A way to a server."""

    def send(self, data: bytes) -> None: ...

    def close(self) -> None: ...


class LinkBeside(Link, Protocol):
    """A way to a served exchange, beside which the page plays the numbers."""

    def heard(self, data: bytes) -> None:
        """The served exchange says something."""


class Exchange(Protocol):
    """Who sits at the other end."""

    def enter(self, hear: Callable[[bytes], None]) -> int:
        """A new link, on which `hear` gets each message; gives its number."""

    def receive(self, link: int, data: bytes) -> None:
        """A message on a link."""

    def leave(self, link: int) -> None:
        """A link is closed."""

    def beside(
        self, link: Link, hear: Callable[[bytes], None], register: bytes | None
    ) -> LinkBeside:
        """A link to a served exchange that leaves calls to the numbers here; `hear` gets theirs.

        `register` is what was sent on it last.
        """


class Pipe:
    """One link; `hear` gets SocketOpened soon, and Received for each message."""

    def __init__(
        self, exchange: Exchange, number: int, hear: Callable[[SocketOpened | Received], None]
    ) -> None:
        self._exchange = exchange
        self._number = number
        self._hear = hear
        self._link: int | None = None
        self._opening = asyncio.get_event_loop().call_soon(self._open)

    def send(self, data: bytes) -> None:
        if self._link is not None:
            self._exchange.receive(self._link, data)

    def close(self) -> None:
        self._opening.cancel()
        link, self._link = self._link, None
        if link is not None:
            self._exchange.leave(link)

    def _open(self) -> None:
        self._link = self._exchange.enter(self._receive)
        self._hear(SocketOpened(socket=self._number))

    def _receive(self, data: bytes) -> None:
        self._hear(Received(socket=self._number, data=data))
