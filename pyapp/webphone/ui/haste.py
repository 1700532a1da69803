"""Fingers are faster than eyes: a press was meant for what the screen showed before.

Three rules. What begins or ends a call does it once, until the screen shows what became of it:
while a call is set up the screen may wait for a moment. A key that follows a typed one was meant
for what is being typed. And a control that begins or ends a call does nothing when it has come
under the finger a moment ago: the second press of two on Answer must not hang up. It is under the
finger when the screen has put it there, not when the finger has gone to it; the page says how
long ago that was.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf

from webphone.contract import (
    Answer,
    CancelTransfer,
    CompleteTransfer,
    Confirm,
    Consult,
    DialpadPress,
    Hangup,
    LogCall,
    MakeCall,
    Reject,
    SendDtmf,
    Transfer,
)
from webphone.phone.snapshot import Snapshot
from webphone.ui.gestures import (
    DraftEdited,
    FarewellRead,
    Fields,
    Gesture,
    KeyPressed,
    NumberEdited,
    NumberRecalled,
    OutcomeChosen,
    PageOpened,
    Together,
    TransferTyped,
)
from webphone.ui.html import Node
from webphone.ui.selectors import waiting
from webphone.ui.view import View

BURST = 1.0  # seconds: what follows a typed key sooner was meant for what is being typed
THOUGHT = 10.0  # seconds: who paused for less may still be typing
CALM = 0.7  # seconds: what came under the finger later than this ago was seen

# The parts that begin or end a call, and the gestures that they stand for.
PARTS = {
    "answer": Answer,
    "answer answer-video": Answer,
    "hangup": Hangup,
    "hangup decline": Reject,
    "hangup end-conference": Together,
    "drop": Hangup,
    "end-and-answer": Together,
    "dial": MakeCall,
    "call-back": MakeCall,
    "confirm": Confirm,
    "transfer-now": Transfer,
    "consult": Consult,
    "transfer-complete": CompleteTransfer,
    "transfer-cancel": CancelTransfer,
}
WORDS = ("span", "p", "svg")  # what has no control in it
# Each control as it is known, and where on the screen it stands.
Controls = tuple[tuple[tuple[str, str], str], ...]
# What goes out to a number that was typed for it.
DIALS = (MakeCall, Transfer, Consult)
# What a second press on one of these would meet next: of no harm, but not meant either.
NEXT = (FarewellRead, LogCall, NumberRecalled, OutcomeChosen, PageOpened)


# --- Typing ---------------------------------------------------------------------------------------


def typing(view: View, now: float) -> bool:
    """Whether a person is typing, as far as the keys tell."""
    return now - view.typed_at < BURST


def types(gesture: Gesture, fields: Fields) -> bool:
    """Whether the gesture is a key or a text of a number."""
    if isinstance(gesture, KeyPressed):
        key = str(fields.get("key", ""))
        typed = (len(key) == 1 and key != " ") or key in ("Backspace", "Delete")
        return typed and not fields.get("modified")
    return isinstance(gesture, NumberEdited | TransferTyped | DraftEdited | DialpadPress | SendDtmf)


# --- Presses --------------------------------------------------------------------------------------


def noticed(view: View, screen: Node, now: float) -> View:
    """The view once this screen is drawn: since when each such control stands where it does."""
    came: dict[tuple[str, str], tuple[str, float]] = {}
    shown = screen.attributes.get("data-screen", "")
    # The stages of a call leave its controls where they are.
    within = shown if shown in ("idle", "ended") else "call"
    for name, place in _controls(screen, within):
        before, since = view.came.get(name, ("", now))
        came[name] = place, since if before == place else now
    return view if came == view.came else replace(view, came=came)


def hasty(view: View, gesture: Gesture, snapshot: Snapshot, fields: Fields, now: float) -> bool:
    """Whether a gesture would begin or end a call, but was meant for what was there before.

    Fields: by (key, mouse, touch), typing (in a text field), since (how many seconds ago the finger
    went to the control by itself).
    """
    if guarded(gesture) and view.pressed_at > view.drawn.at:
        return True
    if isinstance(gesture, NEXT):
        name, came = ("", ""), view.pressed_at
    elif guarded(gesture):
        name = _name(gesture)
        came = view.came.get(name, ("", -inf))[1]
    else:
        return False
    if isinstance(gesture, DIALS) and fields.get("typing"):
        return False  # Enter after a number dials, however fast it was typed
    if _typed(view, gesture, snapshot, fields, came, now):
        return True
    if isinstance(gesture, DIALS) and view.typed_at > max(came, view.pressed_at):
        return False  # who has typed a number since then has seen the screen
    passed = now - max(came, view.pressed_at)  # since it came, or the last press that did something
    return now - view.ignored_at < CALM or (passed < CALM and by_itself(fields, passed))


def by_itself(fields: Fields, seconds: float) -> bool:
    """Whether the control came to the finger, and not the finger to the control, in this time."""
    return not float(str(fields.get("since", inf))) < seconds


def guarded(gesture: Gesture) -> bool:
    """Whether a press on it is one after which the next may be one too many."""
    return type(gesture) in PARTS.values()


def _typed(
    view: View, gesture: Gesture, snapshot: Snapshot, fields: Fields, came: float, now: float
) -> bool:
    """Whether the press belongs to what is being typed."""
    if isinstance(gesture, (*DIALS, *NEXT)):
        return False
    if fields.get("by") != "key":
        return typing(view, now) and came > view.typed_at
    call = waiting(snapshot) or snapshot.foremost
    rings = call is not None and call.stage == "incoming"
    if not fields.get("pressing") and not rings:
        return False  # Escape cancels at once
    thinking = view.unfinished and now - view.typed_at < THOUGHT
    surprised = call is not None and rings and now - call.started_at < BURST and thinking
    return typing(view, now) or surprised


def _name(gesture: object) -> tuple[str, str]:
    """What a control is known by: what it asks for, and of which call."""
    last = gesture.commands[-1] if isinstance(gesture, Together) else gesture
    # There is one field for whom to transfer to, so that its control is known while it is idle.
    return type(gesture).__name__, "" if isinstance(last, Transfer) else getattr(last, "id", "")


def _controls(node: Node, place: str) -> Controls:
    """Those in it; of a node below it that has been on the screen before they are known."""
    kind = PARTS.get(node.attributes.get("part", ""))
    found = () if kind is None else _itself(node, kind, place)
    inner = f"{place} {node.key}" if node.key in ("ringing", "waiting") else place
    for child in node.children:
        # Nobody is called for words, nor for what is known.
        if isinstance(child, str) or child.tag in WORDS or not child.children:
            continue
        before = child.known
        found += before[1] if before and before[0] == inner else _controls(child, inner)
    object.__setattr__(node, "known", (place, found))
    return found


def _itself(node: Node, kind: type, place: str) -> Controls:
    # One that is idle stands there, too, and may wake under the finger.
    gesture = node.on.get("click")
    return ((_name(gesture) if isinstance(gesture, kind) else (kind.__name__, ""), place),)
