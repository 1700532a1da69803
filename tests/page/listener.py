"""Hears what a browser tells a screen reader, by AT-SPI; run by Debian's own Python.

Each line that it writes is one sentence of a live region, as JSON: how urgent it is, and the text.
"""

import json
import sys
from typing import Any

import pyatspi  # Debian's python3-pyatspi


def region(node: Any) -> Any:
    """The live region that this is in, None where it is in none."""
    while node is not None:
        told = dict(each.split(":", 1) for each in node.getAttributes() if ":" in each)
        if told.get("live", "off") != "off":
            return told["live"]
        node = node.parent
    return None


def words(node: Any) -> str:
    """All of its text, and of what is in it."""
    try:
        own = str(node.queryText().getText(0, -1)).replace("\ufffc", "")
    except NotImplementedError:
        own = ""
    below = "" if own.strip() else " ".join(words(each) for each in node if each is not None)
    return (own or below).strip()


def heard(event: Any) -> None:
    """A sentence that came, or is another one now; its region tells of it, too, with all others."""
    try:
        urgency = region(event.source)
        if urgency is not None and event.source.getRole() == pyatspi.ROLE_PARAGRAPH:
            said = {"live": urgency, "text": words(event.source)}
            print(json.dumps(said), flush=True)
    except Exception as gone:  # a node that is no longer there
        print(f"{type(gone).__name__}: {gone}", file=sys.stderr, flush=True)


pyatspi.Registry.registerEventListener(heard, "object:text-changed:insert")
print(json.dumps({"ready": True}), flush=True)
pyatspi.Registry.start()
