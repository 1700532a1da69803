"""A call that rang before this agent was made: its INVITE is taken again, and it rings on.

A proxy knows a response by its branch (RFC 3261 §16.7), over whatever connection it comes; to the
caller it is the same phone that rings, since the To tag is the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from webphone.machine import earliest
from webphone.sip.authentication import Authenticator
from webphone.sip.endpoint import Endpoint, NotNow
from webphone.sip.transactions import ServerTransaction
from webphone.sip.usages.invite_server import Incoming
from webphone.sip.wire.grammar import Malformed
from webphone.sip.wire.message import Request, parse
from webphone.sip.wire.rules import validate


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What it takes beside the INVITE; no secret. `until` is a `now` value, None for no end.

    `local_cseq` is the number of our last request in the dialog, `rseq` that of our last reliable
    18x (RFC 3262 §3).
    """

    tag: str
    local_cseq: int
    rseq: int
    session_id: str
    until: float | None = None


def kept(endpoint: Endpoint, call: Incoming) -> tuple[Kept, bytes] | None:
    """A call that rings as plain data, and its INVITE; None where both ends have agreed further."""
    if not call.rings_plainly:
        return None
    invite = call.server.request
    what = Kept(
        tag=call.dialog.local.tag,
        local_cseq=call.dialog.local_cseq,
        rseq=call.rseq,
        session_id=endpoint.sessions.of(invite.call_id),
        until=call.expires_at,
    )
    return what, bytes(invite)


def ring_on(
    endpoint: Endpoint,
    authenticator: Authenticator,
    call: str,
    data: bytes,
    what: Kept,
    now: float,
) -> Incoming:
    """The call that this INVITE made. Raises Malformed, and NotNow where it is under way."""
    invite = parse(data)
    validate(invite)
    if not isinstance(invite, Request) or invite.method != "INVITE" or not what.tag:
        raise Malformed("nothing that rang")
    server = endpoint.transactions.admit(invite, now)
    if not isinstance(server, ServerTransaction):
        raise NotNow("it has come again by itself")
    endpoint.sessions.heard(invite)
    endpoint.sessions.adopt(invite.call_id, invite.from_.tag, what.session_id)
    made = Incoming(endpoint, authenticator, call, server, now, tag=what.tag)
    made.dialog.passed(what.local_cseq)
    made.rseq = what.rseq
    made.lost(now)
    made.expires_at = earliest((made.expires_at, what.until))
    return made
