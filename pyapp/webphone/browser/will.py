"""What is said for a phone whose page is gone: a worker that outlives the page holds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import js

from webphone.browser.instance import keep_wills, wills_kept
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

    The worker goes by the name of a lock that the page holds: once that is free it waits 5 s for
    another page of the tab, and 30 s once one is coming; see web/will.js. That page has a worker of
    its own, and tells this one as soon as that holds what there is. Where the browser has no
    workers that outlive their pages, or refuses them, nothing is held and nobody is told.
    """

    def __init__(self, turn: Callable[[Happening], None], name: str) -> None:
        self._turn = turn
        self._name = name
        self._worker: Any = None
        self._lock: Lock | None = None
        self._page = ""
        self._before: tuple[str, ...] = ()  # the workers that the page before has left
        self._silent = 0  # of them those that have not given back yet what they were entrusted with
        self._invites: dict[str, bytes] = {}  # by the others
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

    def come_back(self) -> None:
        """The page was put aside with all that it has: its worker may have thought it gone."""
        if self._worker is not None:
            self._part()
            self.stand_by()

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
            # Until it says that it has it, the ones before are asked too.
            keep_wills(self._name, (*self._before, self._page) if self._waits else ())
            if not given.messages:
                self._free()
        except Exception:  # a policy, a frame that may not, a browser that stores nothing
            self._can = False
            return
        if not self._watch():
            self._give()

    def reclaim(self) -> None:
        """Ask for what the page before has left; GivenBack follows, where nobody has it with {}."""
        try:
            if self._can and (self._worker is not None or self._hire()) and self._before:
                self._silent = len(self._before)
                for name in self._before:
                    self._ask(name)
                return
        except Exception:  # as above
            self._can = False
        self._turn(GivenBack(invites={}))

    def close(self) -> None:
        """The phone goes, and the page stays: nothing is to be said any more."""
        self._can = False
        if self._beside is not None:
            self._beside.close()
        self._part()

    def _part(self) -> None:
        """The worker goes when it has nothing to say, and its page's lock is free."""
        self._listeners.close()
        if self._worker is not None:
            self._post(plain({"messages": []}))
            self._worker.port.close()
            self._worker = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _hire(self) -> bool:
        """Whether there is such a worker now."""
        page = f"webphone-will-{js.crypto.randomUUID()}"
        worker = js.WebPhone.will(page)
        if not worker:
            return False
        if not self._page:
            self._before = wills_kept(self._name)
        self._page = page
        self._listeners.add(worker, "error", self._failed)
        self._listeners.add(worker.port, "message", self._held)
        worker.port.start()
        self._worker = worker
        return True

    @property
    def _waits(self) -> bool:
        """Whether the next page of the tab is waited for."""
        return self._given is not None and bool(self._given.messages) and self._given.waits

    def _ask(self, name: str) -> None:
        """What that worker holds, and that it is to wait."""
        port = js.WebPhone.will(name).port
        self._listeners.add(port, "message", self._given_back)
        port.start()
        port.postMessage(plain({"coming": True}))

    def _watch(self) -> bool:
        """Hold the lock by which the worker knows that the page is there; whether this is new."""
        if self._lock is not None and self._lock.held:
            return False
        if self._lock is None:
            self._lock = Lock(self._page, self._give, lambda fault, held: self.close())
        return True

    def _held(self, _event: Any) -> None:
        """The worker has it: those before are free."""
        if self._before:
            self._free()
            keep_wills(self._name, (self._page,) if self._waits else ())
        self._turn(Entrusted())

    def _free(self) -> None:
        """This page speaks for itself from now on."""
        before, self._before = self._before, ()
        for name in before:
            js.WebPhone.will(name).port.postMessage(plain({"taken": True}))

    def _given_back(self, event: Any) -> None:
        told = data(event.data)
        self._invites |= {str(id): str(note).encode(OCTETS) for id, note in told["notes"]}
        self._silent -= 1
        if self._silent == 0:
            self._turn(GivenBack(invites=self._invites))

    def _failed(self, event: Any) -> None:
        event.preventDefault()
        self._can = False

    def _give(self) -> None:
        """What it holds from now on; the first time it learns so that there is a page."""
        given = self._given or Entrust(server="", messages=())
        messages = [message.decode() for message in given.messages]
        notes = [[id, invite.decode(OCTETS)] for id, invite in given.invites.items()]
        said = {"server": given.server, "messages": messages, "notes": notes}
        if given.records:
            from webphone.browser.memory import CALLS, CHANNEL, NAME

            records = [[id, record] for id, record in given.records.items()]
            memory = [NAME, CALLS, CHANNEL]
            said |= {"owner": given.owner, "records": records, "memory": memory}
        self._post(plain(said))

    def _post(self, data: Any) -> None:
        if self._worker is not None:
            self._worker.port.postMessage(data)
