"""What the phone's own sounds are made of: notes in seconds and hertz, by country."""

from __future__ import annotations

from dataclasses import dataclass

from webphone.phone.actions import RINGING_TONES, Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Frequencies sounding together from `start` for `length` seconds.

    `loudness` of all of them together is 0 to 1. A note swells in `attack` seconds and fades in
    `release`, both within its length; a `release` as long as the rest of the note is a bell.
    """

    frequencies: tuple[float, ...]
    start: float
    length: float
    loudness: float = 0.15
    attack: float = 0.008
    release: float = 0.012

    @property
    def end(self) -> float:
        return self.start + self.length


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Notes within one period of `length` seconds, repeated until stopped."""

    notes: tuple[Note, ...]
    length: float


def _cadence(text: str) -> Score:
    """From "440+480/2000,0/4000": frequencies in hertz and milliseconds; 0 is silence."""
    notes, at = [], 0.0
    for part in text.split(","):
        pitch, _, milliseconds = part.partition("/")
        length = int(milliseconds) / 1000
        if pitch != "0":
            frequencies = tuple(float(each) for each in pitch.split("+"))
            notes.append(Note(frequencies=frequencies, start=at, length=length))
        at += length
    return Score(notes=tuple(notes), length=at)


# ITU-T E.180 Supplement 2, "Various tones used in national networks"; "" is 425 Hz as E.180/Q.35
# recommends and most of Europe uses. Rows: ringback, busy, congestion, call waiting.
_TONES = (Tone.RINGBACK, Tone.BUSY, Tone.CONGESTION, Tone.WAITING)
_NORTH_AMERICA = (
    "440+480/2000,0/4000",
    "480+620/500,0/500",
    "480+620/250,0/250",
    "440/300,0/9700",
)
_BRITAIN = (
    "400+450/400,0/200,400+450/400,0/2000",
    "400/375,0/375",
    "400/400,0/350,400/225,0/525",
    "400/100,0/4000",
)
_CADENCES = {
    "": (
        "425/1000,0/4000",
        "425/500,0/500",
        "425/250,0/250",
        "425/200,0/600,425/200,0/3000",
    ),
    "US": _NORTH_AMERICA,
    "CA": _NORTH_AMERICA,
    "GB": _BRITAIN,
    "IE": _BRITAIN,
    "AU": (
        "400+450/400,0/200,400+450/400,0/2000",
        "425/375,0/375",
        "425/375,0/375",
        "425/200,0/200,425/200,0/4400",
    ),
    "FR": (
        "440/1500,0/3500",
        "440/500,0/500",
        "440/250,0/250",
        "440/300,0/10000",
    ),
    "IN": (
        "400+450/400,0/200,400+450/400,0/2000",
        "400/750,0/750",
        "400/250,0/250",
        "400/200,0/100,400/200,0/7500",
    ),
    "JP": (
        "384+416/1000,0/2000",
        "400/500,0/500",
        "400/500,0/500",
        "400/100,0/4000",
    ),
}

# A rising fourth, twice, like two glass bells; the octave above each note makes it carry.
_LOW, _HIGH = (659.26, 1318.51), (880.0, 1760.0)
_BELL = {"loudness": 0.3, "attack": 0.01}
_RINGTONE = Score(
    notes=(
        Note(frequencies=_LOW, start=0.0, length=0.45, release=0.42, **_BELL),
        Note(frequencies=_HIGH, start=0.3, length=0.8, release=0.75, **_BELL),
        Note(frequencies=_LOW, start=1.1, length=0.45, release=0.42, **_BELL),
        Note(frequencies=_HIGH, start=1.4, length=1.1, release=1.05, **_BELL),
    ),
    length=4.0,
)
# For calls from within, only the first fourth; for those that can't wait, without the pause.
_RINGTONES = (
    _RINGTONE,
    Score(notes=_RINGTONE.notes[:2], length=3.0),
    Score(notes=_RINGTONE.notes, length=2.8),
)


def score(tone: Tone, country: str = "") -> Score:
    """What to play for a tone; `country` is an ISO 3166 code, any other gives 425 Hz."""
    if tone in RINGING_TONES:
        return _RINGTONES[RINGING_TONES.index(tone)]
    rows = _CADENCES.get(country.strip().upper(), _CADENCES[""])
    return _cadence(rows[_TONES.index(tone)])


# What says that a call is recorded, as North America knows it: 1400 Hz, every 15 seconds.
RECORDED = _cadence("1400/400,0/14600")

# ITU-T Q.23: one low and one high frequency a key.
_LOWS = (697.0, 770.0, 852.0, 941.0)
_HIGHS = (1209.0, 1336.0, 1477.0, 1633.0)
_KEYS = ("123A", "456B", "789C", "*0#D")
KEYS = {
    key: Note(frequencies=(low, high), start=0.0, length=0.1, loudness=0.12)
    for low, row in zip(_LOWS, _KEYS)
    for high, key in zip(_HIGHS, row)
}


def _cue(first: float, second: float) -> tuple[Note, ...]:
    """Short, soft and low, so that nothing is lost of what is being said."""
    soft = {"length": 0.07, "loudness": 0.08, "release": 0.05}
    return tuple(
        Note(frequencies=(pitch,), start=at, **soft) for pitch, at in ((first, 0.0), (second, 0.08))
    )


# By the event that tells of it: down where something is closed, up where it is open again.
CUES = {
    "mute": _cue(587.33, 440.0),
    "unmute": _cue(440.0, 587.33),
    "hold": _cue(392.0, 293.66),
    "resume": _cue(293.66, 392.0),
}
# The phone is about to answer by itself: high, and not to be taken for a key.
SIGNALS = {
    **KEYS,
    "ANSWER": Note(frequencies=(1318.51,), start=0.0, length=0.5, loudness=0.25, release=0.4),
}
