"""How a call ended, in the words of a call record and in a sentence for a person."""

from __future__ import annotations

from dataclasses import dataclass

from webphone.sip import By
from webphone.words.bidi import isolate

NOT_TAKEN = (408, 480, 487)
BUSY = (486, 600)
UNKNOWN = (404, 410, 485, 604)
MOVED = (300, 301, 302)

_WORDS = {
    "answered": "Call ended",
    "missed": "Missed call",
    "cancelled": "Cancelled",
    "busy": "The line is busy",
    "no-answer": "Nobody answered",
    "rejected": "Declined",
    "answered-elsewhere": "Answered on another phone",
}
# What the phone did by itself, as its settings want it.
_BY_ITSELF = {
    "missed": "Missed call: another call was going on.",
    "rejected": "Declined: do not disturb is on.",
}
_FAILURES = {
    300: "That number has moved",
    301: "That number has moved",
    302: "That number has moved",
    400: "The server did not understand the call",
    401: "The server refuses the user name or the password",
    403: "The server does not allow this call",
    407: "The server refuses the user name or the password",
    413: "The server found the call too large",
    414: "The server found the call too large",
    415: "The other side can't take this kind of call",
    416: "The server can't call this kind of address",
    420: "The server asks for something this phone can't do",
    421: "The server asks for something this phone can't do",
    433: "The other side takes no anonymous calls",
    481: "The other side has lost the call",
    484: "That number is not complete",
    482: "The call went round in circles",
    483: "The call went round in circles",
    488: "The two phones share no codec or encryption",
    500: "The server made a mistake",
    501: "The server can't make this call",
    502: "The next server on the way made a mistake",
    503: "The service is not available at the moment",
    504: "The next server on the way did not answer",
    606: "The two phones share no codec or encryption",
    607: "The other side does not want this call",
    608: "A provider on the way refused the call",
}

# What a person can do about it; for all other codes, to call again later.
_ADMINISTRATOR = "Ask the administrator of the phone server."
_REMEDIES = {
    401: "Correct username and password.",
    403: _ADMINISTRATOR,
    407: "Correct username and password.",
    413: _ADMINISTRATOR,
    414: _ADMINISTRATOR,
    416: "Check the address.",
    420: _ADMINISTRATOR,
    421: _ADMINISTRATOR,
    433: "Call with your number shown.",
    482: _ADMINISTRATOR,
    483: _ADMINISTRATOR,
    488: _ADMINISTRATOR,
    501: _ADMINISTRATOR,
    606: _ADMINISTRATOR,
    607: "Reach them in another way.",
}

_LOST = {
    408: "The other side did not answer any more.",
    481: "The other side has lost the call.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Why a call is over. `by` and `status` as the SIP room tells them."""

    by: By
    status: int | None = None
    reason: str | None = None
    q850: int | None = None
    text: str = ""
    answered_elsewhere: bool = False
    refused: bool = False  # a person here, or a setting, refused it
    media: str = ""  # what went wrong with the sound, as a sentence
    moved: str = ""  # where a 3xx says that the number is now
    tab_gone: bool = False  # the browser tab that had the call is gone: no more is known


def disposition(ending: Ending, *, outgoing: bool, answered: bool) -> str:
    """One of the contract's DISPOSITIONS."""
    if ending.tab_gone:
        return "failed"
    if answered:
        return "answered"
    if ending.answered_elsewhere:
        return "answered-elsewhere"
    if ending.media:
        return "failed"
    if not outgoing:
        return "rejected" if ending.refused else "missed"
    if ending.by is By.LOCAL:
        return "cancelled"
    if ending.status in BUSY:
        return "busy"
    if ending.status in NOT_TAKEN and ending.by is not By.SYSTEM:
        return "no-answer"
    if ending.status == 603:
        return "rejected"
    return "failed"


def explanation(ending: Ending, verdict: str, *, rang: bool = True) -> str:
    """A sentence for the person who made or missed the call; of a failure with its remedy.

    `rang` says whether it rang at the other side: who was never reached did not fail to answer.
    """
    if ending.tab_gone:
        return "The browser tab that had the call is gone."
    if ending.media:
        return ending.media
    if verdict == "answered" and ending.by is By.SYSTEM:
        return _LOST.get(ending.status or 0, "The connection to the other side was lost.")
    if ending.by is By.SYSTEM and ending.status == 486 and verdict in _BY_ITSELF:
        return _BY_ITSELF[verdict]
    if verdict == "no-answer" and not rang:
        return "They can't be reached at the moment. Call again later."
    if verdict in _WORDS:
        return f"{_WORDS[verdict]}."
    if ending.status in UNKNOWN:
        return "There is nobody at that number. Check the number."
    if ending.by is By.SYSTEM and ending.status == 408:
        return "The server did not answer the call. Call again later."
    known = _FAILURES.get(ending.status or 0, "The call failed")
    remedy = _REMEDIES.get(ending.status or 0, "Call again later.")
    if ending.moved and ending.status in MOVED:
        known, remedy = f"That number is now {isolate(ending.moved)}", "Call that one instead."
    theirs = isolate(ending.text or ending.reason or "")
    said = " ".join(str(part) for part in (ending.status, theirs) if part)
    return f"{known} ({said}). {remedy}" if said else f"{known}. {remedy}"
