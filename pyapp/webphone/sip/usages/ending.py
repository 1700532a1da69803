"""Why a call ended, read out of the message that ended it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from webphone.sip.outputs import By, Ended, Unanswered
from webphone.sip.usages.soft_state import retry_after
from webphone.sip.wire import salvage
from webphone.sip.wire.grammar import Malformed, quote, unquote, visible, whole_number
from webphone.sip.wire.headers import HIGHEST_SECONDS, NameAddr, Reason
from webphone.sip.wire.message import Message, Response
from webphone.sip.wire.params import find_param

# "Call completed elsewhere", "ANSWERED_ELSEWHERE", "answered on another device", FreeSWITCH's
# "LOSE_RACE" for all but the first of a group; not "declined elsewhere".
_ELSEWHERE = re.compile(
    r"(?:answered|completed|accepted|taken|handled|picked[ _-]?up)[ _-]{0,3}"
    r"(?:elsewhere|(?:by|on|at|from)[ _-](?:an)?other)|lose[ _-]race|call[ _-]?pick[ _-]?up",
    re.IGNORECASE,
)
_Q850 = ("Q.850", "Q850")


def ended(
    call: str,
    by: By,
    message: Message | None = None,
    *,
    moved: Iterable[NameAddr] = (),
    final: Response | None = None,
    unanswered: Unanswered | None = None,
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
        q850=next((one.cause for one in reasons if one.protocol.upper() in _Q850), None),
        text=texts[0] if texts else "",
        answered_elsewhere=any(map(_elsewhere, reasons)),
        moved=tuple(moved),
        retry_after=retry_after(response) if response else None,
        unanswered=unanswered,
    )


def reason(status: int, text: str) -> tuple[str, str]:
    """The header that says why, in a BYE or CANCEL of ours (RFC 3326 §2)."""
    return ("Reason", f"SIP;cause={status};text={quote(visible(text))}")


def _elsewhere(reason: Reason) -> bool:
    """Whether another phone of ours has answered.

    RFC 3326 §3.1 has `SIP;cause=200`, Asterisk Q.850's 26 (non-selected user clearing); others only
    say so.
    """
    protocol = reason.protocol.upper()
    if (protocol, reason.cause) == ("SIP", 200) or (protocol in _Q850 and reason.cause == 26):
        return True
    return _ELSEWHERE.search(reason.text) is not None


def _reasons(message: Message) -> list[Reason]:
    """The reasons as far as they can be read: no spelling keeps a call from ending."""
    reasons: list[Reason] = []
    for value in message.headers.values("Reason"):
        try:
            reasons.append(Reason.parse(value))
        except Malformed:
            cause = find_param(salvage.params(value), "cause") or ""
            # A text without quotes, or one that stands alone.
            text = visible(value.rpartition("=")[2]).strip(' ";')
            protocol = value.partition(";")[0].strip()
            reasons.append(Reason(protocol, whole_number(cause, HIGHEST_SECONDS), text))
    return reasons


def _warnings(message: Message) -> list[str]:
    """The texts of Warning headers: `399 host "text"` (RFC 3261 §20.43)."""
    words = (line.split(None, 2) for line in message.headers.values("Warning"))
    return [visible(unquote(parts[2])) for parts in words if len(parts) == 3]
