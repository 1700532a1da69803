"""The keyboard: which gesture a key pressed inside the phone stands for."""

from __future__ import annotations

from webphone.border import ascii_digits
from webphone.contract import DialpadPress, Hangup, MakeCall, Reject, Transfer
from webphone.phone.snapshot import CallSnapshot, Snapshot
from webphone.ui.gestures import (
    AllRead,
    DigitDeleted,
    Fields,
    Gesture,
    LauncherPressed,
    NumberRecalled,
    PageClosed,
    PageOpened,
)
from webphone.ui.selectors import (
    answer_command,
    farewell_shown,
    front,
    hold_command,
    launcher_shut,
    matching,
    mute_command,
    own_page,
    page_open,
    transfer_open,
    waiting,
    wraps_up,
)
from webphone.ui.view import SHORTCUTS, View

KEYS = "123456789*0#"
# Every key that means something, with the words of the page that `?` opens: as it is shown, as
# `hotkeys` names it where that may take it away, and what it does.
MAP: tuple[tuple[str, str, str], ...] = (
    ("0–9 * # +", "", "keys_digits"),
    ("Backspace", "backspace", "keys_delete"),
    ("Enter", "", "keys_enter"),
    ("Escape", "escape", "keys_escape"),
    ("M", "m", "keys_mute"),
    ("H", "h", "keys_hold"),
    ("?", "?", "keys_help"),
)
SHUT = ("Enter", "Escape", "m", "M", "h", "H")  # what is heard while all that is seen is a button
UNANSWERED = ("preparing", "dialling", "ringing", "early")


def meaning(view: View, snapshot: Snapshot, fields: Fields) -> Gesture | None:
    """The gesture of a key with these fields of KeyPressed, or None where it has no meaning."""
    if launcher_shut(snapshot, view) and str(fields.get("key")) not in SHUT:
        return None  # what is typed there, nobody sees
    found = _meaning(view, snapshot, fields)
    return LauncherPressed(open=False) if _shuts(found, view, snapshot, fields) else found


def _shuts(found: Gesture | None, view: View, snapshot: Snapshot, fields: Fields) -> bool:
    """Whether the key closes the phone behind its round button: Escape with nothing else to do."""
    config = snapshot.config
    if config.layout != "launcher" or not view.launched or fields.get("modified"):
        return False
    reads = snapshot.error is not None or farewell_shown(snapshot, view)
    idle = found is None or (isinstance(found, AllRead) and not reads)
    return idle and fields.get("key") == "Escape" and listens(config.hotkeys, "Escape")


def _meaning(view: View, snapshot: Snapshot, fields: Fields) -> Gesture | None:
    key = ascii_digits(str(fields.get("key", "")))
    if fields.get("modified"):
        return None
    if fields.get("typing") and transfer_open(snapshot, view):
        return _transfer(key, view, snapshot)
    if fields.get("typing") and matching(snapshot, view):
        from webphone.ui.combobox import meaning as chosen

        if (gesture := chosen(key, snapshot, view)) is not None:
            return gesture
    if key == "?" and not fields.get("typing") and listens(snapshot.config.hotkeys, key):
        return PageClosed() if own_page(snapshot, view) == SHORTCUTS else PageOpened(page=SHORTCUTS)
    if own_page(snapshot, view):
        # No number can be seen there, so none is typed and none is called.
        wanted = key == "Escape" and listens(snapshot.config.hotkeys, key)
        return PageClosed() if wanted else None
    if wraps_up(snapshot):
        return None  # all that is typed there is the note
    if key == "Enter":
        return None if fields.get("pressing") else _enter(snapshot, fields)
    if fields.get("typing") or not listens(snapshot.config.hotkeys, key):
        return None
    if key == "Escape":
        return _escape(view, snapshot)
    call = snapshot.foremost
    if key.lower() in ("m", "h"):
        return None if call is None else _control(key.lower(), call, snapshot)
    if key == "Backspace":
        return None if call else DigitDeleted()
    if len(key) == 1 and (key in KEYS or key == "+"):
        return DialpadPress(key=key)
    return None


def listens(hotkeys: tuple[str, ...], key: str) -> bool:
    """Whether this setting leaves the key to the phone; tools/boot/shell.js has the same rule."""
    return "off" not in hotkeys and f"no-{key.lower()}" not in hotkeys


def _enter(snapshot: Snapshot, fields: Fields) -> Gesture | None:
    ringing = waiting(snapshot) or snapshot.foremost
    if ringing is not None:
        # In a field it was meant to dial: the call came before the screen that shows it.
        wanted = ringing.stage == "incoming" and not fields.get("typing")
        wanted = wanted and snapshot.config.show_answer
        return answer_command(ringing) if wanted else None
    if not snapshot.config.show_dial:
        return None
    number = snapshot.number.strip()
    return MakeCall(target=number) if number else NumberRecalled()


def _transfer(key: str, view: View, snapshot: Snapshot) -> Gesture | None:
    """A key in the field for whom the call is transferred to."""
    if key == "Escape":
        return PageClosed()
    target = view.transfer_to.strip()
    wanted = key == "Enter" and target
    return Transfer(target=target, id=front(snapshot).view.id) if wanted else None


def _escape(view: View, snapshot: Snapshot) -> Gesture | None:
    call = waiting(snapshot) or snapshot.foremost
    if call is not None and call.stage == "incoming" and snapshot.config.show_hangup:
        return Reject(id=call.view.id)
    if page_open(snapshot, view):
        return PageClosed()
    if call is None:
        return AllRead()
    # An answered call never ends by one press of a key that is so near to others.
    cancels = call.stage in UNANSWERED and snapshot.config.show_hangup
    return Hangup(id=call.view.id) if cancels else None


def _control(key: str, call: CallSnapshot, snapshot: Snapshot) -> Gesture | None:
    if key == "m" and snapshot.config.show_mute and call.stage != "incoming":
        return mute_command(call.view.id, muted=call.muted)
    if key == "h" and snapshot.config.show_hold and call.up and not call.changing:
        return hold_command(call.view.id, held=call.held_local, joined=call.joined)
    return None
