"""The language around an element: that of the nearest `lang`, as HTML inherits it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import js


def language_around(element: Any) -> str:
    """The tag that the nearest `lang` says: the element's own, or of what it stands in.

    A page that says none leaves its controls to the browser, as a date field or a player does:
    they then speak the language of the person who set the browser up.
    """
    while element is not None:
        found = element.closest("[lang]")
        if found and found.lang:  # none is JavaScript's null
            return str(found.lang)
        element = getattr(element.getRootNode(), "host", None)
    return str(js.navigator.language or "")


def roots(element: Any) -> Iterator[Any]:
    """The trees that the element stands in: the document, and each shadow tree on the way."""
    while element is not None:
        root = element.getRootNode()
        yield root
        element = getattr(root, "host", None)
