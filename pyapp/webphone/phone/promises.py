"""Promises of the page that wait for the same thing, and errors that none waits for."""

from __future__ import annotations

from dataclasses import dataclass

from webphone.contract import WebPhoneError
from webphone.phone import actions as do
from webphone.phone.actions import Action


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error that no promise waits for: the page is told, and the screen shows the last one."""

    error: WebPhoneError


@dataclass(frozen=True, slots=True)
class Solved:
    """The phone is registered: what went wrong before is of no interest any more."""


class Promises:
    """Their numbers, each given back exactly once."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: list[int] = []

    def add(self, reply: int | None) -> None:
        """One more waits; None is a wish that nobody waits for."""
        if reply is not None:
            self._waiting.append(reply)

    def settle(self) -> list[Action]:
        """What they waited for has come."""
        return [do.Settle(reply=reply) for reply in self._take()]

    def refuse(self, error: WebPhoneError) -> list[Action]:
        """It will not come."""
        return [do.Refuse(reply=reply, error=error) for reply in self._take()]

    def inherit(self, other: Promises) -> None:
        """Wait for what the others waited for, too."""
        self._waiting += other._take()

    def _take(self) -> list[int]:
        taken, self._waiting = self._waiting, []
        return taken


def refused(reply: int | None, error: WebPhoneError) -> list[Action | Trouble]:
    """Reject a promise, or tell the person where there is none."""
    if reply is not None:
        return [do.Refuse(reply=reply, error=error)]
    return [] if error.code == "cancelled" else [Trouble(error)]


def done(reply: int | None, value: object = None) -> list[Action]:
    """Resolve a promise, if there is one."""
    return [] if reply is None else [do.Settle(reply=reply, value=value)]
