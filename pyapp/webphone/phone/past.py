"""The records of the calls as one value, newest first: one more costs the same for ten thousand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from webphone.contract import CallRecord


class Past(Sequence[CallRecord]):
    """Never changed once it is there; a part of it is a tuple.

    They lie in one list, the oldest first, that the values which came of each other share: each
    knows from where to where its own are.
    """

    __slots__ = ("_all", "_begin", "_end")

    def __init__(self, records: Iterable[CallRecord] = ()) -> None:
        self._all = [*records]
        self._all.reverse()
        self._begin, self._end = 0, len(self._all)

    def before(self, record: CallRecord) -> Past:
        """These, and in front of them that one."""
        # What another value has put there is none of ours; what fell out is let go of in the end.
        shared = len(self._all) == self._end and self._begin <= len(self)
        grown = Past() if shared else Past(self)
        if shared:
            grown._all, grown._begin, grown._end = self._all, self._begin, self._end
        grown._all.append(record)
        grown._end += 1
        return grown

    def newest(self, count: int) -> Past:
        """No more than so many of them."""
        if len(self) <= count:
            return self
        fewer = Past()
        fewer._all, fewer._begin, fewer._end = self._all, self._end - count, self._end
        return fewer

    def __len__(self) -> int:
        return self._end - self._begin

    def __getitem__(self, at: Any) -> Any:
        """The record of this place, or those of a slice as a tuple."""
        places = range(self._end - 1, self._begin - 1, -1)[at]
        if isinstance(places, int):
            return self._all[places]
        return tuple([self._all[place] for place in places])

    def __iter__(self) -> Iterator[CallRecord]:
        return map(self._all.__getitem__, range(self._end - 1, self._begin - 1, -1))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Past):
            other = other[:]
        return self[:] == other if isinstance(other, tuple) else NotImplemented

    __hash__ = None  # type: ignore[assignment]
