"""The account in use, and those given up that still carry a call to its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from webphone.contract import Config, WebPhoneError
from webphone.machine import earliest
from webphone.phone.account.account import Account, Result
from webphone.sip import Malformed, parse

# The calls that are not over: the Call-ID of each, and its account.
Carried = Callable[[], Iterable[tuple[str, Account]]]


class Accounts:
    """One account for each identity and list of servers; `make` builds one from settings."""

    def __init__(self, config: Config, make: Callable[[Config], Account], carried: Carried) -> None:
        self.current = make(config)
        self._make = make
        self._carried = carried
        self._leaving: list[Account] = []
        self._left = (False, False)  # connected and registered when the page went away

    def __iter__(self) -> Iterator[Account]:
        return iter((self.current, *self._leaving))

    @property
    def deadline(self) -> float | None:
        """When one of them must be woken next."""
        moments = (account.deadline for account in self)
        return earliest(moments)

    def owners(self, socket: int) -> list[Account]:
        """Whom news of this socket is for."""
        return [account for account in self if account.owns(socket)]

    def received(self, socket: int, data: bytes, now: float) -> Result:
        """A message goes to the account whose call it is about.

        Who registers again from the same phone is often sent all it has over the newest socket
        (RFC 5626 §6: the same instance and reg-id is the same flow).
        """
        result: Result = []
        for owner in self.owners(socket):
            about = _call_id(data) if self._leaving else ""
            theirs = (account for call_id, account in self._carried() if call_id == about)
            result += (next(theirs, owner) if about else owner).received(data, now)
        return result

    def move(self, config: Config, now: float, *, idle: bool = False) -> Result:
        """Another server or user: the old account leaves, but carries its calls to their end.

        `idle`: the new one waits for a wish, whatever the old one did.
        """
        old = self.current
        wanted, connected = old.registration.wanted, old.wants_connection
        self.current = self._make(config)
        self.current.inherit(old)
        result: Result = []
        if self._busy(old):
            self._leaving.append(old)
            result += old.retire(replaced=_same_registration(old, self.current))
        else:
            result += old.disconnect(now)
        if not config.complete:
            return result + self.current.give_up(WebPhoneError("not_configured"))
        if idle:
            return result + self.current.give_up(WebPhoneError("other_tab"))
        if wanted:
            return result + self.current.register(now)
        return result + self.current.connect(now) if connected else result

    def stand_down(self, now: float, *, replaced: bool) -> Result:
        """Another tab has the registration; calls are carried to their end.

        `replaced`: it has it already, and under our instance: a farewell to the server would end
        that one (RFC 5626 §6).
        """
        old = self.current
        self.current = self._make(old.config)
        result = old.give_up(WebPhoneError("other_tab"))
        if self._busy(old) or replaced:
            self._leaving.append(old)
            return result + old.retire(replaced=True, reason="other-tab")
        return result + old.disconnect(now, reason="other-tab")

    def farewells(self, now: float) -> Result:
        """Those given up go once nothing needs them any more."""
        done = [account for account in self._leaving if not self._busy(account)]
        self._leaving = [account for account in self._leaving if account not in done]
        return [x for account in done for x in account.disconnect(now)]

    def leave(self, now: float, *, removed: bool = False) -> Result:
        """The page goes, or the phone is `removed` from it.

        Where a push brings the page back, the binding stays: its removal would say that nobody is
        to be woken any more (RFC 8599 §4.1.2).
        """
        asleep = bool(self.current.config.push) and not removed
        self._left = self.current.wants_connection, self.current.registration.wanted
        leaving, self._leaving = self._leaving, []
        result = self.current.disconnect(now, asleep=asleep)
        return result + [action for account in leaving for action in account.disconnect(now)]

    def come_back(self, now: float) -> Result:
        """The page was only put aside (the browser's back-forward cache) and is here again."""
        (connected, registered), self._left = self._left, (False, False)
        if registered:
            return self.current.register(now)
        return self.current.connect(now) if connected else []

    def _busy(self, account: Account) -> bool:
        """Whether an account still carries a call, or must still end one on the wire."""
        return not account.agent.idle or any(its is account for _, its in self._carried())


def _call_id(data: bytes) -> str:
    """The call that a message is about, "" where it can't be read."""
    try:
        return parse(data).call_id
    except Malformed:
        return ""


def _same_registration(old: Account, new: Account) -> bool:
    """Whether a server would take the new registration for a refresh of the old (RFC 5626 §6).

    Some servers know a user without the domain.
    """
    shared = set(old.connection.servers.addresses) & set(new.connection.servers.addresses)
    return bool(shared) and old.config.username == new.config.username
