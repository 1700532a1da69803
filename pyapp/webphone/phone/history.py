"""The records of the last calls, newest first: one list, one writer."""

from __future__ import annotations

from webphone.border.decoding import Malformed, decode_fields
from webphone.contract import CALL_DIRECTIONS, DISPOSITIONS, ENDED_BY, CallRecord, Json
from webphone.words import restored

LENGTH = 200  # records that are kept


class History:
    """What happened to the calls of this phone; `records` stays the same object until it grows."""

    def __init__(self) -> None:
        self.records: tuple[CallRecord, ...] = ()

    def __contains__(self, record: CallRecord) -> bool:
        """Whether that call has its record already."""
        return any(record.id == old.id for old in self.records)

    def remember(self, record: CallRecord) -> None:
        """Put a record in front of the others.

        A caller who was refused unheard again and again leaves the last one: nobody pushes the
        calls of others out by calling.
        """
        kept = self.records
        if _unheard(record):
            uri = record.from_.uri
            kept = tuple(old for old in kept if not (_unheard(old) and old.from_.uri == uri))
        self.records = (record, *kept[: LENGTH - 1])

    def clear(self) -> None:
        """Nothing is remembered any more."""
        self.records = ()


def _unheard(record: CallRecord) -> bool:
    """Whether the phone refused the call by itself, before it rang."""
    incoming, at_once = record.direction == "incoming", record.ring_seconds == 0.0
    return incoming and at_once and record.ended_by == "system"


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
    if new is None or any(a is not b for a, b in zip(records[new:], before, strict=False)):
        return None
    return new
