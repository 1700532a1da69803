"""The header fields of a message: in their order, found whatever their case or short form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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


class Headers:
    """The headers of a message in their order, found by name whatever its case or short form.

    Setting a value with CR, LF or NUL, or under a name that is no token, raises ValueError.
    """

    __slots__ = ("_items", "_keys", "_typed")

    def __init__(self, items: Iterable[tuple[str, str]] = ()) -> None:
        self._items: list[tuple[str, str]] = []
        self._keys: list[str] = []
        # What has been read out of the values; forgotten whenever a header changes.
        self._typed: dict[str, object] = {}
        for name, value in items:
            self.add(name, value)

    @classmethod
    def received(cls, items: list[tuple[str, str]]) -> Headers:
        """Headers as they came from the wire, unchecked; names that are no token are left out."""
        headers = cls()
        headers._keys = [header_key(name) for name, _value in items]
        headers._items = items
        if "" in headers._keys:
            headers._items = [item for item in items if header_key(item[0])]
            headers._keys = [key for key in headers._keys if key]
        return headers

    def get(self, name: str) -> str | None:
        """The first value of that name."""
        try:
            return self._items[self._keys.index(header_key(name))][1]
        except ValueError:
            return None

    def all(self, name: str) -> list[str]:
        """One value per header line of that name."""
        key = header_key(name)
        if key not in self._keys:
            return []
        return [item[1] for item, own in zip(self._items, self._keys) if own == key]

    def values(self, name: str, most: int = MOST_VALUES) -> list[str]:
        """The first `most` values of a list header, lines and commas alike, none of them empty."""
        found: list[str] = []
        for line in self.all(name):
            found += [part for part in split_commas(line) if part]
            if len(found) >= most:
                break
        return found[:most]

    def add(self, name: str, value: str) -> None:
        """Put a header after all others."""
        self._insert(len(self._items), name, value)

    def prepend(self, name: str, value: str) -> None:
        """Put a header before all others."""
        self._insert(0, name, value)

    def set(self, name: str, value: str) -> None:
        """Make this the only header of that name, where the first one stood."""
        key, value = _checked(name, value)
        position = self._keys.index(key) if key in self._keys else len(self._keys)
        self.remove(name)
        self._insert(position, name, value)

    def remove(self, name: str) -> None:
        """Take away every header of that name."""
        key = header_key(name)
        self._typed.clear()
        if key in self._keys:
            kept = [item for item, own in zip(self._items, self._keys) if own != key]
            self._items, self._keys = kept, [own for own in self._keys if own != key]

    def remove_first(self, name: str) -> None:
        """Take away the topmost header line of that name, if there is one."""
        key = header_key(name)
        self._typed.clear()
        if key in self._keys:
            position = self._keys.index(key)
            del self._items[position], self._keys[position]

    def echo(self, name: str, source: Headers) -> None:
        """Add every header of that name from `source`, letter by letter as it was received."""
        self._typed.clear()
        for value in source.all(name):
            self._items.append((name, value))
            self._keys.append(header_key(name))

    def items(self) -> list[tuple[str, str]]:
        """Names as written and values, in order."""
        return list(self._items)

    def copy(self) -> Headers:
        twin = Headers()
        twin._items, twin._keys = list(self._items), list(self._keys)
        return twin

    def typed(self, what: str, read: Callable[[Headers], Value]) -> Value:
        """`read(self)`, remembered under `what` until a header changes."""
        if what in self._typed:
            return self._typed[what]  # type: ignore[return-value]
        value = read(self)
        self._typed[what] = value
        return value

    def _insert(self, position: int, name: str, value: str) -> None:
        key, value = _checked(name, value)
        self._typed.clear()
        self._items.insert(position, (name, value))
        self._keys.insert(position, key)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and header_key(name) in self._keys

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Headers):
            return NotImplemented
        mine = zip(self._keys, (value for _name, value in self._items))
        theirs = zip(other._keys, (value for _name, value in other._items))
        return list(mine) == list(theirs)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        # Credentials never show in a trace.
        shown = [
            (name, "..." if key in ("authorization", "proxy-authorization") else value)
            for (name, value), key in zip(self._items, self._keys)
        ]
        return f"Headers({shown!r})"


def _checked(name: str, value: str) -> tuple[str, str]:
    key = header_key(name)
    if not key:
        raise ValueError(f"not a header name: {name[:40]!r}")
    if grammar.LINE_BREAKING.search(value):
        raise ValueError(f"a line break inside {name}")
    # Text that has no bytes, such as half a surrogate pair, fails here and not when it is sent.
    value.encode("utf-8", "surrogateescape")
    return key, value.strip(" \t")
