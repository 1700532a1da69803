"""The looks of what stands on the page itself: loaded with the first form to sign in."""

from __future__ import annotations

from functools import cache
from typing import Any

import js
from pyodide.ffi import to_js

from webphone.browser.looks import looks


@cache
def _sheet() -> Any:
    sheet = js.CSSStyleSheet.new()
    sheet.replaceSync(looks("sign_in"))
    return sheet


def dress(root: Any) -> None:
    """Give a document, or the shadow tree that a phone stands in, the sheet; once is enough."""
    standing = list(getattr(root, "adoptedStyleSheets", ()))
    if hasattr(root, "adoptedStyleSheets") and _sheet() not in standing:
        root.adoptedStyleSheets = to_js([*standing, _sheet()])
