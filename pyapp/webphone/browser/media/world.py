"""What the media of every call of a phone need of the rest of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from webphone.browser.media.ice_servers import IceServers
from webphone.contract import Config
from webphone.phone.actions import UseDevices
from webphone.phone.happenings import Happening

if TYPE_CHECKING:
    from webphone.browser.media.stats import Stats


async def refused() -> bool:
    """For whom the browser would have to be asked."""
    return False


async def at_once() -> None:
    """Where it is known, or never will be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What every peer of a phone needs.

    `turn` takes happenings, `config` gives the settings of now, `blocked` is told an <audio> or
    <video> element that the browser does not let play, `note` a line for the developer, `stats`
    how a call sounds in this second, None when it is over. `devices` are to be used; `allowed` is
    told when a microphone was given, and whether a camera was; `sure`: a microphone will be,
    without a question; `known` waits until it is; `granted`: the browser will ask nobody about it.
    """

    turn: Callable[[Happening], None]
    config: Callable[[], Config]
    now: Callable[[], float]
    blocked: Callable[[Any], None]
    note: Callable[[str], None]
    stats: Callable[[str, Stats | None], None]
    servers: IceServers
    devices: Callable[[], UseDevices] = UseDevices
    allowed: Callable[[bool], None] = lambda _camera: None
    sure: Callable[[], bool] = lambda: False
    known: Callable[[], Awaitable[None]] = at_once
    granted: Callable[[], Awaitable[bool]] = refused
