"""WebSockets with the subprotocol `sip`: open, send, close, and what they heard (RFC 7118)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import js
from pyodide.ffi import to_js

from webphone.border.settings import LOOPBACK
from webphone.browser.bridge import promised
from webphone.browser.demo.pipe import Exchange, Link, LinkBeside, Pipe
from webphone.browser.proxies import Listeners, plain
from webphone.contract import DEMO_ADDRESS
from webphone.phone.actions import Connect, Disconnect, Send
from webphone.phone.happenings import Happening, Received, SocketClosed, SocketOpened

OPEN = 1
LOCAL_NETWORKS = ("local-network", "loopback-network")


class Sockets:
    """The sockets of one phone, by the numbers that the phone gives them.

    `demo` gives the exchange inside the page, to which the address of a demo leads. It also plays
    the numbers of a served exchange of ours, which has no sound.
    """

    def __init__(
        self, turn: Callable[[Happening], None], demo: Callable[[], Exchange] | None = None
    ) -> None:
        self._turn = turn
        self._demo = demo
        self._open: dict[int, Link] = {}
        self._beside: dict[int, LinkBeside] = {}  # of those, the ones to an exchange of ours
        self._registers: dict[int, bytes] = {}  # the last of each socket

    def perform(self, action: Connect | Disconnect | Send) -> None:
        """Do it; SocketOpened, Received and SocketClosed follow as they happen."""
        match action:
            case Connect(socket=number, url=url):
                self._let_go(number)
                if url == DEMO_ADDRESS and self._demo is not None:
                    self._open[number] = Pipe(self._demo(), number, self._hear)
                else:
                    socket = self._open[number] = _Socket(number, url, self._hear)
                    if socket.is_open:  # it has begun with the page: what is to be sent goes ahead
                        self._turn(SocketOpened(socket=number))
            case Send(socket=number, data=data) if number in self._open:
                if data.startswith(b"REGISTER "):
                    self._registers[number] = data
                self._open[number].send(data)
            case Disconnect(socket=number):
                self._let_go(number)

    def close(self) -> None:
        """Close all, telling nobody."""
        for number in list(self._open):
            self._let_go(number)

    def _hear(self, happening: SocketOpened | SocketClosed | Received) -> None:
        if happening.socket not in self._open:
            return
        if isinstance(happening, SocketClosed):
            self._let_go(happening.socket)
        elif isinstance(happening, Received):
            self._look_beside(happening.socket, happening.data)
        self._turn(happening)

    def _look_beside(self, number: int, data: bytes) -> None:
        """Where an exchange of ours lets the phone in, the one in the page plays its numbers."""
        link = self._open[number]
        if self._demo is None or isinstance(link, Pipe) or not _is_ours(data):
            return
        if number not in self._beside:

            def hear(data: bytes) -> None:
                self._turn(Received(socket=number, data=data))

            register = self._registers.get(number)
            beside = self._demo().beside(link, hear, register)
            self._open[number] = self._beside[number] = beside
        self._beside[number].heard(data)

    def _let_go(self, number: int) -> None:
        self._registers.pop(number, None)
        self._beside.pop(number, None)
        socket = self._open.pop(number, None)
        if socket:
            socket.close()


def _is_ours(data: bytes) -> bool:
    """Whether an exchange of ours answers a REGISTER with yes; exchange.py signs so."""
    head = data.partition(b"\r\n\r\n")[0] + b"\r\n"
    return (
        head.startswith(b"SIP/2.0 200 ")
        and b"\r\nServer: webphone exchange\r\n" in head
        and b" REGISTER\r\n" in head
    )


class _Socket:
    def __init__(self, number: int, url: str, hear: Callable[[Any], None]) -> None:
        self._number = number
        self._hear = hear
        self._was_open = False
        self._listeners = Listeners()
        self._task: asyncio.Task[None] | None = None
        try:
            # RFC 7118 §4.1: the subprotocol is named `sip`. One may have begun with the page.
            self._socket = _ahead(url) or js.WebSocket.new(url, "sip")
        except Exception:
            # A bad address, or the page's own policy: say it later, as for every other failure.
            self._socket = None
            self._task = asyncio.ensure_future(self._say_closed(1006))
            return
        self._socket.binaryType = "arraybuffer"
        self._listeners.add(self._socket, "open", self._opened)
        self._listeners.add(self._socket, "message", self._received)
        self._listeners.add(self._socket, "close", self._closed)
        self._was_open = self.is_open

    @property
    def is_open(self) -> bool:
        return self._socket is not None and self._socket.readyState == OPEN

    def send(self, data: bytes) -> None:
        # RFC 7118 §5.1: one message in one frame, text or binary.
        if not self.is_open:
            return
        try:
            self._socket.send(data.decode())
        except UnicodeDecodeError:
            self._socket.send(to_js(data))

    def close(self) -> None:
        self._listeners.close()
        if self._task and not self._task.done():
            self._task.cancel()
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _opened(self, _event: Any) -> None:
        self._was_open = True
        self._hear(SocketOpened(socket=self._number))

    def _received(self, event: Any) -> None:
        data = event.data
        frame = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data.to_bytes()
        self._hear(Received(socket=self._number, data=frame))

    def _closed(self, event: Any) -> None:
        # Only a socket that never opened may have been refused by the browser itself.
        code = int(event.code)
        if self._was_open:
            self._hear(SocketClosed(socket=self._number, code=code))
        else:
            self._task = asyncio.ensure_future(self._say_closed(code))

    async def _say_closed(self, code: int) -> None:
        denied = await local_network_denied(str(js.location.hostname))
        self._task = None
        self._hear(SocketClosed(socket=self._number, code=code, denied=denied))


def _ahead(url: str) -> Any:
    """The connection that the page's first script has begun, None where it has not."""
    begun = getattr(js.WebPhone, "ahead", None)
    return begun(url) if begun else None


async def local_network_denied(page_host: str) -> bool:
    """Whether the browser knows of a permission to reach the local network, and refuses it.

    A page of this very machine needs none.
    """
    permissions = getattr(js.navigator, "permissions", None)
    if not permissions or LOOPBACK.fullmatch(page_host):
        return False
    for name in LOCAL_NETWORKS:
        try:
            status = await promised(permissions, "query", plain({"name": name}))
        except Exception:
            continue  # a browser without this permission
        if status.state == "denied":
            return True
    return False
