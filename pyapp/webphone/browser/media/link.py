"""One RTCPeerConnection of a call, and all that goes with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from webphone.browser.media.ice import Gathering
from webphone.browser.media.stats import Measuring
from webphone.browser.media.transceivers import Sections
from webphone.browser.proxies import Listeners


@dataclass(slots=True, kw_only=True)
class Link:
    """A connection, its sections, and the servers that its paths are looked for with."""

    connection: Any
    servers: list[dict[str, Any]]
    sections: Sections
    gathering: Gathering
    measuring: Measuring | None = None  # once it is connected
    listeners: Listeners = field(default_factory=Listeners)

    def close(self) -> None:
        """It is needed no more. May raise what a browser's connection raises."""
        self.listeners.close()
        if self.measuring:
            self.measuring.close()
        self.gathering.close()
        self.connection.close()
