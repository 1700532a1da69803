"""The phone of this tab, as all the code of the tabs sees it: six verbs, three questions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from webphone.contract import Event
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.snapshot import EndedCall, Snapshot, Standing, Thread


class Phone(Protocol):
    """What `Desk` is to the tabs."""

    @property
    def deadline(self) -> float | None:
        """When `Woken` must be handled at the latest."""

    @property
    def snapshot(self) -> Snapshot:
        """The phone of this tab as its screen would see it."""

    @property
    def standing(self) -> Standing:
        """How it stands with the server."""

    def handle(self, happening: on.Happening, now: float) -> list[do.Action]:
        """Take one happening of this tab."""

    def lead(self, instance: str, *, register: bool, now: float) -> list[do.Action]:
        """The shared phone is in this tab now."""

    def stand_down(self, *, replaced: bool, now: float) -> list[do.Action]:
        """It is in another tab, or about to be."""

    def record_lost_calls(self, ended: Sequence[EndedCall], now: float) -> list[do.Action]:
        """Calls went down with the tab that had them."""

    def let_go(self, calls: Collection[str], now: float) -> list[do.Action]:
        """Those of these calls that are being taken back were over already."""

    def over(self, id: str) -> bool:
        """Whether the end of that call was told here."""

    def remember(self, threads: Sequence[Thread]) -> None:
        """What was written while another tab had the phone."""

    def learn(self, event: Event) -> bool:
        """News from the tab that has the phone; False where it is known already."""
