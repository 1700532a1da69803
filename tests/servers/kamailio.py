"""Kamailio with the configuration of docs/servers/kamailio, at its own ports."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from pathlib import Path

from interop.kamailio import Kamailio
from page.ports import LOOPBACK
from servers.certificate import connect_by_tls, write_certificate

DOCUMENTED = Path(__file__).parents[2] / "docs" / "servers" / "kamailio" / "kamailio.cfg"
RTPENGINE_PORT = 2223
KEYS = "/etc/kamailio/keys"
ADDRESS = "203.0.113.5"


class DocumentedKamailio(Kamailio):
    """The server of the documentation; only its certificate lies in the test's folder, and its address is 127.0.0.1."""

    template = DOCUMENTED

    def __init__(
        self, folder: Path, *, change: Callable[[str], str] = lambda config: config
    ) -> None:
        """`change` is what the documentation says may be written instead."""
        keys = folder / "keys"
        write_certificate(keys, LOOPBACK)

        def placed(config: str) -> str:
            assert KEYS in config and ADDRESS in config
            return change(config.replace(KEYS, str(keys)).replace(ADDRESS, LOOPBACK))

        users = dict(re.findall(r'\(users=>(\w+)\) = "(.*)";', DOCUMENTED.read_text()))
        super().__init__(folder, RTPENGINE_PORT, users=users, ws_port=8443, change=placed)
        self.domain = "sip.example.com"
        self.udp_port = 5060

    @property
    def ws_url(self) -> str:
        return f"wss://{LOOPBACK}:{self.ws_port}"

    def _connect(self) -> socket.socket:
        return connect_by_tls(self.ws_port)
