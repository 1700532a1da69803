"""Voice mail: how many messages wait, and where they are heard (RFC 3842)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from webphone.sip.wire.grammar import Malformed, visible

TYPE = "application/simple-message-summary"
HIGHEST = 2**32 - 1  # RFC 3842 §5.2
# The status line, the account, and one for each kind of message; what follows is about messages.
MOST_LINES = 32

# msg-summary-line = message-context-class HCOLON newmsgs SLASH oldmsgs
#                    [ LPAREN new-urgentmsgs SLASH old-urgentmsgs RPAREN ]
_COUNTS = re.compile(
    r"([0-9]{1,10})\s*/\s*([0-9]{1,10})(?:\s*\(\s*([0-9]{1,10})\s*/\s*([0-9]{1,10})\s*\))?"
)
_VOICE = "voice-message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What waits in a box: voice messages, or all kinds where voice has no line of its own.

    `account` is the address of the box, "" where it is not said.
    """

    waiting: bool
    account: str = ""
    new: int = 0
    old: int = 0
    new_urgent: int = 0
    old_urgent: int = 0


def read(body: bytes) -> Summary:
    """What a summary says; raises Malformed where that is not whether messages wait."""
    lines: dict[str, str] = {}
    for line in body.decode("utf-8", "replace").strip().splitlines()[:MOST_LINES]:
        if not line.strip():
            # RFC 3842 §5.2: what follows is about single messages.
            break
        name, _colon, value = line.partition(":")
        lines.setdefault(name.strip().lower(), value.strip())
    waiting = lines.get("messages-waiting", "").lower()
    if waiting not in ("yes", "no"):
        raise Malformed("a summary that does not say whether messages wait")
    counts = [_COUNTS.fullmatch(value) for value in (lines.get(_VOICE, ""),)]
    if counts == [None]:
        counts = [_COUNTS.fullmatch(value) for name, value in lines.items() if "-message" in name]
    new, old, new_urgent, old_urgent = (
        min(sum(int(found[place] or 0) for found in counts if found), HIGHEST)
        for place in (1, 2, 3, 4)
    )
    return Summary(
        waiting=waiting == "yes",
        account=visible(lines.get("message-account", ""))[:256],
        new=new,
        old=old,
        new_urgent=new_urgent,
        old_urgent=old_urgent,
    )
