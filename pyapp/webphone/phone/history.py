"""The records of the last calls, newest first: one list, one writer.

A call that rang in several tabs, or at several phones of one user, leaves one of them: the best.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from operator import is_

from webphone.border.decoding import Malformed, decode_fields
from webphone.contract import CALL_DIRECTIONS, DISPOSITIONS, ENDED_BY, CallRecord, Config, Json
from webphone.phone import actions as do
from webphone.phone.actions import Action
from webphone.phone.past import Past
from webphone.words import restored

LENGTH = 10_000  # records that are kept
RECENT = 200  # of them the page reads
TOGETHER = 5.0  # seconds: so far apart do the branches of one call begin, at most
# Which record tells more of a call: what somebody did here, then what somebody did elsewhere.
BEST = ("answered", "rejected", "answered-elsewhere", "missed")


class History:
    """What happened to the calls of this phone; `records` stays the same object until it changes.

    `owner` is whose they are, "" while nobody's: the calls of another user are none of ours.
    """

    def __init__(self) -> None:
        self.owner = ""
        self.records = Past()
        self._ids: set[str] = set()
        self._told: set[str] = set()  # of them those whose end was told here
        self._calls: dict[tuple[str, str], CallRecord] = {}  # of each call, by what names it
        self._doubled: list[CallRecord] = []  # another record of the same call is kept

    def __contains__(self, record: CallRecord) -> bool:
        """Whether that call has its record already."""
        return record.id in self._ids

    def told(self, id: str) -> bool:
        """Whether the end of that call was told here.

        What other tabs have stored of it may come before its news.
        """
        return id in self._told

    def remember(self, record: CallRecord) -> list[Action]:
        """Put a record in front of the others; gives what there is to be stored.

        A caller who was refused unheard again and again leaves the last one: nobody pushes the
        calls of others out by calling.
        """
        self._told.add(record.id)
        if record in self:
            return []
        twin = self._twin(record)
        if twin is not None and not _better(record, twin):
            # The page is told of it; another one is remembered.
            return [do.Save(record=record, owner="")]
        doubled = (twin,) if twin is not None else ()
        self.drop([old.id for old in doubled])
        again: tuple[CallRecord, ...] = ()
        if _unheard(record):
            uri = record.from_.uri
            lately = self.records[:RECENT]
            again = tuple(old for old in lately if _unheard(old) and old.from_.uri == uri)
            self.drop([old.id for old in again])
        self._set(self.records.before(record), record)
        kept: list[Action] = [do.Save(record=record, owner=self.owner)]
        gone = doubled + again
        return kept + (self._unremember(gone) if gone else [])

    def amend(self, record: CallRecord) -> None:
        """It has another note now; one that is not here is left out."""
        if record in self:
            self.records = Past(record if old.id == record.id else old for old in self.records)

    def add(self, records: Sequence[CallRecord]) -> bool:
        """Put these where they belong by their time; whether a page reads another list now."""
        before = self.records[:RECENT]
        new = self._of_other_calls([record for record in records if record not in self])
        for noted in records:
            if (noted.note or noted.outcome) and noted in self:
                self.amend(noted)
        old = self.records
        if new and old and max(each.ended_at for each in new) > old[-1].ended_at:
            merged = sorted((*old, *new), key=lambda each: each.ended_at, reverse=True)
            self._set(Past(merged), *new)
        elif new:
            self._set(Past((*old, *new)), *new)
        return bool(self.records[:RECENT] != before)

    def once(self) -> list[Action]:
        """What is to be stored no longer, since another record of the same call is."""
        doubled, self._doubled = tuple(self._doubled), []
        return self._unremember(doubled) if doubled else []

    def drop(self, ids: Collection[str]) -> tuple[CallRecord, ...]:
        """Take those with these ids out; gives them."""
        dropped = tuple(each for each in self.records if each.id in ids) if ids else ()
        if dropped:
            self._set(Past(each for each in self.records if each.id not in ids))
        return dropped

    def clear(self) -> list[Action]:
        """Nothing is remembered any more."""
        self._set(Past())
        return self._unremember()

    def belongs_to(self, config: Config) -> bool:
        """Whose calls they are from now on; whether that is somebody else than before."""
        known = config.username and config.domain
        owner = f"{config.username}@{config.domain}".lower() if known else ""
        if owner == self.owner:
            return False
        self.owner = owner
        self._set(Past())
        return True

    def _of_other_calls(self, records: Sequence[CallRecord]) -> list[CallRecord]:
        """These without those of which there is a better one; what they are better than goes."""
        new: dict[str, CallRecord] = {}
        worse: list[CallRecord] = []
        for record in records:
            twin = self._twin(record)
            if twin is not None and not _better(record, twin):
                worse.append(record)
                continue
            if twin is not None:
                worse.append(twin)
                new.pop(twin.id, None)
            new[record.id] = record
            self._name(record)
        self._doubled += worse
        self.drop([each.id for each in worse])
        return list(new.values())

    def _twin(self, record: CallRecord) -> CallRecord | None:
        """Another record of the same call."""
        found = (self._calls.get(name) for name in _names(record))
        return next((each for each in found if each is not None and _same(each, record)), None)

    def _name(self, *records: CallRecord) -> None:
        self._calls.update((name, record) for record in records for name in _names(record))

    def _unremember(self, records: tuple[CallRecord, ...] = ()) -> list[Action]:
        return [do.Unremember(owner=self.owner, records=records)] if self.owner else []

    def _set(self, records: Past, *new: CallRecord) -> None:
        """These there are now; `new` are what came, none where some went."""
        self.records, over = records.newest(LENGTH), records[LENGTH:]
        if not new:
            self._ids, self._calls, new = set(), {}, self.records[:]
        self._ids.update(record.id for record in new)
        self._name(*new)
        # Who has all that are kept does not go through them for each call that ends.
        gone = [record.id for record in over]
        self._ids.difference_update(gone)
        self._told.difference_update(gone)
        if len(self._told) > len(self._ids):
            self._told &= self._ids
        for record in over:
            for name in _names(record):
                known = self._calls.get(name)
                if known is not None and known.id == record.id:
                    del self._calls[name]


def _unheard(record: CallRecord) -> bool:
    """Whether the phone refused the call by itself, before it rang."""
    incoming, at_once = record.direction == "incoming", record.ring_seconds == 0.0
    return incoming and at_once and record.ended_by == "system"


def _names(record: CallRecord) -> list[tuple[str, str]]:
    """By what a call is known; who calls himself has two, so the direction is part of it.

    A server in between gives each branch a Call-ID of its own, and may leave what the caller
    calls the communication (RFC 7989).
    """
    theirs = (record.session_id or "").partition(";remote=")[2]
    names = [record.call_id, theirs if theirs.strip("0") else ""]
    return [(record.direction, name) for name in names if name]


def _same(one: CallRecord, other: CallRecord) -> bool:
    """Whether records with a name in common are of one call."""
    if one.call_id == other.call_id:
        return True
    if one.direction == "outgoing":
        return False
    try:
        begun = [datetime.fromisoformat(each.started_at).timestamp() for each in (one, other)]
    except (ValueError, OverflowError):  # anything of the site may have written it
        return False
    return abs(begun[0] - begun[1]) < TOGETHER


def _better(record: CallRecord, than: CallRecord) -> bool:
    """Which of two records of one call is kept: all tabs decide alike."""

    def place(each: CallRecord) -> tuple[int, float, str]:
        known = each.disposition in BEST
        return BEST.index(each.disposition) if known else len(BEST), -each.talk_seconds, each.id

    return place(record) < place(than)


def record_from(data: Json) -> CallRecord:
    """The record that `encode` and `kept` wrote, as a store gives it back. Raises Malformed."""
    try:
        record: CallRecord = decode_fields(CallRecord, restored(data))
    except ValueError as wrong:
        raise Malformed(str(wrong)[:100]) from None
    known = (
        record.direction in CALL_DIRECTIONS
        and record.disposition in DISPOSITIONS
        and record.ended_by in ENDED_BY
    )
    if not known:
        raise Malformed("a call of another kind")
    return record


def added(records: tuple[CallRecord, ...], before: tuple[CallRecord, ...]) -> int | None:
    """How many records came in front of those before, None where it is another list.

    A record is never changed, so what is the same object has not changed.
    """
    new = next((at for at, record in enumerate(records) if record is before[0]), None)
    return new if new is not None and all(map(is_, records[new:], before)) else None
