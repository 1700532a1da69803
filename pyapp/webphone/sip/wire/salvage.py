"""What can be saved of a header that breaks the grammar, where the rest of the call needs little.

Of From and To a phone needs the tag, of Contact and Record-Route the address, of Via the branch:
whatever else is wrong with them is for a person to read, and costs no call.
"""

from __future__ import annotations

import re
from dataclasses import replace

from webphone.sip.wire import grammar
from webphone.sip.wire.grammar import Malformed, unquote, visible
from webphone.sip.wire.headers import NameAddr, Via
from webphone.sip.wire.params import Params
from webphone.sip.wire.uri import Uri, escape_user, unescape

# RFC 3261 §8.1.1.3: who stands there cannot be told.
NOBODY = Uri("sip", user="anonymous", host="anonymous.invalid")

_TAG = re.compile(rf";[ \t]*tag[ \t]*=[ \t]*({grammar.TOKEN_TEXT})", re.IGNORECASE)
_SCHEME = re.compile(r"\b(sips?|tel):", re.IGNORECASE)
_HOST_PORT = re.compile(rf"({grammar.HOST_TEXT})(?::([0-9]{{1,5}})(?![0-9]))?")
_ADDRESS_END = re.compile(r"[\s>;,\"]")
# A name that no screen could show is not kept.
_LONGEST_NAME = 256


def person(text: str) -> NameAddr:
    """From or To: always an address, with the tag; what cannot be read is shown as it came."""
    try:
        return NameAddr.parse(text)
    except Malformed:
        pass
    found = address(text)
    tags = _TAG.findall(text)
    params: Params = (("tag", tags[-1]),) if tags else ()
    if found is not None:
        return replace(found, params=params)
    return NameAddr(_name(text[: text.rfind(";")] if tags else text), NOBODY, params)


def address(text: str) -> NameAddr | None:
    """A name-addr as it stands, or what there is of it; None where no address is."""
    try:
        return NameAddr.parse(text)
    except Malformed:
        pass
    closing = text.rfind(">")
    opening = text.rfind("<", 0, closing if closing >= 0 else len(text))
    if opening >= 0:
        inner = text[opening + 1 : closing] if closing > opening else text[opening + 1 :]
        name, rest = text[:opening], text[closing + 1 :] if closing > opening else ""
    else:
        scheme = _SCHEME.search(text)
        if scheme is None:
            return None
        end = _ADDRESS_END.search(text, scheme.end())
        stop = end.start() if end else len(text)
        name, inner, rest = text[: scheme.start()], text[scheme.start() : stop], text[stop:]
    found = uri(inner.strip(" \t"))
    return None if found is None else NameAddr(_name(name), found, params(rest))


def route(text: str) -> NameAddr | None:
    """A Record-Route, Service-Route or Path; without brackets all parameters are the address's.

    Some write `sip:p.example;lr`: read as RFC 3261 §20 reads a Contact, that would be the route of
    a strict router, and the call would go astray.
    """
    if "<" not in text:
        found = uri(text.strip(" \t"))
        return None if found is None else NameAddr("", found)
    return address(text)


def via(text: str) -> Via | None:
    """A Via with its branch, whatever its host, port and other parameters are.

    Over a WebSocket no answer is sent where it says: it is echoed.
    """
    try:
        return Via.parse(text)
    except Malformed:
        pass
    found = grammar.SENT_PROTOCOL.match(text)
    if found is None:
        return None
    name, version, transport = found.groups()
    sent_by, semicolon, rest = text[found.end() :].partition(";")
    host = _HOST_PORT.match(sent_by)
    port = int(host[2]) if host and host[2] and int(host[2]) <= 65535 else None
    place = host[1] if host else NOBODY.host
    return Via(transport, place, port, params(semicolon + rest), f"{name}/{version}")


def params(text: str) -> Params:
    """The parameters that can be read; an empty one or a broken one loses nothing but itself."""
    found: list[tuple[str, str | None]] = []
    position = text.find(";")
    for _ in range(grammar.MOST_PARAMS):
        if position < 0:
            break
        parameter = grammar.PARAM.match(text, position)
        if parameter is not None and "\0" not in parameter[0]:
            found.append((parameter[1], parameter[2] or None))
        position = text.find(";", parameter.end() if parameter else position + 1)
    return tuple(found)


def uri(text: str) -> Uri | None:
    """A URI as it stands, or its scheme, user and host; None where there is no host."""
    try:
        return Uri.parse(text)
    except Malformed:
        pass
    scheme, colon, rest = text.partition(":")
    scheme = scheme.lower()
    if not colon or scheme not in ("sip", "sips"):
        return None
    # Whatever is quoted is a parameter: an `@` in it divides nothing.
    head = rest.partition('"')[0]
    user, at, place = head.rpartition("@")
    host = _HOST_PORT.match(place.lstrip(" \t"))
    if host is None:
        return None
    user = user.partition(":")[0].strip(" \t")
    port = int(host[2]) if host[2] and int(host[2]) <= 65535 else None
    kept = _uri_params(rest[len(user) :].partition(host[0])[2] if at else rest)
    return Uri(scheme, escape_user(visible(unescape(user))) or None, None, host[1], port, kept)


def _uri_params(text: str) -> tuple[tuple[str, str | None], ...]:
    parts = text.partition("?")[0].split(";", grammar.MOST_PARAMS + 1)
    pairs = (part.partition("=") for part in parts[1 : grammar.MOST_PARAMS + 1])
    return tuple(
        (name, value if equals else None)
        for name, equals, value in pairs
        if grammar.URI_PARAM_NAME.fullmatch(name) and grammar.URI_PARAM_VALUE.fullmatch(value)
    )


def _name(text: str) -> str:
    """A display name as it came, without its quotes."""
    text = text.strip(" \t")
    if text.startswith('"'):
        text = unquote(text) if grammar.QUOTED.fullmatch(text) else text.strip('"')
    return visible(text)[:_LONGEST_NAME].strip()
