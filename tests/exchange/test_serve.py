"""The server over real loopback: its files, its WebSocket, its words."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.datastructures import Headers
from websockets.exceptions import InvalidStatus
from websockets.http11 import Request as HttpRequest
from websockets.typing import Subprotocol

import webphone.exchange
from exchange.raw import request
from page.ports import free_port
from sip.entropy import seeded
from webphone.exchange import Exchange
from webphone.exchange.proxy import AWAY_AT_MOST
from webphone.exchange.serve import Files, Switchboard, listen, main
from webphone.sip.entropy import Entropy

PORT = free_port(20)
WASM = b"\0asm\1\0\0\0"
SIP = Subprotocol("sip")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small page."""
    (tmp_path / "dist" / "runtime").mkdir(parents=True)
    page = tmp_path / "dist"
    (page / "index.html").write_text("<!doctype html>")
    (page / "runtime" / "pyodide.0123456789ab.wasm").write_bytes(WASM)
    (page / "core.mjs").write_text("export {}")
    (page / "core.mjs.gz").write_bytes(gzip.compress(b"export {}"))
    (page / ".hidden").write_text("secret")
    (tmp_path / "secret.txt").write_text("secret")
    return page


class Hurried(asyncio.SelectorEventLoop):
    """A loop whose clock can be put ahead, so that nobody waits for what the exchange waits for."""

    ahead = 0.0

    def time(self) -> float:
        return super().time() + self.ahead

    async def to_alarm(self, board: Switchboard, seconds: float) -> None:
        """The board sets its alarm for so long from now, and the time passes at once."""
        while board.alarm is None or board.alarm > self.time() + seconds:
            await asyncio.sleep(0)
        self.ahead += max(0.0, board.alarm - self.time())


def served(
    root: Path, story: Callable[[int], Awaitable[None]], board: Switchboard | None = None
) -> None:
    """Tell a story to a server that listens on the port given."""
    board = board or Switchboard(Exchange(Entropy(seeded(1))), Files(root))

    async def play() -> None:
        server, port = await listen(board, "127.0.0.1", PORT)
        try:
            async with asyncio.timeout(20):
                await story(port)
        finally:
            server.close()
            await server.wait_closed()

    with asyncio.Runner(loop_factory=Hurried) as runner:
        runner.run(play())


def got(root: Path, path: str, method: str = "GET", **headers: str):
    """Status, headers and body of one request."""
    found = []

    def ask(port: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers=fields)
        answer = connection.getresponse()
        found.append((answer.status, dict(answer.getheaders()), answer.read()))
        connection.close()

    async def story(port: int) -> None:
        await asyncio.to_thread(ask, port)

    served(root, story)
    return found[0]


def test_a_folder_shows_its_index(root: Path):
    status, headers, body = got(root, "/?user=alice")

    assert (status, body) == (200, b"<!doctype html>")
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Cache-Control"] == "no-cache"
    assert got(root, "/runtime")[1]["Location"] == "/runtime/"


def test_only_a_page_beside_an_open_exchange_is_invited_to_sign_in(root: Path):
    ask = HttpRequest("/", Headers())

    assert Files(root).answer(ask).headers["Server-Timing"] == "webphone-exchange"
    assert "Server-Timing" not in Files(root, inviting=False).answer(ask).headers


def test_what_has_its_hash_in_its_name_is_kept_for_ever(root: Path):
    status, headers, body = got(root, "/runtime/pyodide.0123456789ab.wasm")

    assert (status, body) == (200, WASM)
    assert headers["Content-Type"] == "application/wasm"
    assert "immutable" in headers["Cache-Control"]


def test_a_browser_that_has_the_file_is_not_sent_it_again(root: Path):
    tag = got(root, "/core.mjs")[1]["ETag"]

    assert got(root, "/core.mjs", If_None_Match=tag)[::2] == (304, b"")
    assert got(root, "/core.mjs", If_None_Match='"other"')[0] == 200


@pytest.mark.rfc("9110 §12.5.3", "Accept-Encoding is read, with q=0")
def test_a_compressed_twin_is_sent_to_who_can_read_it(root: Path):
    plain = got(root, "/core.mjs", Accept_Encoding="identity, gzip;q=0")
    small = got(root, "/core.mjs", Accept_Encoding="br, gzip")

    assert plain[2] == b"export {}"
    assert plain[1]["Content-Type"].startswith("text/javascript")
    assert small[1]["Content-Encoding"] == "gzip"
    assert gzip.decompress(small[2]) == b"export {}"
    assert plain[1]["Vary"] == small[1]["Vary"] == "Accept-Encoding"


def test_only_the_headers_are_sent_to_who_asks_for_them(root: Path):
    status, headers, body = got(root, "/core.mjs", "HEAD", Accept_Encoding="identity")

    assert (status, headers["Content-Length"], body) == (200, "9", b"")
    assert got(root, "/core.mjs", "DELETE")[0] == 405


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "//../secret.txt",
        "/..%5csecret.txt",
        "/.hidden",
        "/%00",
        "/missing.js",
        "/runtime/",
    ],
)
def test_nothing_outside_the_folder_is_served(root: Path, path: str):
    status, _headers, body = got(root, path)

    assert status == 404
    assert b"secret\n" not in body.replace(path.encode(), b"")


def test_two_phones_talk_through_the_websocket(root: Path, capsys: pytest.CaptureFixture[str]):
    board = Switchboard(Exchange(Entropy(seeded(1))), Files(root), verbose=True)

    async def story(port: int) -> None:
        address = f"ws://127.0.0.1:{port}/ws"
        async with (
            connect(address, subprotocols=[SIP]) as alice,
            connect(address, subprotocols=[SIP]) as bob,
        ):
            assert alice.subprotocol == "sip"
            to_bob = "To: <sip:bob@town.example>"
            contact = "Contact: <sip:b@bob.invalid>"
            await bob.send(request("REGISTER", "sip:town.example", to_bob, contact).decode())
            assert str(await bob.recv()).startswith("SIP/2.0 200 ")
            await alice.send(request("INVITE", "sip:bob@town.example", to_bob))
            assert str(await alice.recv()).startswith("SIP/2.0 100 ")
            assert str(await bob.recv()).startswith("INVITE sip:b@bob.invalid ")
            await bob.close()
            # He may come back on a new WebSocket, and has time for it.
            loop = asyncio.get_running_loop()
            assert isinstance(loop, Hurried)
            await loop.to_alarm(board, AWAY_AT_MOST)
            assert str(await alice.recv()).startswith("SIP/2.0 480 ")
            await alice.send("\r\n\r\n")
            assert await alice.recv() == "\r\n"

    served(root, story, board)

    said = capsys.readouterr().out.splitlines()
    assert said == ["REGISTER bob: 200 OK", "INVITE alice -> bob: 480 Temporarily Unavailable"]


def test_a_number_of_the_exchange_rings_and_the_clock_runs_for_it(root: Path):
    exchange = Exchange(Entropy(seeded(1)))
    board = Switchboard(exchange, Files(root))

    async def story() -> None:
        server, port = await listen(board, "127.0.0.1", PORT)
        async with connect(f"ws://127.0.0.1:{port}/", subprotocols=[SIP]) as alice:
            to = "To: <sip:604@town.example>"
            await alice.send(request("INVITE", "sip:604@town.example", to))
            answers = [str(await alice.recv()).split()[1] for _message in range(2)]
            assert answers == ["100", "180"]
            assert board.alarm is not None
            assert board.alarm == exchange.deadline
        server.close()
        await server.wait_closed()

    asyncio.run(story())


def test_the_server_says_where_it_is_and_ends_quietly(root: Path):
    program = subprocess.Popen(
        [sys.executable, "-m", "webphone.exchange.serve", "--root", root, "--port", str(PORT)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(webphone.exchange.__file__).parents[2])},
        # Tests in the background of a shell are born deaf to Ctrl-C, and so would the server be.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert program.stdout is not None
    lines = iter(program.stdout.readline, "")
    said = next(line for line in lines if "http://" in line)
    program.send_signal(signal.SIGINT)
    rest, _errors = program.communicate(timeout=20)

    assert f"http://127.0.0.1:{PORT}" in said
    assert "Traceback" not in rest
    assert program.returncode == 0


@pytest.mark.rfc("7118 §4.1", "a WebSocket without the subprotocol sip is refused")
@pytest.mark.parametrize(
    ("path", "protocols", "status"),
    [("/ws", None, 400), ("/ws", ["xmpp"], 400), ("/elsewhere", ["sip"], 404)],
)
def test_a_websocket_that_is_not_for_sip_is_refused_in_words(
    root: Path, path: str, protocols: list[str] | None, status: int
):
    async def story(port: int) -> None:
        offered = None if protocols is None else [Subprotocol(name) for name in protocols]
        with pytest.raises(InvalidStatus) as refusal:
            async with connect(f"ws://127.0.0.1:{port}{path}", subprotocols=offered):
                pass
        assert refusal.value.response.status_code == status
        assert len(refusal.value.response.body.split()) > 4

    served(root, story)


def test_a_page_that_opens_the_websocket_as_a_file_is_told_what_it_is(root: Path):
    status, headers, body = got(root, "/ws")

    assert (status, headers["Upgrade"]) == (426, "websocket")
    assert b"WebSocket" in body


def test_a_taken_port_is_named_and_the_next_one_used(
    root: Path, capsys: pytest.CaptureFixture[str]
):
    async def story(port: int) -> None:
        board = Switchboard(Exchange(Entropy(seeded(2))), Files(root))
        second, other = await listen(board, "127.0.0.1", port)
        second.close()
        await second.wait_closed()
        assert other > port
        assert f"Port {port} is taken" in capsys.readouterr().out

    served(root, story)


def test_a_missing_folder_is_named_with_its_remedy(capsys: pytest.CaptureFixture[str]):
    assert main(["--root", "no/such/folder"]) == 1

    assert "make dist" in capsys.readouterr().out
