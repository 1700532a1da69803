"""The STUN and TURN servers of a phone: asked for, kept, and which of them the browser takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import js

from webphone.border.reading import parsed
from webphone.border.settings import LONGEST_JSON
from webphone.browser.bridge import Refused, TooLate, answered, promised
from webphone.browser.proxies import data, plain
from webphone.contract import Config
from webphone.media.ice_servers import one_by_one
from webphone.media.lease import Lease, Unusable, read
from webphone.phone.happenings import ServersMissing, ServersRefused

PATIENCE = 5.0  # seconds that a page or an address may take to name them, as in a frame
LEAST_PAUSE = 60.0  # seconds between two questions that no call asks for
LONGEST_PAUSE = 86_400.0  # a browser's timer knows no month


def connection(
    servers: list[Any], policy: str = "all", *, pool: int = 0
) -> tuple[Any, list[dict[str, Any]], tuple[str, ...]]:
    """An RTCPeerConnection, the servers that it was made with, and the addresses it refuses.

    One wrong address makes the browser refuse all: each is tried alone only then. `pool` is for how
    many transports it looks for paths before there is a description.
    """
    every = one_by_one(servers)
    try:
        return _made(every, policy, pool), every, ()
    except Exception:
        good = usable(servers)
    bad = tuple(server["urls"] for server in every if server not in good)
    return _made(good, policy, pool), good, bad


def usable(servers: list[Any]) -> list[dict[str, Any]]:
    """Those of the servers that the browser takes."""
    return [server for server in one_by_one(servers) if _taken(server)]


def _taken(server: dict[str, Any]) -> bool:
    try:
        _made([server]).close()
    except Exception:
        return False
    return True


def _made(servers: list[dict[str, Any]], policy: str = "all", pool: int = 0) -> Any:
    return js.RTCPeerConnection.new(plain(wishes(servers, policy, pool)))


def wishes(servers: list[dict[str, Any]], policy: str, pool: int) -> dict[str, Any]:
    """An RTCConfiguration."""
    return {
        "iceServers": servers,
        "iceTransportPolicy": policy,
        "iceCandidatePoolSize": pool,
    }


class IceServers:
    """Those of one phone; `turn` is told what can't be used or is not to be had.

    What a function or an address gives is kept while it lasts; it holds secrets, and goes nowhere
    but to the browser.
    """

    def __init__(self, turn: Callable[[ServersRefused | ServersMissing], None]) -> None:
        self._turn = turn
        self._seen: tuple[Any, str] = ((), "")
        self._lease: Lease | None = None
        self._asking: asyncio.Future[Lease] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._complained = False

    def look(self, config: Config) -> None:
        """The settings are these now: their servers are tried, an address is asked at once."""
        source = (config.ice_servers, config.ice_servers_url)
        if source[0] is self._seen[0] and source[1] == self._seen[1]:
            return
        self._seen = source
        self.forget()
        self._complained = False
        if not getattr(js, "RTCPeerConnection", None):
            return
        written, address = source
        if address:
            self._ask()
        elif written and not callable(written):
            tried, _, bad = connection(list(data(written)))
            tried.close()
            if bad:
                self._turn(ServersRefused(addresses=bad))

    async def get(self, config: Config) -> tuple[list[Any], bool]:
        """Those for a call, and whether it is news what they are; none where none is to be had."""
        at_hand, lease = self.at_hand(config), self._lease
        if at_hand is not None:
            return at_hand, False
        try:
            lease = await asyncio.shield(self._ask())
        except Unusable:
            if lease is None or not lease.usable(_now()):
                return [], False
        return list(lease.servers), True

    def at_hand(self, config: Config) -> list[Any] | None:
        """Those that nobody need be asked for, None where somebody must be."""
        self.look(config)
        if not self.asked:
            return list(data(config.ice_servers))
        lease = self._lease
        return list(lease.servers) if lease and lease.fresh(_now()) else None

    @property
    def asked(self) -> bool:
        """Whether somebody else names them, and may name others next time."""
        written, address = self._seen
        return bool(address) or callable(written)

    def forget(self) -> None:
        """They are of no use: a relay did not take their credentials, or others are set."""
        self._lease = self._asking = None
        if self._timer:
            self._timer.cancel()

    close = forget

    def _ask(self) -> asyncio.Future[Lease]:
        """Ask, unless that is under way."""
        if self._asking is None:
            self._asking = asking = asyncio.ensure_future(self._asked(*self._seen))
            asking.add_done_callback(self._answered)
        return self._asking

    async def _asked(self, written: Any, address: str) -> Lease:
        """Raises Unusable, and tells why, but not in anybody's words: they may hold a secret."""
        try:
            if address:
                given = await _fetched(address)
            else:
                given = await answered(written, PATIENCE)
            return read(data(given), _now())
        except TooLate:
            why, status = "late", 0
        except _Status as refusal:
            why, status = "status", refusal.args[0]
        except Refused:
            why, status = "failed", 0
        except ValueError:
            why, status = "unreadable", 0
        if not self._complained and (written, address) == self._seen:
            self._complained = True
            setting = "ice-servers-url" if address else "iceServers"
            self._turn(ServersMissing(setting=setting, why=why, status=status))
        raise Unusable

    def _answered(self, asking: asyncio.Future[Lease]) -> None:
        fault = asking.cancelled() or asking.exception()  # read, else it is reported
        if asking is not self._asking:
            return
        self._asking = None
        if fault:
            return
        self._complained = False
        self._lease = lease = asking.result()
        # A function may ask a person: it is asked for a call, never by the clock.
        if lease.limited and self._seen[1]:
            wait = min(max(lease.renew_at - _now(), LEAST_PAUSE), LONGEST_PAUSE)
            self._timer = asyncio.get_event_loop().call_later(wait, self._ask)


class _Status(Exception):
    """The address answers with this status, and with no servers."""


async def _fetched(address: str) -> Any:
    """The JSON of an address. Raises Refused, _Status, and ValueError where it is none."""
    options = plain({"cache": "no-store", "headers": {"Accept": "application/json"}})
    options.signal = js.AbortSignal.timeout(int(PATIENCE * 1000))
    response = await promised(js.window, "fetch", address, options, within=PATIENCE)
    if not response.ok:
        raise _Status(int(response.status))
    text = str(await promised(response, "text", within=PATIENCE))
    if len(text) > LONGEST_JSON:
        raise Unusable
    return parsed(text)


def _now() -> float:
    return float(js.Date.now()) / 1000
