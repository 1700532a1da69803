"""Answering challenges for an account, and a request carried through them to its final answer."""

from __future__ import annotations

from typing import Protocol

from webphone.sip.dialog import Dialog
from webphone.sip.endpoint import Endpoint, Identity, first_values
from webphone.sip.entropy import Entropy
from webphone.sip.outputs import Dropped, Output, Replied, Unanswered
from webphone.sip.transactions import ClientTransaction
from webphone.sip.trust import MOST_REALMS, Trust
from webphone.sip.wire import digest
from webphone.sip.wire.grammar import Malformed
from webphone.sip.wire.headers import Challenge
from webphone.sip.wire.message import Request, Response

# RFC 3261 §22.2 and §22.3: who asks, and where the answer goes.
_HEADERS = (
    ("WWW-Authenticate", "Authorization"),
    ("Proxy-Authenticate", "Proxy-Authorization"),
)
_NEXT = (
    ("Authentication-Info", "Authorization"),
    ("Proxy-Authentication-Info", "Proxy-Authorization"),
)
# Of one request, so that nobody keeps us busy for ever: with ever new realms, or by finding each
# of its own nonces stale.
_MOST_ANSWERS = 4
# RFC 7616 names no limit; what is longer only costs time to hash.
_LONGEST_CHALLENGE = 4096

Asker = tuple[str, str]


class Tries:
    """How often each realm has been answered for the sake of one request."""

    __slots__ = ("answered", "unanswered")

    def __init__(self) -> None:
        self.answered: dict[Asker, int] = {}
        # The last challenge that was not answered for want of trust.
        self.unanswered: Unanswered | None = None

    def has_room(self, asker: Asker) -> bool:
        """Whether that realm may be answered once more."""
        realms = {realm for _header, realm in self.answered} | {asker[1]}
        return sum(self.answered.values()) < _MOST_ANSWERS and len(realms) <= MOST_REALMS


class Authenticator:
    """An account's answers to challenges; remembers the nonces to answer before being asked.

    `registering`: it signs REGISTER requests, so that those who ask are the registrar.
    """

    def __init__(
        self,
        account: Identity | None,
        entropy: Entropy,
        trust: Trust | None = None,
        *,
        registering: bool = False,
    ) -> None:
        self.account = account
        self._entropy = entropy
        self._credentials = None if account is None else _credentials(account)
        self._trust = trust or Trust()
        self._registering = registering
        self._counts = digest.NonceCounts()
        self._known: dict[Asker, list[Challenge]] = {}

    def sign(self, request: Request) -> None:
        """Put in an answer for every realm that has asked before (RFC 3261 §22.3)."""
        for (header, _realm), challenges in self._known.items():
            request.headers.add(header, self._answer(challenges, request))

    def learn(self, response: Response, tries: Tries, *, inside: bool = False) -> bool:
        """Take the challenges of a 401 or 407; whether asking again makes sense.

        It does not when the answer to the same realm was refused already: the password is wrong.
        `inside`: the request was one of a dialog.
        """
        learned = False
        for asker, challenges in _challenges(response).items():
            stale = any(digest.is_stale(challenge) for challenge in challenges)
            before = tries.answered.get(asker, 0)
            if (before or self._answered(asker, challenges)) and not stale:
                return False
            if not tries.has_room(asker):
                continue
            trusted = self._trusted(asker[1], challenges, tries, inside=inside)
            if not trusted:
                continue
            if asker not in self._known:
                # A realm that is new here: what other servers asked is over.
                self._known = {
                    one: known for one, known in self._known.items() if one in tries.answered
                }
            tries.answered[asker] = before + 1
            self._known[asker] = trusted
            learned = True
        return learned

    def forget(self) -> None:
        """The answers were refused: the next request goes out without one."""
        self._known.clear()

    def succeeded(self) -> None:
        """The REGISTER succeeded with the answers that it carried."""
        asked = self._known.items()
        self._trust.registered(
            {realm: digest.strength(challenges) for (_header, realm), challenges in asked}
        )

    def check(self, request: Request, response: Response) -> list[Output]:
        """What a 2xx says of itself: its proof, and the nonce it wants next (RFC 7616 §3.5)."""
        for header, answer in _NEXT:
            line = response.headers.get(header)
            info = _info(line) if line else None
            askers = [asker for asker in self._known if asker[0] == answer]
            # It names no realm: only where there is but one is it clear whose words these are.
            if info is None or len(askers) != 1:
                continue
            if self._is_forged(info, request.headers.get(answer) or "", response):
                why = f"the {header} of {askers[0][1]!r} is not by one who knows the password"
                return [Dropped(why=why)]
            nonce = info.params.get("nextnonce", "")
            if nonce:
                self._known[askers[0]] = [
                    Challenge(one.scheme, {**one.params, "nonce": nonce})
                    for one in self._known[askers[0]]
                ]
        return []

    def _is_forged(self, info: Challenge, authorization: str, response: Response) -> bool:
        if "rspauth" not in info.params or not authorization or self._credentials is None:
            return False
        ours = Challenge.parse(authorization)
        return not digest.proves_itself(info, ours, self._credentials, response.body)

    def _answered(self, asker: Asker, challenges: list[Challenge]) -> bool:
        """Whether the very nonces of these challenges were answered before."""
        nonces = {challenge.params.get("nonce") for challenge in self._known.get(asker, ())}
        return any(challenge.params.get("nonce") in nonces for challenge in challenges)

    def _trusted(
        self, realm: str, challenges: list[Challenge], tries: Tries, *, inside: bool
    ) -> list[Challenge]:
        """Those of a realm's challenges that may have an answer of ours."""
        account, credentials = self.account, self._credentials
        if account is None or credentials is None:
            return []
        fitting = [one for one in challenges if _size(one) <= _LONGEST_CHALLENGE]
        fitting = [one for one in fitting if credentials.fits(one)]
        if not fitting:
            return []
        if self._registering:
            self._trust.registrar_asks(realm, digest.strength(fitting))
            return fitting
        doubts = [
            self._trust.doubt(realm, digest.strength([one]), account, inside=inside)
            for one in fitting
        ]
        trusted = [one for one, doubt in zip(fitting, doubts) if doubt is None]
        if trusted:
            self._trust.answered(realm, digest.strength(trusted))
        else:
            tries.unanswered = doubts[0]
        return trusted

    def _answer(self, challenges: list[Challenge], request: Request) -> str:
        # Only challenges that fit are remembered, so there are credentials and an answer.
        assert self._credentials is not None
        answer = digest.answer(
            challenges,
            self._credentials,
            method=request.method,
            uri=str(request.uri),
            body=request.body,
            cnonce=self._entropy.cnonce(),
            nonce_count=self._counts,
        )
        assert answer is not None
        return answer


def _credentials(account: Identity) -> digest.Credentials:
    return digest.Credentials(
        username=account.auth_user or account.user,
        password=account.password,
        ha1="" if account.password else account.ha1,
        token=account.token,
    )


def _challenges(response: Response) -> dict[Asker, list[Challenge]]:
    """The challenges in a response by the header that answers and the realm that asks."""
    found: dict[Asker, list[Challenge]] = {}
    for question, answer in _HEADERS:
        for line in response.headers.all(question):
            try:
                challenges = Challenge.parse_many(line)
            except Malformed:
                continue
            for challenge in challenges:
                found.setdefault((answer, challenge.params.get("realm", "")), []).append(challenge)
    return found


def _size(challenge: Challenge) -> int:
    return sum(len(name) + len(value) for name, value in challenge.params.items())


def _info(line: str) -> Challenge | None:
    """An Authentication-Info, which is a challenge without its scheme."""
    try:
        return Challenge.parse(f"Digest {line}")
    except Malformed:
        return None


class Owner(Protocol):
    """Who sent a request and waits for its final answer."""

    @property
    def call(self) -> str:
        """The call that the request belongs to, "" for none."""

    def answered(self, sent: ClientRequest, response: Response, now: float) -> list[Output]:
        """The final answer came; a time-out comes as a 408 of our own (RFC 3261 §8.1.3.1)."""


class ClientRequest:
    """A request of ours on its way to a final answer, through every challenge."""

    __slots__ = (
        "_authenticator",
        "_endpoint",
        "_tries",
        "client",
        "dialog",
        "owner",
        "ref",
        "request",
    )

    def __init__(
        self,
        endpoint: Endpoint,
        authenticator: Authenticator,
        owner: Owner,
        request: Request,
        *,
        dialog: Dialog | None = None,
        ref: str = "",
    ) -> None:
        self._endpoint = endpoint
        self._authenticator = authenticator
        self._tries = Tries()
        self.owner = owner
        self.request = request
        self.dialog = dialog
        self.ref = ref
        self.client: ClientTransaction | None = None

    @property
    def call(self) -> str:
        """The call that the request belongs to, "" for none."""
        return self.owner.call

    def start(self, now: float) -> list[Output]:
        """Send the request."""
        self._authenticator.sign(self.request)
        self.client, send = self._endpoint.transactions.ask(self.request, self, now)
        return [send]

    def responded(self, client: ClientTransaction, response: Response, now: float) -> list[Output]:
        if response.status < 200:
            return []
        if response.status in (401, 407) and self._learned(response):
            number = self.dialog.next_cseq() if self.dialog else self.request.cseq.number + 1
            self.request = self._endpoint.again(self.request, number)
            return self.start(now)
        outputs = self._authenticator.check(self.request, response)
        if self.unanswered is not None:
            outputs.append(Dropped(why=self.unanswered.why))
        return outputs + self.owner.answered(self, response, now)

    @property
    def unanswered(self) -> Unanswered | None:
        """The challenge that was not answered for want of trust."""
        return self._tries.unanswered

    def _learned(self, response: Response) -> bool:
        inside = self.dialog is not None
        return self._authenticator.learn(response, self._tries, inside=inside)

    def timed_out(self, client: ClientTransaction, now: float) -> list[Output]:
        return self.owner.answered(self, self._endpoint.reply(self.request, 408), now)

    def news(self, response: Response) -> Replied:
        """What is told of its final response."""
        return Replied(
            ref=self.ref,
            status=response.status,
            reason=response.reason,
            headers=first_values(response),
            unanswered=self.unanswered,
        )
