"""A web server on loopback for test pages: folders of files, and pages made in a test."""

from __future__ import annotations

import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from page.ports import LOOPBACK, free_port


class PageServer:
    """Serves `folders` (path prefix -> folder) and every text given to `put`."""

    def __init__(self) -> None:
        self.folders: dict[str, Path] = {}
        self.caching = "no-store"  # what a browser may keep
        self._pages: dict[str, tuple[str, bytes]] = {"/favicon.ico": ("image/x-icon", b"")}
        server = self

        class Handler(SimpleHTTPRequestHandler):
            extensions_map = {  # noqa: RUF012
                **SimpleHTTPRequestHandler.extensions_map,
                ".mjs": "text/javascript",
                ".js": "text/javascript",
                ".wasm": "application/wasm",
                ".whl": "application/octet-stream",
            }

            def do_GET(self) -> None:
                page = server._pages.get(urlsplit(self.path).path)
                if page is None:
                    super().do_GET()
                    return
                kind, body = page
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def end_headers(self) -> None:
                self.send_header("Cache-Control", server.caching)
                super().end_headers()

            def translate_path(self, path: str) -> str:
                return str(server._file(unquote(urlsplit(path).path)))

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer((LOOPBACK, free_port()), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._server.server_port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def put(self, path: str, text: str, kind: str = "text/html; charset=utf-8") -> str:
        """Serve `text` at `path` (with its first slash) from now on; gives its URL."""
        self._pages[path] = (kind, text.encode())
        return self.url + path

    def folder(self, prefix: str, folder: Path) -> str:
        """Serve the files of `folder` below `prefix` (such as "/dist"); gives its URL."""
        self.folders[prefix] = folder.resolve()
        return self.url + prefix

    def _file(self, path: str) -> Path:
        for prefix, folder in sorted(self.folders.items(), key=lambda item: -len(item[0])):
            if path == prefix or path.startswith(prefix.rstrip("/") + "/"):
                file = (folder / path[len(prefix) :].lstrip("/")).resolve()
                if file.is_relative_to(folder):
                    return file / "index.html" if file.is_dir() else file
        return Path("/nonexistent")
