"""A page that runs JsSIP: a second WebRTC phone that none of us wrote."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext

from interop.kamailio import DATA, Kamailio
from page.chromium import Console, Ears
from page.page_server import PageServer
from page.ports import wait_until
from page.program import Missing

ROOT = Path(__file__).parents[2]


def build_jssip_page(folder: Path) -> Path:
    """Bundle JsSIP and its page into `folder`; Missing when `npm ci` has not been run."""
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    for needed, package in ((esbuild, "esbuild"), (ROOT / "node_modules" / "jssip", "jssip")):
        if not needed.exists():
            raise Missing(f"the npm package {package} is not installed: npm ci in {ROOT}")
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [
            esbuild,
            DATA / "jssip_page.js",
            "--bundle",
            "--define:global=window",
            f"--outfile={folder / 'jssip_page.js'}",
            "--log-level=warning",
        ],
        cwd=ROOT,
        check=True,
        timeout=60,
    )
    (folder / "index.html").write_text((DATA / "jssip_page.html").read_text())
    return folder


class JssipPage:
    """The phone of `user`, in a page and profile of its own."""

    def __init__(
        self, context: BrowserContext, pages: PageServer, kamailio: Kamailio, user: str
    ) -> None:
        self.kamailio = kamailio
        self.user = user
        self.page = context.new_page()
        self.console = Console(self.page, f"JsSIP {user}")
        self.ears = Ears(self.page)
        self.page.goto(f"{pages.url}/jssip/")

    def register(self, password: str | None = None, **options: Any) -> None:
        """Connect and register; returns once registered."""
        self.start(password, **options)
        self.wait_event("registered")

    def start(self, password: str | None = None, **options: Any) -> None:
        self._do(
            "start",
            {
                "url": self.kamailio.ws_url,
                "uri": self.kamailio.uri(self.user),
                "password": password or self.kamailio.users[self.user],
                "options": options,
            },
        )

    def unregister(self) -> None:
        """Unregister and close the connection."""
        already = self.mark()
        self._do("stop")
        self.wait_event("disconnected", since=already)

    def call(self, target: str, *, video: bool = False) -> None:
        self._do("call", target if ":" in target else self.kamailio.uri(target), {"video": video})

    def answer(self, *, video: bool = False) -> None:
        self._do("answer", {"video": video})

    def hang_up(self, status: int | None = None) -> None:
        """End, cancel or, with `status`, refuse the call."""
        self._do("hangUp", status)

    def hold(self) -> None:
        """Returns once the other side has answered the re-INVITE."""
        self._do("hold")

    def resume(self) -> None:
        self._do("resume")

    def mute(self) -> None:
        self._do("mute")

    def unmute(self) -> None:
        self._do("unmute")

    def press(self, tones: str, transport: str = "RFC2833") -> None:
        self._do("press", tones, transport)

    def info(self, kind: str, body: str) -> None:
        self._do("info", kind, body)

    def message(self, target: str, text: str) -> None:
        self._do("message", target if ":" in target else self.kamailio.uri(target), text)

    def drop_connection(self) -> None:
        """Close the WebSocket; JsSIP reconnects by itself."""
        self._do("drop")

    def events(self) -> list[dict[str, Any]]:
        """All events so far: {name, detail}."""
        found: list[dict[str, Any]] = self.page.evaluate("peer.events")
        return found

    def mark(self) -> int:
        """How many events there have been up to now."""
        return len(self.events())

    def wait_event(
        self,
        name: str,
        predicate: Callable[[dict[str, Any]], bool] = lambda detail: True,
        *,
        since: int = 0,
        seconds: float = 15.0,
    ) -> dict[str, Any]:
        """The detail of the first event `name` after the first `since` that `predicate` likes."""

        def found() -> dict[str, Any] | None:
            return next(
                (
                    event
                    for event in self.events()[since:]
                    if event["name"] == name and predicate(event["detail"])
                ),
                None,
            )

        try:
            event = wait_until(found, f"{self.user}'s {name}", seconds, 0.03)
        except AssertionError as late:
            raise AssertionError(
                f"{late}\nevents: {self.events()}\n{self.console.text()}"
            ) from None
        assert event is not None
        detail: dict[str, Any] = event["detail"]
        return detail

    def close(self) -> None:
        self.page.context.close()

    def _do(self, verb: str, *given: Any) -> Any:
        return self.page.evaluate(
            "([verb, given]) => window.peer[verb](...given)",
            [verb, [value for value in given if value is not None]],
        )
