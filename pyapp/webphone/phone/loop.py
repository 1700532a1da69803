"""One turn of the wheel: an event in, its actions performed, the deadline set, the screen shown."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from webphone.contract import WebPhoneError
from webphone.phone.actions import Refuse
from webphone.phone.happenings import Asked

Input = TypeVar("Input")
Output = TypeVar("Output")
Taken = TypeVar("Taken", contravariant=True)
Given = TypeVar("Given", covariant=True)


class Machine(Protocol[Taken, Given]):
    """What a loop turns: the desk, or an exchange."""

    @property
    def deadline(self) -> float | None:
        """When the machine must be woken."""

    def handle(self, happening: Taken, now: float) -> Sequence[Given]:
        """Take a happening, give back what to do."""


class Loop(Generic[Input, Output]):
    """Feeds one machine, in order, one happening at a time.

    `perform` does an action, `clock` gives now, `arm` sets the one timer (None: no timer),
    `settle` is called at the end of each turn (draw the screen), `report` gets an exception that
    escaped from the machine or from performing: it ends neither the loop nor another call. What
    `amends` gives for a happening that the machine failed at is performed in place of its actions.
    """

    def __init__(
        self,
        machine: Machine[Input, Output],
        *,
        perform: Callable[[Output], None],
        clock: Callable[[], float],
        arm: Callable[[float | None], None],
        settle: Callable[[], None],
        report: Callable[[Exception], None],
        amends: Callable[[Input], Sequence[Output]] = lambda _happening: (),
    ) -> None:
        self._machine = machine
        self._perform = perform
        self._clock = clock
        self._arm = arm
        self._settle = settle
        self._report = report
        self._amends = amends
        self._waiting: deque[Input] = deque()
        self._turning = False

    def turn(self, happening: Input) -> None:
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

    def _handle(self, happening: Input) -> None:
        try:
            actions = self._machine.handle(happening, self._clock())
        except Exception as mistake:
            self._report(mistake)
            actions = self._amends(happening)
        for action in actions:
            self._try(lambda: self._perform(action))  # noqa: B023

    def _try(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Exception as mistake:
            self._report(mistake)


def promise_refused(happening: object) -> list[Refuse]:
    """What a phone owes for a turn that failed: a promise that waited for it is refused."""
    if not isinstance(happening, Asked) or happening.reply is None:
        return []
    return [Refuse(reply=happening.reply, error=WebPhoneError("internal"))]
