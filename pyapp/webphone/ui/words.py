"""The words of the screen: how a key is said, a time is written, a name is shortened."""

from __future__ import annotations

from webphone.words import Sentence, Value
from webphone.words import say as said
from webphone.words.bidi import isolate

LETTERS = {
    "2": "ABC",
    "3": "DEF",
    "4": "GHI",
    "5": "JKL",
    "6": "MNO",
    "7": "PQRS",
    "8": "TUV",
    "9": "WXYZ",
    "0": "+",
}


def say(key: str, **values: Value) -> Sentence:
    """The words for a key, with its values filled in; names may be in any script."""
    isolated = {
        name: isolate(value)
        if isinstance(value, str) and not isinstance(value, Sentence)
        else value
        for name, value in values.items()
    }
    return said(key, **isolated)


def clock(seconds: float) -> str:
    """A duration as mm:ss, or h:mm:ss from one hour on."""
    whole = max(0, int(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def key_name(key: str) -> str:
    """What a screen reader says for a dialpad key."""
    special = {"*": "key_star", "#": "key_hash", "0": "key_zero"}
    if key in special:
        return say(special[key])
    letters = " ".join(LETTERS.get(key, ""))
    return say("key_with_letters", digit=key, letters=letters) if letters else key


HUES = 8  # as many colours as the looks have for people


def hue(address: str) -> str:
    """The number of a person's colour: the same wherever this address is shown."""
    total = 0
    for letter in address.lower():
        total = (total * 31 + ord(letter)) % 65521
    return str(total % HUES)


def initials(name: str) -> str:
    """At most two letters that stand for a name; empty for a bare number."""
    first = [word[0] for word in name.split() if word[:1].isalpha()]
    return "".join(first[:1] + first[1:][-1:]).upper()
