"""What a loop turns: the desk, or around it what shares its phone with other tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from webphone.phone.desk import Desk
from webphone.phone.snapshot import Snapshot
from webphone.sip import Entropy

if TYPE_CHECKING:
    from webphone.phone.tabs.tabs import Tabs


class LazyTabs:
    """The desk's face; what few pages ask for is loaded once a page asks for it."""

    def __init__(self, desk: Desk, entropy: Entropy) -> None:
        self.desk = desk
        self._entropy = entropy
        self._behind: Desk | Tabs = desk

    @property
    def deadline(self) -> float | None:
        """When `Woken` must be handled at the latest."""
        return self._behind.deadline

    @property
    def snapshot(self) -> Snapshot:
        """The phone as the screen sees it."""
        return self._behind.snapshot

    def handle(self, happening: Any, now: float) -> list[Any]:
        """Take one happening; give back, in order, what to do about it."""
        actions: list[Any] = [*self._behind.handle(happening, now)]
        if self._behind is self.desk and self.desk.shared:
            from webphone.phone.tabs.tabs import Tabs

            self._behind = Tabs(self.desk, self._entropy)
            actions += self._behind.begin(now)
        return actions
