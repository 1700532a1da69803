"""A served exchange has no sound: beside it, a page plays the numbers for its own phones."""

from __future__ import annotations

from collections import deque
from enum import Enum, auto

from webphone.exchange.numbers import NUMBERS
from webphone.sip.wire.grammar import Malformed
from webphone.sip.wire.message import Request, Response, parse


class Side(Enum):
    """Who one message of a phone is for."""

    SERVER = auto()
    PAGE = auto()


class Beside:
    """Sorts the messages of one phone between a served exchange and the exchange in its page.

    `calls` are the Call-IDs that are played in the page; all phones of a page share them, so that
    a call outlives the socket that it began on. `register` is what the phone has sent before the
    server said what it is.
    """

    def __init__(self, calls: deque[str], register: bytes | None = None) -> None:
        self._calls = calls
        self._register = register

    def from_phone(self, data: bytes) -> Side:
        """Who gets what the phone sends: calls to the numbers stay in the page."""
        message = _read(data)
        if message is None:
            return Side.SERVER
        if message.call_id in self._calls:
            return Side.PAGE
        if isinstance(message, Response):
            return Side.SERVER
        if message.method == "REGISTER":
            self._register = data
        elif not message.to.tag and message.uri.number in NUMBERS:
            self._calls.append(message.call_id)
            return Side.PAGE
        return Side.SERVER

    def from_server(self, data: bytes) -> bytes | None:
        """The REGISTER that the page's exchange must follow, once the server has accepted it."""
        message = _read(data)
        if not isinstance(message, Response) or message.cseq.method != "REGISTER":
            return None
        if message.status // 100 != 2 or self._register is None:
            return None
        register = parse(self._register)
        # It proves nothing here, and is nobody else's business.
        register.headers.remove("Authorization")
        return bytes(register)

    def from_page(self, data: bytes) -> bool:
        """Whether the phone gets what the page's exchange sends: its registration is no news."""
        message = _read(data)
        if message is None:
            return False
        if isinstance(message, Request):
            self._calls.append(message.call_id)  # 601 calls back
            return True
        return message.cseq.method != "REGISTER"


def _read(data: bytes) -> Request | Response | None:
    """The message with all that is asked of it here; None when it cannot be read."""
    try:
        message = parse(data)
        # All of these raise Malformed where they are missing or wrong.
        _ = message.call_id, message.cseq, message.to
    except Malformed:
        return None
    return message
