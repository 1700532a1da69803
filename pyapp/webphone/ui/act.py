"""What each gesture means: the screen's new state, and what the phone must hear of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from webphone.border import ascii_digits
from webphone.contract import (
    Answer,
    CancelTransfer,
    ClearHistory,
    Command,
    Diagnose,
    DialpadPress,
    ForgetEverything,
    LogCall,
    MakeCall,
)
from webphone.phone.happenings import (
    Asked,
    CallsDeleted,
    CallsWantedBack,
    DevicesWanted,
    ErrorDismissed,
    FarewellAttended,
    Happening,
    HistoryOpened,
    LadderWanted,
    NumberTyped,
    PeopleDeleted,
    PeopleExported,
    PeopleImported,
    PeopleOpened,
    PeopleWantedBack,
    PersonSaved,
    SettingChosen,
    SettingsReset,
    SignedOut,
    WantedHere,
)
from webphone.phone.numbers import printed
from webphone.phone.snapshot import Snapshot
from webphone.ui import drafts, haste, keyboard
from webphone.ui.gestures import (
    AllRead,
    DeviceChosen,
    DeviceTried,
    DigitDeleted,
    DraftEdited,
    DraftKeyPressed,
    DraftSent,
    FarewellRead,
    FarewellVisited,
    Fields,
    FileGiven,
    Gesture,
    KeyPressed,
    LauncherPressed,
    MatchChosen,
    MatchesClosed,
    MatchMoved,
    NumberEdited,
    NumberRecalled,
    OutcomeChosen,
    PageClosed,
    PageOpened,
    PasswordSeen,
    PersonOpened,
    Requested,
    SettingEntered,
    SignInSent,
    SoundAllowed,
    Together,
    TransferTyped,
)
from webphone.ui.messages import looked_at
from webphone.ui.selectors import farewell_shown, lacks_microphone, last_dialled
from webphone.ui.view import CONTACTS, DIAGNOSIS, HISTORY, LADDER, PAGES, View

# What begins when somebody opens a page of the phone.
_BEGUN: Mapping[str, tuple[Happening, ...]] = {
    DIAGNOSIS: (Asked(command=Diagnose()),),
    HISTORY: (HistoryOpened(),),
    LADDER: (LadderWanted(),),
    CONTACTS: (PeopleOpened(),),
}


def act(
    view: View, gesture: Gesture, snapshot: Snapshot, fields: Fields | None = None, now: float = 0.0
) -> tuple[View, list[Happening]]:
    """The screen's new state, and what the phone must hear of the gesture."""
    fields = fields or {}
    if snapshot.config.disabled:
        return view, []
    if haste.types(gesture, fields):
        view = replace(view, typed_at=now, unfinished=view.unfinished or not snapshot.living)
    if isinstance(gesture, KeyPressed):
        stands_for = keyboard.meaning(view, snapshot, fields)
        if stands_for is None:
            return view, []
        gesture, fields = stands_for, {**fields, "by": "key", "pressing": False}
    if isinstance(gesture, LauncherPressed):
        return _launched(view, gesture.open, now), []
    if haste.hasty(view, gesture, snapshot, fields, now):
        return replace(view, ignored_at=now, pressed_at=now), []
    if haste.guarded(gesture):
        view = replace(view, pressed_at=now)
    after, happenings = _act(view, gesture, snapshot, fields)
    if after.read != view.read and view.attended:
        # What is closed is attended by nobody.
        return replace(after, attended=""), [*happenings, FarewellAttended(there=False)]
    return after, happenings


def meant(before: View, after: View, happenings: list[Happening]) -> bool:
    """Whether a gesture was the phone's, if only to be ignored: the page must not have it too."""
    return bool(happenings) or after != before or after.ignored_at != before.ignored_at


def _act(
    view: View, gesture: Gesture, snapshot: Snapshot, fields: Fields
) -> tuple[View, list[Happening]]:
    match gesture:
        case DraftEdited(what=what):
            view = looked_at(view, snapshot)
            return drafts.edited(view, what, str(fields.get("value", ""))), []
        case OutcomeChosen(record=record, outcome=outcome):
            return drafts.edited(view, f"{drafts.OUTCOME}{record}", outcome), []
        case DraftSent(what=what):
            return drafts.sent(view, what, snapshot)
        case DraftKeyPressed(what=what):
            sends = fields.get("key") == "Enter" and not fields.get("modified")
            return drafts.sent(view, what, snapshot) if sends else (view, [])
        case Command():
            asked = Asked(command=gesture)
            return _asked(view, gesture, snapshot), [*_mended(gesture, snapshot), asked]
        case Together(commands=commands):
            return view, [Asked(command=command) for command in commands]
        case (
            ErrorDismissed()
            | WantedHere()
            | DevicesWanted()
            | LadderWanted()
            | CallsDeleted()
            | CallsWantedBack()
            | SettingChosen()
            | SettingsReset()
            | PeopleWantedBack()
            | PeopleExported()
        ):
            return view, [gesture]
        case PersonSaved() | PeopleDeleted():
            return replace(view, of=""), [gesture]  # back to all of them
        case FileGiven():
            return view, [PeopleImported(text=str(fields.get("text", "")))]
        case PersonOpened(id=id, name=name, numbers=numbers):
            view = _opened(view, CONTACTS, id or "new", snapshot)
            typed = {drafts.PERSON_NAME: name, drafts.PERSON_NUMBERS: numbers}
            return replace(view, drafts={**view.drafts, **typed}), []
        case NumberEdited():
            view = replace(view, matching=True, chosen=-1)
            return view, [NumberTyped(number=_entered(fields))]
        case MatchMoved(to=to):
            return replace(view, chosen=to), []
        case MatchesClosed() if fields.get("stays"):
            return view, []
        case MatchesClosed():
            return replace(view, matching=False, chosen=-1), []
        case MatchChosen(number=number):
            call, written = MakeCall(target=number), NumberTyped(number=number)
            told = [written, *_mended(call, snapshot), Asked(command=call)]
            return _asked(view, call, snapshot), told
        case TransferTyped():
            return replace(view, transfer_to=_entered(fields)), []
        case DigitDeleted():
            return view, [NumberTyped(number=snapshot.number[:-1])]
        case NumberRecalled():
            view = replace(view, matching=False)
            return view, [NumberTyped(number=number) for number in last_dialled(snapshot)]
        case PageOpened(page=page, of=of):
            view = _opened(view, page, of, snapshot)
            return view, list(() if of else _BEGUN.get(page, ()))
        case PageClosed():
            return replace(looked_at(view, snapshot), open="", of="", over=""), []
        case DeviceChosen(what=what):
            from webphone.ui.devices import wished

            return view, wished(what, str(fields.get("value", "")))
        case DeviceTried(what=what):
            return replace(view, trying=what), []
        case SettingEntered(name=name):
            from webphone.ui.settings import entered

            return view, [entered(name, str(fields.get("value", "")))]
        case SignInSent():
            from webphone.ui.sign_in import sent

            return sent(view, snapshot, fields)
        case SignedOut():
            return replace(view, open="", of="", over=""), [gesture]
        case PasswordSeen(shown=shown):
            return replace(view, password_seen=shown), []
        case FarewellRead(record=record):
            return replace(view, read=record), []
        case FarewellVisited(there=there):
            return _visited(view, there, snapshot, fields)
        case AllRead():
            return _read(view, snapshot), [ErrorDismissed()] if snapshot.error else []
        case Requested(what="mini"):
            return replace(view, open="", of="", over=""), []
        case KeyPressed() | LauncherPressed() | SoundAllowed() | Requested():
            return view, []
        case _:
            assert_never(gesture)


def _launched(view: View, open: bool, now: float) -> View:
    """The view with the phone before the person, or behind its button: what was open in it goes."""
    return replace(view, launched=open, shut_at=now, open="", of="", over="", transfer_to="")


def _opened(view: View, page: str, of: str, snapshot: Snapshot) -> View:
    """The view with that page in it."""
    view = looked_at(_read(view, snapshot), snapshot)
    call = snapshot.foremost
    over = call.view.id if call and page in PAGES else ""
    view = replace(view, open=page, of=of, over=over, transfer_to="", matching=False, chosen=-1)
    return looked_at(view, snapshot)


def _asked(view: View, command: Command, snapshot: Snapshot) -> View:
    """The view once a person has asked the phone for this."""
    if isinstance(command, MakeCall):
        return replace(view, unfinished=False, tried=command, matching=False, chosen=-1)
    if isinstance(command, Answer):
        # Where the phone was closed, the call is answered beside its round button.
        return replace(view, tried=command, launched=True)
    if isinstance(command, LogCall):
        return drafts.logged(view, command.id)
    if isinstance(command, ClearHistory | ForgetEverything):
        return replace(view, of="")  # it was asked, and is answered
    if isinstance(command, CancelTransfer):
        return replace(view, open="", of="")  # back to the call, not to the question whom to
    if isinstance(command, DialpadPress):
        view = replace(view, matching=False)  # the keys are where the list would be
        return _read(view, snapshot) if farewell_shown(snapshot, view) else view  # the next number
    return view


def _mended(command: Command, snapshot: Snapshot) -> list[Happening]:
    """A call that is begun or taken has the microphone asked for anew: the old no is no news."""
    begun = isinstance(command, MakeCall | Answer)
    return [ErrorDismissed()] if begun and lacks_microphone(snapshot) else []


def _entered(fields: Fields) -> str:
    number = str(fields.get("value", ""))
    return cleaned(number) if fields.get("pasted") else number


def _read(view: View, snapshot: Snapshot) -> View:
    return replace(view, read=snapshot.farewell.record.id) if snapshot.farewell else view


def _visited(
    view: View, there: bool, snapshot: Snapshot, fields: Fields
) -> tuple[View, list[Happening]]:
    """The person has come to how a call ended, or has left it."""
    if not farewell_shown(snapshot, view) or fields.get("by") in ("mouse", "touch"):
        # After a press of the mouse the screen itself has put the focus there.
        return view, []
    assert snapshot.farewell is not None  # it is shown
    attended = snapshot.farewell.record.id if there else ""
    if attended == view.attended:
        return view, []
    return replace(view, attended=attended), [FarewellAttended(there=there)]


def cleaned(number: str) -> str:
    """A pasted number without the marks of print: `tel:+44 (0)20 7946-0000` -> `+442079460000`.

    What is no number stays whole: half of one would be somebody else's.
    """
    text = re.sub(r"^\s*(tel|callto):", "", ascii_digits(number), flags=re.IGNORECASE).strip()
    return printed(text) or text
