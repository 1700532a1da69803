"""What the phone remembers in this browser: IndexedDB, and a word to the other tabs of the site.

Loaded once the first screen stands. Where the browser stores nothing (a private window, a frame
in a sandbox, no room, a database of a newer phone), what the phone itself knows is all there is.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import js
from pyodide.ffi import jsnull, to_js

from webphone.border.reading import parsed
from webphone.browser.proxies import Listeners, plain, said
from webphone.contract import CallRecord
from webphone.phone.actions import (
    DropPeople,
    Forget,
    KeepPeople,
    KeepSettings,
    Note,
    Recall,
    RecallPeople,
    Remember,
    Save,
    Unremember,
)
from webphone.phone.happenings import (
    ForgottenElsewhere,
    MemoryNews,
    PeopleElsewhere,
    PeopleNews,
    PeopleRecalled,
    Recalled,
    RememberedElsewhere,
    SettingsKept,
)
from webphone.phone.history import LENGTH
from webphone.phone.memory import LONGEST, written

NAME, CHANNEL = "webphone", "webphone-memory"
CALLS, SETTINGS, PEOPLE = "calls", "settings", "people"
CHUNK = 20  # records at a time: so many are read without anybody noticing
PEOPLE_CHUNK = 100
PATIENCE = 5.0  # seconds that the browser has to open it: another tab may be in the way

PeopleAction = KeepPeople | DropPeople | RecallPeople

# What each version of the database adds to the one before it; the last is ours. A key of `calls` is
# [owner, milliseconds before 1970, id], so that the newest comes first; one of `settings` is the
# name of the phone that they were chosen at, one of `people` is [owner, id].
STEPS: tuple[Callable[[Any], Any], ...] = (
    lambda database: database.createObjectStore(CALLS),
    lambda database: database.createObjectStore(SETTINGS),
    lambda database: database.createObjectStore(PEOPLE),
)


class RecallSettings:
    """Give back what the person chose; SettingsKept follows where that is anything."""


MemoryAction = (
    Save | Remember | Unremember | Recall | KeepSettings | RecallSettings | PeopleAction | Forget
)


class Memory:
    """That of one phone; `turn` hears what is remembered, `note` what the browser refuses.

    `name` tells the settings of this phone from those of others.
    """

    def __init__(
        self,
        turn: Callable[[MemoryNews | PeopleNews | SettingsKept], None],
        note: Callable[[Note], None],
        name: str,
    ) -> None:
        self._turn = turn
        self._name = name
        self._note = note
        self._database: Any = None
        self._refused = False
        self._waiting: list[MemoryAction] = []  # until it is open
        self._listeners = Listeners()  # of the database
        self._asked: set[Listeners] = set()  # of what was asked of it
        self._late: asyncio.TimerHandle | None = None
        self._channel: Any = None
        self._hearing = Listeners()
        self._listen()

    def perform(self, action: MemoryAction) -> None:
        """Do it, as soon as the database is open."""
        if isinstance(action, Save) and not action.owner:
            return  # another tab remembers it
        if self._database is None and not self._refused:
            self._waiting.append(action)
            if len(self._waiting) == 1:
                self._open()
            return
        try:
            self._do(action)
        except Exception as fault:
            self._fail(action, said(fault))

    def close(self) -> None:
        """The phone is gone. What was begun is finished by the browser."""
        self._hearing.close()
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        self._refused = True
        self._let_go()

    # --- The database ---

    def _open(self) -> None:
        loop = asyncio.get_event_loop()
        self._late = loop.call_later(PATIENCE, lambda: self._refuse("it is not opened in time"))
        try:
            request = js.indexedDB.open(NAME, len(STEPS))
        except Exception as fault:  # a frame may not even ask
            self._refuse(said(fault))
            return
        self._listeners.add(request, "upgradeneeded", lambda event: self._upgrade(request, event))
        self._listeners.add(request, "success", lambda _event: self._opened(request.result))
        self._listeners.add(request, "error", lambda _event: self._refuse(said(request.error)))

    def _upgrade(self, request: Any, event: Any) -> None:
        for step in STEPS[int(event.oldVersion) :]:
            step(request.result)

    def _opened(self, database: Any) -> None:
        if self._refused:  # by now
            database.close()
            return
        self._calm()
        self._listeners.close()
        self._database = database
        # A newer phone in another tab, or a person who deletes what sites have stored.
        self._listeners.add(database, "versionchange", lambda _event: self._let_go())
        self._listeners.add(database, "close", lambda _event: self._let_go())
        self._go_on()

    def _refuse(self, why: str) -> None:
        """Nothing is stored here; it is not asked again."""
        self._note(Note(level="info", text=f"memory: this browser stores nothing ({why})"))
        self._refused = True
        self._let_go()
        self._go_on()

    def _go_on(self) -> None:
        waiting, self._waiting = self._waiting, []
        for action in waiting:
            self.perform(action)

    def _let_go(self) -> None:
        self._calm()
        self._listeners.close()
        for asked in list(self._asked):
            asked.close()
        self._asked.clear()
        if self._database is not None:
            self._database.close()
        self._database = None

    def _calm(self) -> None:
        if self._late is not None:
            self._late.cancel()
        self._late = None

    # --- What is done with it ---

    def _do(self, action: MemoryAction) -> None:
        match action:
            case Recall(owner=owner, after=after):
                if self._refused:
                    self._turn(Recalled(owner=owner, records=()))
                else:
                    self._recall(owner, after)
            case Save(owner=owner, record=record):
                self._add(owner, (record,))
            case Remember(owner=owner, records=records):
                self._add(owner, records)
            case Unremember(owner=owner, records=records):
                self._delete(owner, records)
            case KeepSettings(text=text):
                self._keep_settings(text)
            case RecallSettings():
                if not self._refused:
                    self._recall_settings()
            case Forget():
                if not self._refused:
                    self._clear((CALLS, SETTINGS, PEOPLE))
                self._tell({"owner": ""})
                self._tell({"owner": "", "people": True})
            case RecallPeople(owner=owner) if self._refused:
                self._turn(PeopleRecalled(owner=owner, people=()))
            case RecallPeople():
                self._recall_people(action)
            case KeepPeople() | DropPeople():
                self._change_people(action)

    def _fail(self, action: MemoryAction, why: str) -> None:
        """The browser does not do it: who waits for records has them all."""
        self._note(Note(level="info", text=f"memory: {type(action).__name__} failed ({why})"))
        if isinstance(action, Recall):
            self._turn(Recalled(owner=action.owner, records=()))
        elif isinstance(action, RecallPeople):
            self._turn(PeopleRecalled(owner=action.owner, people=()))

    def _clear(self, names: tuple[str, ...]) -> None:
        """All of it at once, or nothing."""
        transaction = self._database.transaction(to_js(names), "readwrite")
        for name in names:
            store = transaction.objectStore(name)
            store.clear()
        _commit(store)

    def _store(self, mode: str, name: str = CALLS) -> Any:
        return self._database.transaction(name, mode).objectStore(name)

    def _ask(
        self, action: MemoryAction, request: Any, answered: Callable[[Any], None] | None = None
    ) -> None:
        """Hear what becomes of a request: its result, or why there is none."""
        listeners = Listeners()
        self._asked.add(listeners)

        def over() -> None:
            self._asked.discard(listeners)
            listeners.close()

        def succeeded(_event: Any) -> None:
            result = request.result
            over()
            if answered is not None:
                answered(result)

        def failed(event: Any) -> None:
            event.preventDefault()  # it is told here, and by no event of the page
            why = said(request.error)
            over()
            self._fail(action, why)

        listeners.add(request, "success", succeeded)
        listeners.add(request, "error", failed)

    def _recall(self, owner: str, after: str) -> None:
        """One chunk, and the next key that there is."""
        at = parsed(after) if after else []
        asked = Recall(owner=owner, after=after)

        def found(rows: Any) -> None:
            some = list(rows)
            texts = tuple(str(row.record) for row in some[:CHUNK])
            last = some[CHUNK - 1] if len(some) > CHUNK else None
            then = None if last is None else json.dumps([int(last.at), str(last.id)])
            self._turn(Recalled(owner=owner, records=texts, then=then))

        self._ask(asked, self._store("readonly").getAll(_range(owner, at), CHUNK + 1), found)

    def _add(self, owner: str, records: Sequence[CallRecord]) -> None:
        texts: list[str] = []
        store = None if self._refused else self._store("readwrite")
        for record in records:
            text = written(record)
            if not text:
                continue
            texts.append(text)
            if store is not None:
                at = _before(record)
                row = plain({"at": at, "id": record.id, "record": text})
                request = store.put(row, to_js([owner, at, record.id]))
                self._ask(Save(record=record, owner=owner), request)
        if store is not None:
            self._ask(
                Remember(owner=owner, records=()),
                store.count(_range(owner, [])),
                lambda count: self._trim(owner) if count > LENGTH else None,
            )
            _commit(store)
        self._tell({"owner": owner, "records": texts})

    def _trim(self, owner: str) -> None:
        """The oldest go, beyond so many."""
        store = self._store("readwrite")
        asked = Unremember(owner=owner)

        def first(cursor: Any) -> None:
            if cursor is not jsnull:
                cursor.advance(LENGTH)
                self._ask(asked, request, beyond)

        def beyond(cursor: Any) -> None:
            if cursor is not jsnull:
                above = to_js([owner, []])
                store.delete(js.IDBKeyRange.bound(cursor.primaryKey, above))

        request = store.openKeyCursor(_range(owner, []))
        self._ask(asked, request, first)

    def _delete(self, owner: str, records: Sequence[CallRecord]) -> None:
        store = None if self._refused else self._store("readwrite")
        action = Unremember(owner=owner, records=tuple(records))
        for record in records:
            if store is not None:
                self._ask(action, store.delete(to_js([owner, _before(record), record.id])))
        if store is not None and not records:
            self._ask(action, store.delete(_range(owner, [])))
        self._tell({"owner": owner, "ids": [record.id for record in records]})

    def _recall_settings(self) -> None:
        request = self._store("readonly", SETTINGS).get(self._name)
        self._ask(RecallSettings(), request, self._settings_found)

    def _settings_found(self, text: Any) -> None:
        if isinstance(text, str):
            self._turn(SettingsKept(text=text))

    def _keep_settings(self, text: str) -> None:
        if not self._refused:
            store = self._store("readwrite", SETTINGS)
            request = store.put(text, self._name) if text else store.delete(self._name)
            self._ask(KeepSettings(text=text), request)
        self._tell({"phone": self._name, "settings": text})

    # --- Contacts ---

    def _recall_people(self, action: RecallPeople) -> None:
        """Some of them, and the id of the last where there are more."""

        def found(rows: Any) -> None:
            some = list(rows)
            texts = tuple(str(row.person) for row in some[:PEOPLE_CHUNK])
            then = str(some[PEOPLE_CHUNK - 1].id) if len(some) > PEOPLE_CHUNK else None
            self._turn(PeopleRecalled(owner=action.owner, people=texts, then=then))

        after = [action.after] if action.after else []
        store = self._store("readonly", PEOPLE)
        self._ask(action, store.getAll(_range(action.owner, after), PEOPLE_CHUNK + 1), found)

    def _change_people(self, action: KeepPeople | DropPeople) -> None:
        store = None if self._refused else self._store("readwrite", PEOPLE)
        if store is not None and isinstance(action, KeepPeople):
            for id, text in action.people:
                row = plain({"id": id, "person": text})
                request = store.put(row, to_js([action.owner, id]))
            self._ask(action, request)
        elif store is not None and isinstance(action, DropPeople):
            for id in action.ids:
                request = store.delete(to_js([action.owner, id]))
            self._ask(action, request)
        if store is not None:
            _commit(store)
        self._tell({"owner": action.owner, "people": True})

    # --- The other tabs ---

    def _listen(self) -> None:
        try:
            self._channel = js.BroadcastChannel.new(CHANNEL)
        except Exception:  # a browser may refuse it to frames of other sites
            return
        self._hearing.add(self._channel, "message", self._hear)

    def _tell(self, news: dict[str, Any]) -> None:
        if self._channel is not None:
            self._channel.postMessage(json.dumps(news))

    def _hear(self, event: Any) -> None:
        """Any script of the site may write on the channel: what makes no sense is dropped."""
        try:
            given = event.data if isinstance(event.data, str) else ""
            news = parsed(given if len(given) <= CHUNK * LONGEST else "")
            if "settings" in news:
                if news["phone"] == self._name:
                    self._turn(SettingsKept(text=str(news["settings"])))
                return
            owner = str(news["owner"])
            records, ids = (tuple(map(str, news.get(name, ()))) for name in ("records", "ids"))
            added, people = "records" in news, "people" in news
        except (ValueError, TypeError, LookupError, AttributeError):
            return
        if people and self._refused and owner:
            return  # what this tab knows is all that there is
        if people:
            self._turn(PeopleElsewhere(owner=owner))
        elif added:
            self._turn(RememberedElsewhere(owner=owner, records=records))
        else:
            self._turn(ForgottenElsewhere(owner=owner, ids=ids))


def _commit(store: Any) -> None:
    """It is done even if the page goes at once: nothing more is asked in this transaction."""
    if hasattr(store.transaction, "commit"):
        store.transaction.commit()


def _before(record: CallRecord) -> int:
    """When the call ended, counted backwards."""
    return -round(datetime.fromisoformat(record.ended_at).timestamp() * 1000)


def _range(owner: str, after: Sequence[object]) -> Any:
    """The keys of an owner's calls, or of those after this one: an array is after any number."""
    below, above = to_js([owner, *after]), to_js([owner, []])
    return js.IDBKeyRange.bound(below, above, True, True)
