"""Who may come in: digest challenges of RFC 8760, strongest first, and the check of answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto

from webphone.sip.entropy import Entropy
from webphone.sip.wire.digest import challenge, verify
from webphone.sip.wire.grammar import Malformed
from webphone.sip.wire.headers import Challenge
from webphone.sip.wire.message import Request

NONCE_GOOD_FOR = 300.0
NONCES_AT_MOST = 1000


class Verdict(Enum):
    """What a request's credentials are worth."""

    WELCOME = auto()
    UNPROVEN = auto()
    STALE = auto()
    WRONG = auto()


class Authentication:
    """Checks passwords; `users` None lets in any name that knows `password`.

    With neither users nor password everybody is welcome.
    """

    def __init__(
        self,
        entropy: Entropy,
        realm: str,
        users: Mapping[str, str] | None,
        password: str | None,
        algorithms: tuple[str, ...],
    ) -> None:
        self.realm = realm
        self._entropy = entropy
        self._users = users
        self._password = password
        self._algorithms = algorithms
        # When each nonce was made, and the highest count it was used with.
        self._nonces: dict[str, tuple[float, int]] = {}

    def knows(self, user: str) -> bool:
        """Whether that name may be a user here."""
        return self._users is None or user in self._users

    def check(self, request: Request, header: str, now: float, user: str | None = None) -> Verdict:
        """Whether `request` proves in `header` that `user` sent it; None stands for any user."""
        if self._users is None and self._password is None:
            return Verdict.WELCOME

        def password_for(name: str) -> str | None:
            if user is not None and name != user:
                return None
            return self._password if self._users is None else self._users.get(name)

        verdict = Verdict.UNPROVEN
        for value in request.headers.all(header):
            verdict = self._judge(request, value, password_for, now)
            if verdict is Verdict.WELCOME:
                break
        return verdict

    def challenges(self, stale: bool, now: float) -> list[str]:
        """Fresh challenges, one for each algorithm (RFC 8760 §2.3)."""
        nonce = self._entropy.token(16)
        self._nonces = {
            known: used for known, used in self._nonces.items() if now - used[0] < NONCE_GOOD_FOR
        }
        if len(self._nonces) >= NONCES_AT_MOST:
            del self._nonces[next(iter(self._nonces))]
        self._nonces[nonce] = (now, 0)
        return [challenge(self.realm, nonce, name, stale=stale) for name in self._algorithms]

    def _judge(
        self,
        request: Request,
        value: str,
        password_for: Callable[[str], str | None],
        now: float,
    ) -> Verdict:
        proven = verify(
            value,
            password_for=password_for,
            method=request.method,
            body=request.body,
            realm=self.realm,
        )
        try:
            params = Challenge.parse(value).params
            count = int(params.get("nc", "0"), 16)
        except (Malformed, ValueError):
            return Verdict.WRONG
        # RFC 3261 §22.4 (5): the answer is to this request and no other.
        if not proven or params["uri"] != str(request.uri):
            return Verdict.WRONG
        nonce = params["nonce"]
        made, highest = self._nonces.get(nonce, (now - NONCE_GOOD_FOR, 0))
        # RFC 7616 §3.3: the password was right, but the nonce is used up or too old.
        if now - made >= NONCE_GOOD_FOR or count <= highest:
            return Verdict.STALE
        self._nonces[nonce] = (made, count)
        return Verdict.WELCOME
