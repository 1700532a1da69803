"""Who is at the other end, as the page's `contactLookup` or the person's contacts know.

It is asked once for each number that a call goes to, and names what the screen and the record show.
A page that gives nothing, or nothing in time, costs nobody anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from webphone.border.settings import CONTROL
from webphone.contract import Event, Json, encode
from webphone.phone import actions as do
from webphone.phone.account.account import Result
from webphone.phone.call.call import Call
from webphone.phone.happenings import ContactCame
from webphone.phone.snapshot import Contact, Person
from webphone.words.bidi import DIRECTIONS, LONGEST

PATIENCE = 3.0  # seconds that the page has
LONGEST_NOTE = 500  # characters
LONGEST_PHOTO = 32_000  # characters of its address, which may hold the picture itself
PHOTO = re.compile(r"(https://|blob:|data:image/(png|jpeg|gif|webp|avif);base64,)[^\s\"'<>\\]+")


class Contacts:
    """Of the calls that there are; `own` finds a number in the person's own contacts."""

    def __init__(self, own: Callable[[str], Person | None]) -> None:
        self._own = own
        self._asked: dict[str, str] = {}  # the number that was asked for, by the id of its call
        self._known: set[str] = set()  # the calls that the page has named

    def follow(self, calls: Iterable[Call], *, ask: bool) -> Result:
        """Ask for whoever is new; a call that goes on with somebody else is asked for again.

        Where the page knows nobody, and until it says so, it is who the contacts say.
        """
        numbers = {call.id: call for call in calls if _number(call)}
        self._asked = {id: asked for id, asked in self._asked.items() if id in numbers}
        result: Result = []
        for id, call in numbers.items():
            number = _number(call)
            if self._asked.get(id) != number:
                self._asked[id] = number
                self._known.discard(id)
                result += [do.AskContact(call=id, number=number)] if ask else []
            if id not in self._known:
                call.contact = self._of_our_own(call)
        self._known &= numbers.keys()
        return result

    def came(self, news: ContactCame, calls: Mapping[str, Call]) -> Result:
        """The page has answered; the page is told, to show what it knows itself."""
        call = calls.get(news.call)
        if call is None or self._asked.get(news.call) != news.number:
            return []  # it is over, or goes on with somebody else by now
        named = read(news.given)
        if named is not None:
            self._known.add(news.call)
        call.contact = named or self._of_our_own(call)
        detail = {**encode(call.view), "contact": encode(call.contact)}
        return [do.Tell(event=Event("screenpop", detail))]

    def _of_our_own(self, call: Call) -> Contact | None:
        """A number of another domain is no number of ours, unless all the world has it."""
        number = _number(call)
        everywhere = number.startswith("+") or not call.foreign
        person = self._own(number if everywhere else f"{number}@{call.remote.uri.host}")
        return Contact(name=person.name) if person else None


def read(given: Json) -> Contact | None:
    """What a page gave as a contact: an object with `name`, and perhaps `photo` and `note`."""
    if not isinstance(given, Mapping):
        return None
    name, photo, note = (_text(given.get(key)) for key in ("name", "photo", "note"))
    if len(photo) > LONGEST_PHOTO or not PHOTO.fullmatch(photo):
        photo = ""
    if not (name or photo or note):
        return None
    return Contact(name=name[:LONGEST], photo=photo, note=note[:LONGEST_NOTE])


def _text(value: Json) -> str:
    """On one line, and turning round nothing beside it."""
    text = value if isinstance(value, str) else ""
    return DIRECTIONS.sub("", CONTROL.sub(" ", text)).strip()


def _number(call: Call) -> str:
    return call.remote.uri.shown_number[:LONGEST]
