"""sip, sips and tel addresses, and any other scheme kept whole: parse, compare, print."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from webphone.sip.wire import grammar
from webphone.sip.wire.grammar import Malformed as Malformed

_ESCAPE = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_UNSAFE_IN_USER = re.compile(r"[^A-Za-z0-9\-_.!~*'()&=+$,;?/]")
# RFC 3261 §25.1 param-unreserved and hnv-unreserved, with `unreserved`.
_UNSAFE_IN_PARAM = re.compile(r"[^A-Za-z0-9\-_.!~*'()\[\]/:&+$]")
_UNSAFE_IN_HEADER = re.compile(r"[^A-Za-z0-9\-_.!~*'()\[\]/?:+$]")
_RESERVED = frozenset(b";/?:@&=+$,")
_UNRESERVED = re.compile(r"%([0-9A-Fa-f]{2})")
_VISUAL_SEPARATORS = re.compile(r"[-.()]")
# RFC 3261 §19.1.4: present in one URI only, these make two URIs differ.
_TELLING_PARAMS = ("user", "ttl", "method", "maddr", "transport")


def unescape(text: str) -> str:
    """`text` with every %HH read once; bytes that are not UTF-8 are read as Windows-1252."""
    if "%" not in text:
        return text
    octets = _ESCAPE.sub(
        lambda found: bytes.fromhex(found[0].replace("%", "")).decode("utf-8", "surrogateescape"),
        text,
    )
    return grammar.guessed(octets)


def escape_user(text: str) -> str:
    """`text` as the user part of a SIP URI."""
    return _escape(text, _UNSAFE_IN_USER)


def _escape(text: str, unsafe: re.Pattern[str]) -> str:
    return unsafe.sub(
        lambda found: "".join(f"%{octet:02X}" for octet in found[0].encode("utf-8", "replace")),
        text,
    )


def _canonical(text: str) -> str:
    """`text` so that two escapings of the same characters are equal (RFC 3261 §19.1.4)."""

    def character(found: re.Match[str]) -> str:
        octet = int(found[1], 16)
        keep = octet in _RESERVED or octet <= 0x20 or octet >= 0x7F or octet == 0x25
        return found[0].upper() if keep else chr(octet)

    return _UNRESERVED.sub(character, text)


def _before_semicolon(user: str | None) -> str:
    return (user or "").partition(";")[0]


@dataclass(frozen=True, slots=True)
class Uri:
    """An address; `user`, `password`, `params` and `headers` keep their %HH escapes.

    Schemes other than sip and sips hold everything after the colon in `opaque`. Raises ValueError
    when built from parts that could not be parsed back.
    """

    scheme: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    host: str = ""
    port: int | None = None
    params: tuple[tuple[str, str | None], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    opaque: str = ""

    def __post_init__(self) -> None:
        if self.scheme in ("sip", "sips"):
            self._check_sip()
        elif (
            not grammar.SCHEME.fullmatch(self.scheme)
            or self.scheme != self.scheme.lower()
            or not grammar.OPAQUE.fullmatch(self.opaque)
            or self.host
            or self.params
            or self.headers
            or self.user is not None
        ):
            raise ValueError("not an absolute URI")

    def _check_sip(self) -> None:
        if not grammar.HOST.fullmatch(self.host) or self.opaque:
            raise ValueError("host of the URI")
        if self.user is not None and not grammar.USER.fullmatch(self.user):
            raise ValueError("user of the URI")
        if self.password is not None and (
            self.user is None or not grammar.PASSWORD.fullmatch(self.password)
        ):
            raise ValueError("password of the URI")
        if self.port is not None and not 0 <= self.port <= 65535:
            raise ValueError("port of the URI")
        for name, value in self.params:
            if not grammar.URI_PARAM_NAME.fullmatch(name) or not (
                value is None or grammar.URI_PARAM_VALUE.fullmatch(value)
            ):
                raise ValueError("parameter of the URI")
        for name, value in self.headers:
            if not (
                grammar.URI_HEADER_NAME.fullmatch(name)
                and grammar.URI_HEADER_VALUE.fullmatch(value)
            ):
                raise ValueError("header of the URI")

    @classmethod
    def parse(cls, text: str) -> Uri:
        """The URI in `text`, which has no space around it; raises Malformed."""
        found = grammar.SIP_URI.fullmatch(text)
        try:
            if found is None:
                return _parse_absolute(text)
            scheme, user, password, host, port, params, headers = found.groups()
            number = int(port) if port else None
            pairs = _parse_params(params) if params else ()
            if headers or (number is not None and number > 65535):
                more = _parse_headers(headers or "")
                return cls(scheme.lower(), user, password, host, number, pairs, more)
        except ValueError as fault:
            raise Malformed(f"URI {text[:80]!r}: {fault}") from None
        # The pattern has checked all of it.
        made: Any = _Unfinished(scheme.lower(), user, password, host, number, pairs)
        made.__class__ = cls
        return made  # type: ignore[no-any-return]

    def __str__(self) -> str:
        if self.opaque:
            return f"{self.scheme}:{self.opaque}"
        text = f"{self.scheme}:"
        if self.user is not None:
            text += self.user
            if self.password is not None:
                text += f":{self.password}"
            text += "@"
        text += self.host
        if self.port is not None:
            text += f":{self.port}"
        for name, value in self.params:
            text += f";{name}" if value is None else f";{name}={value}"
        if self.headers:
            text += "?" + "&".join(f"{name}={value}" for name, value in self.headers)
        return text

    def _all_params(self) -> tuple[tuple[str, str | None], ...]:
        if self.scheme != "tel":
            return self.params
        pairs = (part.partition("=") for part in self.opaque.split(";")[1:])
        return tuple((name, value if equals else None) for name, equals, value in pairs)

    def param(self, name: str) -> str | None:
        """The unescaped value of a parameter, "" when it has none, None when it is absent."""
        for key, value in self._all_params():
            if unescape(key).lower() == name.lower():
                return unescape(value or "")
        return None

    def has(self, name: str) -> bool:
        """Whether the parameter is there, with or without a value."""
        return self.param(name) is not None

    def with_param(self, name: str, value: str | None = None) -> Uri:
        """This URI with the parameter set to `value`, escaped here; None is a bare name."""
        escaped = None if value is None else _escape(value, _UNSAFE_IN_PARAM)
        new = (_escape(name, _UNSAFE_IN_PARAM), escaped)
        kept = tuple(
            pair for pair in self._all_params() if unescape(pair[0]).lower() != name.lower()
        )
        if self.scheme == "tel":
            bare = self.opaque.partition(";")[0]
            return replace(
                self,
                opaque=bare
                + "".join(
                    f";{key}" if val is None else f";{key}={val}" for key, val in (*kept, new)
                ),
            )
        return replace(self, params=(*kept, new))

    def without_params(self) -> Uri:
        """This URI without parameters and without headers."""
        if self.scheme == "tel":
            return replace(self, opaque=self.opaque.partition(";")[0])
        return replace(self, params=(), headers=())

    def header(self, name: str) -> str | None:
        """The unescaped value of a `?header`, None when it is absent."""
        for key, value in self.headers:
            if unescape(key).lower() == name.lower():
                return unescape(value)
        return None

    def with_header(self, name: str, value: str) -> Uri:
        """This URI with one more `?header`, escaped here: how Refer-To carries Replaces."""
        pair = (_escape(name, _UNSAFE_IN_HEADER), _escape(value, _UNSAFE_IN_HEADER))
        return replace(self, headers=(*self.headers, pair))

    @property
    def number(self) -> str:
        """What a person would dial: the unescaped user, or the digits of a tel URI."""
        if self.scheme == "tel":
            return _VISUAL_SEPARATORS.sub("", self.opaque.partition(";")[0])
        return unescape(self.user or "")

    @property
    def shown_number(self) -> str:
        """The number as a person reads it: without parameters of its own, nothing turned round.

        RFC 3261 §19.1.6: what follows a semicolon in the user says more of a telephone number.
        """
        user = self.number if self.scheme == "tel" else unescape(_before_semicolon(self.user))
        return grammar.visible(user)

    def user_param(self, name: str) -> str | None:
        """The unescaped value of a parameter in the user, None when it is absent."""
        for part in (self.user or "").split(";")[1:]:
            key, _, value = part.partition("=")
            if unescape(key).lower() == name.lower():
                return unescape(value)
        return None

    @property
    def aor(self) -> str:
        """The address of record as text: scheme, user and host alone."""
        if self.scheme == "tel":
            return f"tel:{self.number}"
        if self.opaque:
            return f"{self.scheme}:{self.opaque}"
        host = self.host.lower()
        return (
            f"{self.scheme}:{host}"
            if self.user is None
            else (f"{self.scheme}:{_canonical(self.user)}@{host}")
        )

    def equivalent(self, other: Uri) -> bool:
        """Whether both name the same resource (RFC 3261 §19.1.4, RFC 3966 §4 for tel)."""
        if self.scheme != other.scheme:
            return False
        if self.scheme == "tel":
            return self.number.lower() == other.number.lower() and (
                _folded(self._all_params()) == _folded(other._all_params())
            )
        if self.opaque:
            return self.opaque == other.opaque
        if self._who() != other._who() or _folded(self.headers) != _folded(other.headers):
            return False
        mine, theirs = _folded(self.params), _folded(other.params)
        return all(mine[name] == theirs[name] for name in mine.keys() & theirs.keys()) and not any(
            name in _TELLING_PARAMS for name in mine.keys() ^ theirs.keys()
        )

    def _who(self) -> tuple[str | None, str | None, str, int | None]:
        user = None if self.user is None else _canonical(self.user)
        password = None if self.password is None else _canonical(self.password)
        return user, password, self.host.lower(), self.port


class _Unfinished:
    """A Uri while it is put together: to set the fields of a frozen one takes five times as long.

    It becomes one as its class is set.
    """

    __slots__ = Uri.__slots__

    def __init__(
        self,
        scheme: str,
        user: str | None,
        password: str | None,
        host: str,
        port: int | None,
        params: tuple[tuple[str, str | None], ...],
    ) -> None:
        self.scheme = scheme
        self.user = user
        self.password = password
        self.host = host
        self.port = port
        self.params = params
        self.headers = ()
        self.opaque = ""


def _folded(
    pairs: tuple[tuple[str, str | None], ...] | tuple[tuple[str, str], ...],
) -> dict[str, str]:
    return {_canonical(name).lower(): _canonical(value or "").lower() for name, value in pairs}


def _parse_absolute(text: str) -> Uri:
    found = grammar.ABSOLUTE_URI.fullmatch(text)
    if found is None or found[1].lower() in ("sip", "sips"):
        raise ValueError("not a URI")
    return Uri(found[1].lower(), opaque=found[2])


def _parse_params(text: str) -> tuple[tuple[str, str | None], ...]:
    parts = text[1:].split(";", grammar.MOST_PARAMS)
    if len(parts) > grammar.MOST_PARAMS:
        raise ValueError("more parameters than anybody has")
    pairs = [part.partition("=") for part in parts]
    return tuple([(name, value if equals else None) for name, equals, value in pairs])


def _parse_headers(text: str) -> tuple[tuple[str, str], ...]:
    # A raw "@" is not allowed here, but peers send it in `?Replaces=...`.
    parts = text.replace("@", "%40").split("&", grammar.MOST_PARAMS)
    if len(parts) > grammar.MOST_PARAMS:
        raise ValueError("more headers than anybody has")
    pairs = (part.partition("=") for part in parts)
    return tuple((name, value) for name, _equals, value in pairs)
