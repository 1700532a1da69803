"""SIPp: scripted peers that fail when what comes over the wire is not what the script says."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from interop.kamailio import DATA, Kamailio
from page.ports import LOOPBACK, free_port, wait_until
from page.program import Program, require

SCENARIOS = DATA / "sipp"
DEFAULTS: Mapping[str, str] = {"STATUS": "486", "REASON": "Busy Here"}

_MESSAGE = re.compile(
    r"-{20,} [^\n]*\n\w+ message (sent|received)[^\n]*\n\n(.*?)(?=\n-{20,} |\Z)", re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One message as SIPp wrote or read it; `way` is "sent" or "received"."""

    way: str
    text: str

    @property
    def first_line(self) -> str:
        return self.text.split("\n", 1)[0].strip()

    def header(self, name: str) -> str:
        """The value of the first header of that name; empty when there is none."""
        found = re.search(rf"^{re.escape(name)}\s*:\s*(.*?)\s*$", self.text, re.M | re.I)
        return found[1] if found else ""


class Sipp:
    """One running scenario of `data/sipp`, for one call.

    As a server it is reached at `number` through Kamailio (8 + its port) or at `uri` directly.
    """

    def __init__(self, folder: Path, kamailio: Kamailio, scenario: str) -> None:
        self.kamailio = kamailio
        self.scenario = scenario
        self.port = free_port()
        self.folder = folder
        self.program = Program(f"sipp-{scenario}", folder)

    @property
    def number(self) -> str:
        return f"8{self.port:05d}"

    @property
    def uri(self) -> str:
        return f"sip:{self.number}@{LOOPBACK}:{self.port}"

    def start(
        self,
        *,
        target: str = "",
        media_port: int | None = None,
        seconds: float = 30.0,
        **values: str,
    ) -> None:
        """Run the scenario; return once it listens.

        `target` makes it a caller: a user or number of Kamailio, which it calls at once.
        `media_port` is the RTP port in its SDP; `values` fill the names between at-signs.
        """
        sipp = require("sipp", "sip-tester")
        known = {
            **DEFAULTS,
            "MEDIA_PORT": str(media_port or free_port(2)),
            "TARGET": target,
            "DOMAIN": self.kamailio.domain,
            **{name.upper(): value for name, value in values.items()},
        }
        script = self.folder / f"{self.scenario}.xml"
        template = (SCENARIOS / script.name).read_text()
        script.write_text(re.sub(r"@([A-Z_]+)@", lambda name: known[name[1]], template))
        command: list[str | Path] = [
            sipp,
            f"{LOOPBACK}:{self.kamailio.udp_port}",
            *("-sf", script, "-i", LOOPBACK, "-p", str(self.port), "-m", "1"),
            *("-timeout", f"{seconds:g}s", "-timeout_error", "-nostdin", "-skip_rlimit"),
            *("-trace_msg", "-message_file", self.folder / "messages.log"),
            *("-trace_err", "-error_file", self.folder / "errors.log"),
        ]
        # On UDP, SIPp would also take a media port for itself.
        command += ["-mi", LOOPBACK, "-mp", str(free_port(4))]
        self.program.start(command, self._listening, environment={"TERM": "dumb"})

    def stop(self) -> None:
        self.program.stop()

    def go_on(self, after: str = "ACK") -> None:
        """End the wait of a scenario that waits for OPTIONS, once it has come so far.

        `after` is how the first line of the message before that wait begins. What SIPp gets is
        its INVITE under another name, so that its [last_...] fields still mean the INVITE.
        """
        wait_until(
            lambda: any(seen.first_line.startswith(after) for seen in self.messages()),
            f"{after} at the scenario {self.scenario}",
        )
        invite = next(m for m in self.messages() if m.first_line.startswith("INVITE"))
        head = invite.text.split("\n\n", 1)[0].replace("INVITE", "OPTIONS", 1).splitlines()
        lines = [line for line in head if not line.lower().startswith("content-")]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.sendto(
                "\r\n".join([*lines, "Content-Length: 0", "", ""]).encode(),
                (LOOPBACK, self.port),
            )

    def finish(self, seconds: float = 15.0) -> None:
        """Wait for the end of the scenario; AssertionError with the reason unless all went well."""
        code = self.program.wait(seconds)
        if code != 0:
            raise AssertionError(
                f"the scenario {self.scenario} failed with {code}\n{self.errors()}\n"
                + "\n\n".join(f"[{seen.way}]\n{seen.text}" for seen in self.messages()[-4:])
            )

    def messages(self) -> list[Seen]:
        """What was on the wire so far, in order."""
        file = self.folder / "messages.log"
        if not file.exists():
            return []
        return [
            Seen(way=way, text=text.strip("\n"))
            for way, text in _MESSAGE.findall(file.read_text(errors="replace"))
        ]

    def wait_message(self, way: str, start: str, count: int = 1, seconds: float = 10.0) -> Seen:
        """The `count`-th message of that way whose first line begins with `start`."""

        def found() -> list[Seen]:
            seen = [s for s in self.messages() if s.way == way and s.first_line.startswith(start)]
            return seen[count - 1 :]

        return wait_until(found, f"{start} {way} {count} times by {self.scenario}", seconds)[0]

    def received(self, start: str = "") -> list[Seen]:
        """The received messages whose first line begins with `start`."""
        return [
            seen
            for seen in self.messages()
            if seen.way == "received" and seen.first_line.startswith(start)
        ]

    def errors(self) -> str:
        file = self.folder / "errors.log"
        return file.read_text(errors="replace") if file.exists() else "no errors.log"

    def log(self) -> str:
        return self.program.log()

    def _listening(self) -> bool:
        # /proc/net/udp: "  12: 0100007F:55F0 00000000:0000 ...", the address in host byte order.
        wanted = f":{self.port:04X} "
        return any(
            wanted in line.split("00000000", 1)[0]
            for line in Path("/proc/net/udp").read_text().splitlines()
        )
