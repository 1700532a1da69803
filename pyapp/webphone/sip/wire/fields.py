"""The header fields of a message: in their order, found whatever their case or short form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TypeVar

from webphone.sip.wire import grammar
from webphone.sip.wire.grammar import split_commas

Value = TypeVar("Value")

# RFC 3261 §7.3.3 and the IANA registry of compact forms.
COMPACT = {
    "a": "accept-contact",
    "b": "referred-by",
    "c": "content-type",
    "d": "request-disposition",
    "e": "content-encoding",
    "f": "from",
    "i": "call-id",
    "j": "reject-contact",
    "k": "supported",
    "l": "content-length",
    "m": "contact",
    "n": "identity-info",
    "o": "event",
    "r": "refer-to",
    "s": "subject",
    "t": "to",
    "u": "allow-events",
    "v": "via",
    "x": "session-expires",
    "y": "identity",
}

# No list is longer among people: Max-Forwards lets a request pass 70 proxies (§8.1.1.6).
MOST_VALUES = 100


@lru_cache(maxsize=512)
def header_key(name: str) -> str:
    """The one spelling of a header name, "" when `name` is no token."""
    if not grammar.TOKEN.fullmatch(name):
        return ""
    lower = name.lower()
    return COMPACT.get(lower, lower)


@lru_cache(maxsize=128)
def _keys_of(names: tuple[str, ...]) -> tuple[str, ...]:
    """Of the names of a whole message: our own have few different lists of them."""
    return tuple(map(header_key, names))


@lru_cache(maxsize=16)
def _places_of(names: tuple[str, ...]) -> dict[str, tuple[int, str]]:
    """For each name, as it is found, its place among these and how its line begins."""
    return {header_key(name): (place, f"{name}: ") for place, name in enumerate(names)}


class Headers:
    """The headers of a message in their order, found by name whatever its case or short form.

    Setting a value with CR, LF or NUL, or under a name that is no token, raises ValueError.
    Whatever was set how, a value with CR or LF is never written.
    """

    __slots__ = ("_keys", "_lines", "_names", "_typed", "_values")

    def __init__(self, items: Iterable[tuple[str, str]] = ()) -> None:
        # Three lists of one length: names as written, names as they are found, values.
        self._names: list[str] = []
        self._keys: list[str] = []
        self._values: list[str] = []
        # What has been read out of the values; forgotten whenever a header changes.
        self._typed: dict[str, object] = {}
        # The same as lines, while nothing has changed in a message of our own.
        self._lines: list[str] | None = None
        if items:
            self.extend(items)

    @classmethod
    def received(cls, items: list[tuple[str, str]]) -> Headers:
        """Headers as they came from the wire, unchecked; names that are no token are left out."""
        keys = [header_key(name) for name, _value in items]
        if "" in keys:
            items = [item for item, key in zip(items, keys) if key]
            keys = [key for key in keys if key]
        return cls._of([name for name, _value in items], keys, [value for _name, value in items])

    @classmethod
    def own(cls, lines: list[str], given: Sequence[tuple[str, str]] = ()) -> Headers:
        """Lines that we have made of what was checked where it came in, and what else is `given`.

        Most are sent and never looked at: they are taken apart when somebody asks for a header.
        """
        headers = cls.__new__(cls)
        headers._typed = {}
        headers._lines = lines
        if given:
            names, keys, values = _sendable(given)
            if "content-length" in keys:
                headers.extend(given)
            else:
                lines += map(": ".join, zip(names, values))
        return headers

    def __getattr__(self, name: str) -> list[str]:
        """One of the three lists, where they are not there yet."""
        lines: list[str] | None = None if name == "_lines" else self._lines
        if lines is None:
            raise AttributeError(name)
        parts = [line.partition(": ") for line in lines]
        self._names, self._values = [part[0] for part in parts], [part[2] for part in parts]
        self._keys = list(_keys_of(tuple(self._names)))
        return object.__getattribute__(self, name)  # type: ignore[no-any-return]

    @classmethod
    def _of(cls, names: list[str], keys: list[str], values: list[str]) -> Headers:
        headers = cls()
        headers._names, headers._keys, headers._values = names, keys, values
        return headers

    def _change(self) -> None:
        """What was read out of the values, and written of them, holds no more."""
        if self._lines is not None:
            # The lists stand for the lines from now on.
            _ = self._keys
            self._lines = None
        self._typed.clear()

    @classmethod
    def of_lines(cls, lines: list[str]) -> Headers:
        """The same out of header lines without their ends; blanks may stand around the colon."""
        parts = [line.partition(": ") for line in lines]
        keys = [header_key(part[0]) for part in parts]
        if "" in keys:
            # Few leave out the space after a colon, or put one before it.
            pairs = [line.partition(":") for line in lines]
            return cls.received(
                [(name.rstrip(" \t"), value.strip(" \t")) for name, _colon, value in pairs]
            )
        return cls._of([part[0] for part in parts], keys, [part[2].strip(" \t") for part in parts])

    def get(self, name: str) -> str | None:
        """The first value of that name."""
        key = header_key(name)
        return self._values[self._keys.index(key)] if key in self._keys else None

    def all(self, name: str) -> list[str]:
        """One value per header line of that name."""
        key = header_key(name)
        if self._keys.count(key) > 1:
            return [value for own, value in zip(self._keys, self._values) if own == key]
        return [self._values[self._keys.index(key)]] if key in self._keys else []

    def lacks(self, names: tuple[str, ...]) -> str:
        """The first of these that has no header, "" where each has one."""
        for name in names:
            if header_key(name) not in self._keys:
                return name
        return ""

    def disagrees(self, names: tuple[str, ...]) -> str:
        """The first of these that several headers say something else of, "" where none is."""
        for name in names:
            if self._keys.count(header_key(name)) > 1 and len(set(self.all(name))) > 1:
                return name
        return ""

    def lines(self, names: tuple[str, ...]) -> list[list[str]]:
        """For each name its headers as lines, each value letter by letter as it was received."""
        places = _places_of(names)
        found: list[list[str]] = [[] for _ in names]
        for key, value in zip(self._keys, self._values):
            if key in places:
                place, start = places[key]
                found[place].append(start + value)
        return found

    def values(self, name: str, most: int = MOST_VALUES) -> list[str]:
        """The first `most` values of a list header, lines and commas alike, none of them empty."""
        if header_key(name) not in self._keys:
            return []
        found: list[str] = []
        for line in self.all(name):
            found += [part for part in split_commas(line) if part]
            if len(found) >= most:
                return found[:most]
        return found

    def add(self, name: str, value: str) -> None:
        """Put a header after all others."""
        self._insert(len(self._keys), name, value)

    def extend(self, items: Iterable[tuple[str, str]]) -> None:
        """Put these after all others, or none of them if one cannot be sent."""
        pairs = list(items)
        if not pairs:
            return
        names, keys, values = _sendable(pairs)
        self._change()
        self._names += names
        self._keys += keys
        self._values += values

    def prepend(self, name: str, value: str) -> None:
        """Put a header before all others."""
        self._insert(0, name, value)

    def set(self, name: str, value: str) -> None:
        """Make this the only header of that name, where the first one stood."""
        key, value = _checked(name, value)
        position = self._keys.index(key) if key in self._keys else len(self._keys)
        if self._keys.count(key) == 1:
            self._change()
            self._names[position], self._values[position] = name, value
            return
        self.remove(name)
        self._insert(position, name, value)

    def remove(self, name: str) -> None:
        """Take away every header of that name."""
        key = header_key(name)
        self._change()
        if key in self._keys:
            kept = [at for at, own in enumerate(self._keys) if own != key]
            self._names = [self._names[at] for at in kept]
            self._values = [self._values[at] for at in kept]
            self._keys = [self._keys[at] for at in kept]

    def remove_first(self, name: str) -> None:
        """Take away the topmost header line of that name, if there is one."""
        key = header_key(name)
        self._change()
        if key in self._keys:
            position = self._keys.index(key)
            del self._names[position], self._keys[position], self._values[position]

    def echo(self, name: str, source: Headers) -> None:
        """Add every header of that name from `source`, letter by letter as it was received."""
        self._change()
        key = header_key(name)
        for value in source.all(name):
            self._names.append(name)
            self._keys.append(key)
            self._values.append(value)

    def items(self) -> list[tuple[str, str]]:
        """Names as written and values, in order."""
        return list(zip(self._names, self._values))

    def text(self, length: int) -> str:
        """Every line as it goes out, with this Content-Length where the first stood, or last."""
        if self._lines is None and "content-length" in self._keys:
            framed = self.copy()
            framed.set("Content-Length", str(length))
            return framed._text()
        return f"{self._text()}Content-Length: {length}\r\n"

    def _text(self) -> str:
        if self._lines is not None:
            text, many = "\r\n".join([*self._lines, ""]), len(self._lines)
            return _guarded(text, many)
        # One join takes half as long as a text for each line.
        many = len(self._keys)
        parts = [": "] * (4 * many)
        parts[0::4], parts[2::4], parts[3::4] = self._names, self._values, ["\r\n"] * many
        return _guarded("".join(parts), many)

    def copy(self) -> Headers:
        return Headers._of(list(self._names), list(self._keys), list(self._values))

    def typed(self, what: str, read: Callable[[Headers], Value]) -> Value:
        """`read(self)`, remembered under `what` until a header changes."""
        if what in self._typed:
            return self._typed[what]  # type: ignore[return-value]
        value = read(self)
        self._typed[what] = value
        return value

    def _insert(self, position: int, name: str, value: str) -> None:
        key, value = _checked(name, value)
        self._change()
        self._names.insert(position, name)
        self._keys.insert(position, key)
        self._values.insert(position, value)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and header_key(name) in self._keys

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return zip(self._names, self._values)

    def __len__(self) -> int:
        return len(self._keys)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Headers):
            return NotImplemented
        return self._keys == other._keys and self._values == other._values

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        # Credentials never show in a trace.
        shown = [
            (name, "..." if key in ("authorization", "proxy-authorization") else value)
            for name, key, value in zip(self._names, self._keys, self._values)
        ]
        return f"Headers({shown!r})"


def _guarded(text: str, many: int) -> str:
    """The last gate of all: one line for each header, and no more."""
    if not text.count("\r") == text.count("\n") == many:
        raise ValueError("a line break inside a header")
    return text


def _sendable(
    pairs: Sequence[tuple[str, str]],
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Names, names as they are found, and values; raises ValueError if one cannot be sent."""
    names, values = zip(*pairs)
    keys = _keys_of(names)
    # Most are plain, which is seen at once; only else is each looked at.
    text = f"|{'|'.join(values)}|"
    plain = text.isascii() and text.isprintable() and "| " not in text and " |" not in text
    if not plain or "" in keys:
        values = tuple([_checked(name, value)[1] for name, value in pairs])
    return names, keys, values


def _checked(name: str, value: str) -> tuple[str, str]:
    key = header_key(name)
    if not key:
        raise ValueError(f"not a header name: {name[:40]!r}")
    if not (value.isascii() and value.isprintable()):
        if grammar.LINE_BREAKING.search(value):
            raise ValueError(f"a line break inside {name}")
        # Text that has no bytes, such as half a surrogate pair, fails here and not when it is sent.
        value.encode("utf-8", "surrogateescape")
    return key, value.strip(" \t")
