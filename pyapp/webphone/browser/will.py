"""What is said for a phone whose page is gone: a worker that outlives the page holds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import js

from webphone.browser.instance import WILL, will_kept
from webphone.browser.lock import Lock
from webphone.browser.proxies import Listeners, data, plain
from webphone.phone.actions import Entrust, SayBeside
from webphone.phone.happenings import Entrusted, GivenBack, Happening

if TYPE_CHECKING:
    from webphone.browser.beside import Beside

# Each octet a character: a stranger's bytes come back as they were.
OCTETS = "latin-1"


class Will:
    """The last will of one phone of this page.

    The worker learns that the page is gone by the lock that the page has held, waits 5 s for
    another page of the tab, and 30 s once one is coming; see web/will.js. Where the browser has no
    workers that outlive their pages, or refuses them, nothing is held and nobody is told.
    """

    def __init__(self, turn: Callable[[Happening], None], name: str) -> None:
        self._turn = turn
        self._name = name
        self._worker: Any = None
        self._lock: Lock | None = None
        self._page = ""
        self._given: Entrust | None = None
        self._listeners = Listeners()
        self._can = True
        self._beside: Beside | None = None

    def stand_by(self) -> None:
        """Have the worker there before the first call, which has enough to do."""
        try:
            self._can = self._worker is not None or self._hire()
            if self._can:
                self._watch()
        except Exception:  # a policy, a frame that may not
            self._can = False

    def perform(self, given: Entrust) -> None:
        """Give it to the worker; Entrusted follows."""
        self._given = given
        if self._can:
            self._entrust(given)
        if not self._can:
            self._stand_by(given)

    def say(self, asked: SayBeside) -> None:
        """Say it over the connection that stands by, where there is one."""
        if self._beside is not None:
            self._beside.say(asked)

    def _stand_by(self, given: Entrust) -> None:
        if self._beside is None:
            # Loaded by the first call where no worker outlives its page.
            from webphone.browser.beside import Beside

            self._beside = Beside()
        self._beside.follow(given)

    def _entrust(self, given: Entrust) -> None:
        try:
            if self._worker is None and not self._hire():
                self._can = False
                return
            if given.messages:
                js.sessionStorage.setItem(WILL + self._name, self._page)
            else:
                js.sessionStorage.removeItem(WILL + self._name)
        except Exception:  # a policy, a frame that may not, a browser that stores nothing
            self._can = False
            return
        if not self._watch():
            self._give()

    def reclaim(self) -> None:
        """Ask for what the page before has left; GivenBack follows, where nobody has it with {}."""
        try:
            if self._can and (self._worker is not None or self._hire()):
                self._post(plain({"page": self._page}))
                return
        except Exception:  # as above
            self._can = False
        self._turn(GivenBack(invites={}))

    def close(self) -> None:
        """The phone goes, and the page stays: nothing is to be said any more."""
        self._can = False
        if self._beside is not None:
            self._beside.close()
        self._listeners.close()
        if self._worker is not None:
            self._post(plain({"page": self._page, "messages": []}))
            self._worker.port.close()
            self._worker = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _hire(self) -> bool:
        """Whether there is such a worker now."""
        worker = js.WebPhone.will()
        if not worker:
            return False
        self._page = will_kept(self._name) or f"webphone-will-{js.crypto.randomUUID()}"
        self._listeners.add(worker, "error", self._failed)
        self._listeners.add(worker.port, "message", self._told)
        worker.port.start()
        self._worker = worker
        return True

    def _watch(self) -> bool:
        """Hold the lock by which the worker knows that the page is there; whether this is new."""
        if self._lock is not None:
            return False
        self._lock = Lock(self._page, self._give, lambda fault, held: self.close())
        return True

    def _told(self, event: Any) -> None:
        told = data(event.data)
        if told == "held":
            self._turn(Entrusted())
        else:
            invites = {str(id): str(note).encode(OCTETS) for id, note in told["notes"]}
            self._turn(GivenBack(invites=invites))

    def _failed(self, event: Any) -> None:
        event.preventDefault()
        self._can = False

    def _give(self) -> None:
        if self._given is not None:
            given = self._given
            messages = [message.decode() for message in given.messages]
            notes = [[id, invite.decode(OCTETS)] for id, invite in given.invites.items()]
            said = {"page": self._page, "server": given.server, "messages": messages}
            self._post(plain({**said, "notes": notes}))

    def _post(self, data: Any) -> None:
        if self._worker is not None:
            self._worker.port.postMessage(data)
