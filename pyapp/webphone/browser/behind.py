"""What is done behind the screen: once it is drawn, and in the order in which it was asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from webphone.browser.around.around import Around
from webphone.browser.later import Later
from webphone.phone.snapshot import Snapshot

if TYPE_CHECKING:
    from webphone.phone.tabs.actions import Action


class Behind:
    """Sounds, what is stored, and what is around the phone of this tab.

    `act` does one action, `report` hears of one that failed, `over` is called at the end, `around`
    makes what is around the phone at its first call, or when none can arrive, and `own` gives the
    phone of this tab, whichever is shown in it.
    """

    def __init__(
        self,
        *,
        act: Callable[[Action], None],
        report: Callable[[BaseException], None],
        over: Callable[[], None],
        around: Callable[[], Around],
        own: Callable[[], Snapshot],
    ) -> None:
        self._act = act
        self._report = report
        self._over = over
        self._make = around
        self._own = own
        self._later = Later(self._due)
        self._waiting: list[Action] = []
        self._shown: Snapshot | None = None  # what is around the phone follows this one
        self._follows = True  # it does so already
        self._around: Around | None = None

    def wait(self, action: Action) -> None:
        """It is done when the screen is drawn."""
        self._waiting.append(action)

    def begin(self, *, owed: bool) -> None:
        """A turn is over; `owed`: the phone itself has something to do behind the screen."""
        if owed or self._waiting:
            self._later.begin()

    def drawn(self, snapshot: Snapshot) -> None:
        """This is on the screen."""
        if self._shown is not snapshot:
            self._shown, self._follows = snapshot, False
            self._later.begin()

    def leave(self) -> None:
        """The page goes: nothing waits any more."""
        self._later.now()

    def shrink(self) -> None:
        """A person wants the small phone that stays above all windows."""
        if self._around is not None:
            self._around.shrink()

    def close(self) -> None:
        """The phone is gone."""
        self._later.close()
        if self._around is not None:
            self._around.close()

    def _due(self) -> None:
        waiting, self._waiting = self._waiting, []
        for action in waiting:
            try:
                self._act(action)
            except Exception as mistake:
                self._report(mistake)
        if self._shown is not None and not self._follows:
            self._follows = True
            self._show_around(self._shown)
        self._over()

    def _show_around(self, snapshot: Snapshot) -> None:
        if self._around is None:
            if not (snapshot.calls or snapshot.unreachable):
                return
            self._around = self._make()
        self._around.show(self._own() if snapshot.other_tab else snapshot)
