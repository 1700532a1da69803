"""A certificate of a test's own, which browsers take only where they are told to ignore whose it is."""

from __future__ import annotations

import subprocess
from pathlib import Path


def write_certificate(folder: Path, host: str) -> None:
    """Write `server.crt` and `server.key` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", f"/CN={host}", "-addext", f"subjectAltName=IP:{host}"),
            *("-keyout", folder / "server.key", "-out", folder / "server.crt"),
        ],
        check=True,
        capture_output=True,
    )
