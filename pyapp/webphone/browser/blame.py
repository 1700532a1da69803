"""Whose mistake it is: the page may run Python of its own beside the phone's."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable


def is_ours(mistake: BaseException) -> bool:
    """Whether the phone made it, by where the code that raised it was entered."""
    return _entered_here(frame.filename for frame in traceback.extract_tb(mistake.__traceback__))


def says_ours(text: str) -> bool:
    """The same, by the text of a traceback: what JavaScript gets of an exception."""
    return _entered_here(re.findall(r'^ *File "([^"]+)"', text, re.MULTILINE))


def _entered_here(files: Iterable[str]) -> bool:
    for file in files:
        if "/webphone/" in file:
            return True
        if not file.startswith("/lib/") or "/site-packages/" in file:
            return False
    return True
