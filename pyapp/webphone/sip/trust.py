"""Whose challenges an account answers: a digest of the password is for nobody else.

What challenges a REGISTER is the registrar, whatever it calls its realm: it stands at the end of
the socket that the settings name. Everything else may come from a stranger who was called or who
calls, and is answered only for a realm that is known, and never in a weaker way (RFC 3261 §22.4
warns of both, and RFC 8760 §2.4 of weaker algorithms).
"""

from __future__ import annotations

from collections.abc import Mapping

from webphone.sip.endpoint import Identity
from webphone.sip.outputs import Unanswered
from webphone.sip.wire.digest import Strength
from webphone.sip.wire.grammar import visible

MOST_REALMS = 2  # a proxy and the server behind it
LONGEST_NAME = 80  # characters of a realm that are told


class Trust:
    """The realms that one account trusts, each with the strength that it asked for."""

    def __init__(self) -> None:
        self._registrar: dict[str, Strength] = {}
        # While no REGISTER was challenged: what was answered, the first realm in front.
        self._others: dict[str, Strength] = {}

    def registrar_asks(self, realm: str, strength: Strength) -> None:
        """A REGISTER is challenged: what that realm wanted before counts no more."""
        realms = {name: each for name, each in self._registrar.items() if name != realm}
        newest = [*realms.items(), (realm, strength)][-MOST_REALMS:]
        self._registrar = dict(newest)

    def registered(self, answered: Mapping[str, Strength]) -> None:
        """A REGISTER succeeded with answers to these realms: they are the registrar's by now."""
        if answered:
            self._registrar = dict(answered)

    def doubt(
        self, realm: str, strength: Strength, account: Identity, *, inside: bool
    ) -> Unanswered | None:
        """Why not to answer, None where all is well; `inside` a dialog no realm is new."""
        name, floor = visible(realm)[:LONGEST_NAME], self._registrar.get(realm)
        if floor is None and self._registrar:
            if not realm or realm != account.realm:
                return Unanswered(realm=name)
            floor = _weakest(self._registrar)
        if floor is None and not self._registrar:
            if not self._expected(realm, account, inside=inside):
                return Unanswered(realm=name)
            floor = self._others.get(realm)
        if floor is not None and not strength.reaches(floor):
            return Unanswered(realm=name, weak=True)
        return None

    def answered(self, realm: str, strength: Strength) -> None:
        """A request other than REGISTER is signed for this realm."""
        if not self._registrar:
            self._others.setdefault(realm, strength)

    def _expected(self, realm: str, account: Identity, *, inside: bool) -> bool:
        """Whether a phone that never registered trusts a realm."""
        named = (account.realm, *account.hosts)
        if realm and realm.lower() in (name.lower() for name in named):
            return True
        first = next(iter(self._others), None)
        return realm == first or (first is None and not inside)


def _weakest(strengths: Mapping[str, Strength]) -> Strength:
    each = strengths.values()
    return Strength(rank=max(one.rank for one in each), qop=all(one.qop for one in each))
