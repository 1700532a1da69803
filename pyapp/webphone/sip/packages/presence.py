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


def written(entity: str, *, open: bool, activity: str = "", note: str = "") -> bytes:
    """A document that says so; `activity` is a name of RFC 4480 §3.2."""
    doing = f"<rpid:activities><rpid:{activity}/></rpid:activities>" if activity else ""
    said = f"<dm:note>{xml.escaped(note)}</dm:note>" if note else ""
    person = f'<dm:person id="p">{doing}{said}</dm:person>' if doing or said else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<presence xmlns="urn:ietf:params:xml:ns:pidf"'
        ' xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model"'
        f' xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" entity="{xml.escaped(entity)}">'
        f'<tuple id="t"><status><basic>{"open" if open else "closed"}</basic></status></tuple>'
        f"{person}</presence>\n"
    ).encode("utf-8", "replace")


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
        open=any(one.saying("status", "basic").lower() == "open" for one in ways),
        activities=tuple(name[:LONGEST] for name in doing[:MOST]),
        note=next((text for text in notes if text), "")[:LONGEST],
        contacts=tuple(one.saying("contact")[:LONGEST] for one in ways if one.find("contact")),
    )
