"""A call with a server that joins many (its Contact says isfocus), and who is there by its word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from webphone.contract import Config, Event, Member, encode
from webphone.phone import actions as do
from webphone.phone.actions import Action
from webphone.phone.call.call import Call, Stage
from webphone.phone.call.part import Quiet
from webphone.sip import Malformed, NameAddr, Uri
from webphone.sip.packages import Conference
from webphone.sip.packages.conference import Member as Told

# RFC 4575 §5.7.3: who is said to be nothing but these is not there, or not yet.
ABSENT = {"pending", "dialing-in", "dialing-out", "alerting", "disconnecting", "disconnected"}
SILENCED = "muted-via-focus"


def focus(contacts: Sequence[NameAddr]) -> Uri | None:
    """The address of the conference that a Contact leads to; None where it is one person's."""
    found = [one.uri for one in contacts[:1] if one.param("isfocus") is not None]
    return next((uri for uri in found if uri.scheme in ("sip", "sips")), None)


def members(conference: Conference, config: Config) -> tuple[Member, ...]:
    """The others, as the roster has them."""
    told = (_member(one) for one in conference.members if _there(one))
    ours = config.username.lower(), config.domain.lower()
    return tuple(member for member, aor in told if aor != ours)


class Roster(Quiet):
    """Who is there, of one call."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._known: Conference | None = None

    def told(self, conference: Conference | None, config: Config) -> None:
        """What its server tells now; None where it tells nothing any more."""
        if conference is not self._known:
            self._known = conference
            self._call.members = members(conference, config) if conference else ()


class Listed:
    """What the page has been told of who is in the conference of a server."""

    def __init__(self) -> None:
        self._call = ""
        self._members: tuple[Member, ...] = ()

    def follow(self, calls: Mapping[str, Call], active: str | None, *, mixed: bool) -> list[Action]:
        """Tell the page, where it has changed; a conference that is `mixed` here goes before."""
        if mixed:
            self._call, self._members = "", ()
            return []
        there = [call for call in calls.values() if call.members and call.stage is Stage.ACTIVE]
        front = min(there, key=lambda call: call.id != active, default=None)
        now = (front.id, front.members) if front else ("", ())
        if now == (self._call, self._members):
            return []
        self._call, self._members = now
        detail = {"calls": [self._call] if self._call else [], "members": encode(self._members)}
        return [do.Tell(event=Event("conference", detail))]


def _there(told: Told) -> bool:
    said = {place.status for place in told.places}
    return not said or not said <= ABSENT


def _silenced(told: Told) -> bool:
    """Whether nobody hears them: from no place where they are there."""
    return {place.status for place in told.places} - ABSENT == {SILENCED}


def _member(told: Told) -> tuple[Member, tuple[str, str]]:
    """One of them, and their address by user and host."""
    try:
        uri: Uri | None = Uri.parse(told.entity)
    except Malformed:
        uri = None
    number = uri.shown_number if uri else ""
    member = Member(
        id=told.entity,
        name=told.name,
        number=number,
        muted=_silenced(told),
        speaking=False,
    )
    return member, (number.lower(), uri.host.lower() if uri else "")
