"""What went wrong, or is right again: the page is told, and the screen shows the last error."""

from __future__ import annotations

from dataclasses import dataclass

from webphone.contract import WebPhoneError


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error that no promise of the page waits for."""

    error: WebPhoneError


@dataclass(frozen=True, slots=True)
class Solved:
    """The phone is registered: what went wrong before is of no interest any more."""
