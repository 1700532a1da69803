"""When a microphone is open: whoever is on hold must not hear the room."""

from __future__ import annotations

from webphone.media.sdp import Direction


def is_open(muted: bool, *directions: Direction) -> bool:
    """Whether the voice may be sent, by all directions that are wanted or agreed at this moment.

    Sendonly, a hold of ours, still sends: silence. Until a change is agreed, the more silent of
    what was and what is wanted counts.
    """
    return not muted and all(direction is Direction.SENDRECV for direction in directions)


# Of the loudness 0 to 1: one that is closed by its own switch, or by the system, gives nothing.
CLOSED = 0.0001


def is_silent(loudness: float | None) -> bool:
    """Whether a microphone that should be open gives nothing at all."""
    return loudness is not None and loudness < CLOSED
