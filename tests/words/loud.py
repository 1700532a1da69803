"""A language of the tests: English in quotation marks, so that it is seen what was not said in it."""

from __future__ import annotations

from webphone.words import en

WORDS = {key: f"«{text}»" for key, text in en.WORDS.items() if key != "as_written"}
