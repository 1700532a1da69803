"""What of SIP this phone speaks: a method is one row, an extension is one row.

Allow, Supported, 405, 420, 481, 489, 501 and 603 follow from the two tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, auto
from functools import cache

# In place of a status: such a request is taken.
TAKEN = None
# RFC 3261 §21.5.2: for a method that no row names.
UNKNOWN = 501


@dataclass(frozen=True, slots=True)
class Method:
    """A method of SIP and what answers it inside and outside a dialog, unless it is taken."""

    name: str
    inside: int | None
    outside: int | None


_ROWS = (
    Method("INVITE", TAKEN, TAKEN),
    Method("ACK", TAKEN, TAKEN),
    Method("CANCEL", TAKEN, TAKEN),
    Method("BYE", TAKEN, 481),
    Method("OPTIONS", TAKEN, TAKEN),
    Method("INFO", TAKEN, 481),
    Method("UPDATE", TAKEN, 481),
    Method("PRACK", TAKEN, 481),
    Method("MESSAGE", TAKEN, TAKEN),
    # RFC 3261 §8.2.1: methods we know of and do not take.
    Method("PUBLISH", 405, 405),
    Method("REGISTER", 405, 405),
    # RFC 6665 §4.2.1.1: nobody subscribes to us; §4.1.3: what we subscribed to, or a REFER's news.
    Method("SUBSCRIBE", 489, 489),
    Method("NOTIFY", TAKEN, TAKEN),
    # RFC 3515 §2.4.2: nobody makes us call outside a call that a person is in.
    Method("REFER", TAKEN, 603),
)
METHODS = {row.name: row for row in _ROWS}
# RFC 3261 §20.5
ALLOW = ", ".join(row.name for row in _ROWS if row.inside is TAKEN)


class Place(Flag):
    """Where an extension is named in Supported."""

    REGISTER = auto()
    NEW_CALL = auto()
    DIALOG = auto()
    CAPABILITIES = auto()


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension of SIP by its option tag, and where we say that we know it."""

    tag: str
    said: Place


# RFC 8840 §10.6: its package of INFO and its option tag have one name.
TRICKLE = "trickle-ice"
TRICKLE_TYPE = "application/trickle-ice-sdpfrag"  # §10.7
_CALLS = Place.NEW_CALL | Place.DIALOG | Place.CAPABILITIES
EXTENSIONS = (
    # RFC 3262 §4: only a 1xx to the INVITE that makes a call gets a PRACK of ours.
    Extension("100rel", Place.NEW_CALL | Place.CAPABILITIES),
    # RFC 3327 §5.1
    Extension("path", Place.REGISTER),
    # RFC 5627 §4.1, RFC 5626 §4.2.1
    Extension("gruu", Place.REGISTER | _CALLS),
    Extension("outbound", Place.REGISTER | _CALLS),
    # RFC 4028 §7.1
    Extension("timer", _CALLS),
    # RFC 3891 §6, RFC 4488 §4
    Extension("replaces", _CALLS),
    Extension("norefersub", _CALLS),
    # RFC 4916 §4.2
    Extension("from-change", _CALLS),
    # RFC 7866 §6.3
    Extension("record-aware", _CALLS),
    # RFC 8840 §10.6; only where the package is taken.
    Extension(TRICKLE, _CALLS),
)
_REQUIRABLE = frozenset(row.tag for row in EXTENSIONS if Place.CAPABILITIES in row.said)


def refusal(method: str, *, inside: bool) -> int | None:
    """The status that answers a method in or outside a dialog, None for one that is taken."""
    row = METHODS.get(method)
    if row is None:
        return UNKNOWN
    return row.inside if inside else row.outside


@cache
def supported(place: Place, *, but: str = "") -> str:
    """The value of Supported there (RFC 3261 §20.37), without the extension `but`."""
    return ", ".join(row.tag for row in EXTENSIONS if place in row.said and row.tag != but)


def missing(required: list[str], *, but: str = "") -> list[str]:
    """The required extensions that we do not know (RFC 3261 §8.2.2.3), `but` among them."""
    known = _REQUIRABLE - {but}
    return [tag for tag in required if tag.lower() not in known]
