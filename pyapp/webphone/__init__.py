"""A SIP phone in the browser. The Python of a page writes `from webphone import Phone`."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["Phone"]


def __getattr__(name: str) -> Any:
    if name != "Phone":
        raise AttributeError(f"module 'webphone' has no attribute {name!r}")
    # Named only when asked for: nothing below this package may lead to the browser.
    return import_module("webphone.browser.python_api").Phone
