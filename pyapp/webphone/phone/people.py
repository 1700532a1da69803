"""The person's own contacts: who is who, kept in the browser for each user.

Loaded when the page has come to rest. Who is called or calls is looked up here where the page
itself knows nobody by that number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import assert_never

from webphone.border.reading import parsed
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.account.account import Result
from webphone.phone.happenings import PeopleNews
from webphone.phone.labels import in_one_line
from webphone.phone.numbers import printed
from webphone.phone.snapshot import Person
from webphone.words import Sentence, say

MOST = 5_000  # contacts of one user
MOST_NUMBERS = 5  # of one contact
LONGEST = 100  # characters of a name or a number
LONGEST_TEXT = 2_000  # characters of a contact as it is stored
_TELEPHONE = re.compile(r"\+?[0-9]{7,}")


class Numbers:
    """Whose a number is; nothing is made anew while the contacts stay the same object."""

    def __init__(self) -> None:
        self._of: tuple[Person, ...] = ()
        self._by: dict[str, list[tuple[str, Person]]] = {}

    def find(self, people: tuple[Person, ...], number: str) -> Person | None:
        """The contact with that number."""
        if people is not self._of:
            self._of, self._by = people, {}
            for person in people:
                for one in map(bare, person.numbers):
                    self._by.setdefault(_key(one), []).append((one, person))
        wanted = bare(number)
        known = self._by.get(_key(wanted), ())
        return next((person for one, person in known if same(one, wanted)), None)


class People:
    """The contacts of one user, by name; `people` stays the same object until they change."""

    def __init__(self, identity: Callable[[], str]) -> None:
        self.people: tuple[Person, ...] = ()
        self.deleted: tuple[Person, ...] = ()  # what may be had back
        self.news: Sentence | None = None  # what came of the last import
        self._identity = identity
        self._owner = ""
        self._asking = self._first = False
        self._since: dict[str, Person | None] = {}  # changed since it was asked for, None: deleted
        self._numbers = Numbers()

    def heard(self, news: PeopleNews, owner: str) -> Result:
        """What is remembered, or what a person does with it, before the page is at rest too."""
        return self.follow(owner) + self._heard(news, owner)

    def follow(self, owner: str) -> Result:
        """Look for those of this user, unless that is done."""
        return self.begin(owner) if owner != self._owner else []

    def _heard(self, news: PeopleNews, owner: str) -> Result:
        match news:
            case on.PeopleOpened():
                self.deleted, self.news = (), None
                return []
            case on.PeopleRecalled(owner=whose, people=texts, then=then):
                return self._recalled(texts, then) if whose == self._owner else []
            case on.PeopleElsewhere(owner=whose):
                if not whose:
                    self.forget()
                return self.begin(owner) if whose in ("", owner) else []
            case on.PersonSaved():
                return self._save(news)
            case on.PeopleDeleted(ids=ids):
                gone = tuple(each for each in self.people if each.id in ids)
                self._set(each for each in self.people if each.id not in ids)
                self._since |= dict.fromkeys(ids)
                self.deleted, self.news = gone, None
                return self._dropped(gone)
            case on.PeopleWantedBack():
                back, self.deleted = self.deleted, ()
                return self._add(back)
            case on.PeopleImported(text=text):
                return self._import(text)
            case on.PeopleExported():
                return self._export()
            case _:
                assert_never(news)

    def begin(self, owner: str) -> Result:
        """Look for those of this user, "" for nobody."""
        if owner != self._owner:
            self._set(())
            self.deleted, self.news = (), None
        self._owner, self._asking, self._first, self._since = owner, bool(owner), True, {}
        return [do.RecallPeople(owner=owner)] if owner else []

    def forget(self) -> None:
        """All that is stored is gone."""
        self._set(())
        self.deleted, self.news = (), None

    def find(self, number: str) -> Person | None:
        """Whose number that is."""
        return self._numbers.find(self.people, number)

    # --- Inside ---

    def _recalled(self, texts: Iterable[str], then: str | None) -> Result:
        if not self._asking:
            return []
        before = () if self._first else self.people
        found = {each.id: each for each in (*before, *filter(None, map(read, texts)))}
        self._set(filter(None, (found | self._since).values()))
        self._first, self._asking = False, then is not None
        return [do.RecallPeople(owner=self._owner, after=then)] if then is not None else []

    def _save(self, news: on.PersonSaved) -> Result:
        person = made(news.id or self._identity(), news.called, re.split("[,;\n]", news.numbers))
        if person is None:
            return []
        self.deleted, self.news = (), None
        return self._add([person])

    def _add(self, some: Iterable[Person]) -> Result:
        known = {each.id: each for each in self.people}
        new = []
        for each in some:
            if each.id in known or len(known) < MOST:
                known[each.id] = self._since[each.id] = each
                new.append(each)
        self._set(known.values())
        if not (self._owner and new):
            return []
        return [do.KeepPeople(owner=self._owner, people=tuple((x.id, written(x)) for x in new))]

    def _dropped(self, gone: tuple[Person, ...]) -> Result:
        if not (gone and self._owner):
            return []
        return [do.DropPeople(owner=self._owner, ids=tuple(each.id for each in gone))]

    def _import(self, text: str) -> Result:
        # Loaded by the first import.
        from webphone.phone.vcards import WrongCard, cards

        try:
            found = cards(text)
        except WrongCard as wrong:
            self.news = wrong.words
            return []
        before = set(self.people)
        known = {(each.name, each.numbers): each.id for each in before}
        some = []
        for name, numbers in found:
            person = made(self._identity(), name, numbers)
            if person is not None and (person.name, person.numbers) not in known:
                known[person.name, person.numbers] = person.id
                some.append(person)
        result = self._add(some)
        count = len(self.people) - len(before)
        full = say("contacts_full", count=count, most=MOST)
        self.news = full if count < len(some) else say("contacts_imported", count=count)
        return result

    def _export(self) -> Result:
        # Loaded by the first export.
        from webphone.phone.vcards import vcards

        return [do.SaveFile(name="contacts.vcf", kind="text/vcard", text=vcards(self.people))]

    def _set(self, people: Iterable[Person]) -> None:
        one_each = {each.id: each for each in people}.values()
        self.people = tuple(sorted(one_each, key=lambda each: each.name.casefold())[:MOST])


# --- Numbers --------------------------------------------------------------------------------------


def bare(number: str) -> str:
    """The number without the marks of print, or an address in small letters."""
    return printed(number) or number.strip().lower()


def same(one: str, other: str) -> bool:
    """Whether two bare numbers are one: `02079460123` and `00442079460123` are `+442079460123`."""
    one, other = (f"+{each[2:]}" if each.startswith("00") else each for each in (one, other))
    if one == other:
        return True
    if one[:1] + other[:1] not in ("+0", "0+"):
        return False
    whole, national = (one, other) if one.startswith("+") else (other, one)
    rest = national.lstrip("0")
    return len(rest) >= 7 and whole.endswith(rest)


def _key(number: str) -> str:
    return number[-7:] if _TELEPHONE.fullmatch(number) else number


# --- As text --------------------------------------------------------------------------------------


def made(id: str, name: str, numbers: Iterable[str]) -> Person | None:
    """A contact of what somebody has typed, None where there is no number in it."""
    cleaned = (_line(number) for number in numbers)
    ours = tuple(dict.fromkeys(number for number in cleaned if number))[:MOST_NUMBERS]
    return Person(id=id, name=_line(name) or ours[0], numbers=ours) if ours else None


def written(person: Person) -> str:
    """A contact as it is stored."""
    return json.dumps({"id": person.id, "name": person.name, "numbers": person.numbers})


def read(text: str) -> Person | None:
    """The contact in that, None where it is none: anything of the site may write there."""
    try:
        given = parsed(text if len(text) <= LONGEST_TEXT else "")
        id, name, numbers = given["id"], given["name"], given["numbers"]
    except (ValueError, TypeError, LookupError):
        return None
    texts = isinstance(numbers, list) and all(
        isinstance(each, str) for each in (id, name, *numbers)
    )
    return made(id[:LONGEST], name, numbers) if texts else None


def _line(text: str) -> str:
    """On one line of bounded length, and turning round nothing beside it."""
    return in_one_line(text, LONGEST)[:LONGEST].strip()
