"""Asterisk of the folder that tools/servers.sh makes, with the configuration of docs/servers/asterisk."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from pathlib import Path

from page.ports import LOOPBACK
from page.program import Missing, Program
from page.server import Wire
from servers.certificate import connect_by_tls, write_certificate

ROOT = Path(__file__).parents[2]
CHROOT = ROOT / ".cache" / "asterisk"
DOCUMENTED = ROOT / "docs" / "servers" / "asterisk"
OURS = Path(__file__).parent / "data"
WSS_PORT = 8089
# One message of `pjsip set logger on`.
_MESSAGE = re.compile(
    r"<--- (?P<way>Received|Transmitting) SIP (?:request|response) \(\d+ bytes\) "
    r"(?:from|to) (?P<protocol>\w+):(?P<peer>\S+) --->\n(?P<text>.*?)(?=\n\[|\n<---|\Z)",
    re.DOTALL,
)


class Asterisk:
    """The server of the documentation, at its own ports: it needs a network of its own."""

    def __init__(self, folder: Path) -> None:
        self.domain = LOOPBACK
        accounts = (DOCUMENTED / "pjsip.conf").read_text()
        self.users = dict(re.findall(r"^username = (\w+)\npassword = (\S+)$", accounts, re.M))
        self.program = Program("asterisk", folder)
        self._log = CHROOT / "var" / "log" / "asterisk" / "full"

    @property
    def ws_url(self) -> str:
        return f"wss://{LOOPBACK}:{WSS_PORT}/ws"

    def start(self) -> None:
        if not (CHROOT / "installed").exists():
            raise Missing("Asterisk is not there: make test-servers")
        there = CHROOT / "etc" / "asterisk"
        for file in (*DOCUMENTED.glob("*.conf"), OURS / "asterisk.conf", OURS / "cli.conf"):
            shutil.copy(file, there)
        shutil.copy(OURS / "logger.conf", there)
        with (there / "rtp.conf").open("a") as rtp:
            rtp.write((OURS / "rtp_loopback.conf").read_text())
        write_certificate(there / "keys", LOOPBACK)
        # It asks the name service on each call, and there is none.
        names = f"{LOOPBACK} localhost {socket.gethostname()} A.ROOT-SERVERS.NET\n"
        (CHROOT / "etc" / "hosts").write_text(names)
        self._forget()
        self.program.start(
            ["chroot", CHROOT, "/usr/sbin/asterisk", "-f", "-vvv"], self.answers, seconds=30
        )

    def stop(self) -> None:
        self.program.stop()
        if self._log.exists():
            shutil.copy(self._log, self.program.folder)

    def restart(self) -> None:
        """Stop and start again; registrations and messages are forgotten."""
        self.stop()
        self.start()

    def command(self, line: str) -> str:
        """What Asterisk's command line says to `line`."""
        return subprocess.run(
            ["chroot", CHROOT, "/usr/sbin/asterisk", "-rx", line],
            capture_output=True, text=True, timeout=10,
        ).stdout  # fmt: skip

    def answers(self) -> bool:
        """Whether it is fully booted and takes TLS."""
        try:
            with (
                connect_by_tls(WSS_PORT),
            ):
                return "fully booted" in self.command("core waitfullybooted")
        except OSError:
            return False

    def wire(self) -> list[Wire]:
        """Every SIP message that went through it, in order."""
        return [
            Wire(
                way="rcv" if found["way"] == "Received" else "snd",
                protocol=found["protocol"].lower(),
                text=found["text"].replace("\r\n", "\n").replace("\n", "\r\n"),
            )
            for found in _MESSAGE.finditer(self.log())
        ]

    def log(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def _forget(self) -> None:
        """What earlier runs left: registrations, recorded messages, the log."""
        self._log.unlink(missing_ok=True)
        (CHROOT / "var" / "lib" / "asterisk" / "astdb.sqlite3").unlink(missing_ok=True)
        shutil.rmtree(CHROOT / "var" / "spool" / "asterisk" / "voicemail", ignore_errors=True)
        (CHROOT / "var" / "run" / "asterisk").mkdir(parents=True, exist_ok=True)
