"""Tones: which digits, how long, how far apart, and whether as RTP events or as INFO."""

from __future__ import annotations

import re
from typing import Literal

from webphone.words import Sentence, say

Method = Literal["auto", "rtp", "info"]
Way = Literal["rtp", "info"]

# W3C WebRTC §13.2, RTCDTMFSender: what insertDTMF takes; the comma is a pause of two seconds.
DURATION, DURATION_MIN, DURATION_MAX = 100, 40, 6000
GAP, GAP_MIN, GAP_MAX = 70, 30, 6000
PAUSE, PAUSE_MS = ",", 2000

# RFC 4733 §3.2, table 3: the event codes 0 to 15 in order.
_EVENTS = "0123456789*#ABCD"
_KEYS = frozenset(_EVENTS)
_RELAY = "application/dtmf-relay"
_PLAIN = "application/dtmf"
_NORTEL = "application/vnd.nortelnetworks.digits"
_EVENT = "audio/telephone-event"
_SIGNAL = re.compile(r"^[ \t]*(?:Signal|d)[ \t]*=[ \t]*([^\s]{1,2})[ \t]*\r?$", re.I | re.M)


class Invalid(ValueError):
    """Tones that no phone has; the sentence names the character and what to use instead."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def tones(text: str) -> tuple[str, ...]:
    """The tones of a text such as "12#,a" in capitals, pauses as ","; spaces and - are skipped.

    Raises Invalid when nothing is left or a character is no tone.
    """
    found: list[str] = []
    for character in text:
        tone = character.upper()
        if tone in _KEYS or tone == PAUSE:
            found.append(tone)
        elif character not in " -":
            raise Invalid(say("no_tone", given=repr(character)))
    if not found:
        raise Invalid(say("no_tones"))
    return tuple(found)


def duration(milliseconds: float = DURATION) -> int:
    """How long a tone sounds, in ms, brought within what RTCDTMFSender accepts."""
    return _within(milliseconds, DURATION_MIN, DURATION_MAX)


def gap(milliseconds: float = GAP) -> int:
    """The silence between two tones, in ms, brought within what RTCDTMFSender accepts."""
    return _within(milliseconds, GAP_MIN, GAP_MAX)


def choose(method: Method, telephone_event: bool) -> Way:
    """How to send: as asked, and by itself as RTP events when both ends negotiated them."""
    if method == "auto":
        return "rtp" if telephone_event else "info"
    return method


def info_body(tone: str, milliseconds: float = DURATION) -> tuple[str, str]:
    """Content type and body of the INFO that carries one tone; raises Invalid for a pause."""
    if tone.upper() not in _KEYS:
        raise Invalid(say("not_one_tone", given=repr(tone)))
    return _RELAY, f"Signal={tone.upper()}\r\nDuration={duration(milliseconds)}\r\n"


def parse_info(content_type: str, body: str) -> str | None:
    """The tone an INFO carries, or None when it carries none that we know."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == _EVENT and body and ord(body[0]) < len(_EVENTS):
        return _EVENTS[ord(body[0])]  # the octets of RFC 4733 §2.3
    if kind not in (_RELAY, _PLAIN, _NORTEL, _EVENT):
        return None
    # Whichever the type, some write a line of the relay, and others the bare key.
    found = _SIGNAL.search(body)
    return _tone(found[1] if found else body.strip())


def _tone(text: str) -> str | None:
    if text.upper() in _KEYS:
        return text.upper()
    # Some gateways write the event code of RFC 4733 instead: 10 is *, 11 is #, 12 to 15 A to D.
    return _EVENTS[int(text)] if re.fullmatch("1[0-5]", text) else None


def _within(milliseconds: float, least: int, most: int) -> int:
    return int(max(least, min(most, milliseconds)))
