"""A line of UDP to a server that is slow to begin: what a client sends first is held for a while."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time

from page.ports import LOOPBACK

Address = tuple[str, int]


class SlowLine:
    """Datagrams to `port` on loopback and back, each client's of the first seconds held."""

    def __init__(self, port: int, seconds: float) -> None:
        self._target = (LOOPBACK, port)
        self._seconds = seconds
        self._near = self._bound()
        self.port: int = self._near.getsockname()[1]
        self._began: dict[Address, float] = {}
        self._held: list[tuple[Address, bytes]] = []
        self._far: dict[Address, socket.socket] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join(5)
        for line in (self._near, *self._far.values()):
            line.close()

    @staticmethod
    def _bound() -> socket.socket:
        line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        line.bind((LOOPBACK, 0))
        return line

    def _run(self) -> None:
        while not self._over.is_set():
            ready, _, _ = select.select([self._near, *self._far.values()], [], [], 0.05)
            with contextlib.suppress(OSError):  # a client that has gone
                self._carry(ready)
            now = time.monotonic()
            due = [each for each in self._held if now >= self._began[each[0]] + self._seconds]
            self._held = [each for each in self._held if each not in due]
            for client, data in due:
                self._far[client].sendto(data, self._target)

    def _carry(self, ready: list[socket.socket]) -> None:
        for line in ready:
            data, source = line.recvfrom(65535)
            if line is not self._near:
                [client] = [address for address, far in self._far.items() if far is line]
                self._near.sendto(data, client)
                continue
            if source not in self._far:
                self._far[source] = self._bound()
                self._began[source] = time.monotonic()
            self._held.append((source, data))
