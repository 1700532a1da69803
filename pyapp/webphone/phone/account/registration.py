"""The registration of an account: whether it is wanted, tried again, and what is told of it.

The account asks the server; what the answers mean for a person and for the page stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from webphone.contract import Config, Event, WebPhoneError
from webphone.phone import actions as do
from webphone.phone.account.registration_errors import error_of
from webphone.phone.account.retries import NO_LOGIN, Retries
from webphone.phone.actions import Action
from webphone.phone.promises import Promises, Solved, Trouble
from webphone.sip import Entropy, Output, RegistrationFailed

if TYPE_CHECKING:  # loaded for a page that gives credentials by a function
    from webphone.phone.account.login import Fetched, Login

# Seconds that a server may take to answer the first REGISTER on a socket, where there is another
# one; else as long as SIP waits (RFC 3261 §17.1.2.2: 32 s).
PATIENCE = 5.0

News = list[Action | Trouble | Solved]


class Registration:
    """What is wanted of the servers, and what the page believes of them."""

    def __init__(self, entropy: Entropy) -> None:
        self.wanted = False
        self.retired = False  # another account took over: nothing more is told of this one
        self.patience: float | None = None  # when the first REGISTER has taken too long
        self._entropy = entropy
        self._fetched: Fetched | None = None  # the login that the page's function gives
        self._retries: Retries | None = None  # since it worked, or since a person wanted it
        self._told = False  # the page believes that we are registered
        self._leaving = False  # the end of a registration that was under way is asked for
        self._registering = Promises()
        self._unregistering = Promises()

    # --- Questions ---

    @property
    def retry_at(self) -> float | None:
        """When a REGISTER is due after one that was refused."""
        return self._retries.at if self._retries else None

    @property
    def strict(self) -> bool:
        """Whether nothing but time or a person makes the next try worth while."""
        return self._retries is not None and self._retries.strict and self._retries.at is not None

    @property
    def login_until(self) -> float | None:
        """When the page has taken too long to give a login."""
        return self._fetched.until if self._fetched else None

    @property
    def awaits_login(self) -> bool:
        """Whether the page is being asked for one."""
        return self._fetched is not None and self._fetched.asking

    @property
    def login(self) -> Login | None:
        """What the page gave, to sign with."""
        return self._fetched.login if self._fetched else None

    @property
    def lacks_login(self) -> bool:
        """Whether nothing can be signed before the page is asked."""
        return self._fetched is not None and self._fetched.wanted

    # --- Wishes ---

    def want(self, reply: int | None) -> News:
        """From now on; the promise settles on the final answer."""
        self.wanted, self._retries, self._leaving = True, None, False
        self._registering.add(reply)
        self._new_wish()
        return [*self._unregistering.refuse(WebPhoneError("cancelled"))]

    def unwant(self, reply: int | None) -> None:
        """No more; the promise settles once it is `ended`."""
        self.wanted, self._retries = False, None
        self._unregistering.add(reply)

    def leave(self) -> None:
        """Its end is asked for on the wire."""
        self._leaving, self.patience = True, None

    def ended(self) -> News:
        """There is none any more that somebody waits for the end of."""
        return [*self._unregistering.settle()]

    def give_up(self, error: WebPhoneError) -> News:
        """What was promised will not come."""
        return [*self._registering.refuse(error)]

    def inherit(self, other: Registration) -> None:
        """Take over the promises of the account that was before."""
        self._registering.inherit(other._registering)

    def begin(self) -> None:
        """A REGISTER is to go out."""
        if self._retries is not None:
            self._retries.begun()

    # --- News from the server ---

    def registered(self, detail: Mapping[str, object]) -> News:
        """The server has us: told where it was not known. `settle` follows."""
        self.patience = self._retries = None
        self._new_wish()
        told, self._told = self._told, True
        if told or self.retired:
            return []
        return [Solved(), do.Tell(event=Event("registered", detail))]

    def settle(self) -> News:
        """What was promised has come."""
        return [*self._registering.settle()]

    def unregistered(self) -> News:
        """The server has us no more, as it was asked or by itself."""
        self.patience = None
        asked, self._leaving = self._leaving, False
        self._told = self._told or asked
        return self.gone("user") + self.ended()

    def refused(self, news: RegistrationFailed, now: float, *, password: bool) -> News:
        """The server will not have us: with another login, or after a pause."""
        self.patience = None
        if self._fetched is not None and self._fetched.again(news):
            return [*self._fetched.ask(now)]
        error = error_of(news, password=password or self._fetched is not None)
        result = self._expired()
        retries = self._retries = self._retries or Retries(self._entropy)
        known = news.status == retries.status
        retries.refused(news, now)
        return result + self._put_off(error, known=known)

    def failed(self) -> News:
        """The server can't keep us: the next one may."""
        self.patience = None
        return self._expired()

    def _expired(self) -> News:
        self._new_wish()
        return self.gone("expired", will_retry=self.wanted)

    def _put_off(self, error: WebPhoneError, *, known: bool) -> News:
        """It has to wait; `known`: the person has been told why."""
        told: News = [] if known or self.retired else [Trouble(error)]
        return told + self.give_up(error)

    # --- News from the connection ---

    def move(self) -> None:
        """We leave for another server, and nobody is told."""
        self._told = False

    def cut_off(self) -> bool:
        """The connection is gone; whether the page believes that we are registered.

        What becomes of requests that were under way is not told: `lost` follows.
        """
        told, self._told, self._leaving, self.patience = self._told, False, False, None
        return told

    def lost(self, *, told: bool) -> News:
        """After `cut_off`, which says what was told."""
        self._told = told
        return self.gone("lost", will_retry=self.wanted)

    def gone(self, reason: str, *, will_retry: bool = False) -> News:
        """Tell that the server does not know us any more, if it is believed to."""
        told, self._told = self._told, False
        if not told or self.retired:
            return []
        detail = {"reason": reason, "willRetry": will_retry}
        return [do.Tell(event=Event("unregistered", detail))]

    # --- The login that the page gives ---

    def sign_with(self, function: object | None) -> Login | None:
        """What the page's function gives signs from now on: the login that it gave so far."""
        if function is None:
            self._fetched = None
        elif self._fetched is None or self._fetched.function is not function:
            from webphone.phone.account.login import Fetched

            self._fetched = Fetched(function, self._entropy)
        return self.login

    def ask_login(self, now: float) -> News:
        """Ask the page for a login, where there is none to sign with and it is not being asked."""
        return [*self._fetched.ask(now)] if self._fetched and self._fetched.wanted else []

    def login_refused(self, output: Output, now: float) -> News:
        """Ask for another one, where a call or a question was refused for it."""
        if self._fetched is None or not self._fetched.refused(output):
            return []
        return [*self._fetched.ask(now)]

    def awaits(self, ask: str) -> bool:
        """Whether this is the answer of the page that is waited for."""
        return self._fetched is not None and self._fetched.answers(ask)

    def login_came(
        self, given: Mapping[str, str] | None, config: Config, now: float
    ) -> News | None:
        """What the page gave; None where it can sign, else what follows from its being wrong."""
        assert self._fetched is not None
        wrong = self._fetched.came(given, config)
        if wrong is None:
            return None
        if isinstance(wrong, RegistrationFailed):
            return self.refused(wrong, now, password=True)
        if self.login is not None:
            # A call was refused, and says so itself: the server has us as before.
            self._new_wish()
            return []
        result = self._expired()
        known = self._retries is not None and self._retries.status == NO_LOGIN
        if self.wanted:
            self._retries = self._retries or Retries(self._entropy)
            self._retries.without_login(now)
        return result + self._put_off(wrong, known=known)

    def _new_wish(self) -> None:
        """What was asked of the page so far counts no more."""
        if self._fetched is not None:
            self._fetched.settled()
