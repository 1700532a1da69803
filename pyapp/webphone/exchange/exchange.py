"""The exchange: links with phones at their ends, joined by a registrar and a proxy."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from webphone.exchange.actions import Action, Send
from webphone.exchange.authentication import Authentication, Verdict
from webphone.exchange.farend import FarEnd, Step
from webphone.exchange.flows import Flows
from webphone.exchange.numbers import NUMBERS, is_number
from webphone.exchange.proxy import Proxy, Target
from webphone.exchange.registrar import Registrar
from webphone.exchange.routing import HOST, take_route
from webphone.machine import earliest
from webphone.sip import outputs as news
from webphone.sip.entropy import Entropy
from webphone.sip.wire.grammar import Malformed, visible
from webphone.sip.wire.headers import NameAddr
from webphone.sip.wire.message import Request, Response, Unreadable, parse, reply
from webphone.sip.wire.rules import validate
from webphone.sip.wire.uri import Uri

# The link of the exchange's own numbers; the world's links are 0 and above.
FAR = -1
# How the exchange signs its answers: the page of a phone knows by it whose numbers these are.
SERVER = "webphone exchange"
# Stands for a To that cannot be read.
NOBODY = NameAddr("", Uri("sip", host=HOST), (("tag", "none"),))
ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, MESSAGE, REFER, NOTIFY, REGISTER"


class Exchange:
    """Registers phones and connects their calls, without sockets and without a clock.

    `users` maps names to passwords; None lets in any name that knows `password`, and everybody
    when that is None too. `algorithms` are the digests asked for, strongest first. All domains
    are one: only the user part of an address counts. Links are whole numbers from 0 of the
    caller's choice, one for each WebSocket. `sounding` says that the caller gives session
    descriptions to the numbers that ask for them (AnswerWanted, OfferWanted).

    Every method returns what to do, in order, and raises nothing for a stranger's bytes.
    """

    def __init__(
        self,
        entropy: Entropy,
        *,
        users: Mapping[str, str] | None = None,
        password: str | None = None,
        realm: str = "webphone",
        algorithms: tuple[str, ...] = ("SHA-256", "MD5"),
        sounding: bool = False,
    ) -> None:
        self._entropy = entropy
        self._flows = Flows(entropy)
        self._flows.open(FAR)
        self._authentication = Authentication(entropy, realm, users, password, algorithms)
        self._registrar = Registrar()
        self._proxy = Proxy(entropy, self._flows)
        self._far = FarEnd(entropy, sounding=sounding)
        # Who logged in on which link: his calls are not challenged again.
        self._logged_in: dict[int, str] = {}

    @property
    def deadline(self) -> float | None:
        """When `wake` wants to be called, in the same seconds as `now`."""
        times = (self._registrar.deadline, self._proxy.deadline, self._far.deadline)
        return earliest(times)

    @property
    def registered(self) -> tuple[str, ...]:
        """The users that can be reached."""
        return self._registrar.users()

    def connected(self, link: int, now: float) -> None:
        """A WebSocket is open."""
        self._flows.open(link)

    def disconnected(self, link: int, now: float) -> list[Action]:
        """A WebSocket is closed: nobody can be reached over it."""
        flows = self._flows.at(link)
        self._flows.close(link)
        self._registrar.disconnected(link)
        self._logged_in.pop(link, None)
        return self._run(self._proxy.disconnected(flows, now), now)

    def receive(self, link: int, data: bytes, now: float) -> list[Action]:
        """Take one WebSocket message, text (as UTF-8) or binary."""
        self._flows.open(link)
        if not data.strip(b"\r\n"):
            # RFC 5626 §3.5.1: a double CRLF asks for a single one.
            return [Send(link=link, data=b"\r\n")] if len(data) >= 4 else []
        return self._run(self._take(link, data, now), now)

    def described(self, call: str, sdp: str | None, now: float) -> list[Action]:
        """The session description that a number asked for; None when there is none to be had."""
        return self._run_steps(self._far.described(call, sdp, now), now)

    def wake(self, now: float) -> list[Action]:
        """Do what is due."""
        self._registrar.wake(now)
        actions = self._run(self._proxy.wake(now), now)
        return actions + self._run_steps(self._far.wake(now), now)

    # The link of our own numbers is no WebSocket.

    def _run(self, sends: Iterable[Send], now: float) -> list[Action]:
        actions: list[Action] = []
        inside: deque[Send] = deque(sends)
        while inside:
            send = inside.popleft()
            if send.link != FAR:
                actions.append(send)
                continue
            for step in self._far.receive(send.data, now):
                if isinstance(step, news.Send):
                    inside.extend(self._take(FAR, step.data, now))
                else:
                    actions.append(step)
        return actions

    def _run_steps(self, steps: Iterable[Step], now: float) -> list[Action]:
        actions: list[Action] = []
        for step in steps:
            if isinstance(step, news.Send):
                actions += self._run(self._take(FAR, step.data, now), now)
            else:
                actions.append(step)
        return actions

    # One message.

    def _take(self, link: int, data: bytes, now: float) -> list[Send]:
        try:
            message = parse(data)
            validate(message)
        except Malformed as fault:
            return self._refuse(
                link, fault, fault.message if isinstance(fault, Unreadable) else None
            )
        try:
            if isinstance(message, Response):
                return self._proxy.respond(message, now)
            return self._request(link, message, now)
        except Malformed as fault:
            return self._refuse(link, fault, message)

    def _request(self, link: int, request: Request, now: float) -> list[Send]:
        known = self._proxy.known(request, link, now)
        if known is not None:
            return known
        refusal = self._objection(request)
        if refusal is not None:
            return self._reply(link, request, refusal)
        if request.method == "REGISTER":
            return self._register(link, request, now)
        pair = take_route(request)
        if request.to.tag:
            return self._inside(link, request, pair, now)
        if request.method == "ACK":
            return []
        return self._outside(link, request, now)

    def _objection(self, request: Request) -> Response | None:
        """Why a request cannot pass (RFC 3261 §16.3)."""
        if request.uri.scheme not in ("sip", "sips", "tel"):
            return reply(request, 416)
        if request.max_forwards == 0 and request.method != "REGISTER":
            return reply(request, 483)
        wanted = request.headers.values("Proxy-Require")
        if wanted:
            return reply(request, 420, headers=[("Unsupported", visible(", ".join(wanted)))])
        return None

    def _register(self, link: int, request: Request, now: float) -> list[Send]:
        user = request.to.uri.number
        if not user or is_number(user):
            return self._reply(link, request, reply(request, 404))
        verdict = self._authentication.check(request, "Authorization", now, user)
        if verdict is not Verdict.WELCOME:
            return self._challenge(link, request, 401, "WWW-Authenticate", verdict, now)
        response = self._registrar.register(user, request, link, now)
        sends = self._reply(link, request, response)
        if response.status == 200:
            self._logged_in[link] = user
            for contact in request.contacts:
                self._flows.settle(link, f"{user} {_phone(contact)}")
            sends += self._proxy.returned(link, now)
        return sends

    def _inside(self, link: int, request: Request, pair: str | None, now: float) -> list[Send]:
        """A request within a dialog goes to the other end (§16.5, §12.2)."""
        flow = None if pair is None else self._flows.across(pair, link, request.from_.uri.user)
        returned = self._proxy.returned(link, now)
        if pair is None and link in self._logged_in:
            # Without our Record-Route, by the Contact alone.
            binding = self._registrar.at(request.uri, now)
            flow = None if binding is None else self._flows.own(binding.link)
        own = self._flows.own(link)
        if request.method == "ACK":
            if flow is None:
                return returned
            return returned + self._proxy.acknowledge(request, flow, request.uri, now)
        if flow is None:
            return returned + self._reply(link, request, reply(request, 481))
        targets = [(flow, request.uri)]
        return returned + self._proxy.relay(request, own, targets, now, first=False)

    def _outside(self, link: int, request: Request, now: float) -> list[Send]:
        """A request that begins something (§16.5)."""
        user = request.uri.number
        if not user:
            if request.method != "OPTIONS":
                return self._reply(link, request, reply(request, 404))
            headers = [("Allow", ALLOW), ("Accept", "application/sdp")]
            return self._reply(link, request, reply(request, 200, headers=headers))
        if link != FAR and link not in self._logged_in:
            verdict = self._authentication.check(request, "Proxy-Authorization", now)
            if verdict is not Verdict.WELCOME:
                return self._challenge(link, request, 407, "Proxy-Authenticate", verdict, now)
        # RFC 3261 §22.3: credentials for us go no further.
        request.headers.remove("Proxy-Authorization")
        targets = self._targets(user, request, now)
        if not targets:
            known = not is_number(user) and self._authentication.knows(user)
            return self._reply(link, request, reply(request, 480 if known else 404))
        return self._proxy.relay(request, self._flows.own(link), targets, now, first=True)

    def _targets(self, user: str, request: Request, now: float) -> list[Target]:
        if user in NUMBERS:
            return [(self._flows.own(FAR), request.uri)]
        bindings = self._registrar.find(user, now)
        if not bindings:
            binding = self._registrar.at(request.uri, now)
            bindings = [] if binding is None else [binding]
        return [(self._flows.own(one.link), one.contact.uri) for one in bindings]

    def _challenge(
        self, link: int, request: Request, status: int, name: str, verdict: Verdict, now: float
    ) -> list[Send]:
        values = self._authentication.challenges(verdict is Verdict.STALE, now)
        headers = [(name, value) for value in values]
        return self._reply(link, request, reply(request, status, headers=headers))

    def _refuse(
        self, link: int, fault: Malformed, message: Request | Response | None
    ) -> list[Send]:
        """Answer what can be answered of a message that cannot be read."""
        if fault.status is None or not isinstance(message, Request) or "Via" not in message.headers:
            return []
        return self._reply(link, message, reply(message, fault.status))

    def _reply(self, link: int, request: Request, response: Response) -> list[Send]:
        if request.method == "ACK":
            return []
        response.headers.set("Server", SERVER)
        to = response.headers.get("To")
        if to is not None and not response.safe("to", NOBODY).tag:
            # RFC 3261 §8.2.6.2.
            response.headers.set("To", f"{visible(to)};tag={self._entropy.tag()}")
        return [Send(link=link, data=bytes(response))]


def _phone(contact: NameAddr) -> str:
    """Which phone of a user this is, the same after it reconnected."""
    return contact.param("+sip.instance") or str(contact.uri.without_params())
