"""A call as pages see it, made of values alone: it is made anew when one of them is another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webphone.contract import CallView, Config, Party, Timing
from webphone.phone.call.record import iso
from webphone.phone.snapshot import Contact
from webphone.sip import NameAddr, Uri
from webphone.words.bidi import LONGEST

NOWHERE = "anonymous.invalid"  # RFC 3323 §4.1.1.3


def view_of(
    *,
    id: str,
    call_id: str,
    state: str,
    outgoing: bool,
    local: NameAddr,
    remote: NameAddr,
    contact: Contact | None,
    started_at: float,
    ringing_at: float | None,
    answered_at: float | None,
    reached: Mapping[str, float],
    held_by: str | None,
    **more: Any,
) -> CallView:
    """A call as pages see it; `reached` are steps of setting it up, and when that was."""
    return CallView(
        id=id,
        call_id=call_id[:LONGEST],
        state="held" if held_by and state == "active" else state,
        direction="outgoing" if outgoing else "incoming",
        from_=party(local if outgoing else remote),
        to=party(remote if outgoing else local),
        display_name=named(contact, remote),
        started_at=iso(started_at),
        answered_at=iso(answered_at) if answered_at is not None else None,
        held_by=held_by,
        timings=_timings(started_at, {**reached, "ringing": ringing_at, "answer": answered_at}),
        **more,
    )


def _timings(started_at: float, moments: Mapping[str, float | None]) -> tuple[Timing, ...]:
    """How long each step of setting it up took, the earliest first."""
    known = {step: at for step, at in moments.items() if at is not None}
    return tuple(
        Timing(step=step, at_ms=round((known[step] - started_at) * 1000))
        for step in sorted(known, key=known.__getitem__)
    )


def named(contact: Contact | None, remote: NameAddr) -> str:
    """What the other end is called: by the page, or else by itself."""
    known = contact.name if contact else ""
    return known or remote.display_name[:LONGEST]


def domain_of(uri: Uri, config: Config) -> str:
    """The domain of the other end, "" where it is ours or the number is known everywhere."""
    known = not foreign(uri, config) or (uri.user or "").startswith("+")
    return "" if uri.user and known else uri.host.lower()[:LONGEST]


def foreign(uri: Uri, config: Config) -> bool:
    """Whether an address is in a domain that is not ours."""
    host = uri.host.lower()
    return host not in ("", NOWHERE) and host not in ours(config)


def ours(config: Config) -> set[str]:
    """The domains in which a number alone says who it is."""
    return {name.lower() for name in (config.domain, *config.hosts)}


def party(address: NameAddr) -> Party:
    """An address as pages see it; a stranger's is no longer than anybody reads."""
    return Party(
        uri=str(address.uri)[:LONGEST],
        number=address.uri.shown_number[:LONGEST],
        display_name=address.display_name[:LONGEST],
    )
