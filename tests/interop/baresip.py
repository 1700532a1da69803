"""baresip: a plain RTP phone that answers by itself, sends a tone and records what it hears."""

from __future__ import annotations

import contextlib
import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from interop.kamailio import DATA, Kamailio
from interop.sound import Samples, read_growing_wav
from page.ports import LOOPBACK, free_port, wait_until
from page.program import Missing, Program, require

RTP_PORTS = 20


class Baresip:
    """The phone `user`, registered at `kamailio` over UDP; answers at once unless told not to."""

    def __init__(
        self,
        folder: Path,
        kamailio: Kamailio,
        *,
        user: str = "baresip",
        auto_answer: bool = True,
        codecs: str = "opus/48000/2,PCMU/8000/1",
    ) -> None:
        self.user = user
        self.folder = folder
        self.kamailio = kamailio
        self.program = Program("baresip", folder)
        self.sip_port = free_port()
        self._control_port = free_port()
        self._auto_answer = auto_answer
        self._codecs = codecs
        self._control: socket.socket | None = None
        self._unread = b""
        self.events: list[dict[str, Any]] = []

    @property
    def uri(self) -> str:
        return self.kamailio.uri(self.user)

    def start(self) -> None:
        """Start and return once Kamailio has accepted the registration."""
        baresip = require("baresip", "baresip-core")
        modules = next(iter(Path("/usr/lib").glob("**/baresip/modules/sndfile.so")), None)
        if modules is None:
            raise Missing("baresip's sndfile.so is not installed: apt-get install baresip-core")
        first = free_port(RTP_PORTS)
        values = {
            "SIP_PORT": str(self.sip_port),
            "CONTROL_PORT": str(self._control_port),
            "RTP_FIRST": str(first),
            "RTP_LAST": str(first + RTP_PORTS - 1),
            "MODULES": str(modules.parent),
        }
        template = (DATA / "baresip.config").read_text()
        (self.folder / "config").write_text(
            re.sub(r"@([A-Z_]+)@", lambda name: values[name[1]], template)
        )
        (self.folder / "accounts").write_text("")
        (self.folder / "contacts").write_text("")
        self.program.start([baresip, "-4", "-f", self.folder], self._connected)
        # The account comes over the control line, so that its registration is seen there.
        already = self.mark()
        self.command(
            "uanew",
            f"<{self.uri};transport=udp>;auth_user={self.user}"
            f";auth_pass={self.kamailio.users[self.user]}"
            f';outbound="sip:{LOOPBACK}:{self.kamailio.udp_port};transport=udp"'
            f";answermode={'auto' if self._auto_answer else 'manual'};regint=600"
            f";audio_codecs={self._codecs}",
        )
        self.wait_event("REGISTER_OK", since=already)

    def stop(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        self.program.stop()

    def log(self) -> str:
        return self.program.log()

    def dial(self, target: str) -> None:
        """Call a user of Kamailio, or a full SIP URI."""
        self.command("dial", target if ":" in target else self.kamailio.uri(target))

    def accept(self) -> None:
        self.command("accept")

    def hang_up(self) -> None:
        """End the call, or cancel it, or refuse it; no harm without one."""
        self.command("hangup")

    def hold(self) -> None:
        self.command("hold")

    def resume(self) -> None:
        self.command("resume")

    def press(self, digits: str) -> None:
        """Send DTMF by RFC 4733; in a call every key is a command of its own."""
        for digit in digits:
            self.command("sndcode", digit)

    def command(self, name: str, params: str = "") -> None:
        """One command over ctrl_tcp: JSON in a netstring."""
        text = json.dumps({"command": name, "params": params, "token": name}).encode()
        if self._control is None:
            raise AssertionError("baresip is not running")
        self._control.sendall(str(len(text)).encode() + b":" + text + b",")

    def wait_event(self, kind: str, *, since: int = 0, seconds: float = 30.0) -> dict[str, Any]:
        """The first event of `kind` (CALL_INCOMING, CALL_ESTABLISHED, CALL_CLOSED, ...).

        `since`: how many events to pass over; take `mark()` before what should cause it.
        """

        def found() -> dict[str, Any] | None:
            self._read()
            return next((e for e in self.events[since:] if e.get("type") == kind), None)

        try:
            event = wait_until(found, f"baresip's {kind}", seconds)
        except AssertionError as late:
            raise AssertionError(
                f"{late}\nevents: {self.events[since:]}\n{self.program.tail()}"
            ) from None
        assert event is not None
        return event

    def mark(self) -> int:
        """How many events there have been up to now."""
        self._read()
        return len(self.events)

    def digits(self, *, since: int = 0) -> str:
        """The DTMF keys that have arrived by RFC 4733."""
        self._read()
        return "".join(
            event["param"]
            for event in self.events[since:]
            if event.get("type") == "CALL_DTMF_START"
        )

    def heard(self) -> Samples:
        """The decoded sound of the newest call."""
        files = sorted(self.folder.glob("dump-*-dec*.wav"), key=lambda f: f.stat().st_mtime_ns)
        if not files:
            raise AssertionError(f"baresip has recorded nothing\n{self.program.tail()}")
        return read_growing_wav(files[-1])

    def wait_sound(self, louder_than: float, seconds: float = 30.0) -> float:
        """The loudness of the last second once it is above `louder_than`."""

        def loud_enough() -> float:
            with contextlib.suppress(AssertionError):
                level = self.heard().last(1.0).loudness()
                return level if level > louder_than else 0.0
            return 0.0

        return wait_until(loud_enough, f"sound above {louder_than:g} at baresip", seconds)

    def wait_silence(self, softer_than: float, seconds: float = 30.0) -> float:
        """The loudness of a whole new second of sound below `softer_than`."""
        begin = self.heard().seconds

        def still() -> tuple[float] | None:
            heard = self.heard()
            level = heard.last(1.0).loudness()
            return (level,) if heard.seconds > begin + 1.0 and level < softer_than else None

        return wait_until(still, f"a second below {softer_than:g} at baresip", seconds)[0]

    def _connected(self) -> bool:
        with contextlib.suppress(OSError):
            self._control = socket.create_connection((LOOPBACK, self._control_port), 0.5)
            self._control.setblocking(False)
            self._unread = b""
            return True
        return False

    def _read(self) -> None:
        if self._control is not None:
            with contextlib.suppress(BlockingIOError):
                while chunk := self._control.recv(65_536):
                    self._unread += chunk
        self.events.extend(self._netstrings())

    def _netstrings(self) -> Iterator[dict[str, Any]]:
        while match := re.match(rb"(\d+):", self._unread):
            end = match.end() + int(match[1])
            if len(self._unread) <= end:
                return
            body, self._unread = self._unread[match.end() : end], self._unread[end + 1 :]
            yield json.loads(body)
