"""A static file server on 127.0.0.1 with the content types that modules and wasm need.

A .br beside a file is sent in its place to who accepts brotli.
"""

import contextlib
import functools
import random
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Files(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".mjs": "text/javascript",
        ".js": "text/javascript",
        ".wasm": "application/wasm",
        ".toml": "application/toml",
    }
    packed = False
    headers_for_all: dict[str, str] = {}  # noqa: RUF012

    def send_head(self) -> Any:
        self.packed = False
        whole = self.translate_path(self.path)
        if "br" in self.headers.get("Accept-Encoding", "") and Path(whole + ".br").is_file():
            self.packed = True
            self.whole = whole
            self.path = self.path.partition("?")[0] + ".br"
        return super().send_head()

    def guess_type(self, path: Any) -> str:
        return super().guess_type(self.whole if self.packed else path)

    def end_headers(self) -> None:
        if self.packed:
            self.send_header("Content-Encoding", "br")
        for name, value in self.headers_for_all.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent: a missing file shows in the test that asked for it."""


@contextlib.contextmanager
def serving(root: Path, headers: dict[str, str] | None = None) -> Iterator[str]:
    """Serve a folder on a free port of 9100-9399, or any free one; gives the origin, as http://..."""
    handler = type("Served", (Files,), {"headers_for_all": headers or {}})
    make = functools.partial(handler, directory=str(root))
    server = _first_free(make)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _first_free(handler: Any) -> ThreadingHTTPServer:
    # Not the first that is free: what another has just left may still be asked for as his.
    for port in random.sample(range(9100, 9400), 300):
        with contextlib.suppress(OSError):
            return ThreadingHTTPServer(("127.0.0.1", port), handler)
    return ThreadingHTTPServer(("127.0.0.1", 0), handler)
