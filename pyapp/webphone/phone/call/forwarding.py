"""Who forwarded a call to us: Diversion says so, else History-Info lets it be found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from webphone.phone.call.peer import addresses
from webphone.sip import NameAddr

# RFC 5806 §5: what keeps who forwarded from being shown.
_PRIVATE = ("full", "uri")


def forwarder(headers: Mapping[str, str]) -> NameAddr | None:
    """The last one who forwarded the call, None where nobody did or nobody is to know."""
    # RFC 5806 §5.1: the first is the last one.
    for address in addresses(headers.get("diversion", "")):
        return None if (address.param("privacy") or "").lower() in _PRIVATE else address
    left = _left(addresses(headers.get("history-info", "")))
    # The headers in it say why it was left.
    return None if left is None else replace(left, uri=replace(left.uri, headers=()))


def _left(stations: Sequence[NameAddr]) -> NameAddr | None:
    """The last station of a call that it has left for somebody else's."""
    numbered = {station.param("index"): station for station in stations}
    for station in reversed(stations):
        # RFC 7044 §5.1: `mp` names the station that this one took the place of.
        if (origin := numbered.get(station.param("mp") or "none")) is not None:
            return origin
    for station in reversed(stations):
        # RFC 4244 §4.1: the reason for leaving it stands within its address.
        if any(name.lower() == "reason" for name, _value in station.uri.headers):
            return station
    for before, station in reversed([*pairwise(stations)]):
        # RFC 4458 §2
        if station.uri.param("cause"):
            return before
    return None
