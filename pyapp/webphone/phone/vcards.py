"""Contacts as a file that other programs read and write: vCards (4.0, and 3.0 and 2.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from webphone.phone.snapshot import Person
from webphone.words import Sentence, say

LONGEST = 4_000_000  # characters of a file; pictures may be in it
# contentline = [group "."] name *(";" param) ":" value
_LINE = re.compile(
    r"(?:[A-Za-z0-9-]+\.)?(?P<name>[A-Za-z0-9-]+)(?P<params>(?:;[^:]*)?):(?P<value>.*)"
)
_ESCAPE = re.compile(r"\\(.)")
_QUOTED = re.compile(r"((?:=[0-9A-Fa-f]{2})+)")


class WrongCard(ValueError):
    """A file that is none of vCards; `words` say which line."""

    def __init__(self, words: Sentence) -> None:
        super().__init__(words)
        self.words = words


@dataclass(slots=True)
class Card:
    """What is wanted of a card, and where it begins."""

    line: int
    name: str = ""
    parts: str = ""
    company: str = ""
    numbers: list[str] = field(default_factory=list)


def cards(text: str) -> list[tuple[str, list[str]]]:
    """Name and numbers of each card that has a number. Raises WrongCard."""
    if len(text) > LONGEST:
        raise WrongCard(say("vcard_long"))
    found: list[tuple[str, list[str]]] = []
    card: Card | None = None
    for number, line in _unfolded(text):
        if not line.strip():
            continue
        parts = _LINE.fullmatch(line)
        if parts is None:
            raise WrongCard(say("vcard_line", line=number))
        name, value = parts["name"].upper(), _value(parts["params"], parts["value"])
        begins = (name, value.strip().upper()) == ("BEGIN", "VCARD")
        if begins is (card is not None):
            # One begins within another, or something stands outside.
            raise WrongCard(say("vcard_line", line=number))
        if card is None:
            card = Card(line=number)
        elif (name, value.strip().upper()) == ("END", "VCARD"):
            if card.numbers:
                found.append((card.name or card.parts or card.company, card.numbers))
            card = None
        else:
            _take(card, name, value)
    if card is not None:
        raise WrongCard(say("vcard_open", line=card.line))
    if not found:
        raise WrongCard(say("vcard_none"))
    return found


def vcards(people: Iterable[Person]) -> str:
    """These contacts as a file."""
    return "".join(
        f"{line}\r\n"
        for person in people
        for line in (
            "BEGIN:VCARD",
            "VERSION:3.0",
            f"FN:{_escaped(person.name)}",
            f"N:;{_escaped(person.name)};;;",
            *(f"TEL:{_escaped(number)}" for number in person.numbers),
            "END:VCARD",
        )
    )


def _take(card: Card, name: str, value: str) -> None:
    match name:
        case "FN":
            card.name = _plain(value)
        case "N":
            family, given = (*re.split(r"(?<!\\);", value), "")[:2]
            card.parts = " ".join(filter(None, (_plain(given), _plain(family))))
        case "ORG":
            card.company = _plain(value.replace(";", " "))
        case "TEL":
            number = re.sub("^tel:", "", _plain(value), flags=re.IGNORECASE).partition(";")[0]
            card.numbers += [number] if number else []
        case _:
            pass  # of no use to a phone


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """The lines with their numbers, each with what is folded onto the next."""
    number, line = 1, ""
    for count, each in enumerate(re.split(r"\r\n|\n|\r", text.removeprefix("\ufeff")), 1):
        soft = line.endswith("=") and "QUOTED-PRINTABLE" in line.upper()
        if soft:
            line = line[:-1] + each
        elif each[:1] in (" ", "\t") and line:
            line += each[1:]
        else:
            yield number, line
            number, line = count, each
    yield number, line


def _value(params: str, value: str) -> str:
    """vCard 2.1 writes what is not ASCII as octets in hexadecimal digits."""
    if "QUOTED-PRINTABLE" not in params.upper():
        return value
    return _QUOTED.sub(
        lambda found: bytes.fromhex(found[1].replace("=", "")).decode("utf-8", "replace"), value
    )


def _plain(value: str) -> str:
    return _ESCAPE.sub(lambda found: " " if found[1] in "nN" else found[1], value).strip()


def _escaped(text: str) -> str:
    return re.sub(r"([\\,;])", r"\\\1", text)
