"""What a browser remembers, as the phones of its tabs use it: a few records at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.memory import written

CHUNK = 25


@dataclass
class Remembered:
    """Records of each owner by id, with their end; the tabs that hear of one another.

    While `slow`, what is recalled comes when `answer` is called.
    """

    kept: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    settings: str = ""
    people: dict[str, dict[str, str]] = field(default_factory=dict)
    tabs: list[Any] = field(default_factory=list)
    slow: bool = False
    asked: list[tuple[Any, do.Recall | do.RecallPeople]] = field(default_factory=list)

    def perform(self, tab: Any, action: do.Action) -> None:
        match action:
            case do.Save(record=record, owner=owner) if owner:
                self._add(tab, owner, (record,))
            case do.Remember(owner=owner, records=records):
                self._add(tab, owner, records)
            case do.Unremember(owner=owner, records=records):
                ids = tuple(record.id for record in records)
                mine = self.kept.get(owner, {})
                for id in ids or list(mine):
                    mine.pop(id, None)
                self._tell(tab, on.ForgottenElsewhere(owner=owner, ids=ids))
            case do.Recall():
                self.asked.append((tab, action))
                if not self.slow:
                    self.answer()
            case do.KeepSettings(text=text):
                self.settings = text
                self._tell(tab, on.SettingsKept(text=text))
            case do.KeepPeople(owner=owner, people=people):
                self.people.setdefault(owner, {}).update(people)
                self._tell(tab, on.PeopleElsewhere(owner=owner))
            case do.DropPeople(owner=owner, ids=ids):
                for id in ids:
                    self.people[owner].pop(id, None)
                self._tell(tab, on.PeopleElsewhere(owner=owner))
            case do.RecallPeople():
                self.asked.append((tab, action))
                if not self.slow:
                    self.answer()
            case do.Forget():
                self.kept.clear()
                self.people.clear()
                self.settings = ""
                self._tell(tab, on.PeopleElsewhere(owner=""))
                self._tell(tab, on.ForgottenElsewhere(owner=""))

    def answer(self) -> None:
        """Give what was asked for first."""
        tab, asked = self.asked.pop(0)
        if isinstance(asked, do.RecallPeople):
            self._answer_people(tab, asked)
            return
        mine = self.kept.get(asked.owner, {}).values()
        texts = [text for _, text in sorted(mine, reverse=True)]
        begin = int(asked.after or 0)
        then = str(begin + CHUNK) if begin + CHUNK < len(texts) else None
        some = tuple(texts[begin : begin + CHUNK])
        tab.happens(on.Recalled(owner=asked.owner, records=some, then=then))

    def _answer_people(self, tab: Any, asked: do.RecallPeople) -> None:
        ids = sorted(id for id in self.people.get(asked.owner, {}) if id > asked.after)
        texts = tuple(self.people[asked.owner][id] for id in ids[:CHUNK])
        then = ids[CHUNK - 1] if len(ids) > CHUNK else None
        tab.happens(on.PeopleRecalled(owner=asked.owner, people=texts, then=then))

    def _add(self, tab: Any, owner: str, records: tuple[Any, ...]) -> None:
        texts = tuple(written(record) for record in records)
        pairs = zip(records, texts, strict=True)
        self.kept.setdefault(owner, {}).update({a.id: (a.ended_at, b) for a, b in pairs})
        self._tell(tab, on.RememberedElsewhere(owner=owner, records=texts))

    def _tell(self, teller: Any, news: Any) -> None:
        for tab in self.tabs:
            if tab is not teller:
                tab.happens(news)
