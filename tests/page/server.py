"""What a test's phone registers at: the built-in exchange here, Kamailio in tests/interop."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from page.ports import LOOPBACK, free_port, wait_until
from webphone.exchange import Exchange
from webphone.exchange.actions import Action, Send
from webphone.exchange.serve import Files, Switchboard
from webphone.sip import Entropy, Request, parse, reply
from webphone.sip.wire.grammar import Malformed

USERS = {
    "alice": "alice-secret",
    "bob": "bob-secret",
    "carol": "carol-secret",
    "dave": "dave-secret",
    # The phones that stand open for all tests.
    "anna": "anna-secret",
    "ben": "ben-secret",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """One message that a server received (way "rcv") or sent ("snd"), as the server saw it."""

    way: str
    text: str
    protocol: str = "ws"
    source: str = ""
    target: str = ""

    @property
    def first_line(self) -> str:
        return self.text.split("\r\n", 1)[0]


class Server(Protocol):
    """A registrar and proxy for `domain` at `ws_url`; its users must answer a digest challenge.

    It refuses a call to `7` and a status code with that very status.
    """

    domain: str
    users: dict[str, str]

    @property
    def ws_url(self) -> str: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def restart(self) -> None:
        """Stop and start again on the same port; registrations are forgotten."""

    def wire(self) -> list[Wire]:
        """Every SIP message that went through it since its first start, in order."""


def wait_wire(server: Server, wanted: Callable[[Wire], bool]) -> Wire:
    """The first such message that the server got."""
    found = wait_until(
        lambda: next((m for m in server.wire() if m.way == "rcv" and wanted(m)), None),
        "a message at the server",
        interval=0.1,
    )
    assert found is not None
    return found


class Watched(Exchange):
    """The exchange, with a record of what it heard and said, and the numbers that refuse."""

    def __init__(self, users: Mapping[str, str], record: Callable[[str, bytes], None]) -> None:
        super().__init__(Entropy(secrets.token_bytes), users=users, realm=LOOPBACK)
        self._record = record

    def receive(self, link: int, data: bytes, now: float) -> list[Action]:
        self._record("rcv", data)
        refusal = _refusal(data)
        if refusal is not None:
            return self._recorded([Send(link=link, data=refusal)])
        return self._recorded(super().receive(link, data, now))

    def disconnected(self, link: int, now: float) -> list[Action]:
        return self._recorded(super().disconnected(link, now))

    def wake(self, now: float) -> list[Action]:
        return self._recorded(super().wake(now))

    def _recorded(self, actions: Iterable[Action]) -> list[Action]:
        actions = list(actions)
        for action in actions:
            if isinstance(action, Send):
                self._record("snd", action.data)
        return actions


def _refusal(data: bytes) -> bytes | None:
    """The answer to a call to `7` and a status code."""
    if not data.startswith(b"INVITE "):
        return None
    try:
        request = parse(data)
    except Malformed:
        return None
    assert isinstance(request, Request)
    number = request.uri.number
    if len(number) != 4 or not number.isdigit() or not "7300" <= number <= "7699":
        return None
    return bytes(reply(request, int(number[1:]), to_tag="refused"))


class ExchangeServer:
    """The built-in exchange on a WebSocket of its own, in a thread of the test run."""

    def __init__(self, folder: Path, *, users: Mapping[str, str] = USERS) -> None:
        """`folder` is empty: it serves no files."""
        self.domain = LOOPBACK
        self.users = dict(users)
        self.port = free_port()
        self._folder = folder
        self._wire: list[Wire] = []
        self._thread: threading.Thread | None = None
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def ws_url(self) -> str:
        return f"ws://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._ended = asyncio.Event()
        listening = threading.Event()
        self._thread = threading.Thread(
            target=self._loop.run_until_complete, args=(self._serve(listening),), daemon=True
        )
        self._thread.start()
        assert listening.wait(10), f"the exchange does not listen on port {self.port}"

    def stop(self) -> None:
        if self._thread is None:
            return
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)
        assert not self._thread.is_alive(), "the exchange does not end"
        self._loop.close()
        self._thread = None

    def restart(self) -> None:
        """Stop and start again on the same port; registrations are forgotten."""
        self.stop()
        self.start()

    def wire(self) -> list[Wire]:
        """Every SIP message that went through it since its first start, in order."""
        return list(self._wire)

    async def _serve(self, listening: threading.Event) -> None:
        board = Switchboard(self._exchange(), Files(self._folder))
        server = await board.start(LOOPBACK, self.port)
        listening.set()
        await self._ended.wait()
        server.close(close_connections=False)
        for connection in list(server.connections):
            connection.transport.abort()
        await server.wait_closed()

    def _exchange(self) -> Exchange:
        return Watched(self.users, self._record)

    def _record(self, way: str, data: bytes) -> None:
        if data.strip():
            self._wire.append(Wire(way=way, text=data.decode(errors="replace")))
