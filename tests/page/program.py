"""A program from a Debian package: started, watched and stopped by its process group."""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from page.ports import wait_until


class Missing(AssertionError):
    """A program that the tests need is not installed; the text says which package has it."""


def require(program: str, package: str) -> str:
    """The path of `program`; Missing when its Debian package is not installed."""
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin")
    if found is None:
        raise Missing(f"{program} is not installed: apt-get install {package}")
    return found


def _end_with_us() -> list[str]:
    """setpriv becomes the program, and has the kernel end it when the test run is killed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


class Program:
    """One running program whose output goes to a file that grows over restarts."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder
        self.output = folder / f"{name}.log"
        self.started_in: float | None = None
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        return None if self._process is None else self._process.poll()

    def start(
        self,
        command: Sequence[str | Path],
        ready: Callable[[], bool],
        *,
        seconds: float = 15.0,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start `command` and return once `ready` says yes.

        A program that exits before it is ready, or is not ready in `seconds`, is stopped and
        its last lines are in the AssertionError.
        """
        began = time.monotonic()
        with self.output.open("ab") as output:
            self._process = subprocess.Popen(
                [*_end_with_us(), *(str(part) for part in command)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )
        atexit.register(self.stop)
        try:
            wait_until(lambda: ready() or not self.running, f"{self.name} to be ready", seconds)
        except AssertionError as late:
            self.stop()
            raise AssertionError(f"{late}\n{self.tail()}") from None
        if not self.running and self.exit_code != 0:
            code = self.exit_code
            self.stop()
            raise AssertionError(f"{self.name} ended at once with {code}\n{self.tail()}")
        self.started_in = time.monotonic() - began

    def wait(self, seconds: float) -> int:
        """The exit code, once the program has ended by itself."""
        if self._process is None:
            raise AssertionError(f"{self.name} was never started")
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.stop()
            raise AssertionError(
                f"{self.name} was still running after {seconds:g} s\n{self.tail()}"
            ) from None

    def stop(self) -> None:
        """End the whole process group: TERM, then KILL after three seconds."""
        process, self._process = self._process, None
        atexit.unregister(self.stop)
        if process is None:
            return
        for sign, patience in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 3.0)):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience)
                break
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    def log(self) -> str:
        """All that the program has written since its first start."""
        return self.output.read_text(errors="replace") if self.output.exists() else ""

    def tail(self, lines: int = 40) -> str:
        return "\n".join([f"--- end of {self.output}", *self.log().splitlines()[-lines:]])
