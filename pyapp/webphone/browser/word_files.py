"""The words of languages, each in a file of its own: read when a phone is first to speak it.

In a build tools/boot/start.js fetches them, and begins with those of the page before Python is up.
Where no such script is, the file lies beside `words/en.py` and is imported.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import js

from webphone.browser.bridge import Refused, promised
from webphone.browser.tasks import Background
from webphone.words import LANGUAGES
from webphone.words.en import WORDS


class WordFiles:
    """Gets the words for one phone."""

    def __init__(self) -> None:
        self._tasks = Background()

    def here(self, language: str) -> bool:
        """Whether they can be said at once."""
        name, files = LANGUAGES[language], getattr(js.WebPhone, "words", None)
        if files is None or name in sys.modules:
            return True
        return _read(name, js.Reflect.get(files.here, language))

    def fetch(self, language: str, then: Callable[[], None]) -> None:
        """Fetch them; `then` is called when they are there, and never where they do not come."""
        self._tasks.run(self._fetch(language, then))

    def close(self) -> None:
        """Nobody waits for them now."""
        self._tasks.close()

    async def _fetch(self, language: str, then: Callable[[], None]) -> None:
        try:
            text = await promised(js.WebPhone.words, "ask", language, within=None)
        except Refused as refused:
            # The phone goes on in English.
            js.console.warn(f"{LANGUAGES[language]}: {refused.message}")
            return
        if LANGUAGES[language] in sys.modules or _read(LANGUAGES[language], text):
            then()


def _read(name: str, text: Any) -> bool:
    """Make the module that such a file stands for; whether there was one."""
    if not isinstance(text, str):
        return False
    data, module = json.loads(text), ModuleType(name)
    # A few lines of our own build, as the module has them.
    exec(data["plural"], module.__dict__)
    module.__dict__.update(WORDS=dict(zip(WORDS, data["words"])), PLURALS=data["plurals"])
    sys.modules[name] = module
    return True
