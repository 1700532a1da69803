"""Kamailio as registrar and proxy over WebSocket and UDP, with digest and media bridging."""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

from page import server
from page.ports import LOOPBACK, free_port
from page.program import Missing, Program, require
from page.server import Wire

DATA = Path(__file__).parent / "data"
USERS = {**server.USERS, "baresip": "baresip-secret"}
MODULES = {
    "websocket.so": "kamailio-websocket-modules",
    "outbound.so": "kamailio-outbound-modules",
    "rtpengine.so": "kamailio",
}

# One record of Kamailio's sipdump module.
_RECORD = re.compile(
    rb"={20}\ntag: (?P<way>\w+)\n.*?\nproto: (?P<protocol>\w+)[^\n]*\n"
    rb"srcip: (?P<source>\S+)\nsrcport: (?P<source_port>\d+)\n"
    rb"dstip: (?P<target>\S+)\ndstport: (?P<target_port>\d+)\n~{20}\n(?P<text>.*?)\|{20}\n",
    re.DOTALL,
)


class Kamailio:
    """A registrar and proxy for `domain` at `ws_url` and `udp_port`.

    Beside its users, who must answer a digest challenge in `algorithm`, it knows:
    - `8` + a port number: the peer at that UDP port of loopback (a SIPp scenario),
    - `7` + a status code: that very response, from Kamailio itself.
    A caller over UDP whose From user is none of `users` is a trunk and is not challenged.
    """

    template = DATA / "kamailio.cfg"

    def __init__(
        self,
        folder: Path,
        rtpengine_port: int,
        *,
        algorithm: str = "MD5",
        realm: str = "",
        users: Mapping[str, str] = USERS,
        nonce_seconds: int = 300,
        shortest_registration: int = 5,
        ring_seconds: int = 60,
        ws_port: int | None = None,
        change: Callable[[str], str] = lambda config: config,
    ) -> None:
        """`change` makes of the configuration that the tests have the one to run."""
        self.algorithm = algorithm
        self._change = change
        self.domain = LOOPBACK
        self.ws_port = ws_port or free_port()
        self.udp_port = free_port()
        self.users = dict(users)
        self.program = Program("kamailio", folder)
        self.folder = folder
        self._values = {
            "ALGORITHM": "SHA-256" if algorithm == "SHA-256" else "",
            # Under no name of its own it asks under that of the domain.
            "PROXY_REALM": realm or "$fd",
            "REGISTRAR_REALM": realm or "$td",
            "WS_PORT": str(self.ws_port),
            "UDP_PORT": str(self.udp_port),
            "RTPENGINE_PORT": str(rtpengine_port),
            "NONCE_SECONDS": str(nonce_seconds),
            "SHORTEST_REGISTRATION": str(shortest_registration),
            "RING_MILLISECONDS": str(ring_seconds * 1000),
            "FOLDER": str(folder),
            "USERS": "\n".join(
                f'    $sht(users=>{name}) = "{password}";' for name, password in users.items()
            ),
        }

    @property
    def ws_url(self) -> str:
        return f"ws://{LOOPBACK}:{self.ws_port}"

    def uri(self, user: str) -> str:
        return f"sip:{user}@{self.domain}"

    def start(self) -> None:
        kamailio = require("kamailio", "kamailio")
        for module, package in MODULES.items():
            if not list(Path("/usr/lib").glob(f"*/kamailio/modules/{module}")):
                raise Missing(f"Kamailio's {module} is not installed: apt-get install {package}")
        runtime = self.folder / "runtime"
        shutil.rmtree(runtime, ignore_errors=True)
        runtime.mkdir()
        config = self.folder / "kamailio.cfg"
        filled = re.sub(r"@([A-Z_]+)@", lambda m: self._values[m[1]], self.template.read_text())
        config.write_text(self._change(filled))
        self.program.start(
            [kamailio, "-f", config, "-DD", "-E", "-m", "64", "-M", "8", "-Y", runtime],
            self.answers,
        )

    def stop(self) -> None:
        self.program.stop()

    def restart(self) -> None:
        """Stop and start again on the same ports; registrations are forgotten."""
        self.stop()
        self.start()

    def log(self) -> str:
        return self.program.log()

    def answers(self) -> bool:
        """Whether OPTIONS over UDP and a WebSocket handshake over TCP are both answered."""
        return self._options_answered() and self._handshake_answered()

    def wire(self) -> list[Wire]:
        """Every SIP message that went through Kamailio since its first start, in order."""
        return [
            Wire(
                way=record["way"].decode(),
                protocol=record["protocol"].decode(),
                source=f"{record['source'].decode()}:{record['source_port'].decode()}",
                target=f"{record['target'].decode()}:{record['target_port'].decode()}",
                text=record["text"].decode(errors="replace"),
            )
            for file in sorted(self.folder.glob("sipdump-*.data"))
            for record in _RECORD.finditer(file.read_bytes())
        ]

    def _options_answered(self) -> bool:
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line,
        ):
            line.settimeout(0.2)
            line.connect((LOOPBACK, self.udp_port))
            here = f"{LOOPBACK}:{line.getsockname()[1]}"
            line.send(
                f"OPTIONS sip:{LOOPBACK}:{self.udp_port} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {here};branch=z9hG4bKready\r\nMax-Forwards: 70\r\n"
                f"From: <sip:ready@{here}>;tag=1\r\nTo: <sip:{LOOPBACK}>\r\n"
                f"Call-ID: ready@{here}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n".encode()
            )
            return line.recv(65_535).startswith(b"SIP/2.0 200")
        return False

    def _handshake_answered(self) -> bool:
        with (
            contextlib.suppress(OSError),
            self._connect() as line,
        ):
            line.sendall(
                b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                b"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                b"Sec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 13\r\n\r\n"
            )
            return line.recv(4096).startswith(b"HTTP/1.1 101")
        return False

    def _connect(self) -> socket.socket:
        """A connection to where it takes WebSockets."""
        return socket.create_connection((LOOPBACK, self.ws_port), 0.5)
