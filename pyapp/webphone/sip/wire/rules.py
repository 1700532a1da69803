"""What a message must say to be taken: one function a rule, named by its section."""

from __future__ import annotations

import re
from collections.abc import Callable

from webphone.sip.wire import grammar
from webphone.sip.wire.grammar import Malformed
from webphone.sip.wire.message import Request, Response, is_plain, unreadable

_CLOSED = re.compile(r'"[^"]*\\"[ \t]*<')
Rule = Callable[[Request | Response], None]

_MANDATORY = ("Via", "From", "To", "Call-ID", "CSeq")
_SINGLE = ("From", "To", "Call-ID", "CSeq", "Content-Type")


def rfc3261_8_1_1_mandatory_headers(message: Request | Response) -> None:
    """All that an answer copies is there; Max-Forwards was not before RFC 3261.

    A response is matched by Via and CSeq (§17.1.3), a CANCEL by Via (§9.2).
    """
    matched = ("Via", "CSeq") if isinstance(message, Response) else ("Via",)
    if name := message.headers.lacks(_MANDATORY if is_plain(message) else matched):
        raise Malformed(f"{name}: missing")


def rfc3261_7_3_1_single_headers(message: Request | Response) -> None:
    """A header that is no list stands once, or says the same twice."""
    if is_plain(message) and (name := message.headers.disagrees(_SINGLE)):
        raise Malformed(f"{name}: more than one")


def rfc3261_20_42_via(message: Request | Response) -> None:
    """The answer finds its way back along the Vias; of ours the topmost tells all."""
    _ = message.via
    if is_plain(message):
        _ = message.vias


def rfc3261_20_39_to(message: Request | Response) -> None:
    """A quote of To that stays open would swallow the tag that our answer adds."""
    to = message.headers.get("To") or ""
    if not is_plain(message) or message.to.tag or grammar.QUOTED.match(to):
        return
    # A backslash before the last quote is a name's, not the quote's, to who wrote it.
    if to.startswith('"') and not _CLOSED.match(to):
        raise Malformed("To: unbalanced quote")


def rfc3261_20_8_call_id(message: Request | Response) -> None:
    """Call-ID can be read."""
    if is_plain(message):
        _ = message.call_id


def rfc3261_8_1_1_5_cseq(message: Request | Response) -> None:
    """CSeq is below 2**31 and names the method of the request."""
    if isinstance(message, Response):
        _ = message.cseq
    elif is_plain(message) and message.cseq.method != message.method:
        raise Malformed("CSeq: not the method of the request")


def rfc3261_19_1_1_request_uri(message: Request | Response) -> None:
    """A Request-URI carries no headers: nobody may slip them into a request that way."""
    if isinstance(message, Request) and is_plain(message) and message.uri.headers:
        raise Malformed("Request-URI: carries headers")


RULES: tuple[Rule, ...] = (
    rfc3261_8_1_1_mandatory_headers,
    rfc3261_7_3_1_single_headers,
    rfc3261_20_42_via,
    rfc3261_20_39_to,
    rfc3261_20_8_call_id,
    rfc3261_8_1_1_5_cseq,
    rfc3261_19_1_1_request_uri,
)


def validate(message: Request | Response) -> None:
    """Raise Unreadable when a rule is broken; its `message` is this one, to be answered."""
    for rule in RULES:
        try:
            rule(message)
        except Malformed as fault:
            raise unreadable(fault.text, message, fault.status or 400) from None
