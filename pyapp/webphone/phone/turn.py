"""One turn of the phone as it is kept for a trace: what happened, and all that it led to."""

from __future__ import annotations

from dataclasses import dataclass

from webphone.phone.actions import Entrust, KeepPeople, OpenMedia, SaveFile, Send, Settle
from webphone.phone.happenings import (
    GivenBack,
    MediaReady,
    PeopleImported,
    PeopleRecalled,
    Recalled,
    Received,
    RememberedElsewhere,
)

# What a turn is taken to weigh beside its messages and session descriptions.
TURN = 300


@dataclass(frozen=True, slots=True)
class Turn:
    """One happening, when it happened, the chance that was used, and what was done about it."""

    now: float
    happening: object
    chance: tuple[bytes, ...]
    actions: tuple[object, ...]

    @property
    def weight(self) -> int:
        """About how many octets it keeps."""
        return TURN + sum(map(_weight, (self.happening, *self.actions)))


def _weight(value: object) -> int:
    match value:
        case Received(data=data) | Send(data=data):
            return len(data)
        case MediaReady(sdp=text) | OpenMedia(offer=str(text)):
            return len(text)
        case Settle(value=str(text)) | SaveFile(text=text) | PeopleImported(text=text):
            return len(text)
        case (
            Recalled(records=texts)
            | RememberedElsewhere(records=texts)
            | PeopleRecalled(people=texts)
        ):
            return sum(map(len, texts))
        case Entrust(invites=invites, records=texts):
            return sum(map(len, (*invites.values(), *texts.values())))
        case GivenBack(invites=invites):
            return sum(map(len, invites.values()))
        case KeepPeople(people=pairs):
            return sum(len(text) for _, text in pairs)
    return 0
