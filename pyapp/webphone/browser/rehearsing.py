"""The first call of a page, rehearsed while nobody needs the phone: the real one is a warm one.

It has no device, no server and no network path, is on no screen, and nobody is told of it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

import js
from pyodide.ffi import create_once_callable

from webphone.browser.clock import Clock
from webphone.browser.media.ice_servers import IceServers, connection
from webphone.browser.media.peer import Peer
from webphone.browser.media.spare import Made, Spare, saves_data
from webphone.browser.media.world import World
from webphone.browser.page import Page
from webphone.browser.proxies import Listeners, plain
from webphone.contract import Config
from webphone.phone.actions import CloseMedia, DescribeRemote, MediaAction, OpenMedia
from webphone.phone.happenings import Happening
from webphone.phone.rehearsal import ENDS, Rehearsal
from webphone.phone.snapshot import Snapshot
from webphone.sip import Entropy
from webphone.ui import View, noticed, screen

QUIET = 2.0  # seconds that nobody has touched the page before it begins
INPUT = ("pointerdown", "keydown", "wheel")


class Rehearsing:
    """The one of a page: it waits until nobody touches the page, and again from each touch on.

    `drop` ends it for good, whatever of it is under way. `ready` is called with each beginning: it
    makes what the first call would have to.
    """

    def __init__(
        self, clock: Clock, config: Callable[[], Config], ready: Callable[[], None]
    ) -> None:
        self._clock = clock
        self._config = config
        self._ready = ready
        self._played: _Play | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._listeners = Listeners()

    def begin(self) -> None:
        """Play as soon as nobody touches the page, where neither page nor person saves data."""
        if self._config().loading == "interaction" or saves_data():
            return
        if not getattr(js, "RTCPeerConnection", None):
            return
        for name in INPUT:
            self._listeners.add(js.window, name, self._wait, capture=True)
        self._wait()

    def drop(self) -> None:
        """Something real begins, or all is done."""
        self._listeners.close()
        self._stop()

    def _wait(self, _event: Any = None) -> None:
        self._stop()
        self._timer = asyncio.get_event_loop().call_later(QUIET, self._play)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        played, self._played = self._played, None
        if played is not None:
            played.close()

    def _play(self) -> None:
        self._played = _Play(self._clock, self._config(), self._ready, self.drop)


class _Play:
    """A rehearsal under way: a step of it whenever the page has nothing else to do."""

    def __init__(
        self, clock: Clock, config: Config, ready: Callable[[], None], over: Callable[[], None]
    ) -> None:
        self._clock = clock
        self._over = over
        self._rehearsal = Rehearsal(Entropy(secrets.token_bytes), config)
        self._ends = [_End(clock, partial(self._heard, end)) for end in ENDS]
        self._slices: deque[Callable[[], object]] = deque((_load, ready))
        self._closed = self._asked = False
        # Safari has no idle callbacks: there a timer between two steps lets the page do its work.
        self._idle = getattr(js, "requestIdleCallback", js.setTimeout)
        self._ask()

    def close(self) -> None:
        """Let go of everything; what is under way comes to nothing."""
        self._closed = True
        for end in self._ends:
            end.close()

    def _heard(self, end: int, happening: Happening) -> None:
        """The media of an end say this."""
        if not self._closed:
            self._rehearsal.heard(end, happening)
            self._ask()

    def _ask(self) -> None:
        if not self._asked and not self._closed:
            self._asked = True
            self._idle(create_once_callable(self._slice))

    def _slice(self, _deadline: Any = None) -> None:
        self._asked = False
        if self._closed:
            return
        try:
            if self._slices:
                self._slices.popleft()()
            elif self._rehearsal.over:
                self._over()
                return
            else:
                self._step()
        except Exception:  # nothing depends on it
            self._over()
            return
        if self._slices or not self._rehearsal.waits:
            self._ask()

    def _step(self) -> None:
        now = self._clock.now()
        number, actions = self._rehearsal.step(now)
        end = self._ends[number]
        for action in actions:
            self._slices.append(partial(end.perform, action))
        self._slices.append(lambda: end.show(self._rehearsal.snapshot(number)))


def _load() -> None:
    """What the first call of an end that trickles would load."""
    import webphone.browser.media.trickling  # noqa: F401


class _End:
    """What is of the browser at one end: a screen that nobody sees, and media without a device."""

    def __init__(self, clock: Clock, heard: Callable[[Happening], None]) -> None:
        self._clock = clock
        self._view = View()
        self._peer: _Unheard | None = None
        self._page: Page | None = None
        self._world = World(
            turn=heard,
            config=Config,
            now=clock.now,
            blocked=lambda _element: None,
            note=lambda _text: None,
            stats=lambda _call, _stats: None,
            servers=IceServers(lambda _news: None),
            sure=lambda: True,
        )

    def perform(self, action: MediaAction) -> None:
        """Do what a desk asks of the media."""
        match action:
            case OpenMedia():
                self._peer = peer = _Unheard(action.call, self._world, _Nowhere())
                peer.later(lambda: peer.open(action))
            case DescribeRemote() if self._peer is not None:
                peer = self._peer
                peer.later(lambda: peer.negotiation.describe(action))
            case CloseMedia() if self._peer is not None:
                self._peer.close()

    def show(self, snapshot: Snapshot) -> None:
        """Draw this end on a screen that is in no document."""
        if self._page is None:
            host = js.document.createElement("div")
            self._page = Page(
                host.attachShadow(plain({"mode": "open"})), lambda _gesture, _fields: False
            )
        now = self._clock.now()
        shown = screen(snapshot, self._view, now)
        self._view = noticed(self._view, shown, now)
        self._page.show(shown)

    def close(self) -> None:
        if self._peer is not None:
            self._peer.close()
        if self._page is not None:
            self._page.destroy()


class _Unheard(Peer):
    """Takes no microphone, and plays nothing."""

    async def _take_later(self) -> None:
        return

    def _track_came(self, event: Any) -> None:
        return


class _Nowhere(Spare):
    """Gives connections that look for no path: only for relays, of which there are none."""

    def take(self, servers: list[Any], policy: str) -> Made:
        return connection([], "relay")
