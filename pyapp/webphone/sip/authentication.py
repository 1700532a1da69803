"""Answering challenges for an account, and a request carried through them to its final answer."""

from __future__ import annotations

from typing import Protocol

from webphone.sip.dialog import Dialog
from webphone.sip.endpoint import Endpoint, Identity, first_values
from webphone.sip.entropy import Entropy
from webphone.sip.outputs import Output, Replied
from webphone.sip.transactions import ClientTransaction
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
# A server that finds each of its own nonces stale would keep us busy for ever.
_STALE_LIMIT = 3

Asker = tuple[str, str]


class Tries:
    """How often each realm has been answered for the sake of one request."""

    __slots__ = ("answered",)

    def __init__(self) -> None:
        self.answered: dict[Asker, int] = {}


class Authenticator:
    """An account's answers to challenges; remembers the nonces to answer before being asked."""

    def __init__(self, account: Identity | None, entropy: Entropy) -> None:
        self.account = account
        self._entropy = entropy
        self._credentials = None if account is None else _credentials(account)
        self._counts = digest.NonceCounts()
        self._known: dict[Asker, list[Challenge]] = {}

    def sign(self, request: Request) -> None:
        """Put in an answer for every realm that has asked before (RFC 3261 §22.3)."""
        for (header, _realm), challenges in self._known.items():
            request.headers.add(header, self._answer(challenges, request))

    def learn(self, response: Response, tries: Tries) -> bool:
        """Take the challenges of a 401 or 407; whether asking again makes sense.

        It does not when the answer to the same realm was refused already: the password is wrong.
        """
        learned = False
        for asker, challenges in _challenges(response).items():
            stale = any(digest.is_stale(challenge) for challenge in challenges)
            before = tries.answered.get(asker, 0)
            if (before or self._answered(asker, challenges)) and not stale:
                return False
            if before >= _STALE_LIMIT or not self._fits(challenges):
                continue
            tries.answered[asker] = before + 1
            self._known[asker] = challenges
            learned = True
        return learned

    def take_next_nonce(self, response: Response) -> None:
        """Take the nonce that a server wants to see next (RFC 7616 §3.5)."""
        for header, answer in _NEXT:
            line = response.headers.get(header)
            nonce = _next_nonce(line) if line else ""
            askers = [asker for asker in self._known if asker[0] == answer]
            # It names no realm: only where there is but one is it clear whose nonce it is.
            if not nonce or len(askers) != 1:
                continue
            self._known[askers[0]] = [
                Challenge(one.scheme, {**one.params, "nonce": nonce})
                for one in self._known[askers[0]]
            ]

    def _answered(self, asker: Asker, challenges: list[Challenge]) -> bool:
        """Whether the very nonces of these challenges were answered before."""
        nonces = {challenge.params.get("nonce") for challenge in self._known.get(asker, ())}
        return any(challenge.params.get("nonce") in nonces for challenge in challenges)

    def _fits(self, challenges: list[Challenge]) -> bool:
        credentials = self._credentials
        return credentials is not None and any(map(credentials.fits, challenges))

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
        username=account.user,
        password=account.password,
        ha1="" if account.password else account.ha1,
        realm=account.realm,
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


def _next_nonce(line: str) -> str:
    """The nextnonce of an Authentication-Info, which is a challenge without its scheme."""
    try:
        return Challenge.parse(f"Digest {line}").params.get("nextnonce", "")
    except Malformed:
        return ""


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
        if response.status in (401, 407) and self._authenticator.learn(response, self._tries):
            number = self.dialog.next_cseq() if self.dialog else self.request.cseq.number + 1
            self.request = self._endpoint.again(self.request, number)
            return self.start(now)
        self._authenticator.take_next_nonce(response)
        return self.owner.answered(self, response, now)

    def timed_out(self, client: ClientTransaction, now: float) -> list[Output]:
        return self.owner.answered(self, self._endpoint.reply(self.request, 408), now)

    def news(self, response: Response) -> Replied:
        """What is told of its final response."""
        return Replied(
            ref=self.ref,
            status=response.status,
            reason=response.reason,
            headers=first_values(response),
        )
