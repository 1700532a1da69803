"""Who is at the other end, as the page's `contactLookup` knows: loaded where there is one.

It is asked once for each number that a call goes to, and names what the screen and the record show.
A page that gives nothing, or nothing in time, costs nobody anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from webphone.border.settings import CONTROL
from webphone.contract import Event, Json, encode
from webphone.phone import actions as do
from webphone.phone.account.account import Result
from webphone.phone.call.call import Call
from webphone.phone.happenings import ContactCame
from webphone.phone.snapshot import Contact
from webphone.words.bidi import DIRECTIONS, LONGEST

PATIENCE = 3.0  # seconds that the page has
LONGEST_NOTE = 500  # characters
LONGEST_PHOTO = 32_000  # characters of its address, which may hold the picture itself
PHOTO = re.compile(r"(https://|blob:|data:image/(png|jpeg|gif|webp|avif);base64,)[^\s\"'<>\\]+")


class Contacts:
    """Of the calls that there are."""

    def __init__(self) -> None:
        self._asked: dict[str, str] = {}  # the number that was asked for, by the id of its call

    def follow(self, calls: Iterable[Call]) -> Result:
        """Ask for whoever is new; a call that goes on with somebody else is asked for again."""
        numbers = {call.id: call for call in calls if _number(call)}
        self._asked = {id: asked for id, asked in self._asked.items() if id in numbers}
        result: Result = []
        for id, call in numbers.items():
            number = _number(call)
            if self._asked.get(id) != number:
                self._asked[id], call.contact = number, None
                result.append(do.AskContact(call=id, number=number))
        return result

    def came(self, news: ContactCame, calls: Mapping[str, Call]) -> Result:
        """The page has answered; the page is told, to show what it knows itself."""
        call = calls.get(news.call)
        if call is None or self._asked.get(news.call) != news.number:
            return []  # it is over, or goes on with somebody else by now
        call.contact = read(news.given)
        detail = {**encode(call.view), "contact": encode(call.contact)}
        return [do.Tell(event=Event("screenpop", detail))]


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
