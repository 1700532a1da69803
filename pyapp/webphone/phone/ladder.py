"""The messages lately sent and received, as the rungs of a ladder between the phone and its server.

Made of the turns that the recorder keeps, when somebody asks; secrets are struck out of what is
copied, as of a trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from webphone.phone.actions import Send
from webphone.phone.happenings import Received
from webphone.phone.snapshot import Rung
from webphone.phone.trace import struck
from webphone.phone.turn import Turn
from webphone.sip import Malformed, Request, parse

MOST = 200  # rungs that are shown: the last ones
LONGEST = 60  # characters of a first line that nobody can read


def rungs(turns: Iterable[Turn]) -> tuple[Rung, ...]:
    """One for each message, oldest first; calls and registrations are numbered as they come."""
    numbers: dict[str, int] = {}
    shown = []
    for at, sent, data in _messages(turns):
        what, call_id = _told(data)
        of = numbers.setdefault(call_id, len(numbers) + 1) if call_id else 0
        shown.append(Rung(at=at, sent=sent, what=what, of=of))
    return tuple(shown[-MOST:])


def copy(turns: Iterable[Turn]) -> str:
    """The messages themselves, each under a line with its time in seconds and its way."""
    return "\n".join(
        f"--- {at:.3f} {'sent' if sent else 'received'}\n{struck(_text(data)).rstrip()}\n"
        for at, sent, data in _messages(turns)
    )


def _messages(turns: Iterable[Turn]) -> Iterator[tuple[float, bool, bytes]]:
    for turn in turns:
        if isinstance(turn.happening, Received):
            yield turn.now, False, turn.happening.data
        for action in turn.actions:
            if isinstance(action, Send):
                yield turn.now, True, action.data


def _told(data: bytes) -> tuple[str, str]:
    """What it is in a few words, and its Call-ID; "" where it has none."""
    if not data.strip():
        return "keep-alive", ""
    try:
        message = parse(data)
    except Malformed:
        return struck(_text(data).partition("\r\n")[0])[:LONGEST], ""
    if isinstance(message, Request):
        return message.method, message.call_id
    return f"{message.status} {message.reason} ({message.cseq.method})"[:LONGEST], message.call_id


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
