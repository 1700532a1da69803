"""One turn of the wheel: an event in, its actions performed, the deadline set, the screen shown."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

from webphone.contract import WebPhoneError
from webphone.phone.actions import Action, Refuse
from webphone.phone.happenings import Asked, Happening


class Machine(Protocol):
    """What a loop turns: the desk."""

    @property
    def deadline(self) -> float | None:
        """When the machine must be woken."""

    def handle(self, happening: Happening, now: float) -> list[Action]:
        """Take a happening, give back what to do."""


class Loop:
    """Feeds one machine, in order, one happening at a time.

    `perform` does an action, `clock` gives now, `arm` sets the one timer (None: no timer),
    `settle` is called at the end of each turn (draw the screen), `report` gets an exception that
    escaped from the machine or from performing: it ends neither the loop nor another call, and a
    promise that waited for that turn is refused.
    """

    def __init__(
        self,
        machine: Machine,
        *,
        perform: Callable[[Action], None],
        clock: Callable[[], float],
        arm: Callable[[float | None], None],
        settle: Callable[[], None],
        report: Callable[[Exception], None],
    ) -> None:
        self._machine = machine
        self._perform = perform
        self._clock = clock
        self._arm = arm
        self._settle = settle
        self._report = report
        self._waiting: deque[Happening] = deque()
        self._turning = False

    def turn(self, happening: Happening) -> None:
        """Handle a happening to completion. Happenings that arrive meanwhile wait their turn."""
        self._waiting.append(happening)
        if self._turning:
            return
        self._turning = True
        try:
            while self._waiting:
                self._handle(self._waiting.popleft())
        finally:
            self._turning = False
        for end in (lambda: self._arm(self._machine.deadline), self._settle):
            self._try(end)

    def _handle(self, happening: Happening) -> None:
        try:
            actions = self._machine.handle(happening, self._clock())
        except Exception as mistake:
            self._report(mistake)
            if isinstance(happening, Asked) and happening.reply is not None:
                refused = Refuse(reply=happening.reply, error=WebPhoneError("internal"))
                self._try(lambda: self._perform(refused))
            return
        for action in actions:
            self._try(lambda: self._perform(action))  # noqa: B023

    def _try(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Exception as mistake:
            self._report(mistake)
