"""Requests and responses: from bytes, to bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeVar

from webphone.sip.wire import grammar, salvage
from webphone.sip.wire.fields import Headers
from webphone.sip.wire.grammar import Malformed as Malformed
from webphone.sip.wire.grammar import visible, whole_number
from webphone.sip.wire.headers import HIGHEST_SECONDS, CSeq, NameAddr, Via
from webphone.sip.wire.reasons import REASONS as REASONS
from webphone.sip.wire.uri import Uri

Given = TypeVar("Given")
Value = TypeVar("Value")

VERSION = "SIP/2.0"
# Above it a message is refused before anything of it is read: what a page has to do for a stranger
# is bounded. The largest that people send are a few kB, with certificates or locations some 20.
LARGEST = 65536
# Of a larger one only this much is looked at, for the way back and for what it may end.
_LONGEST_LINE, _MOST_LINES = 4096, 200
_FOLD = re.compile(r"\n[ \t]+")
_NUMBER = re.compile("[0-9]")
# What a response copies of its request (RFC 3261 §8.2.6.2).
_COPIED = ("Via", "From", "To", "Call-ID", "CSeq")
# Stands in for a Request-URI that could not be read, so that the request can be answered.
UNREADABLE = Uri("about", opaque="unreadable")
# They end a call or say that something arrived: they mean that whatever else they say, and who
# refuses one has a call that does not end.
ENDINGS = frozenset({"ACK", "BYE", "CANCEL"})


class Unreadable(Malformed):
    """A message that breaks the grammar; `message` is as much of it as an answer needs."""

    def __init__(self, text: str, status: int | None, message: Request | Response) -> None:
        super().__init__(text, status)
        self.message = message


class Message:
    """What requests and responses share: headers, read when asked for, and a body.

    A property raises Malformed, naming the header, when that header cannot be read; so one broken
    header loses nothing but itself. `safe()` reads one with a value to fall back on. From, To, Via,
    Record-Route and `readable_contacts` are read as far as they can be.
    """

    __slots__ = ("body", "headers")
    headers: Headers
    body: bytes

    def safe(self, name: str, default: Value) -> Value:
        """The property `name`, or `default` when its header is broken or missing."""
        try:
            found: Value = getattr(self, name)
        except Malformed:
            return default
        return found

    @property
    def via(self) -> Via:
        """The topmost Via."""
        return self.headers.typed("via", _topmost_via)

    @property
    def vias(self) -> list[Via]:
        """Every Via, topmost first; none at all is an empty list."""
        return list(self.headers.typed("vias", _vias))

    @property
    def from_(self) -> NameAddr:
        """Who sent the request; `salvage.NOBODY` where nothing can be read."""
        return self.headers.typed("from", _from)

    @property
    def to(self) -> NameAddr:
        """Whom the request is meant for; `salvage.NOBODY` where nothing can be read."""
        return self.headers.typed("to", _to)

    @property
    def call_id(self) -> str:
        return self.headers.typed("call-id", _call_id)

    @property
    def cseq(self) -> CSeq:
        return self.headers.typed("cseq", _cseq)

    @property
    def contacts(self) -> list[NameAddr]:
        """Every Contact; empty also for `Contact: *`."""
        return [] if self.contact_star else self._addresses("Contact")

    @property
    def readable_contacts(self) -> list[NameAddr]:
        """The Contacts as far as they can be read; one that cannot loses nothing but itself."""
        return self.headers.typed("contacts", _contacts)

    @property
    def contact_star(self) -> bool:
        """Whether this is `Contact: *`: all bindings (RFC 3261 §10.2.2)."""
        return self.headers.get("Contact") == "*"

    @property
    def record_routes(self) -> list[NameAddr]:
        """The way that the request came, as far as it can be read."""
        return self.headers.typed("routes", _record_routes)

    @property
    def routes(self) -> list[NameAddr]:
        return self._addresses("Route")

    @property
    def content_type(self) -> str:
        """The media type in lower case without parameters, "" when there is none."""
        value = self.headers.get("Content-Type") or ""
        found = grammar.MEDIA_TYPE.match(value)
        return f"{found[1]}/{found[2]}".lower() if found else value.strip(" \t").lower()

    @property
    def max_forwards(self) -> int | None:
        """0 to 255, an overlarge value as 255; None when absent."""
        return self._number("Max-Forwards", 255)

    @property
    def expires(self) -> int | None:
        """Seconds, an overlarge value as 2**32 - 1; None when absent."""
        return self._number("Expires", HIGHEST_SECONDS)

    @property
    def require(self) -> list[str]:
        """Option tags, lower case."""
        return [tag.lower() for tag in self.headers.values("Require")]

    @property
    def supported(self) -> list[str]:
        """Option tags, lower case."""
        return [tag.lower() for tag in self.headers.values("Supported")]

    @property
    def allow(self) -> list[str]:
        """Methods, as written: they are case-sensitive (RFC 3261 §7.1)."""
        return self.headers.values("Allow")

    def _addresses(self, name: str) -> list[NameAddr]:
        def read(headers: Headers) -> list[NameAddr]:
            values = headers.values(name)
            return _read(name, lambda values: [NameAddr.parse(value) for value in values], values)

        return list(self.headers.typed(name, read))

    def _number(self, name: str, ceiling: int) -> int | None:
        value = self.headers.get(name)
        if value is None:
            return None
        # Some peers write `Expires: 60;...`, which no grammar allows but every parser reads.
        number = whole_number(value.partition(";")[0].rstrip(), ceiling)
        if number is None:
            raise Malformed(f"{name}: not a number")
        return min(number, ceiling)

    def _with_start(self, start: str) -> bytes:
        head = f"{start}\r\n{self.headers.text(len(self.body))}\r\n"
        return head.encode("utf-8", "surrogateescape") + self.body


@dataclass(slots=True)
class Request(Message):
    """A request; `bytes(request)` is its wire form with the Content-Length it needs."""

    method: str
    uri: Uri
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    def __post_init__(self) -> None:
        if not grammar.TOKEN.fullmatch(self.method):
            raise ValueError("a method is a token")

    def __bytes__(self) -> bytes:
        return self._with_start(f"{self.method} {self.uri!s} {VERSION}")


@dataclass(slots=True)
class Response(Message):
    """A response; `bytes(response)` is its wire form with the Content-Length it needs."""

    status: int
    reason: str
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    def __post_init__(self) -> None:
        if not 100 <= self.status <= 699:
            raise ValueError("a status is 100 to 699")
        self.reason = visible(self.reason)

    def __bytes__(self) -> bytes:
        return self._with_start(f"{VERSION} {self.status} {self.reason}")


def _read(name: str, read: Callable[[Given], Value], given: Given) -> Value:
    try:
        return read(given)
    except Malformed as fault:
        raise Malformed(f"{name}: {fault.text}", fault.status) from None


def _single(headers: Headers, name: str) -> str:
    value = headers.get(name)
    if value is None:
        raise Malformed(f"{name}: missing")
    return value


def _topmost_via(headers: Headers) -> Via:
    values = headers.values("Via", 1)
    if not values:
        raise Malformed("Via: missing")
    return _via(values[0])


def _vias(headers: Headers) -> list[Via]:
    topmost, *others = headers.values("Via") or [""]
    return [headers.typed("via", _topmost_via), *map(_via, others)] if topmost else []


def _via(value: str) -> Via:
    via = salvage.via(value)
    if via is None:
        raise Malformed(f"Via: {value[:80]!r}")
    return via


def _from(headers: Headers) -> NameAddr:
    return salvage.person(headers.get("From") or "")


def _to(headers: Headers) -> NameAddr:
    return salvage.person(headers.get("To") or "")


def _contacts(headers: Headers) -> list[NameAddr]:
    found = [salvage.address(value) for value in headers.values("Contact")]
    return [address for address in found if address is not None]


def _record_routes(headers: Headers) -> list[NameAddr]:
    found = [salvage.route(value) for value in headers.values("Record-Route")]
    return [address for address in found if address is not None]


def _call_id(headers: Headers) -> str:
    value = _single(headers, "Call-ID")
    if not grammar.CALL_ID.fullmatch(value):
        raise Malformed("Call-ID: not a Call-ID")
    return value


def _cseq(headers: Headers) -> CSeq:
    return _read("CSeq", CSeq.parse, _single(headers, "CSeq"))


def parse(data: bytes) -> Request | Response:
    """The one message in a WebSocket frame (RFC 7118 §4.2); raises Malformed and nothing else."""
    # RFC 3261 §7.5: empty lines before the start-line are ignored.
    data = data.lstrip(b"\r\n")
    head, body, complete = _divide(data)
    start, *lines = _lines(head.decode("utf-8", "surrogateescape"))
    headers = Headers.of_lines(lines)
    message = _start(start, headers, body)
    if not complete:
        raise unreadable("no empty line after the headers", message)
    _frame(message)
    return message


def shortened(data: bytes) -> Request | Response:
    """A message above LARGEST without its body and its longest lines; raises Malformed.

    Raises Unreadable with 513 (RFC 3261 §21.5.7) for a request that nothing is lost by refusing.
    """
    head, _body, _complete = _divide(data)
    first = head.split(b"\n", _MOST_LINES)[:_MOST_LINES]
    lines = [line for line in first if len(line) <= _LONGEST_LINE]
    try:
        message = parse(b"\n".join(lines) + b"\n\n")
    except Unreadable as fault:
        message = fault.message
    if is_plain(message):
        raise unreadable("larger than anything people send", message, 513)
    return message


def _divide(data: bytes) -> tuple[bytes, bytes, bool]:
    """The head without its last line end, the body, and whether an empty line is between."""
    # RFC 3261 §7.5, and some change one line end of two on the way: the first such place counts.
    end, width = data.find(b"\n\r\n"), 3
    bare = data.find(b"\n\n", 0, end + 1 or len(data))
    if bare >= 0:
        end, width = bare, 2
    if end < 0:
        return data.rstrip(b"\r\n"), b"", False
    return data[:end].removesuffix(b"\r"), data[end + width :], True


def _lines(text: str) -> list[str]:
    """The start-line and the header lines, however they end and are folded."""
    lines = text.split("\r\n")
    folded = "\n " in text or "\n\t" in text
    if not folded and text.count("\n") == text.count("\r") == len(lines) - 1:
        return lines
    text = text.replace("\r\n", "\n")
    if folded:
        # RFC 3261 §7.3.1: a folded line is one line.
        text = _FOLD.sub(" ", text)
    return text.replace("\r", " ").split("\n")


def _start(line: str, headers: Headers, body: bytes) -> Request | Response:
    if line[:4].upper() == "SIP/":
        return _status_line(line, headers, body)
    found = grammar.REQUEST_LINE.fullmatch(line)
    if found is None:
        words = line.split(None, 2)
        if len(words) < 3 or not grammar.TOKEN.fullmatch(words[0]):
            raise Malformed("neither a request nor a response", None)
        return _unaddressed("Request-Line", Request(words[0], UNREADABLE, headers, body))
    method, uri, version = found.groups()
    if version.upper() != VERSION:
        unread = Request(method, UNREADABLE, headers, body)
        # RFC 3261 §21.5.6.
        raise Unreadable(f"version {version[:20]}", 505, unread)
    try:
        return Request(method, Uri.parse(uri), headers, body)
    except Malformed as fault:
        unread = Request(method, UNREADABLE, headers, body)
        return _unaddressed(f"Request-URI: {fault.text}", unread)


def _unaddressed(text: str, request: Request) -> Request:
    """A request whose Request-URI cannot be read: what ends a call ends it all the same."""
    if is_plain(request):
        raise Unreadable(text, 400, request)
    return request


def _status_line(line: str, headers: Headers, body: bytes) -> Response:
    found = grammar.STATUS_LINE.fullmatch(line)
    if found is None or found[1].upper() != VERSION:
        raise Malformed("Status-Line", None)
    status = whole_number(found[2], 699)
    # RFC 4475 §3.1.2.19: a status no grammar knows is dropped.
    if status is None or not 100 <= status <= 699:
        raise Malformed("Status-Code", None)
    return Response(status, found[3] or "", headers, body)


def unreadable(text: str, message: Request | Response, status: int = 400) -> Unreadable:
    # RFC 3261 §8.1.3.3: nobody answers a response, however broken.
    return Unreadable(text, status if isinstance(message, Request) else None, message)


def is_plain(message: Request | Response) -> bool:
    """Whether nothing is lost by refusing the message: it is no response and ends nothing."""
    return isinstance(message, Request) and message.method not in ENDINGS


def _frame(message: Request | Response) -> None:
    said = message.headers.all("Content-Length")
    if said == [str(len(message.body))]:
        return
    lengths = {value for value in said if _NUMBER.search(value)}
    if not lengths:
        # RFC 3261 §18.3: over a message transport the body then runs to the end.
        return
    body = message.body
    # Who makes CRLF into LF on the way counts what it was before.
    longest = len(body) + body.count(b"\n") - body.count(b"\r\n")
    numbers = {whole_number(length, longest) for length in lengths}
    length = numbers.pop()
    if not numbers and length is not None and length <= longest:
        message.body = body[:length]
    elif is_plain(message):
        raise unreadable("Content-Length", message)


def reply(
    request: Request,
    status: int,
    reason: str | None = None,
    *,
    to_tag: str = "",
    own: Iterable[str] = (),
    headers: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
    echo: Iterable[str] = (),
) -> Response:
    """The response to `request` with what RFC 3261 §8.2.6 has it copy; works on a broken one.

    What is copied stays letter by letter as it was received; `echo` names more of it. `own` are
    lines that we have made of what was checked before.
    """
    if reason is None:
        reason = REASONS.get(status) or REASONS[status // 100 * 100 or 100]
    timed = ("Timestamp",) if status == 100 else ()
    via, from_, to, *rest = request.headers.lines((*_COPIED, *timed, *echo))
    if to and to_tag and status != 100 and not request.to.tag:
        to = [f"{visible(to[0])};tag={to_tag}"]
    lines = [*via, *from_, *to, *chain.from_iterable(rest), *own]
    return Response(status, reason, Headers.own(lines, tuple(headers)), body)
