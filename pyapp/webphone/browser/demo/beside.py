"""A socket to a served exchange, beside which the page itself plays the numbers that sound."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

from webphone.browser.demo.pipe import Exchange
from webphone.exchange.beside import Beside, Side
from webphone.phone.happenings import Received


class Link(Protocol):
    """A way to a server."""

    def send(self, data: bytes) -> None: ...

    def close(self) -> None: ...


class LinkBeside:
    """Sends to the served exchange what is for it, and to the exchange in the page the rest."""

    # Of all phones of the page, as long as it lives; the oldest of so many are long over.
    calls: deque[str] = deque(maxlen=100)

    def __init__(
        self,
        link: Link,
        exchange: Exchange,
        number: int,
        hear: Callable[[Received], None],
        register: bytes | None,
    ) -> None:
        self._link = link
        self._exchange = exchange
        self._number = number
        self._hear = hear
        self._beside = Beside(self.calls, register)
        self._inside = exchange.enter(self._from_page)

    def send(self, data: bytes) -> None:
        if self._beside.from_phone(data) is Side.PAGE:
            self._exchange.receive(self._inside, data)
        else:
            self._link.send(data)

    def close(self) -> None:
        self._link.close()
        self._exchange.leave(self._inside)

    def heard(self, data: bytes) -> None:
        """The server says something: where it lets the phone in, the page's exchange does too."""
        register = self._beside.from_server(data)
        if register is not None:
            self._exchange.receive(self._inside, register)

    def _from_page(self, data: bytes) -> None:
        if self._beside.from_page(data):
            self._hear(Received(socket=self._number, data=data))
