"""A language of the tests: English in quotation marks, so that it is seen what was not said in it."""

from __future__ import annotations

from webphone.words import en
from webphone.words.en import PLURALS, plural

WORDS = {key: f"«{text}»" for key, text in en.WORDS.items() if key != "as_written"}
PLURALS = {
    key: {category: f"«{text}»" for category, text in forms.items()}
    for key, forms in PLURALS.items()
}
__all__ = ["PLURALS", "WORDS", "plural"]
