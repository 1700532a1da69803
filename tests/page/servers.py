"""Servers that are no help: one that says nothing, one that refuses all it is asked."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from page.ports import LOOPBACK, free_port

COPIED = ("via:", "from:", "to:", "call-id:", "cseq:")


@contextmanager
def mute() -> Iterator[str]:
    """The URL of a server that takes connections and never says a word."""
    with socket.create_server((LOOPBACK, free_port())) as line:
        yield f"ws://{LOOPBACK}:{line.getsockname()[1]}"


@contextmanager
def refusing(status: str, *headers: str) -> Iterator[str]:
    """The URL of a server that answers every request so: refusing("404 No such customer")."""

    def refuse(line: ServerConnection) -> None:
        try:
            for message in line:
                text = message if isinstance(message, str) else message.decode()
                head = [each for each in text.split("\r\n") if each.lower().startswith(COPIED)]
                answer = [f"SIP/2.0 {status}", *head, *headers, "Content-Length: 0", "", ""]
                line.send("\r\n".join(answer))
        except ConnectionClosed:
            pass

    with serve(refuse, LOOPBACK, free_port(), subprotocols=["sip"]) as server:  # type: ignore[list-item]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"ws://{LOOPBACK}:{server.socket.getsockname()[1]}"
        server.shutdown()
        thread.join()
