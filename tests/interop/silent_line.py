"""A line to a real server that can go dead without a word, or break: what a lost network does."""

from __future__ import annotations

import contextlib
import socket
import threading

from page.ports import LOOPBACK


class SilentLine:
    """Carries connections to a port, until it is told otherwise."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._dead: set[socket.socket] = set()
        self._open: list[socket.socket] = []
        self._listening = socket.create_server((LOOPBACK, 0))
        self.url = f"ws://{LOOPBACK}:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def connections(self) -> int:
        """How many have been made so far."""
        return len(self._open) // 2

    def die(self) -> None:
        """Nothing passes the connections of now any more, and nobody is told."""
        self._dead.update(self._open)

    def cut(self) -> None:
        """The connections of now close at the phone; the server hears nothing of that."""
        for near in self._open[::2]:
            self._dead.add(near)
            self._shut(near)

    def close(self) -> None:
        self._listening.close()
        for end in self._open:
            self._shut(end)
            end.close()

    def _shut(self, end: socket.socket) -> None:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.create_connection((LOOPBACK, self._port))
                self._open += [near, far]
                for source, goal in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(source, goal), daemon=True).start()

    def _carry(self, source: socket.socket, goal: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                if source not in self._dead and goal not in self._dead:
                    goal.sendall(data)
            if source not in self._dead and goal not in self._dead:
                self._shut(goal)
