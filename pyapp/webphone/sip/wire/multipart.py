"""Bodies in parts (RFC 2046 section 5.1, RFC 5621): the one part that concerns a call."""

from __future__ import annotations

from webphone.sip.wire.grammar import Malformed
from webphone.sip.wire.params import parse_value


def part(body: bytes, content_type: str, wanted: str) -> bytes | None:
    """The first part of the media type `wanted` in a body; `content_type` as in the header."""
    try:
        _type, params = parse_value(content_type)
    except Malformed:
        return None
    boundary = params.get("boundary", "").encode("utf-8", "surrogateescape")
    if not boundary:
        return None
    # delimiter = CRLF "--" boundary; the first may do without its CRLF.
    _preamble, *parts = (b"\r\n" + body).split(b"\r\n--" + boundary)
    for each in parts:
        if each.startswith(b"--"):
            break
        head, _empty, content = each.partition(b"\r\n\r\n")
        if _type_of(head) == wanted:
            return content
    return None


def _type_of(head: bytes) -> str:
    for line in head.decode("utf-8", "replace").split("\r\n"):
        name, _colon, value = line.partition(":")
        if name.strip().lower() in ("content-type", "c"):
            return value.partition(";")[0].strip().lower()
    # RFC 2046 §5.1
    return "text/plain"
