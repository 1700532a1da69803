"""A phone of one user that plays early media and never answers: our SIP, a browser's sound."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from playwright.sync_api import BrowserContext
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from page.page_server import PageServer
from page.server import Server
from webphone.sip import Agent, Ended, Entropy, Identity, Invited, Output, Registered, Send

News = TypeVar("News", bound=Output)

PAGE = """<!doctype html><meta charset="utf-8"><title>early media</title>
<script>
  let peer;
  async function play(offer) {
    peer = new RTCPeerConnection();
    await peer.setRemoteDescription({type: "offer", sdp: offer});
    const [track] = (await navigator.mediaDevices.getUserMedia({audio: true})).getTracks();
    peer.addTrack(track);
    await peer.setLocalDescription();
    while (peer.iceGatheringState !== "complete") await new Promise(go => setTimeout(go, 10));
    return peer.localDescription.sdp;
  }
</script>
"""


class EarlyMedia:
    """What it sees and does is done when it is asked."""

    def __init__(
        self, context: BrowserContext, pages: PageServer, server: Server, user: str
    ) -> None:
        self._server = server
        self._page = context.new_page()
        self._page.goto(pages.put("/early.html", PAGE))
        self._agent = Agent(Entropy(secrets.token_bytes), transport="WS")
        self._agent.account = Identity(user=user, domain=server.domain, password=server.users[user])

    @contextmanager
    def registered(self) -> Iterator[None]:
        """It can be called meanwhile."""
        with connect(self._server.ws_url, subprotocols=[Subprotocol("sip")]) as self._socket:
            self._do(self._agent.register(time.time()))
            self._until(Registered)
            yield
        self._page.close()

    def play(self) -> None:
        """Be called, and let the caller hear something at once."""
        call = self._until(Invited)
        sdp = self._page.evaluate("play", call.sdp)
        self._do(self._agent.ring(call.call, time.time(), sdp=sdp))

    def fall_silent(self) -> None:
        """Hear that another phone has answered."""
        self._until(Ended)
        self._page.evaluate("() => peer.close()")

    def _do(self, outputs: list[Output]) -> list[Output]:
        for output in outputs:
            if isinstance(output, Send):
                self._socket.send(output.data.decode())
        return outputs

    def _until(self, kind: type[News], seconds: float = 10.0) -> News:
        """The next news of that kind."""
        while True:
            heard = self._socket.recv(timeout=seconds)
            data = heard if isinstance(heard, bytes) else heard.encode()
            for output in self._do(self._agent.receive(data, time.time())):
                if isinstance(output, kind):
                    return output
