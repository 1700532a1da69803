"""Why a call ended, read out of the message that ended it."""

from __future__ import annotations

from collections.abc import Iterable

from webphone.sip.outputs import By, Ended
from webphone.sip.wire.grammar import Malformed, unquote, visible
from webphone.sip.wire.headers import NameAddr, Reason
from webphone.sip.wire.message import Message, Response


def ended(
    call: str,
    by: By,
    message: Message | None = None,
    *,
    moved: Iterable[NameAddr] = (),
    final: Response | None = None,
) -> Ended:
    """The news that a call is over; `message` is the request or response that ended it.

    `final` is what the INVITE was answered with where a request ended it.
    """
    if message is None:
        return Ended(call=call, by=by)
    reasons = _reasons(message)
    texts = [reason.text for reason in reasons if reason.text] + _warnings(message)
    response = message if isinstance(message, Response) else final
    return Ended(
        call=call,
        by=by,
        status=response.status if response else None,
        reason=response.reason if response else None,
        q850=next((one.cause for one in reasons if one.protocol.upper() == "Q.850"), None),
        text=texts[0] if texts else "",
        # RFC 3326 §3.1: the call was answered by another phone of ours.
        answered_elsewhere=any(
            one.protocol.upper() == "SIP" and one.cause == 200 for one in reasons
        ),
        moved=tuple(moved),
    )


def _reasons(message: Message) -> list[Reason]:
    reasons: list[Reason] = []
    for line in message.headers.all("Reason"):
        try:
            reasons += Reason.parse_many(line)
        except Malformed:
            # An explanation that cannot be read must not keep a call from ending.
            continue
    return reasons


def _warnings(message: Message) -> list[str]:
    """The texts of Warning headers: `399 host "text"` (RFC 3261 §20.43)."""
    words = (line.split(None, 2) for line in message.headers.values("Warning"))
    return [visible(unquote(parts[2])) for parts in words if len(parts) == 3]
