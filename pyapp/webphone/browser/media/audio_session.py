"""What the page tells a mobile system of its sound: a call, or whatever the page does otherwise."""

from __future__ import annotations

import js

# W3C Audio Session §4.1: the microphone beside the sound, by the earpiece or a headset.
IN_CALL, OTHERWISE = "play-and-record", "auto"

_in_calls: set[object] = set()  # those of the page that have calls


def follow(owner: object, calls: bool) -> None:
    """The owner has calls now, or none any more; the page is in a call while any has one."""
    (_in_calls.add if calls else _in_calls.discard)(owner)
    session = getattr(js.navigator, "audioSession", None)
    wanted = IN_CALL if _in_calls else OTHERWISE
    if session and str(session.type) != wanted:
        session.type = wanted
