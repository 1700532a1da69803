"""rtpengine in user space: the bridge between a browser's media and plain RTP."""

from __future__ import annotations

import contextlib
import itertools
import socket
from pathlib import Path

from page.ports import LOOPBACK, free_port
from page.program import Program, require

MEDIA_PORTS = 200
_cookies = itertools.count()


class Rtpengine:
    """One rtpengine on loopback; Kamailio talks to `control_port`."""

    def __init__(self, folder: Path, control_port: int | None = None) -> None:
        self.control_port = control_port or free_port()
        self.program = Program("rtpengine", folder)

    def start(self) -> None:
        first = free_port(MEDIA_PORTS)
        self.program.start(
            [
                require("rtpengine", "rtpengine-daemon"),
                "--config-file=none",
                "--foreground",
                "--log-stderr",
                "--log-level=6",
                "--table=-1",
                f"--interface={LOOPBACK}",
                f"--listen-ng={LOOPBACK}:{self.control_port}",
                f"--port-min={first}",
                f"--port-max={first + MEDIA_PORTS - 1}",
                "--num-threads=2",
                "--delete-delay=0",
                "--timeout=60",
            ],
            self.answers,
        )

    def stop(self) -> None:
        self.program.stop()

    def answers(self) -> bool:
        return b"pong" in self._ask(b"d7:command4:pinge")

    def calls(self) -> int:
        """How many calls rtpengine holds, those of earlier tests with it."""
        return len(self.call_ids())

    def call_ids(self) -> set[str]:
        """The Call-IDs that rtpengine bridges at this moment."""
        # {"command": "list", "limit": 999} -> {"calls": [call id, ...], "result": "ok"}
        reply = self._ask(b"d7:command4:list5:limiti999ee")
        if b"5:callsl" not in reply:
            raise AssertionError(f"rtpengine answered {reply!r}")
        names, rest = set(), reply.split(b"5:callsl", 1)[1]
        while rest[:1].isdigit():
            length, rest = rest.split(b":", 1)
            names.add(rest[: int(length)].decode())
            rest = rest[int(length) :]
        return names

    def _ask(self, question: bytes) -> bytes:
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line,
        ):
            line.settimeout(0.5)
            line.connect((LOOPBACK, self.control_port))
            # The cookie must be new: rtpengine answers a known one from its memory.
            line.send(f"{next(_cookies)} ".encode() + question)
            return line.recv(65_535)
        return b""
