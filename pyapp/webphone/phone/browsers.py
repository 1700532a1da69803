"""Which browser this is, as far as it matters where a person allows it the microphone."""

from __future__ import annotations

import re

LONGEST = 500  # characters of what a browser says of itself

# The first that is found names the browser: nearly all of them claim to be the others too. What
# runs on a telephone of Apple is none of these, unless it is Apple's own.
_SIGNS = (
    (re.compile(r"(CriOS|FxiOS|EdgiOS|OPT)/"), ""),
    (re.compile(r"(iPhone|iPad|iPod).* Safari/"), "ios"),
    (re.compile(r"Firefox/"), "firefox"),
    (re.compile(r"(Chrome|Chromium)/"), "chromium"),
    (re.compile(r"Version/.* Safari/"), "safari"),
)


def family(agent: str) -> str:
    """chromium, firefox, safari or ios, by the browser's own name for itself; "" for any other."""
    given = agent[:LONGEST]
    return next((name for sign, name in _SIGNS if sign.search(given)), "")
