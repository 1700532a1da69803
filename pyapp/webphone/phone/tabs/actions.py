"""What may happen between the tabs that share one phone, and what the phone asks of the browser."""

from __future__ import annotations

from dataclasses import dataclass

from webphone.phone import actions as do
from webphone.phone import happenings as on

# --- Happenings -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Leading:
    """The lock is ours: no other tab leads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadershipLost:
    """The lock was ours, and another tab has taken it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadershipRefused:
    """The browser has no locks or no channel for this page."""

    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TabHeard:
    """Another tab says something on the channel."""

    text: str


Happening = on.Happening | Leading | LeadershipLost | LeadershipRefused | TabHeard


# --- Actions --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """Open the channel of this name and ask for its lock; a request under way is taken back.

    Leading follows once the lock is free, or at once with `steal`; LeadershipRefused where the
    browser can't.
    """

    name: str
    steal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StopLeading:
    """Let go of the lock or of the wish for it, and close the channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TellTabs:
    """Say something on the channel."""

    text: str


Action = do.Action | Lead | StopLeading | TellTabs
