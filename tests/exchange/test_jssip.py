"""Two pages that run JsSIP, a phone none of us wrote, call each other through the exchange."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from interop.jssip_page import JssipPage, build_jssip_page
from page.chromium import Chromium
from page.ports import free_port
from page.program import Missing
from sip.entropy import seeded
from webphone.exchange import Exchange
from webphone.exchange.serve import Files, Switchboard, listen
from webphone.sip.entropy import Entropy

pytestmark = pytest.mark.browser
PORT = free_port(20)


@dataclass
class Running:
    """The exchange in a thread of its own, as the pages know it."""

    port: int = 0
    users: dict[str, str] = field(default_factory=lambda: {"anna": "a", "ben": "b"})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"

    def uri(self, user: str) -> str:
        return f"sip:{user}@127.0.0.1"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    try:
        build_jssip_page(tmp_path / "jssip")
    except Missing as missing:
        pytest.skip(str(missing))
    place = Running()
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    # JsSIP knows no SHA-256.
    exchange = Exchange(Entropy(seeded(1)), users=place.users, algorithms=("MD5",))
    board = Switchboard(exchange, Files(tmp_path))

    async def serve() -> None:
        server, place.port = await listen(board, "127.0.0.1", PORT)
        ready.set()
        await stop.wait()
        server.close()
        await server.wait_closed()

    stop = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    yield place
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)
    loop.close()


@pytest.fixture
def chromium() -> Iterator[Chromium]:
    browser = Chromium()
    try:
        browser.start()
    except Missing as missing:
        pytest.skip(str(missing))
    yield browser
    browser.stop()


def test_two_jssip_pages_talk_hold_and_hang_up(running: Running, chromium: Chromium):
    anna = JssipPage(chromium.context(), running, running, "anna")  # type: ignore[arg-type]
    ben = JssipPage(chromium.context(), running, running, "ben")  # type: ignore[arg-type]
    anna.register()
    ben.register()

    anna.call("ben")
    ben.wait_event("incoming")
    ben.answer()
    anna.ears.wait_sound()
    ben.ears.wait_sound()
    anna.hold()
    anna.resume()
    anna.ears.wait_sound()
    ben.hang_up()

    assert anna.wait_event("ended")["by"] == "remote"
    anna.call("602")
    assert anna.wait_event("failed")["cause"] == "Busy"
