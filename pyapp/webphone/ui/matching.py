"""Who is meant by what is typed: contacts and recent calls, by beginnings of words or by digits.

Loaded by the first key in the number field. Thousands of contacts are two long texts, made once and
searched by the text search of Python itself: no key costs a loop over them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from webphone.phone.history import RECENT
from webphone.phone.past import Past
from webphone.phone.people import bare
from webphone.phone.snapshot import Person, Snapshot
from webphone.phone.spelling import dialled, every, spelled, words
from webphone.ui.finding import other_end
from webphone.ui.view import Records

MOST = 6  # that are offered
LOOKS = 200  # entries that one key looks at, which have one of several words
LONG = 4  # digits from which a number is also found by what stands within it
# Typed: nothing but a number and its marks, with a digit in it.
_NUMBER = re.compile(r"[+0-9 ()./\-*#]*[0-9][0-9 ()./\-*#]*")

# A name, "" where there is none, and the numbers.
Entry = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Match:
    """Whom to call: a name, "" where there is none, and what to dial."""

    name: str
    number: str


class Shelf:
    """Entries, and all that they say: `words` and `numbers` have a line for each of them."""

    def __init__(self, entries: Sequence[Person | Entry], words: str, numbers: str) -> None:
        self._entries, self._words, self._numbers = entries, words, numbers

    def found(self, begun: Sequence[str], digits: str) -> Iterator[Match]:
        """Those whose number has these digits, or whose name has words that begin so."""
        within = digits.lstrip("+0") if len(digits) >= LONG else ""
        for mark in (f"\t{digits}" if digits else "", within):
            for at in _places(self._numbers, mark):
                # Which of its numbers: as many begin before the end of the mark.
                start = self._numbers.rfind("\n", 0, at) + 1
                place = self._numbers.count("\t", start, at + len(mark)) - 1
                name, numbers = self._entry(self._numbers, at)
                yield Match(name, numbers[place])
        for at in self._named([f" {word}" for word in begun]):
            name, numbers = self._entry(self._words, at)
            yield from (Match(name, number) for number in numbers)

    def _named(self, marks: Sequence[str]) -> Iterator[int]:
        rarest = min(marks, key=self._words.count, default="")
        for at in islice(_places(self._words, rarest), LOOKS):
            line = self._words[self._words.rfind("\n", 0, at) + 1 : _end(self._words, at)]
            if all(mark in line for mark in marks):
                yield at

    def _entry(self, text: str, at: int) -> Entry:
        entry = self._entries[text.count("\n", 0, at)]
        return (entry.name, entry.numbers) if isinstance(entry, Person) else entry


class Matches:
    """What was found last is not looked for again; what was read is not read again."""

    def __init__(self) -> None:
        self.read = 0  # contacts and calls, for who counts the work
        self._people: tuple[Person, ...] | None = None
        self._records: Records | Past | None = None
        self._contacts = self._calls = Shelf((), "", "")
        self._asked: tuple[object, ...] = ()
        self._found: tuple[Match, ...] = ()

    def find(self, snapshot: Snapshot) -> tuple[Match, ...]:
        """At most six, the contacts before the calls; none while nothing is typed."""
        typed, people, records = snapshot.number.strip(), snapshot.people, snapshot.history
        if not typed:
            return ()
        if people is not self._people:
            self._people, self._contacts, self._asked = people, _contacts(people), ()
            self.read += len(people)
        if records is not self._records:
            recent = _recent(records)
            self._records, self._calls, self._asked = records, _calls(recent), ()
            self.read += len(recent)
        if self._asked != (typed,):
            self._asked, self._found = (typed,), self._fresh(typed)
        return self._found

    def _fresh(self, typed: str) -> tuple[Match, ...]:
        digits = dialled(typed)
        digits = digits if _NUMBER.fullmatch(digits) else ""
        begun = spelled(typed).split()
        found: dict[str, Match] = {}
        for shelf in (self._contacts, self._calls):
            for match in shelf.found(begun, digits):
                found.setdefault(bare(match.number), match)
                if len(found) == MOST:
                    break
            if len(found) == MOST:
                break
        return tuple(found.values())


MATCHES = Matches()


def _contacts(people: Sequence[Person]) -> Shelf:
    told = "\n".join([each.words for each in people])
    return Shelf(people, told, "\n".join([each.dials for each in people]))


def _recent(records: Records | Past) -> list[Entry]:
    """Whom calls went to or came from of late, the last first."""
    found: dict[str, Entry] = {}
    for record in records[:RECENT]:
        party = other_end(record)
        number = party.number or party.uri
        if number and number not in found:
            name = " ".join((record.display_name or party.display_name).split())
            found[number] = name, (number,)
    return list(found.values())


def _calls(entries: Sequence[Entry]) -> Shelf:
    told = "\n".join([words(name, numbers) for name, numbers in entries])
    return Shelf(entries, told, "\n".join([every(numbers) for _, numbers in entries]))


def _places(text: str, mark: str) -> Iterator[int]:
    """Where the mark stands, once in a line at most."""
    at = text.find(mark) if mark else -1
    while at >= 0:
        yield at
        at = text.find(mark, _end(text, at))


def _end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end
