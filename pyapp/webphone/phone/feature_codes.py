"""What is dialled to park a call or to forward calls: the codes of servers, a row each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """Each is "" where there is none.

    `park`: digits that are sent in the call where it begins with * or #, else an extension that the
    call is transferred to. `forward`: dialled before the number that calls go to.
    """

    park: str = ""
    forward: str = ""
    forward_off: str = ""


# As they come out of the box. Plain Asterisk has no forwarding but what its dial plan does, and
# Kamailio no codes at all: those are what its users write most, with Asterisk or FreeSWITCH behind.
SERVERS: Mapping[str, Codes] = {
    # res_parking.conf.sample: parkext => 700
    "asterisk": Codes(park="700", forward="*72", forward_off="*73"),
    # Feature Codes: Call Forward All Activate and Deactivate; Parking Lot: 70
    "freepbx": Codes(park="70", forward="*72", forward_off="*73"),
    # vanilla dial plan: park to 5900
    "freeswitch": Codes(park="5900", forward="*72", forward_off="*73"),
    "kamailio": Codes(park="700", forward="*72", forward_off="*73"),
}


def codes(words: Sequence[str]) -> Codes:
    """The codes of a setting such as `asterisk park=701`: later words change earlier ones."""
    found = Codes()
    for word in words:
        name, given, code = word.partition("=")
        if not given:
            found = SERVERS.get(name, found)
        elif name.replace("-", "_") in (item.name for item in fields(Codes)):
            found = replace(found, **{name.replace("-", "_"): code})
    return found
