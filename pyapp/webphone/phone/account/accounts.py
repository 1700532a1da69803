"""The account in use, and those given up that still carry a call to its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from webphone.contract import Config, WebPhoneError
from webphone.machine import earliest
from webphone.phone.account.account import Account, Result

Busy = Callable[[Account], bool]


class Accounts:
    """One account for each identity and list of servers; `make` builds one from settings."""

    def __init__(self, config: Config, make: Callable[[Config], Account]) -> None:
        self.current = make(config)
        self._make = make
        self._leaving: list[Account] = []
        self._left = (False, False)  # connected and registered when the page went away

    def __iter__(self) -> Iterator[Account]:
        return iter((self.current, *self._leaving))

    @property
    def alone(self) -> bool:
        """Whether no other account is left beside the one in use."""
        return not self._leaving

    @property
    def deadline(self) -> float | None:
        """When one of them must be woken next."""
        moments = (account.deadline for account in self)
        return earliest(moments)

    def owners(self, socket: int) -> list[Account]:
        """Whom news of this socket is for."""
        return [account for account in self if account.owns(socket)]

    def move(self, config: Config, busy: Busy, now: float, *, idle: bool = False) -> Result:
        """Another server or user: the old account leaves, but carries its calls to their end.

        `idle`: the new one waits for a wish, whatever the old one did.
        """
        old = self.current
        wanted, connected = old.wants_registration, old.wants_connection
        self.current = self._make(config)
        self.current.inherit(old)
        result: Result = []
        if busy(old):
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

    def stand_down(self, busy: Busy, now: float, *, replaced: bool) -> Result:
        """Another tab has the registration; calls are carried to their end.

        `replaced`: it has it already, and under our instance: a farewell to the server would end
        that one (RFC 5626 §6).
        """
        old = self.current
        self.current = self._make(old.config)
        result = old.give_up(WebPhoneError("other_tab"))
        if busy(old) or replaced:
            self._leaving.append(old)
            return result + old.retire(replaced=True, reason="other-tab")
        return result + old.disconnect(now, reason="other-tab")

    def farewells(self, busy: Busy, now: float) -> Result:
        """Those given up go once nothing needs them any more."""
        done = [account for account in self._leaving if not busy(account)]
        self._leaving = [account for account in self._leaving if account not in done]
        return [x for account in done for x in account.disconnect(now)]

    def leave(self, now: float) -> Result:
        """The page goes."""
        self._left = self.current.wants_connection, self.current.wants_registration
        leaving, self._leaving = self._leaving, []
        return [
            action for account in (self.current, *leaving) for action in account.disconnect(now)
        ]

    def come_back(self, now: float) -> Result:
        """The page was only put aside (the browser's back-forward cache) and is here again."""
        (connected, registered), self._left = self._left, (False, False)
        if registered:
            return self.current.register(now)
        return self.current.connect(now) if connected else []


def _same_registration(old: Account, new: Account) -> bool:
    """Whether a server would take the new registration for a refresh of the old (RFC 5626 §6).

    Some servers know a user without the domain.
    """
    shared = set(old.addresses) & set(new.addresses)
    return bool(shared) and old.config.username == new.config.username
