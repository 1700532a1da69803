"""The exchange as a server: `python -m webphone.exchange.serve --root dist`, and two tabs."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import errno
import hashlib
import itertools
import logging
import re
import secrets
import signal
import traceback
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from webphone.exchange.actions import Action, Send
from webphone.exchange.exchange import Exchange
from webphone.sip.entropy import Entropy
from webphone.sip.wire import message as sip
from webphone.sip.wire.grammar import Malformed

SUBPROTOCOL = Subprotocol("sip")
WEBSOCKET_PATHS = ("/ws", "/")
PORTS_TO_TRY = 20
USUAL_PASSWORD = "demo"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".py": "text/x-python; charset=utf-8",
    ".svg": "image/svg+xml",
    ".toml": "application/toml",
    ".ts": "text/plain; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".whl": "application/zip",
    ".zip": "application/zip",
}
# Compressed twins that a build may lay beside a file, the smallest first.
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
# A file whose name holds a hash of what is in it never changes.
HASHED = re.compile(r"\.[0-9a-f]{8,}\.")


class Files:
    """The files of one folder, kept in memory once they were asked for.

    With `inviting` a page is told that it lies beside an exchange that any name can sign in to.
    """

    def __init__(self, root: Path, *, inviting: bool = True) -> None:
        self._root = root.resolve()
        self._inviting = inviting
        self._kept: dict[Path, tuple[int, bytes, str]] = {}

    def answer(self, request: Request) -> Response:
        """The answer to a GET or HEAD."""
        if request.method not in ("GET", "HEAD"):
            return said(HTTPStatus.METHOD_NOT_ALLOWED, "Files can only be read.", Allow="GET, HEAD")
        path = urlsplit(request.path).path
        file = self._find(path)
        if file is None:
            return said(HTTPStatus.NOT_FOUND, f"There is no {path} here.")
        if file.is_dir():
            if not path.endswith("/"):
                place = f"/{path.strip('/')}/"
                return said(HTTPStatus.MOVED_PERMANENTLY, "It is a folder.", Location=place)
            file = file / "index.html"
        if not file.is_file():
            return said(HTTPStatus.NOT_FOUND, f"There is no {path} here.")
        return self._file(file, request)

    def _find(self, path: str) -> Path | None:
        """The file or folder of that path; None when it would lie outside."""
        name = unquote(path, errors="replace").lstrip("/")
        # What begins with a dot was not laid there to be shown.
        if "\0" in name or "\\" in name or any(part.startswith(".") for part in name.split("/")):
            return None
        try:
            found = (self._root / name).resolve()
            return found if found.is_relative_to(self._root) and found.exists() else None
        except OSError:
            return None

    def _file(self, file: Path, request: Request) -> Response:
        headers = Headers(
            {
                "Content-Type": MEDIA_TYPES.get(file.suffix.lower(), "application/octet-stream"),
                "Cache-Control": "public, max-age=31536000, immutable"
                if HASHED.search(file.name) and "runtime" in file.parts
                else "no-cache",
                "X-Content-Type-Options": "nosniff",
                "Connection": "close",
            }
        )
        accepted = _accepted(request.headers.get_all("Accept-Encoding"))
        chosen = file
        for encoding, suffix in ENCODINGS:
            twin = file.with_name(file.name + suffix)
            if twin.is_file():
                if "Vary" not in headers:
                    headers["Vary"] = "Accept-Encoding"
                if encoding in accepted:
                    chosen = twin
                    headers["Content-Encoding"] = encoding
                    break
        if self._inviting and file.suffix == ".html":
            # The one header that a page can read of the answer that brought it.
            headers["Server-Timing"] = "webphone-exchange"
        data, tag = self._read(chosen)
        headers["ETag"] = tag
        known = ",".join(request.headers.get_all("If-None-Match"))
        if tag in [one.strip().removeprefix("W/") for one in known.split(",")]:
            del headers["Content-Type"]
            return Response(304, "Not Modified", headers, b"")
        headers["Content-Length"] = str(len(data))
        return Response(200, "OK", headers, b"" if request.method == "HEAD" else data)

    def _read(self, file: Path) -> tuple[bytes, str]:
        changed = file.stat().st_mtime_ns
        kept = self._kept.get(file)
        if kept is None or kept[0] != changed:
            data = file.read_bytes()
            tag = f'"{hashlib.sha256(data).hexdigest()[:24]}"'
            kept = self._kept[file] = (changed, data, tag)
        return kept[1], kept[2]


def said(status: HTTPStatus, text: str, **headers: str) -> Response:
    """An answer in words."""
    body = f"{text}\n".encode()
    fields = {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(body)),
        "Connection": "close",
        **headers,
    }
    return Response(status.value, status.phrase, Headers(fields), body)


def _accepted(values: Iterable[str]) -> set[str]:
    """The content codings that the browser takes (RFC 9110 §12.5.3)."""
    offered = (part.partition(";") for value in values for part in value.split(","))
    refused = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*")
    return {name.strip().lower() for name, _, weight in offered if not refused.fullmatch(weight)}


class Switchboard:
    """The exchange on real WebSockets and a real clock, and the files beside it."""

    def __init__(self, exchange: Exchange, files: Files, *, verbose: bool = False) -> None:
        self._exchange = exchange
        self._files = files
        self._verbose = verbose
        self._numbers = itertools.count()
        self._outboxes: dict[int, asyncio.Queue[bytes]] = {}
        self._alarm: asyncio.TimerHandle | None = None

    @property
    def alarm(self) -> float | None:
        """When the exchange will be woken, in the seconds of the event loop."""
        return None if self._alarm is None else self._alarm.when()

    async def start(self, host: str, port: int) -> Server:
        """Listen; raises OSError when the port is taken."""
        return await serve(
            self._talk,
            host,
            port,
            process_request=self._request,
            subprotocols=[SUBPROTOCOL],
            compression=None,
            server_header=None,
            # A slow browser may take its time for the files, which are answers to a handshake here.
            open_timeout=None,
            close_timeout=300,
        )

    def _request(self, connection: ServerConnection, request: Request) -> Response | None:
        """None lets a WebSocket through; else the answer to a plain request."""
        if request.headers.get("Upgrade", "").lower() != "websocket":
            if urlsplit(request.path).path == "/ws":
                text = "The exchange is a WebSocket: a phone connects to it, not a page."
                return said(HTTPStatus.UPGRADE_REQUIRED, text, Upgrade="websocket")
            return self._files.answer(request)
        if urlsplit(request.path).path not in WEBSOCKET_PATHS:
            return said(HTTPStatus.NOT_FOUND, "The exchange listens at /ws.")
        offered = ",".join(request.headers.get_all("Sec-WebSocket-Protocol")).split(",")
        if SUBPROTOCOL not in [name.strip() for name in offered]:
            # RFC 7118 §4.1
            text = "This WebSocket speaks SIP: ask for the subprotocol sip (RFC 7118)."
            return said(HTTPStatus.BAD_REQUEST, text)
        return None

    async def _talk(self, connection: ServerConnection) -> None:
        """One WebSocket from beginning to end."""
        link = next(self._numbers)
        outbox = self._outboxes[link] = asyncio.Queue()
        self._exchange.connected(link, self._now())
        writer = asyncio.create_task(_write(connection, outbox))
        try:
            async for data in connection:
                octets = data.encode() if isinstance(data, str) else data
                self._do(self._exchange.receive(link, octets, self._now()))
        except ConnectionClosed:
            pass
        except Exception:
            # One phone's fault, or ours: the others go on.
            traceback.print_exc()
        finally:
            writer.cancel()
            del self._outboxes[link]
            self._do(self._exchange.disconnected(link, self._now()))

    def _do(self, actions: Iterable[Action]) -> None:
        for action in actions:
            if isinstance(action, Send):
                if self._verbose:
                    _tell(action.data)
                outbox = self._outboxes.get(action.link)
                if outbox is not None:
                    outbox.put_nowait(action.data)
        self._arm()

    def _arm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        deadline = self._exchange.deadline
        loop = asyncio.get_running_loop()
        self._alarm = None if deadline is None else loop.call_at(deadline, self._wake)

    def _wake(self) -> None:
        # The loop may call a little early.
        self._do(self._exchange.wake(max(self._now(), self._exchange.deadline or 0.0)))

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


async def _write(connection: ServerConnection, outbox: asyncio.Queue[bytes]) -> None:
    """Send what is in the outbox, in order, until the WebSocket closes."""
    with contextlib.suppress(ConnectionClosed):
        while True:
            data = await outbox.get()
            try:
                await connection.send(data.decode())
            except UnicodeDecodeError:
                # RFC 7118 §4.2: what is not UTF-8 travels as a binary frame.
                await connection.send(data)


def _tell(data: bytes) -> None:
    """One line for each final answer that goes back to who asked; it holds no secret."""
    try:
        answer = sip.parse(data)
        if not isinstance(answer, sip.Response) or answer.status < 200 or len(answer.vias) != 1:
            return
        method = answer.cseq.method
        who, whom = answer.from_.uri.number, answer.to.uri.number
    except Malformed:
        return
    if method in ("REGISTER", "INVITE", "BYE", "CANCEL", "MESSAGE"):
        names = whom if method == "REGISTER" else f"{who} -> {whom}"
        print(f"{method} {names}: {answer.status} {answer.reason}", flush=True)


async def listen(board: Switchboard, host: str, port: int) -> tuple[Server, int]:
    """Listen on `port`, or on the next free one, and say so; raises OSError if none is free."""
    for candidate in range(port, port + PORTS_TO_TRY) if port else (0,):
        try:
            server = await board.start(host, candidate)
        except OSError as fault:
            if fault.errno != errno.EADDRINUSE:
                raise
            print(f"Port {candidate} is taken by another program; trying the next one.", flush=True)
            continue
        return server, server.sockets[0].getsockname()[1]
    raise OSError(errno.EADDRINUSE, f"no free port from {port} to {port + PORTS_TO_TRY - 1}")


async def run(options: argparse.Namespace) -> None:
    """Serve until Ctrl-C."""
    users = dict(options.user) or None
    exchange = Exchange(Entropy(secrets.token_bytes), users=users, password=options.password)
    # The page signs in by itself only where its own password is the right one.
    inviting = users is None and options.password == USUAL_PASSWORD
    files = Files(options.root, inviting=inviting)
    board = Switchboard(exchange, files, verbose=options.verbose)
    server, port = await listen(board, options.host, options.port)
    print(_welcome(options, port), flush=True)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    server.close(close_connections=False)
    for connection in server.connections:
        connection.transport.abort()
    print("\nThe exchange is closed.", flush=True)


def _welcome(options: argparse.Namespace, port: int) -> str:
    host = f"[{options.host}]" if ":" in options.host else options.host
    users = [name for name, _password in options.user]
    if users:
        who = f"Open it in two tabs, and register as two of {', '.join(users)}."
    else:
        who = (
            "Open it in two tabs: they are alice and bob, and either can call the other.\n"
            f"Any other name works too, with the password {options.password}. "
            "The page lists numbers to call alone: 600 is an echo."
        )
    return (
        f"The phone is at http://{host}:{port}/ and its exchange at ws://{host}:{port}/ws\n"
        f"{who}\nCtrl-C stops it."
    )


def _user(text: str) -> tuple[str, str]:
    name, colon, password = text.partition(":")
    if not name or not colon:
        raise argparse.ArgumentTypeError("write it as name:password")
    return name, password


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and serve; 1 when that cannot be."""
    parser = argparse.ArgumentParser(prog="webphone.exchange.serve", description=__doc__)
    parser.add_argument("--root", type=Path, default=Path("dist"), help="folder of the page")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8080, help="port to listen on, 0 for any")
    parser.add_argument(
        "--user",
        type=_user,
        action="append",
        default=[],
        metavar="NAME:PASSWORD",
        help="a user; without any, every name is welcome",
    )
    parser.add_argument(
        "--password",
        default=USUAL_PASSWORD,
        help="the password of every name when no --user is given",
    )
    parser.add_argument(
        "--verbose", action="store_true", help="a line for each registration and call"
    )
    options = parser.parse_args(arguments)
    if not options.root.is_dir():
        print(f"There is no folder {options.root}: build it with `make dist`.")
        return 1
    logging.getLogger("websockets").setLevel(logging.CRITICAL)
    try:
        asyncio.run(run(options))
    except KeyboardInterrupt:
        pass
    except OSError as fault:
        print(
            f"The exchange cannot listen on {options.host} port {options.port}: {fault.strerror}."
        )
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
