"""What a tab is to the others that share its phone.

                                  ┌─────────── kept ───────────┐
                                  ▼                            │
    ALONE ──wanted──► WAITING ──granted──► LEADING ──given──► HANDING
      ▲ ◄──refused──┘  ▲   ▲                  │                │
      │                │   └───────lost───────┘                │
      │                └─────────────────lost──────────────────┘
      └──unwanted, from everywhere

The tab that holds the lock leads. The browser frees it when its tab dies, and gives it to one
that waits.
HANDING has let go of the server, and holds the lock until the tab that asked for it takes it.
"""

from __future__ import annotations

from enum import Enum


class Role(Enum):
    """What this tab is to the others."""

    ALONE = "its phone is its own"
    WAITING = "waits for the lock, and follows the tab that leads"
    LEADING = "has the phone"
    HANDING = "lets another tab take it"


class Turn(Enum):
    """What can change a role."""

    WANTED = "the settings ask for one phone in all tabs, or for another one"
    UNWANTED = "they no longer do, or the page goes"
    GRANTED = "the lock is ours"
    REFUSED = "the browser has no locks for us"
    GIVEN = "another tab may have it"
    KEPT = "that tab never came"
    LOST = "another tab has taken the lock"


ROLES: dict[tuple[Role, Turn], Role] = {
    (Role.ALONE, Turn.WANTED): Role.WAITING,
    (Role.ALONE, Turn.UNWANTED): Role.ALONE,
    (Role.WAITING, Turn.WANTED): Role.WAITING,
    (Role.WAITING, Turn.GRANTED): Role.LEADING,
    (Role.WAITING, Turn.REFUSED): Role.ALONE,
    (Role.WAITING, Turn.UNWANTED): Role.ALONE,
    (Role.LEADING, Turn.WANTED): Role.WAITING,
    (Role.LEADING, Turn.GIVEN): Role.HANDING,
    (Role.LEADING, Turn.LOST): Role.WAITING,
    (Role.LEADING, Turn.UNWANTED): Role.ALONE,
    (Role.HANDING, Turn.WANTED): Role.WAITING,
    (Role.HANDING, Turn.KEPT): Role.LEADING,
    (Role.HANDING, Turn.LOST): Role.WAITING,
    (Role.HANDING, Turn.UNWANTED): Role.ALONE,
}
