"""coturn: a real TURN server on loopback, with logins that last or that run out."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
import socket
import struct
import time
from pathlib import Path
from typing import Any

from page.ports import LOOPBACK, free_port
from page.program import Program, require

RELAYS = 60
SECRET = "made-for-the-tests"
_MAGIC = 0x2112A442  # RFC 8489 §5


class Coturn:
    """One coturn; `login` makes credentials that run out (the REST API of TURN)."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.program = Program("coturn", folder)

    @property
    def url(self) -> str:
        return f"turn:{LOOPBACK}:{self.port}?transport=udp"

    def start(self) -> None:
        first = free_port(RELAYS)
        self.program.start(
            [
                require("turnserver", "coturn"),
                "-n",
                "--use-auth-secret",
                f"--static-auth-secret={SECRET}",
                "--realm=one.example",
                f"--listening-ip={LOOPBACK}",
                f"--relay-ip={LOOPBACK}",
                f"--listening-port={self.port}",
                f"--min-port={first}",
                f"--max-port={first + RELAYS - 1}",
                "--allow-loopback-peers",
                "--no-tls",
                "--no-dtls",
                "--no-cli",
                "--log-file=stdout",
                "--verbose",
                f"--pidfile={self.program.folder / 'coturn.pid'}",
                f"--userdb={self.program.folder / 'coturn.db'}",
            ],
            self.answers,
        )

    def stop(self) -> None:
        self.program.stop()

    def log(self) -> str:
        return self.program.log()

    def login(self, user: str = "anna", *, lasts: int = 600) -> dict[str, Any]:
        """An RTCIceServer that is good for so many seconds."""
        name = f"{int(time.time()) + lasts}:{user}"
        proof = hmac.new(SECRET.encode(), name.encode(), hashlib.sha1).digest()
        return {"urls": self.url, "username": name, "credential": base64.b64encode(proof).decode()}

    def servers(self, *, lasts: int = 600) -> str:
        """What a server of the page gives at `ice-servers-url`."""
        return json.dumps({"iceServers": [self.login(lasts=lasts)], "ttl": lasts})

    def answers(self) -> bool:
        """Whether a STUN binding request is answered."""
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line,
        ):
            line.settimeout(0.3)
            line.connect((LOOPBACK, self.port))
            line.send(struct.pack("!HHI", 0x0001, 0, _MAGIC) + os.urandom(12))
            return line.recv(1500).startswith(b"\x01\x01")
        return False
