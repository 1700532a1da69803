"""Which of the calls that were are looked for: by name, number and kind. Loaded with them."""

from __future__ import annotations

from webphone.contract import CallRecord, Party
from webphone.phone.numbers import printed
from webphone.phone.snapshot import Person

Records = tuple[CallRecord, ...]


def missed(record: CallRecord) -> bool:
    """Whether somebody has called and nobody has answered."""
    return record.disposition == "missed"


class Finder:
    """What was looked for last is not looked for again before something changes."""

    def __init__(self) -> None:
        self._records: Records = ()
        self._asked = "", ""
        self._found: Records = ()

    def find(self, records: Records, words: str, kind: str) -> Records:
        """The records of this kind that have these words in their name or number."""
        wanted, before = (words.casefold().strip(), kind), self._asked
        if wanted == ("", ""):
            return records
        same = records is self._records
        if same and wanted == before:
            return self._found
        # Who types on looks among those that were found.
        narrower = same and kind == before[1] and wanted[0].startswith(before[0] or " ")
        self._records, self._asked = records, wanted
        self._found = _found(self._found if narrower else records, *wanted)
        return self._found


def people_found(people: tuple[Person, ...], words: str) -> tuple[Person, ...]:
    """The contacts that have these words in their name or number."""
    wanted = words.casefold().strip()
    if not wanted:
        return people
    digits = printed(wanted) or wanted
    return tuple(
        each
        for each in people
        if wanted in each.name.casefold()
        or any(digits in (printed(number) or number.casefold()) for number in each.numbers)
    )


def _found(records: Records, words: str, kind: str) -> Records:
    if kind == "missed":
        records = tuple(each for each in records if missed(each))
    elif kind:
        records = tuple(each for each in records if each.direction == kind)
    if not words:
        return records
    return tuple(each for each in records if words in _name(each).casefold())


def _name(record: CallRecord) -> str:
    party = other_end(record)
    who = f"{record.display_name or party.display_name} {party.number or party.uri}"
    return f"{who} {record.outcome} {record.note}"


def other_end(record: CallRecord) -> Party:
    return record.from_ if record.direction == "incoming" else record.to
