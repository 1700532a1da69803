"""webphone-offline.html opened from disk, in Chromium and Firefox, with a network and without."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright

import one_playwright
from interop.firefox import Firefox
from page.chromium import KEEP_PEER_CONNECTIONS
from page.demo_server import DemoServer
from page.phone_page import PhonePage
from page.pitch import LISTEN
from page.program import require

ROOT = Path(__file__).parents[2]
# A machine whose only interface is the loopback one; it is gone with the last program in it.
UNPLUGGED = (
    *("unshare", *(() if os.geteuid() == 0 else ("--map-root-user",)), "--net", "--"),
    *("sh", "-c", 'ip link set lo up && exec "$@"', "sh"),
)
COUNT_SOCKETS = """
window.__sockets = [];
window.WebSocket = class WebSocket extends window.WebSocket {
  constructor(url, ...more) { super(url, ...more); window.__sockets.push(url); }
};
"""
PROBE = "http://127.0.0.1:9849/is-this-seen"  # nothing listens there
# Firefox tells these as errors, though nobody threw them: that there is no network, and our probe.
FIREFOX_REMARKS = ("WebRTC: ICE failed, add a STUN server", PROBE)
SOON = 60.0  # seconds until Python is up on a busy machine


class PageFromDisk(PhonePage):
    """The offline page in a profile of its own."""

    def __init__(self, context: Any, file: Path) -> None:
        self.requests: list[str] = []
        for text in (KEEP_PEER_CONNECTIONS, LISTEN, COUNT_SOCKETS):
            context.add_init_script(text)
        super().__init__(context, file.as_uri())
        self.page.on("request", lambda request: self.requests.append(request.url))

    def outside(self) -> list[str]:
        """What was asked for beside the file itself and what it made of its own content."""
        self.page.evaluate(f"fetch('{PROBE}').catch(() => null)")
        asked = self.page.seen()["requests"] if hasattr(self.page, "seen") else self.requests
        assert PROBE in asked, "requests are not seen at all"
        own = ("blob:", "data:", self.url, PROBE)
        return [url for url in asked if not url.startswith(own)]

    def errors(self) -> list[str]:
        """What nobody caught."""
        found: list[str] = (
            self.page.seen()["errors"] if hasattr(self.page, "seen") else self.console.errors
        )
        return [error for error in found if not any(text in error for text in FIREFOX_REMARKS)]

    def sockets(self) -> list[str]:
        """The addresses of all WebSockets so far."""
        found: list[str] = self.page.evaluate("window.__sockets")
        return found

    def fill(self, **values: str) -> None:
        """Write into the settings as a person does, and apply them."""
        self.page.evaluate(
            """(values) => {
              const form = document.getElementById("settings");
              for (const [name, value] of Object.entries(values)) {
                form.elements[name].value = value;
                form.elements[name].dispatchEvent(new Event("input", { bubbles: true }));
              }
              form.requestSubmit();
            }""",
            values,
        )


@pytest.fixture(scope="session")
def offline_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built page, alone in a folder such as a person has."""
    file = tmp_path_factory.mktemp("Müllers Dateien") / "webphone-offline (1).html"
    shutil.copy(ROOT / "dist" / "webphone-offline.html", file)
    return file


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    yield one_playwright.borrow()
    one_playwright.give_back()


@pytest.fixture(scope="module")
def browser(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """The browser that `request.param` names: "firefox", or "unplugged chromium"."""
    place, _, name = f" {request.param}".rpartition(" ")
    folder = tmp_path_factory.mktemp(name)
    around = UNPLUGGED if "unplugged" in place else ()
    if name == "firefox":
        started = Firefox(folder, around)
    else:
        run = folder / "chromium"
        words = [*around, require("chromium", "chromium")]
        run.write_text("#!/bin/sh\nexec " + " ".join(map(quoted, words)) + ' "$@"\n')
        run.chmod(0o755)
        arguments = [
            each for each in one_playwright.ARGUMENTS if "loopback" not in each or not around
        ]
        playwright = request.getfixturevalue("playwright")
        started = playwright.chromium.launch(
            executable_path=run, args=[*arguments, one_playwright.GRANTED]
        )
    yield started
    started.close()


def quoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"


@pytest.fixture
def open_page(browser: Any, offline_file: Path) -> Iterator[Callable[[], PageFromDisk]]:
    """open_page() gives the page with its demo registered, in a profile of its own."""
    contexts = []

    def open_one() -> PageFromDisk:
        contexts.append(browser.new_context())
        phone = PageFromDisk(contexts[-1], offline_file)
        phone.open(ready=False).wait_event("registered", seconds=SOON)
        return phone

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    """The built-in exchange as a program of its own."""
    exchange = DemoServer(tmp_path_factory.mktemp("exchange"), ROOT / "dist")
    exchange.start()
    yield exchange
    exchange.stop()
