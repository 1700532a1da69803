"""Fingers are faster than eyes: what is pressed was meant for what the screen showed before."""

from __future__ import annotations

from webphone.phone.snapshot import Snapshot
from webphone.ui.gestures import Fields, Gesture, KeyPressed, NumberEdited
from webphone.ui.selectors import foremost, waiting
from webphone.ui.view import View

BURST = 1.0  # seconds: what follows a typed key sooner was meant for what is being typed
THOUGHT = 10.0  # seconds: who paused for less may still be typing
ENDING = {"answer", "hangup", "end-and-answer"}  # parts that begin or end a call


def typing(view: View, now: float) -> bool:
    """Whether a person is typing, as far as the keys tell."""
    return now - view.typed_at < BURST


def types(gesture: Gesture, fields: Fields) -> bool:
    """Whether the gesture is a key or a text of a number."""
    if isinstance(gesture, KeyPressed):
        key = str(fields.get("key", ""))
        typed = (len(key) == 1 and key != " ") or key in ("Backspace", "Delete")
        return typed and not fields.get("modified")
    return isinstance(gesture, NumberEdited)


def hasty(view: View, gesture: Gesture, snapshot: Snapshot, fields: Fields, now: float) -> bool:
    """Whether a key would answer or end a call but was meant for what was being typed.

    The screen has changed under the fingers, or the focus has moved.
    """
    call = waiting(snapshot) or foremost(snapshot)
    if not isinstance(gesture, KeyPressed) or call is None:
        return False
    rings = call.stage == "incoming"
    key, parts = fields.get("key"), set(str(fields.get("part", "")).split())
    if fields.get("pressing") and key in ("Enter", " "):
        concerned = bool(parts & ENDING)
    else:
        concerned = rings and key in ("Enter", "Escape")
    thinking = view.unfinished and now - view.typed_at < THOUGHT
    surprised = rings and now - call.started_at < BURST and thinking
    return concerned and (typing(view, now) or surprised)
