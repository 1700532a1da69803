"""A phone that rings vibrates where the system can and the browser allows it."""

from __future__ import annotations

import js

from webphone.browser.proxies import plain
from webphone.phone.actions import RINGING_TONES, Tone

# Milliseconds on and off in turn: twice like a bell. A browser takes 99 of them (Vibration API §4).
_BELL = (400, 200, 400, 2000)
_FOR_A_MINUTE = _BELL * 20
_running = False


def follow(tone: Tone | None) -> None:
    """Vibrate while it rings, and stop at once with it.

    Asked before anybody has touched the page, a browser would refuse and complain in its console.
    """
    global _running
    rings = tone in RINGING_TONES
    if rings is _running or not hasattr(js.navigator, "vibrate"):
        return
    touched = getattr(js.navigator, "userActivation", None)
    if rings and touched and not touched.hasBeenActive:
        return
    _running = rings
    js.navigator.vibrate(plain(_FOR_A_MINUTE) if rings else 0)
