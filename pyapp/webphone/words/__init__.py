"""Every sentence that a person reads or hears, a language a file."""

from webphone.words.languages import ENGLISH, LANGUAGES, country_of, spoken
from webphone.words.say import Sentence, Value, as_written, kept, restored, said_in, say

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "Sentence",
    "Value",
    "as_written",
    "country_of",
    "kept",
    "restored",
    "said_in",
    "say",
    "spoken",
]
