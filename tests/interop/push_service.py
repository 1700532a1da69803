"""Mozilla's push service as Firefox knows it: a WebSocket to the browser, an address for each page."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from websockets.sync.server import Server, ServerConnection, serve

from page.ports import LOOPBACK, free_port

# https://mozilla-push-service.readthedocs.io/en/latest/design/#simplepush-protocol
DONE = 200


class PushService:
    """Where the gateway sends to, and what Firefox is connected to; `settings` are Firefox's."""

    def __init__(self) -> None:
        self.came: list[str] = []  # to which address, each push
        self._browser: ServerConnection | None = None
        self._channels: dict[str, str] = {}  # by the path of their address
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                service._push(self.path)
                self.send_response(201)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._http = ThreadingHTTPServer((LOOPBACK, free_port()), Handler)
        self.place = f"{LOOPBACK}:{self._http.server_port}"
        self._sockets: Server = serve(self._talk, LOOPBACK, free_port())
        for each in (self._http, self._sockets):
            threading.Thread(target=each.serve_forever, daemon=True).start()
        self.settings = {
            "dom.push.connection.enabled": True,
            "dom.push.serverURL": f"ws://{LOOPBACK}:{self._sockets.socket.getsockname()[1]}/",
            "dom.push.testing.allowInsecureServerURL": True,
            # As if the person had allowed it.
            "permissions.default.desktop-notification": 1,
            # Without a desktop there is none of the system's.
            "alerts.useSystemBackend": False,
        }

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._sockets.shutdown()

    def _push(self, path: str) -> None:
        self.came.append(path)
        assert self._browser is not None
        told = {"messageType": "notification", "channelID": self._channels[path], "version": "1"}
        self._browser.send(json.dumps(told))

    def _talk(self, browser: ServerConnection) -> None:
        for text in browser:
            asked = json.loads(text)
            kind = asked.get("messageType", "ping")
            answer = {"messageType": kind, "status": DONE, **self._answer(browser, kind, asked)}
            if kind != "ack":
                browser.send(json.dumps(answer) if asked else "{}")

    def _answer(
        self, browser: ServerConnection, kind: str, asked: Mapping[str, Any]
    ) -> dict[str, object]:
        if kind == "hello":
            self._browser = browser
            return {"uaid": uuid.uuid4().hex, "use_webpush": True}
        if kind == "register":
            path = f"/{uuid.uuid4().hex}?of=a+b"
            self._channels[path] = asked["channelID"]
            endpoint = f"http://{self.place}{path}"
            return {"channelID": asked["channelID"], "pushEndpoint": endpoint}
        return {"channelID": asked.get("channelID")}
