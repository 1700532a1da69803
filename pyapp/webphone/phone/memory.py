"""The calls of other days: what the browser remembers, asked for as far as it is wanted.

Loaded when the page has come to rest. The newest are recalled unasked, all where a person looks at
them or a page wants them as a file, a few at a time: no call waits for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from webphone.border.decoding import Malformed
from webphone.border.reading import parsed
from webphone.border.settings import bare
from webphone.contract import CallRecord, Event, ExportHistory, Json, Quality, encode
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.account.account import Result
from webphone.phone.call.call import Call
from webphone.phone.call.endings import Ending
from webphone.phone.call.record import iso, seconds
from webphone.phone.happenings import MemoryNews
from webphone.phone.history import LENGTH, RECENT, History, record_from
from webphone.phone.promises import done
from webphone.words import Language, kept

LONGEST = 20_000  # characters of one record


class Memory:
    """What of the past is here, and what is still to be recalled."""

    def __init__(self, history: History) -> None:
        self.deleted: tuple[CallRecord, ...] = ()  # what the person may have back
        self._history = history
        self._wanted = 0  # so many records are wanted
        self._then: str | None = ""  # where the browser goes on; None: all is here
        self._asking = False
        self._exports: list[tuple[ExportHistory, int | None]] = []

    def heard(self, news: MemoryNews, language: Language) -> Result:
        """What is remembered, or what a person does with it."""
        match news:
            case on.AtRest():
                return self._want(RECENT)
            case on.HistoryOpened():
                self.deleted = ()
                return self._want(LENGTH)
            case on.Recalled():
                return self._recalled(news, language)
            case on.RememberedElsewhere(owner=owner, records=records):
                return self._added(records) if owner == self._history.owner else []
            case on.ForgottenElsewhere(owner=owner, ids=ids):
                if owner not in ("", self._history.owner):
                    return []
                gone = self._history.drop(ids or [each.id for each in self._history.records])
                return _changed() if gone else []
            case on.CallsDeleted(ids=ids):
                return self._delete(ids)
            case on.CallsWantedBack():
                return self._take_back()
            case _:
                assert_never(news)

    def begin_anew(self) -> Result:
        """The records are somebody else's now."""
        self.deleted, self._then, self._asking = (), "", False
        return self._recall()

    def export(self, command: ExportHistory, reply: int | None, language: Language) -> Result:
        """All of the records as text, once all are here."""
        self._exports.append((command, reply))
        return self._want(LENGTH) + self._exported(language)

    @property
    def recalling(self) -> bool:
        """Whether somebody looks at all of them and not all are here yet."""
        return self._wanted >= LENGTH and not self._enough

    # --- Inside ---

    def _want(self, count: int) -> Result:
        self._wanted = max(self._wanted, count)
        return self._recall()

    @property
    def _enough(self) -> bool:
        here = len(self._history.records)
        return self._then is None or not self._history.owner or here >= self._wanted

    def _recall(self) -> Result:
        if self._asking or self._enough:
            return []
        self._asking = True
        return [do.Recall(owner=self._history.owner, after=self._then or "")]

    def _recalled(self, news: on.Recalled, language: Language) -> Result:
        if news.owner != self._history.owner or not self._asking:
            return []
        self._asking, self._then = False, news.then
        return self._added(news.records) + self._recall() + self._exported(language)

    def _added(self, texts: Iterable[str]) -> Result:
        changed = self._history.add(list(read(texts)))
        return [*self._history.once(), *(_changed() if changed else [])]

    def _exported(self, language: Language) -> Result:
        if not self._enough:
            return []
        # Loaded by the first export.
        from webphone.phone.export import exported

        exports, self._exports = self._exports, []
        result: Result = []
        for command, reply in exports:
            text = exported(self._history.records, command.format, language)
            result += _given(command.format, text) if reply is None else done(reply, text)
        return result

    def _delete(self, ids: Iterable[str]) -> Result:
        gone = self._history.drop(frozenset(ids))
        if not gone:
            return []
        self.deleted = gone
        return [*self._stored(do.Unremember(owner=self._history.owner, records=gone)), *_changed()]

    def _take_back(self) -> Result:
        back, self.deleted = self.deleted, ()
        if not back:
            return []
        self._history.add(back)
        return [*self._stored(do.Remember(owner=self._history.owner, records=back)), *_changed()]

    def _stored(self, action: do.Remember | do.Unremember) -> Result:
        return [action] if self._history.owner else []


def _changed() -> Result:
    return [do.Tell(event=Event("historychange", {}))]


def _given(format: str, text: str) -> Result:
    """A person gets it as a file."""
    kind = {"csv": "text/csv", "json": "application/json"}[format]
    return [do.SaveFile(name=f"calls.{format}", kind=kind, text=text)]


# --- As text --------------------------------------------------------------------------------------


def written(record: CallRecord) -> str:
    """A record as it is stored, "" for one that is too long: without what lets us in anywhere."""
    server = bare(record.server) if record.server else None
    text = json.dumps(kept(encode(replace(record, server=server))))
    return text if len(text) <= LONGEST else ""


def unfinished(call: Call, ending: Ending, now: float) -> str:
    """As stored by who ends the call when its page is gone, and who adds when that was."""
    return written(call.record(ending, Quality(), now))


def read(texts: Iterable[str]) -> Iterable[CallRecord]:
    """The records in these; what is none is left out: anything of the site may write there."""
    for text in texts:
        try:
            if len(text) <= 2 * LONGEST:
                yield _record(parsed(text))
        except (Malformed, ValueError, OverflowError):
            continue


def _record(data: Json) -> CallRecord:
    """One as it was written, or with `until`, the milliseconds since 1970 when its page went."""
    if not isinstance(data, dict) or "until" not in data:
        return record_from(data)
    text, until = data.get("record"), data["until"]
    if not isinstance(text, str) or not isinstance(until, int):
        raise Malformed("no record")
    record, end = record_from(parsed(text)), until / 1000
    begun = record.answered_at or record.ringing_at
    lasted = seconds(end - datetime.fromisoformat(begun).timestamp()) if begun else 0.0
    if record.answered_at:
        return replace(record, ended_at=iso(end), talk_seconds=lasted)
    return replace(record, ended_at=iso(end), ring_seconds=lasted)
