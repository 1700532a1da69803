"""`python -m webphone.exchange.serve` as a program of its own, as `make demo` starts it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from page.ports import free_port
from page.program import Program

ROOT = Path(__file__).parents[2]
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/")


class DemoServer:
    """Serves the folder `root` and the built-in exchange on a port of its own."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.root = root
        self.program = Program("exchange", folder)

    def start(self) -> None:
        command = [sys.executable, "-m", "webphone.exchange.serve"]
        command += ["--root", str(self.root), "--port", str(free_port()), "--verbose"]
        environment = {"PYTHONPATH": str(ROOT / "pyapp")}
        self.program.start(command, lambda: bool(self.url), environment=environment)

    def stop(self) -> None:
        self.program.stop()

    @property
    def url(self) -> str:
        """The page's address, once the server has said it."""
        found = ADDRESS.search(self.log())
        return found[0] if found else ""

    def log(self) -> str:
        return self.program.output.read_text()


def served(folder: Path, root: Path) -> Iterator[DemoServer]:
    """The exchange beside the files of a folder."""
    server = DemoServer(folder, root)
    server.start()
    yield server
    server.stop()
