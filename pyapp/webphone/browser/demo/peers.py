"""Which of a phone's calls sound within the page: those of a demo that finds no network."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import js

from webphone.browser.bridge import promised
from webphone.browser.demo.ends import Ends, inside
from webphone.browser.media.ice import Gathering
from webphone.browser.media.peers import Peers
from webphone.browser.media.world import World
from webphone.phone.actions import MediaAction, OpenMedia

UDP = re.compile(r"^a=candidate:\S+ \d+ udp ", re.MULTILINE | re.IGNORECASE)


async def network_found() -> bool:
    """Whether a peer connection finds any path at all; a second at most."""
    connection = js.RTCPeerConnection.new()
    gathering = Gathering(connection)
    try:
        connection.createDataChannel("path")
        gathering.begin()
        await promised(connection, "setLocalDescription", await promised(connection, "createOffer"))
        await gathering.enough()
        return UDP.search(str(connection.localDescription.sdp)) is not None
    finally:
        gathering.close()
        connection.close()


class DemoPeers(Peers):
    """The media of one phone's calls, within the page while `demo` is on and no network is found.

    An offer that comes decides by itself: it is from within the page or it is not.
    """

    def __init__(self, world: World, demo: Callable[[], bool], ends: Ends) -> None:
        super().__init__(world)
        self._demo = demo
        self._ends = ends
        self._network = True
        self._asked: list[MediaAction] = []
        self._looking: asyncio.Task[None] | None = None

    def perform(self, action: MediaAction) -> None:
        self._asked.append(action)
        if self._looking is None:
            self._go_on()

    def close(self) -> None:
        self._asked.clear()
        if self._looking is not None:
            self._looking.cancel()
        super().close()

    def _go_on(self) -> None:
        """What waits, in order, up to a call that must know first whether there is a network."""
        while self._asked:
            action = self._asked[0]
            if isinstance(action, OpenMedia) and action.offer is None and self._demo():
                self._looking = asyncio.ensure_future(self._look())
                return
            super().perform(self._asked.pop(0))

    async def _look(self) -> None:
        try:
            self._network = await network_found()
        except Exception:
            self._network = False
        self._looking = None
        super().perform(self._asked.pop(0))
        self._go_on()

    def _new(self, action: OpenMedia) -> Any:
        within = not self._network if action.offer is None else inside(action.offer)
        if self._demo() and within:
            # A phone with a network needs none of it.
            from webphone.browser.demo.page_media import PageMedia

            return PageMedia(action.call, self._world, self._ends)
        return super()._new(action)
