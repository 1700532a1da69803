"""What a phone keeps while its tab is loaded anew: who it is (RFC 5626 §4.1), and its calls."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import js

PREFIX = "webphone-"  # of all that a phone stores
KEY = f"{PREFIX}instance-"
CALLS = f"{PREFIX}calls-"
WILL = f"{PREFIX}will-"  # tools/boot/start.js looks for it
_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def kept_first(name: str, chance: Callable[[int], bytes]) -> Callable[[int], bytes]:
    """A source of chance whose first 16 octets are those that `keep` kept under this name, if any.

    What was kept is taken out of the tab: the copy that a browser makes of a tab finds nothing, as
    no two phones may be one to a server.
    """
    given = [take(name)]

    def source(count: int) -> bytes:
        if count == 16 and given:
            octets = given.pop()
            if octets:
                return octets
        return chance(count)

    return source


def take(name: str) -> bytes:
    """The octets that were kept under this name, b"" for none; they are kept no longer."""
    try:
        store: Any = js.sessionStorage
        found = str(store.getItem(KEY + name) or "")
        store.removeItem(KEY + name)
    except Exception:  # a browser or a frame that stores nothing
        return b""
    return bytes.fromhex(found[9:].replace("-", "")) if _UUID.fullmatch(found) else b""


def forget() -> None:
    """Whatever a phone of this page has stored in the browser is gone."""
    for name in ("sessionStorage", "localStorage"):
        try:
            store: Any = getattr(js, name)
            keys = [str(store.key(at)) for at in range(store.length)]
            for key in keys:
                if key.startswith(PREFIX):
                    store.removeItem(key)
        except Exception:  # a browser or a frame that stores nothing
            continue
    js.WebPhone.forget()


def keep(name: str, instance: str) -> None:
    """The page goes away: whoever comes next in this tab is the same phone."""
    try:
        js.sessionStorage.setItem(KEY + name, instance)
    except Exception:
        return


def keep_calls(name: str, text: str) -> None:
    """What the page that comes after this one needs of the calls; "" for nothing."""
    try:
        if text:
            js.sessionStorage.setItem(CALLS + name, text)
        else:
            js.sessionStorage.removeItem(CALLS + name)
    except Exception:  # a browser or a frame that stores nothing, or is full
        return


def calls_kept(name: str) -> str:
    """What the page before this one kept of its calls, "" for nothing.

    Only a reload finds it: the copy that a browser makes of a tab has what the tab has, and is not
    to take a call out of it.
    """
    try:
        text = str(js.sessionStorage.getItem(CALLS + name) or "")
        if text and not _reloaded():
            js.sessionStorage.removeItem(CALLS + name)
            return ""
    except Exception:
        return ""
    return text


def wills_kept(name: str) -> tuple[str, ...]:
    """By what names those are known who speak for the page before this one."""
    return tuple(str(js.sessionStorage.getItem(WILL + name) or "").split()) if _reloaded() else ()


def keep_wills(name: str, wills: Iterable[str]) -> None:
    """By these names the next page of the tab knows them. Raises where nothing is stored."""
    text = " ".join(wills)
    if text:
        js.sessionStorage.setItem(WILL + name, text)
    else:
        js.sessionStorage.removeItem(WILL + name)


def _reloaded() -> bool:
    """Whether this page was loaded anew, or the one that it is a frame of; see boot/start.js."""
    return bool(getattr(js.WebPhone, "again", False))
