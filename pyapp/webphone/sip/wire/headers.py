"""Header values: what stands in From, Via, CSeq, Reason and the challenges, read and written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from webphone.sip.wire import grammar
from webphone.sip.wire.grammar import Malformed as Malformed
from webphone.sip.wire.grammar import quote, split_commas, unquote, visible, whole_number
from webphone.sip.wire.params import (
    Params,
    change_param,
    check_params,
    find_param,
    print_params,
)
from webphone.sip.wire.params import parse_params as parse_params
from webphone.sip.wire.params import parse_value as parse_value
from webphone.sip.wire.uri import Uri

Value = TypeVar("Value")

# RFC 3261 §8.1.1.5 and §20: CSeq stays below 2**31, delta-seconds below 2**32.
HIGHEST_CSEQ = 2**31 - 1
HIGHEST_SECONDS = 2**32 - 1


@dataclass(frozen=True, slots=True)
class NameAddr:
    """A name and an address, as in From, To, Contact, Route.

    `display_name` is plain text, without quotes and control characters. `params` are the header's
    own, values as written; `param()` reads one unquoted.
    """

    display_name: str
    uri: Uri
    params: Params = ()

    def __post_init__(self) -> None:
        name = self.display_name
        if name and (grammar.CONTROL.search(name) or grammar.LONE_SURROGATE.search(name)):
            raise ValueError("a control character in a display name")
        if self.params:
            check_params(self.params)

    @classmethod
    def parse(cls, text: str) -> NameAddr:
        """One name-addr or addr-spec with its parameters; raises Malformed."""
        text = text.strip(" \t")
        name, end = "", 0
        if text.startswith('"'):
            found = grammar.QUOTED.match(text)
            if found is None:
                raise Malformed(f"unbalanced quote in {text[:80]!r}")
            name, end = visible(unquote(found[0])).strip(), found.end()
        opening = text.find("<", end)
        if opening < 0:
            # RFC 3261 §20: without brackets, what follows a semicolon belongs to the header.
            address, semicolon, rest = text.partition(";")
            if name or "?" in address:
                raise Malformed(f"address without brackets in {text[:80]!r}")
            uri = Uri.parse(address.rstrip(" \t"))
            return _unchecked(cls, _Address("", uri, parse_params(semicolon + rest)))
        between = text[end:opening].strip(" \t")
        closing = text.find(">", opening)
        if closing < 0 or (between and (end or '"' in between or ">" in between)):
            raise Malformed(f"address {text[:80]!r}")
        rest = text[closing + 1 :].lstrip(" \t")
        uri = Uri.parse(text[opening + 1 : closing].strip(" \t"))
        params = parse_params(rest) if rest else ()
        return _unchecked(cls, _Address(name or visible(between), uri, params))

    @classmethod
    def parse_many(cls, text: str) -> list[NameAddr]:
        """A comma-separated list of addresses; raises Malformed."""
        return [cls.parse(part) for part in split_commas(text) if part]

    def __str__(self) -> str:
        name = f"{quote(self.display_name)} " if self.display_name else ""
        params = print_params(self.params) if self.params else ""
        return f"{name}<{self.uri!s}>{params}"

    @property
    def expires(self) -> int | None:
        """The `expires` of a Contact in seconds, an overlarge one as 2**32 - 1; None if unread."""
        seconds = whole_number(self.param("expires") or "", HIGHEST_SECONDS)
        return None if seconds is None else min(seconds, HIGHEST_SECONDS)

    @property
    def tag(self) -> str:
        """The tag, "" when there is none."""
        return find_param(self.params, "tag") or ""

    def param(self, name: str) -> str | None:
        """The unquoted value of a header parameter, "" without value, None when absent."""
        return find_param(self.params, name)

    def with_param(self, name: str, value: str | None = None) -> NameAddr:
        # The others were checked as they came.
        params = change_param(self.params, name, value)
        return _unchecked(NameAddr, _Address(self.display_name, self.uri, params))


@dataclass(frozen=True, slots=True)
class Via:
    """One hop of the way back (RFC 3261 §20.42)."""

    transport: str
    host: str
    port: int | None = None
    params: Params = ()
    protocol: str = "SIP/2.0"

    def __post_init__(self) -> None:
        if not grammar.TOKEN.fullmatch(self.transport) or not grammar.HOST.fullmatch(self.host):
            raise ValueError("transport or host of Via")
        if self.port is not None and not 0 <= self.port <= 65535:
            raise ValueError("port of Via")
        if self.protocol != "SIP/2.0" and not grammar.PROTOCOL.fullmatch(self.protocol):
            raise ValueError("protocol of Via")
        check_params(self.params)

    @classmethod
    def parse(cls, text: str) -> Via:
        """One Via value; raises Malformed."""
        text = text.strip(" \t")
        found = grammar.VIA.match(text)
        if found is None:
            raise Malformed(f"Via {text[:80]!r}")
        name, version, transport, host, port = found.groups()
        params = parse_params(text[found.end() :])
        number = int(port) if port else None
        if number is not None and number > 65535:
            raise Malformed("port of Via")
        hop = _Hop(transport, host, number, params, f"{name}/{version}")
        return _unchecked(cls, hop)

    @classmethod
    def parse_many(cls, text: str) -> list[Via]:
        """A comma-separated list of Via values; raises Malformed."""
        return [cls.parse(part) for part in split_commas(text)]

    def __str__(self) -> str:
        port = "" if self.port is None else f":{self.port}"
        return f"{self.protocol}/{self.transport} {self.host}{port}{print_params(self.params)}"

    @property
    def branch(self) -> str:
        """The branch, "" when there is none (RFC 2543)."""
        return find_param(self.params, "branch") or ""

    def param(self, name: str) -> str | None:
        """The unquoted value of a parameter, "" without value, None when absent."""
        return find_param(self.params, name)

    def with_param(self, name: str, value: str | None = None) -> Via:
        return replace(self, params=change_param(self.params, name, value))


class _Address:
    """A NameAddr while it is put together (see uri.py)."""

    __slots__ = NameAddr.__slots__

    def __init__(self, display_name: str, uri: Uri, params: Params) -> None:
        self.display_name = display_name
        self.uri = uri
        self.params = params


class _Hop:
    """A Via while it is put together."""

    __slots__ = Via.__slots__

    def __init__(
        self, transport: str, host: str, port: int | None, params: Params, protocol: str
    ) -> None:
        self.transport = transport
        self.host = host
        self.port = port
        self.params = params
        self.protocol = protocol


def _unchecked(cls: type[Value], made: Any) -> Value:
    """What the grammar has checked already, as a value of its class."""
    made.__class__ = cls
    return made  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class CSeq:
    """The place of a request in its dialog (RFC 3261 §20.16)."""

    number: int
    method: str

    def __post_init__(self) -> None:
        if not 0 <= self.number <= HIGHEST_CSEQ or not grammar.TOKEN.fullmatch(self.method):
            raise ValueError("CSeq")

    @classmethod
    def parse(cls, text: str) -> CSeq:
        """The number and method in `text`; raises Malformed, also for 2**31 and above."""
        found = grammar.CSEQ.fullmatch(text.strip(" \t"))
        number = whole_number(found[1], HIGHEST_CSEQ) if found else None
        # RFC 3261 §8.1.1.5: the sequence number MUST be less than 2**31.
        if found is None or number is None or number > HIGHEST_CSEQ:
            raise Malformed(f"CSeq {text[:40]!r}")
        return cls(number, found[2])

    def __str__(self) -> str:
        return f"{self.number} {self.method}"


# RFC 7616 §3.3, §3.4 and RFC 3261 §25.1: these go without quotes.
_UNQUOTED_AUTH = frozenset({"algorithm", "stale", "nc", "userhash", "charset"})


@dataclass(frozen=True, slots=True)
class Challenge:
    """A challenge or an answer to one: scheme and parameters, names lower, values unquoted."""

    scheme: str
    params: dict[str, str] = field(default_factory=dict, hash=False)

    @classmethod
    def parse(cls, text: str) -> Challenge:
        """The one challenge in `text`; raises Malformed."""
        challenges = cls.parse_many(text)
        if len(challenges) != 1:
            raise Malformed(f"{len(challenges)} challenges in one header")
        return challenges[0]

    @classmethod
    def parse_many(cls, text: str) -> list[Challenge]:
        """Every challenge in `text`: some servers join them by commas; raises Malformed."""
        if "\0" in text:
            raise Malformed("NUL in a challenge")
        challenges: list[Challenge] = []
        position, end = 0, len(text)
        while position < end:
            parameter = grammar.AUTH_PARAM.match(text, position) if challenges else None
            if parameter is not None:
                name = parameter[1].lower()
                challenges[-1].params.setdefault(name, unquote(parameter[2]))
                position = parameter.end()
                continue
            scheme = grammar.AUTH_SCHEME.match(text, position)
            if scheme is None:
                raise Malformed("challenge that cannot be read")
            challenges.append(cls(scheme[1], {}))
            position = scheme.end()
        return challenges

    def __str__(self) -> str:
        return self.scheme + ",".join(
            f" {name}={value if name in _UNQUOTED_AUTH else quote(value)}"
            for name, value in self.params.items()
        )


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something ended (RFC 3326): `Q.850;cause=16`, `SIP;cause=200;text="..."`."""

    protocol: str
    cause: int | None = None
    text: str = ""

    @classmethod
    def parse(cls, text: str) -> Reason:
        """One reason-value; raises Malformed."""
        protocol, params = parse_value(text)
        if not grammar.TOKEN.fullmatch(protocol):
            raise Malformed(f"Reason {text[:40]!r}")
        cause = whole_number(params.get("cause", ""), HIGHEST_SECONDS)
        return cls(protocol, cause, visible(params.get("text", "")))

    @classmethod
    def parse_many(cls, text: str) -> list[Reason]:
        """A comma-separated list of reasons; raises Malformed."""
        return [cls.parse(part) for part in split_commas(text) if part]

    def __str__(self) -> str:
        cause = "" if self.cause is None else f";cause={self.cause}"
        return f"{self.protocol}{cause}" + (f";text={quote(self.text)}" if self.text else "")
