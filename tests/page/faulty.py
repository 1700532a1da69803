"""A WebSocket between a phone and its server that breaks, stalls or repeats when it is told to."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from page.ports import LOOPBACK, free_port

SIP = Subprotocol("sip")
NOTICED = 8.0  # seconds after which the server knows that a dead WebSocket is dead
AWAY = 3.0  # seconds that a network is gone, or nothing gets through


class Faulty:
    """Stands before one server, for one phone; `arm` names the message at which a fault strikes."""

    def __init__(self, upstream: str, restart: Callable[[], None]) -> None:
        self.port = free_port()
        self.url = f"ws://{LOOPBACK}:{self.port}"
        self.seen: list[str] = []  # the first line of each message since `arm`
        self.struck = threading.Event()
        self.fault = ""
        self._upstream = upstream
        self._restart = restart
        self._at = -1
        self._last = 0.0
        self._open: list[tuple[ServerConnection, Any]] = []
        self._away = self._stalled = False
        listening = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(listening,), daemon=True)
        self._thread.start()
        assert listening.wait(10), "the wire does not listen"

    def arm(self, at: int = -1, fault: str = "") -> None:
        """Count messages anew; the fault strikes as the one with that number is about to arrive."""
        self.seen, self._at, self.fault = [], at, fault
        self.struck.clear()

    @property
    def still(self) -> bool:
        """Whether nothing was said for a moment, and nothing is held back."""
        return not self._stalled and time.monotonic() - self._last > 1.0

    def close(self) -> None:
        """No phone speaks through it any more."""
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)

    def _run(self, listening: threading.Event) -> None:
        asyncio.run(self._serve(listening))

    async def _serve(self, listening: threading.Event) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        async with serve(
            self._carry,
            LOOPBACK,
            self.port,
            subprotocols=[SIP],
            compression=None,
            ping_interval=None,
        ):
            listening.set()
            await self._ended.wait()
            for phone, _ in self._open:
                phone.transport.abort()

    async def _carry(self, phone: ServerConnection) -> None:
        if self._away:
            phone.transport.abort()
            return
        try:
            server = await connect(
                self._upstream, subprotocols=[SIP], compression=None, ping_interval=None
            )
        except OSError:
            phone.transport.abort()
            return
        wire = (phone, server)
        self._open.append(wire)
        ways = (self._pump(phone, server, wire), self._pump(server, phone, wire))
        pumps = [asyncio.ensure_future(way) for way in ways]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            if wire in self._open:
                self._open.remove(wire)
                phone.transport.abort()
                server.transport.abort()

    async def _pump(self, source: Any, target: Any, wire: tuple[Any, Any]) -> None:
        async for data in source:
            text = data if isinstance(data, str) else data.decode(errors="replace")
            number = len(self.seen)
            self._last = time.monotonic()
            if text.strip():
                self.seen.append(text.partition("\r\n")[0])
            times = 1
            if number == self._at and text.strip():
                times = await self._strike()
            while self._stalled:
                await asyncio.sleep(0.05)
            if wire in self._open:
                for _ in range(times):
                    await target.send(data)

    async def _strike(self) -> int:
        """The fault begins; how many times the message still arrives."""
        self._at = -1
        fault = self.fault
        self.struck.set()
        if fault == "twice":
            return 2
        if fault == "stalled":
            self._stalled = True
            self._loop.call_later(AWAY, self._flows)
        elif fault in ("cut", "torn", "gone"):
            gone, self._open = self._open, []
            for phone, server in gone:
                phone.transport.abort()
                if fault == "cut":
                    server.transport.abort()
                else:
                    self._loop.call_later(NOTICED, server.transport.abort)
            if fault == "gone":
                self._away = True
                self._loop.call_later(AWAY, self._returns)
        elif fault == "server":
            await self._loop.run_in_executor(None, self._restart)
        return 1

    def _flows(self) -> None:
        self._stalled = False

    def _returns(self) -> None:
        self._away = False
