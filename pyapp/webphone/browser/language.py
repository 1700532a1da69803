"""The language around an element: that of the nearest `lang`, as HTML inherits it."""

from __future__ import annotations

from typing import Any

import js

from webphone.browser.proxies import plain


def language_around(element: Any) -> str:
    """The tag that the nearest `lang` says: the element's own, or of what it stands in.

    A page that says none leaves its controls to the browser, as a date field or a player does:
    they then speak the language of the person who set the browser up. Where that person calls
    from, it does not say.
    """
    while element is not None:
        found = element.closest("[lang]")
        if found and found.lang:  # none is JavaScript's null
            return str(found.lang)
        element = getattr(element.getRootNode(), "host", None)
    return str(js.navigator.language or "").partition("-")[0]


def watched(element: Any, changed: Any) -> Any:
    """An observer that calls the proxy `changed` at each change of a `lang` around the element.

    It watches the document, and each shadow tree on the way to it.
    """
    observer = js.MutationObserver.new(changed)
    wanted = plain({"subtree": True, "attributeFilter": ["lang"]})
    while element is not None:
        root = element.getRootNode()
        observer.observe(root, wanted)
        element = getattr(root, "host", None)
    return observer
