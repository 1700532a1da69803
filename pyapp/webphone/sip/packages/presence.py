"""Whether somebody can be reached, and what they do (RFC 3856, RFC 3863, RFC 4480)."""

from __future__ import annotations

from dataclasses import dataclass

from webphone.sip.packages import xml
from webphone.sip.wire.grammar import Malformed

TYPE = "application/pidf+xml"
MOST = 50  # ways to reach one person
LONGEST = 512  # characters of a note or an address
# RFC 4480 §3.2: who does one of these is in a call, or would rather not be called.
BUSY = frozenset(("on-the-phone", "busy", "meeting", "in-transit", "presentation"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Of `entity`: whether it is `open` to be reached, what it does, what it says of itself."""

    entity: str
    open: bool
    activities: tuple[str, ...] = ()
    note: str = ""
    contacts: tuple[str, ...] = ()

    @property
    def standing(self) -> str:
        """`busy`, `idle`, or `away` for who is not there."""
        if not self.open:
            return "away"
        return "busy" if BUSY & set(self.activities) else "idle"


def read(body: bytes) -> Presence:
    """What one document says; raises Malformed."""
    root = xml.parse(body)
    if root.name != "presence":
        raise Malformed("no presence")
    ways = [one for _place, one in zip(range(MOST), root.all("tuple"))]
    notes = [one.text for way in (root, *root.all("person"), *ways) for one in way.all("note")]
    doing = [
        kind.name
        for person in (
            *root.all("person"),
            *ways,
            *(way for one in ways for way in one.all("status")),
        )
        for activities in person.all("activities")
        for kind in activities.children
    ]
    return Presence(
        entity=root.get("entity")[:LONGEST],
        open=any(one.said("status", "basic").lower() == "open" for one in ways),
        activities=tuple(name[:LONGEST] for name in doing[:MOST]),
        note=next((text for text in notes if text), "")[:LONGEST],
        contacts=tuple(one.said("contact")[:LONGEST] for one in ways if one.find("contact")),
    )
