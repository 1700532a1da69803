"""What the browser keeps of who signed in: the server here, the password in its own manager.

Loaded with the first form to sign in.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import js

from webphone.browser.bridge import Refused, promised
from webphone.browser.instance import PREFIX
from webphone.browser.proxies import plain
from webphone.browser.tasks import Background

KEY = f"{PREFIX}server"
LONGEST = 1000


def kept() -> str:
    """The server of the last time, "" for none."""
    try:
        return str(js.localStorage.getItem(KEY) or "")[:LONGEST]
    except Exception:  # a browser or a frame that stores nothing
        return ""


def keep(host: str) -> None:
    """Remember it."""
    try:
        js.localStorage.setItem(KEY, host[:LONGEST])
    except Exception:
        return


class Offer:
    """What was typed is offered to the browser's own manager once the server has accepted it.

    Where a form is sent and the page stays, browsers would have to guess what became of it. Those
    without this interface, and frames of other sites, guess from the form itself.
    """

    def __init__(self) -> None:
        self._credential: Any = None  # the browser's; never ours to read
        self._background = Background()

    def sent(self, fields: Mapping[str, object], user: str) -> None:
        """This was typed; `user` is who it is for where the page says that."""
        name, password = str(fields.get("username") or user), str(fields.get("password", ""))
        with suppress(Exception):  # nothing that a manager takes
            given = plain({"id": name, "name": name, "password": password})
            self._credential = js.PasswordCredential.new(given)

    def follow(self, stage: str) -> None:
        """What became of it: in, refused, or "" where it was given up."""
        if stage == "trying" or self._credential is None:
            return
        credential, self._credential = self._credential, None
        if stage == "in":
            self._background.run(_store(credential))

    def close(self) -> None:
        self._credential = None
        self._background.close()


async def _store(credential: Any) -> None:
    """The person is asked by the browser, and may take any time."""
    with suppress(Refused):
        await promised(js.navigator.credentials, "store", credential, within=None)
