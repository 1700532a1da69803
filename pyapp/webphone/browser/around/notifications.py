"""A call that rings as a notification of the system, with buttons where it can have some."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import js
from pyodide.ffi import jsnull

from webphone.browser.around.offers import permission
from webphone.browser.bridge import promised
from webphone.browser.proxies import Listeners, plain
from webphone.browser.tasks import Tasks
from webphone.contract import Answer, Reject
from webphone.phone.happenings import Asked, Happening
from webphone.ui.around import Alert
from webphone.ui.words import say
from webphone.words import said_in

# What the service worker says of a press, and what it asks the phone for.
COMMANDS: dict[str, type[Answer | Reject]] = {"answer": Answer, "decline": Reject}


class Notifications:
    """The one notification of a phone.

    A browser has buttons for the notifications of a service worker alone; without one a press
    brings the page to the front.
    """

    def __init__(self, turn: Callable[[Happening], None]) -> None:
        self._turn = turn
        self._shown: Alert | None = None
        self._tasks = Tasks(lambda fault: None)  # a browser that shows none: the title tells
        self._pressed = Listeners()  # of the notification that stands there
        self._listeners = Listeners()  # of the service worker
        self._note: Any = None
        self._registration: Any = None

    def follow(self, alert: Alert | None, language: str) -> None:
        """Show this one alone; None: show none."""
        if alert == self._shown:
            return
        before, self._shown = self._shown, alert
        if before is not None:
            self._tasks.add(lambda: self._withdraw(before))
        if alert is not None and allowed():
            self._tasks.add(lambda: self._show(alert, language))

    def close(self) -> None:
        """None is left."""
        self.follow(None, "")
        self._listeners.close()

    async def _show(self, alert: Alert, language: str) -> None:
        if alert != self._shown:
            return  # it is over already
        # The phone itself rings: the system need not make a sound of its own.
        options = {
            "body": alert.body,
            "tag": alert.call,
            "silent": True,
            "requireInteraction": True,
        }
        registration = await self._ours()
        if alert != self._shown:
            return
        if registration is None:
            self._note = js.Notification.new(alert.title, plain(options))
            self._pressed.add(self._note, "click", self._come)
            return
        titles = {name: said_in(language, say(name)) for name in COMMANDS}
        buttons = [{"action": name, "title": title} for name, title in titles.items()]
        told = {**options, "actions": buttons, "data": {"webphone": alert.call}}
        self._registration = registration
        self._hear()
        await promised(registration, "showNotification", alert.title, plain(told))

    async def _withdraw(self, alert: Alert) -> None:
        self._pressed.close()
        if self._note is not None:
            self._note.close()
            self._note = None
        if self._registration is not None:
            tag = plain({"tag": alert.call})
            for note in await promised(self._registration, "getNotifications", tag):
                note.close()

    async def _ours(self) -> Any:
        """The registration of the phone's service worker, None where this page has none."""
        container = getattr(js.navigator, "serviceWorker", None)
        if container is None:
            return None
        found = await promised(container, "getRegistration")
        worker = getattr(found, "active", jsnull) if found else jsnull
        return found if worker is not jsnull and worker.scriptURL == _address() else None

    def _hear(self) -> None:
        self._listeners.close()
        self._listeners.add(js.navigator.serviceWorker, "message", self._asked)

    def _come(self, event: Any) -> None:
        event.target.close()
        js.window.focus()

    def _asked(self, event: Any) -> None:
        """The service worker says what was pressed; the page that has the call says so back."""
        told = event.data
        call, action = (getattr(told, name, None) for name in ("webphone", "action"))
        if self._shown is None or call != self._shown.call:
            return
        for port in event.ports:
            port.postMessage(True)
        if isinstance(action, str) and (command := COMMANDS.get(action)):
            self._turn(Asked(command=command(id=self._shown.call)))


def _address() -> str:
    """Where a build has the phone's service worker: beside the folder of its timer."""
    tag = js.document.querySelector("script[data-timer]")
    timer = js.URL.new(tag.dataset.timer, js.document.baseURI) if tag else js.document.baseURI
    return str(js.URL.new("../sw.js", timer).href)


def allowed() -> bool:
    """Whether the person has allowed notifications."""
    return permission() == "granted"
