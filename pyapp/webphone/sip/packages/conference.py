"""Who is in a conference, as its bridge tells it (RFC 4575)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from webphone.sip.packages import xml
from webphone.sip.wire.grammar import Malformed, whole_number

TYPE = "application/conference-info+xml"
MOST = 500  # members, and places that one of them is in from
LONGEST = 512  # characters of a name or an address
_HIGHEST = 2**32


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """From where a member takes part; `status` is connected, on-hold, muted-via-focus and so on."""

    entity: str
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One who takes part, from all places together.

    `partial`: a document says only what is new of them, and which places are `gone`.
    """

    entity: str
    name: str = ""
    places: tuple[Place, ...] = ()
    partial: bool = False
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conference:
    """A conference and all in it; `complete` unless news of it got lost on the way."""

    entity: str
    version: int
    subject: str = ""
    members: tuple[Member, ...] = ()
    complete: bool = True
    deleted: tuple[str, ...] = ()  # members that this document takes away
    ended: bool = False


def read(body: bytes) -> Conference:
    """What one document says; raises Malformed. `complete` says whether it says all."""
    root = xml.parse(body)
    if root.name != "conference-info":
        raise Malformed("no conference-info")
    users = [user for group in root.all("users") for user in group.all("user")][:MOST]
    members: dict[str, Member] = {}
    for user in users:
        if user.get("state") != "deleted":
            one = _member(user)
            before = members.get(one.entity)
            # Some servers write a row for each place; the address is the key (§5.6).
            members[one.entity] = _put_together(before, one, add=True) if before else one
    whole = [group.get("state") for group in (root, *root.all("users"))]
    return Conference(
        entity=root.get("entity")[:LONGEST],
        version=whole_number(root.get("version"), _HIGHEST) or 0,
        subject=root.saying("conference-description", "subject")[:LONGEST],
        members=tuple(members.values()),
        complete="partial" not in whole,
        deleted=tuple(_entity(user) for user in users if user.get("state") == "deleted"),
        ended=root.get("state") == "deleted",
    )


def updated(before: Conference | None, news: Conference) -> Conference:
    """What is known after that document (§4.6); not `complete` where one before it got lost."""
    if news.complete:
        return news
    if before is not None and 0 < news.version <= before.version:
        return before
    known = {one.entity: one for one in before.members} if before else {}
    for one in news.members:
        known[one.entity] = _put_together(known.get(one.entity), one, add=one.partial)
    for gone in news.deleted:
        known.pop(gone, None)
    whole = before is not None and before.complete and news.version <= before.version + 1
    return replace(
        news,
        subject=news.subject or (before.subject if before else ""),
        members=tuple(known.values())[:MOST],
        complete=whole,
        deleted=(),
    )


def _put_together(old: Member | None, news: Member, *, add: bool) -> Member:
    """A member with what is new; `add`: to the places that are known, and not in their stead."""
    if old is None:
        return Member(entity=news.entity, name=news.name, places=news.places)
    known = {place.entity: place for place in old.places} if add else {}
    for place in news.places:
        # What is not said of a place is as it was (§4.6, step 3.2).
        known[place.entity] = place if place.status else known.get(place.entity, place)
    left = tuple(place for place in known.values() if place.entity not in news.gone)
    return Member(entity=news.entity, name=news.name or old.name, places=left[:MOST])


def _member(user: xml.Element) -> Member:
    endpoints = list(user.all("endpoint"))[:MOST]
    places = [one for one in endpoints if one.get("state") != "deleted"]
    return Member(
        entity=_entity(user),
        name=user.saying("display-text")[:LONGEST],
        places=tuple(
            Place(entity=_entity(one), status=one.saying("status")[:LONGEST]) for one in places
        ),
        partial=user.get("state") == "partial",
        gone=tuple(_entity(one) for one in endpoints if one.get("state") == "deleted"),
    )


def _entity(one: xml.Element) -> str:
    return one.get("entity")[:LONGEST]
