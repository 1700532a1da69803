"""From the body of a NOTIFY to what it says, and from that to what is known by now."""

from __future__ import annotations

from collections.abc import Callable

from webphone.sip.packages import conference, dialogs, presence, summary
from webphone.sip.packages.conference import Conference
from webphone.sip.packages.dialogs import Dialogs
from webphone.sip.packages.presence import Presence
from webphone.sip.packages.summary import Summary
from webphone.sip.wire.grammar import Malformed

Value = Summary | Dialogs | Presence | Conference

# What each package can be said in, as far as we read it.
ACCEPT = {
    "message-summary": summary.TYPE,
    "dialog": dialogs.TYPE,
    "presence": presence.TYPE,
    "conference": conference.TYPE,
}
_READERS: dict[str, Callable[[bytes], Value]] = {
    summary.TYPE: summary.read,
    dialogs.TYPE: dialogs.read,
    presence.TYPE: presence.read,
    conference.TYPE: conference.read,
}


def read(content_type: str, body: bytes) -> Value | None:
    """What a body says; None for nothing, for a type that we don't read, and for a broken one."""
    reader = _READERS.get(content_type)
    if reader is None or not body:
        return None
    try:
        return reader(body)
    except Malformed:
        return None


def updated(before: Value | None, news: Value) -> Value:
    """What is known after the news, which may be of a part only."""
    match news:
        case Dialogs():
            return dialogs.updated(before if isinstance(before, Dialogs) else None, news)
        case Conference():
            return conference.updated(before if isinstance(before, Conference) else None, news)
        case _:
            return news
