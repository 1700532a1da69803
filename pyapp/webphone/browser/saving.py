"""A file for the person: the browser asks where to, or puts it where it puts all."""

from __future__ import annotations

import js
from pyodide.ffi import to_js

from webphone.browser.proxies import plain
from webphone.phone.actions import SaveFile

# Milliseconds after which no browser needs the address of the file any more.
LATER = 60_000


def save(file: SaveFile) -> None:
    """Hand it over. A frame that may not save files does nothing."""
    blob = js.Blob.new(to_js([file.text]), plain({"type": file.kind}))
    address = js.URL.createObjectURL(blob)
    link = js.document.createElement("a")
    link.href, link.download = address, file.name
    link.click()
    js.setTimeout(js.URL.revokeObjectURL.bind(js.URL, address), LATER)
