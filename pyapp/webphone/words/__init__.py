"""Every sentence that a person reads or hears, a language a file."""

from webphone.words.languages import ENGLISH, LANGUAGES, RIGHT_TO_LEFT, country_of, spoken
from webphone.words.say import (
    PLAIN,
    Language,
    Sentence,
    Speech,
    Value,
    as_written,
    kept,
    restored,
    said_in,
    say,
)

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "PLAIN",
    "RIGHT_TO_LEFT",
    "Language",
    "Sentence",
    "Speech",
    "Value",
    "as_written",
    "country_of",
    "kept",
    "restored",
    "said_in",
    "say",
    "spoken",
]
