"""What a device calls itself, as a person can read it, and what is said of it by that name."""

from __future__ import annotations

import re

from webphone.border.settings import CONTROL
from webphone.contract import WebPhoneError
from webphone.words import say
from webphone.words.bidi import DIRECTIONS, isolate

LONGEST = 80
# The numbers of a USB device's maker and kind, which Chromium puts behind its name.
_USB = re.compile(r" \([0-9a-f]{4}:[0-9a-f]{4}\)$")


def cleaned(label: str) -> str:
    """In one line of bounded length, without marks that turn the text beside it round."""
    return _USB.sub("", in_one_line(label, LONGEST))[:LONGEST]


def in_one_line(text: str, most: int) -> str:
    """The same of any text, to be cut to so many characters: it is not looked at far beyond."""
    return " ".join(DIRECTIONS.sub("", CONTROL.sub(" ", text[: 4 * most])).split())


def replaced(lost: str, name: str) -> WebPhoneError:
    """A microphone went away in a call, and another one took its place; their names, if known."""
    went, came = isolate(cleaned(lost)), isolate(cleaned(name))
    if went and came:
        return WebPhoneError("mic_missing", say("microphone_replaced", lost=went, name=came))
    return WebPhoneError("mic_missing", say("microphone_other"))
