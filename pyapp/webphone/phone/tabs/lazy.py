"""What a loop turns: the desk, or around it what shares its phone with other tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from webphone.phone.desk import Desk
from webphone.phone.snapshot import Snapshot
from webphone.sip import Entropy

if TYPE_CHECKING:
    from webphone.phone import happenings as on
    from webphone.phone.tabs.actions import Action, Happening
    from webphone.phone.tabs.tabs import Tabs


class LazyTabs:
    """The desk's face; what few pages ask for is loaded once a page asks for it."""

    def __init__(self, desk: Desk, entropy: Entropy) -> None:
        self.desk = desk
        self._entropy = entropy
        self._tabs: Tabs | None = None

    @property
    def deadline(self) -> float | None:
        """When `Woken` must be handled at the latest."""
        return (self._tabs or self.desk).deadline

    @property
    def snapshot(self) -> Snapshot:
        """The phone as the screen sees it."""
        return (self._tabs or self.desk).snapshot

    def handle(self, happening: Happening, now: float) -> list[Action]:
        """Take one happening; give back, in order, what to do about it."""
        if self._tabs is not None:
            return self._tabs.handle(happening, now)
        # What tabs tell one another happens only once there are Tabs to ask for it.
        actions: list[Action] = [*self.desk.handle(cast("on.Happening", happening), now)]
        if self.desk.shared:
            from webphone.phone.tabs.tabs import Tabs

            self._tabs = Tabs(self.desk, self._entropy)
            actions += self._tabs.begin(now)
        return actions
