"""Firefox with a fake microphone, driven through firefox.mjs with Playwright's own verbs.

Without a sound card Firefox starts no AudioContext, so there is a loudspeaker that nobody hears.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from page.program import Program, require

ROOT = Path(__file__).parents[2]
DRIVER = ROOT / "tests" / "offline" / "firefox.mjs"


class Loudspeaker:
    """PulseAudio with a card that plays in real time to nobody; `address` is for PULSE_SERVER."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "sound"
        self._program = Program("pulseaudio", folder)
        self.address = f"unix:{self._socket}"

    def start(self) -> None:
        place = str(self._socket.parent)
        self._program.start(
            [
                *(require("pulseaudio", "pulseaudio"), "-n", "--daemonize=no"),
                *("--use-pid-file=no", "--exit-idle-time=-1", "--disable-shm=yes"),
                *("-L", "module-null-sink"),
                *("-L", f"module-native-protocol-unix socket={self._socket} auth-anonymous=1"),
            ],
            self._socket.exists,
            environment={"HOME": place, "XDG_RUNTIME_DIR": place},
        )

    def stop(self) -> None:
        self._program.stop()


class Firefox:
    """One browser; `around` is a command that runs the command after it, in a place of its own.

    `settings` are those of about:config.
    """

    def __init__(
        self, folder: Path, around: Sequence[str] = (), settings: Mapping[str, Any] | None = None
    ) -> None:
        program = require("firefox-esr", "firefox-esr")
        profile = folder / "profile"
        profile.mkdir(parents=True)
        self._loudspeaker = Loudspeaker(folder)
        self._loudspeaker.start()
        self._process = subprocess.Popen(
            [*around, "node", str(DRIVER), program, str(profile), json.dumps(settings or {})],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "PULSE_SERVER": self._loudspeaker.address},
            text=True,
        )
        assert "firefox" in str(self.ask("version")).lower()

    def ask(self, do: str, **given: Any) -> Any:
        """What firefox.mjs answers."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **given}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"Firefox's driver ended with {self._process.poll()}"
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer["value"]

    def new_context(self) -> FirefoxContext:
        return FirefoxContext(self)

    def close(self) -> None:
        """The end of its input ends the driver, and that ends Firefox."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.terminate()
            self._process.wait(20)
        finally:
            self._loudspeaker.stop()


class FirefoxContext:
    """A profile of its own."""

    def __init__(self, firefox: Firefox) -> None:
        self._firefox = firefox
        self._number = firefox.ask("context")

    def add_init_script(self, text: str) -> None:
        self._firefox.ask("script", context=self._number, text=text)

    def new_page(self) -> FirefoxPage:
        return FirefoxPage(self._firefox, self)

    def close(self) -> None:
        self._firefox.ask("close", context=self._number)


class FirefoxPage:
    """What of Playwright's Page the stories use."""

    def __init__(self, firefox: Firefox, context: FirefoxContext) -> None:
        self.context = context
        self.url = "about:blank"
        self._firefox = firefox
        self._number = firefox.ask("page", context=context._number)

    def on(self, event: str, hear: Any) -> None:
        """Nothing: `seen` tells all of it."""

    def goto(self, url: str) -> None:
        self.url = url
        self._firefox.ask("goto", page=self._number, url=url)

    def evaluate(self, code: str, given: Any = None, *, inside: str = "") -> Any:
        """In the page, or in the frame whose address holds `inside`; None while there is none."""
        return self._firefox.ask(
            "evaluate", page=self._number, code=code, given=given, inside=inside
        )

    def wait_for_timeout(self, milliseconds: float) -> None:
        time.sleep(milliseconds / 1000)

    def seen(self) -> dict[str, list[str]]:
        """All so far: {requests: addresses, console: lines, errors: texts}."""
        found: dict[str, list[str]] = self._firefox.ask("seen", page=self._number)
        return found

    def close(self) -> None:
        """As a person closes the tab."""
        self._firefox.ask("shut", page=self._number)
