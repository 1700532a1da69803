"""What those parts of a call may ask that concern other calls, and what goes on between calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from webphone.contract import Config
from webphone.phone.account.account import Result, Unresolved
from webphone.phone.actions import Action
from webphone.phone.call.call import Call
from webphone.phone.call.endings import Ending
from webphone.phone.call.part import Change


class Others(Protocol):
    """All calls of the phone; see calls.py."""

    config: Config
    calls: dict[str, Call]
    errands: list[Errand]

    def in_front(self, call: Call) -> bool:
        """Whether it is the one to talk on, or joined with it; or there is none."""

    def new_id(self) -> str:
        """A name that no other call has."""

    def dial(self, call: Call, now: float) -> Result:
        """Begin an outgoing call."""

    def answer(self, call: Call, now: float, *, video: bool, reply: int | None) -> Result:
        """Take a ringing call."""

    def hang_up(self, call: Call, now: float) -> Result:
        """End a call in whatever stage it is."""

    def resume(self, call: Call, now: float, reply: int | None) -> Result:
        """Take a call off hold; whatever was in front is held."""

    def changed(
        self, call: Call, steps: Sequence[Action | Unresolved | Change], now: float
    ) -> Result:
        """What parts can't do alone."""

    def finish(self, call: Call, ending: Ending, now: float) -> Result:
        """The call is over."""


class Errand(Protocol):
    """Something between several calls that takes its time."""

    @property
    def deadline(self) -> float | None:
        """When `wake` must be called next."""

    @property
    def done(self) -> bool:
        """Whether nothing of it is left to do."""

    def wake(self, calls: Others, now: float) -> Result:
        """Do what is due, or what the last turn has made possible."""
