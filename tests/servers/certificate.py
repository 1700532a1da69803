"""A certificate of a test's own, which browsers take only where they are told to ignore whose it is."""

from __future__ import annotations

import socket
import ssl
import subprocess
from pathlib import Path

from page.ports import LOOPBACK


def write_certificate(folder: Path, host: str) -> None:
    """Write `server.crt` and `server.key` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *(
                "-nodes",
                "-days",
                "2",
                "-subj",
                f"/CN={host}",
                "-addext",
                f"subjectAltName=IP:{host}",
            ),
            *("-keyout", folder / "server.key", "-out", folder / "server.crt"),
        ],
        check=True,
        capture_output=True,
    )


def connect_by_tls(port: int) -> ssl.SSLSocket:
    """A connection to `port`, whosever certificate is there."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(socket.create_connection((LOOPBACK, port), 0.5))
