"""MESSAGE: a text that stands alone, or comes within a call (RFC 3428)."""

from __future__ import annotations

import re

from webphone.sip.endpoint import Endpoint, Pairs
from webphone.sip.inbox import LARGEST
from webphone.sip.outputs import MessageReceived, Output
from webphone.sip.transactions import ServerTransaction
from webphone.sip.wire.grammar import visible
from webphone.sip.wire.message import Request
from webphone.sip.wire.multipart import part

PLAIN = "text/plain"
# What is text: a person reads the first, a page the second.
TAKEN = ("text/", "application/")
ACCEPT = f"{PLAIN}, text/*, application/*"
_CHARSET = re.compile(r'charset\s*=\s*"?([^";\s]+)', re.IGNORECASE)
# UTF-8 where nothing else is said; the first of these are a part of it.
_CHARSETS = {"us-ascii": "utf-8", "ascii": "utf-8", "utf-8": "utf-8", "iso-8859-1": "latin-1"}


def receive(endpoint: Endpoint, call: str, server: ServerTransaction, now: float) -> list[Output]:
    """Answer a MESSAGE (§7) and pass it on; the answer says that it came, not that it was read."""
    request = server.request
    if endpoint.inbox.knows(request):
        return endpoint.answer(server, 200, now)
    kind, text = _read(request)
    refusal = _refusal(request, text)
    if refusal is None and not endpoint.inbox.take(request, now):
        refusal = (480, (endpoint.retry_after(),))
    if refusal is not None:
        status, headers = refusal
        return endpoint.answer(server, status, now, headers)
    done = endpoint.answer(server, 200, now)
    if not text:
        return done
    news = MessageReceived(
        call=call,
        from_=request.from_,
        to=request.to,
        content_type=visible(kind),
        text=text,
    )
    return [*done, news]


def _read(request: Request) -> tuple[str, str | None]:
    """Its type, and what it says; None where that can't be read."""
    kind, body = request.content_type, request.body
    described = request.headers.get("Content-Type") or ""
    if (request.headers.get("Content-Encoding") or "identity").lower() != "identity":
        return kind, None
    if kind.startswith("multipart/"):
        # RFC 5621 §4.2: of its parts the plain one, the charset of which is not looked at.
        plain = part(body, described, PLAIN)
        return PLAIN, None if plain is None else plain.decode("utf-8", "replace")
    if body and not kind.startswith(TAKEN):
        return kind, None
    found = _CHARSET.search(described)
    charset = _CHARSETS.get(found[1].lower() if found else "utf-8")
    return kind, None if charset is None else body.decode(charset, "replace")


def _refusal(request: Request, text: str | None) -> tuple[int, Pairs] | None:
    if len(request.body) > LARGEST:
        return 413, ()
    if text is None:
        # RFC 3261 §8.2.3
        return 415, (("Accept", ACCEPT), ("Accept-Encoding", "identity"))
    return None
