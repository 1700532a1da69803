"""The style sheets of the phone, as they came with it."""

from __future__ import annotations

from functools import cache
from typing import Any

import webphone.ui


@cache
def looks(name: str = "webphone") -> str:
    """The text of a style sheet, from the disk or from the zip that the app came in."""
    folder = str(webphone.ui.__file__).rpartition("/")[0]
    loader: Any = webphone.ui.__loader__
    return str(loader.get_data(f"{folder}/{name}.css").decode())
