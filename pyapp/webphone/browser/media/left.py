"""A connection of a call that another one takes the place of, as the other end has begun anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from webphone.browser.media.ice import Gathering
from webphone.browser.media.stats import Measuring
from webphone.browser.media.transceivers import Sections
from webphone.browser.proxies import Listeners


@dataclass(slots=True)
class Left:
    """A connection that another one takes the place of, and all that goes with it."""

    connection: Any
    sections: Sections
    servers: list[dict[str, Any]]
    gathering: Gathering | None
    listeners: Listeners
    measuring: Measuring | None

    def close(self) -> None:
        """It is needed no more."""
        self.listeners.close()
        if self.gathering:
            self.gathering.close()
        if self.measuring:
            self.measuring.close()
        self.connection.close()
