"""Two real agents, a wire that delays, reorders and drops, and a clock to wind."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from webphone.sip import (
    Agent,
    Entropy,
    Identity,
    Output,
    Request,
    Response,
    Send,
    Uri,
    parse,
    reply,
)

OFFER = "v=0\r\no=alice 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n"
ANSWER = "v=0\r\no=bob 1 1 IN IP4 192.0.2.2\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n"
ATLANTA, BILOXI = "atlanta.example", "biloxi.example"


def names(seed: int = 1) -> Entropy:
    """Entropy that are the same in every run."""
    return Entropy(random.Random(seed).randbytes)


@dataclass(slots=True)
class Phone:
    """One end: an agent, all it has said, and what of that is news."""

    agent: Agent
    heard: list[Output] = field(default_factory=list)
    sent: list[Request | Response] = field(default_factory=list)

    def news(self, *kinds: type) -> list[Output]:
        """The news of these kinds so far, in order; without kinds all but Send."""
        if not kinds:
            return [output for output in self.heard if not isinstance(output, Send)]
        return [output for output in self.heard if isinstance(output, kinds)]

    def wrote(self, *firsts: str) -> list[str]:
        """What it sent, as `INVITE` or `200 INVITE`; with `firsts` only those that begin so."""
        lines = [word(message) for message in self.sent]
        return [line for line in lines if not firsts or line.startswith(firsts)]


def word(message: Request | Response) -> str:
    """A message in two words."""
    if isinstance(message, Request):
        return message.method
    return f"{message.status} {message.cseq.method}"


@dataclass(slots=True)
class Flight:
    """A message on the wire: when it arrives, from whom, to whom."""

    arrives: float
    source: Phone
    goal: Phone
    data: bytes


Fate = Callable[[Request | Response], float | None]


class Pair:
    """Alice and Bob, with a wire between them in place of two sockets and a proxy.

    `fate` says of each message how many seconds it takes, None if it is lost. `arrived` holds what
    was delivered, each with what was said about it.
    """

    def __init__(self, fate: Fate | None = None) -> None:
        self.now = 1000.0
        self.alice = Phone(Agent(names(1), user_agent="Alice"))
        self.bob = Phone(Agent(names(2), user_agent="Bob"))
        self.alice.agent.account = Identity(user="alice", domain=ATLANTA, password="secret")
        self.bob.agent.account = Identity(user="bob", domain=BILOXI, password="secret")
        self.fate: Fate = fate or (lambda message: 0.0)
        self.wire: list[Flight] = []
        self.flow: list[str] = []
        self.arrived: list[tuple[Request | Response, list[Output]]] = []

    def say(self, phone: Phone, outputs: list[Output]) -> list[Output]:
        """Put on the wire what `phone` says."""
        phone.heard += outputs
        for output in outputs:
            if isinstance(output, Send):
                message = parse(output.data)
                phone.sent.append(message)
                delay = self.fate(message)
                if delay is not None:
                    goal = self.bob if phone is self.alice else self.alice
                    self.wire.append(Flight(self.now + delay, phone, goal, output.data))
        return outputs

    def deliver(self) -> None:
        """Let everything that is due arrive, and everything it brings about at once."""
        while due := [flight for flight in self.wire if flight.arrives <= self.now]:
            flight = min(due, key=lambda one: one.arrives)
            self.wire.remove(flight)
            who = "alice" if flight.source is self.alice else "bob"
            message = parse(flight.data)
            self.flow.append(f"{who} {word(message)}")
            outputs = self.say(flight.goal, flight.goal.agent.receive(flight.data, self.now))
            self.arrived.append((message, outputs))

    def wind(self, seconds: float) -> None:
        """Let time pass: each timer and each message at its own moment."""
        end = self.now + seconds
        self.deliver()
        while (moment := self._next()) is not None and moment <= end:
            self.now = max(self.now, moment)
            for phone in (self.alice, self.bob):
                deadline = phone.agent.deadline
                if deadline is not None and deadline <= self.now:
                    self.say(phone, phone.agent.wake(self.now))
            self.deliver()
        self.now = end

    def _next(self) -> float | None:
        times = [flight.arrives for flight in self.wire]
        times += [d for p in self.phones() if (d := p.agent.deadline) is not None]
        return min(times, default=None)

    def phones(self) -> Iterator[Phone]:
        yield self.alice
        yield self.bob

    def talking(self) -> str:
        """Alice calls Bob, Bob answers; the name of the call at Bob's."""
        self.call()
        return self.answer()

    def call(self, call: str = "call") -> None:
        """Alice calls Bob."""
        bob = Uri.parse(f"sip:bob@{BILOXI}")
        self.say(self.alice, self.alice.agent.invite(call, bob, OFFER, self.now))
        self.deliver()

    def answer(self) -> str:
        """Bob rings and answers."""
        (call,) = self.bob.agent.calls()
        self.say(self.bob, self.bob.agent.ring(call, self.now))
        self.deliver()
        self.say(self.bob, self.bob.agent.accept(call, ANSWER, self.now))
        self.deliver()
        return call


class Solo:
    """Alice alone, and a network played by the test: it answers and asks as it likes."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.phone = Phone(Agent(names(1)))
        self.agent = self.phone.agent
        self.agent.account = Identity(
            user="alice", domain=ATLANTA, password="secret", hosts=(ATLANTA,)
        )
        self._count = 0

    def say(self, outputs: list[Output]) -> list[Output]:
        """Note what Alice says."""
        self.phone.heard += outputs
        self.phone.sent += [parse(o.data) for o in outputs if isinstance(o, Send)]
        return outputs

    def call(self) -> Request:
        """Alice calls Bob; the INVITE."""
        bob = Uri.parse(f"sip:bob@{BILOXI}")
        self.say(self.agent.invite("call", bob, OFFER, self.now))
        return self.last("INVITE")

    def last(self, method: str) -> Request:
        """The last request of that method she sent."""
        found = [m for m in self.phone.sent if isinstance(m, Request) and m.method == method]
        return found[-1]

    def last_status(self) -> int:
        """The status of the last response she sent."""
        found = [m for m in self.phone.sent if isinstance(m, Response)]
        return found[-1].status

    def take(self, message: Request | Response | bytes) -> list[Output]:
        """A message comes for Alice."""
        return self.say(self.agent.receive(bytes(message), self.now))

    def answer(
        self,
        request: Request,
        status: int,
        tag: str = "b1",
        *headers: tuple[str, str],
        sdp: str = "",
        reason: str | None = None,
    ) -> list[Output]:
        """The network answers a request of hers."""
        extra = [("Contact", f"<sip:bob@{tag}.example>"), *headers]
        if sdp:
            extra.append(("Content-Type", "application/sdp"))
        response = reply(request, status, reason, to_tag=tag, headers=extra, body=sdp.encode())
        return self.take(response)

    def wind(self, seconds: float) -> None:
        """Let time pass, each timer at its own moment."""
        end = self.now + seconds
        while (moment := self.agent.deadline) is not None and moment <= end:
            self.now = max(self.now, moment)
            self.say(self.agent.wake(self.now))
        self.now = end

    def ask(
        self,
        method: str,
        *headers: tuple[str, str],
        dialog_of: Request | None = None,
        tag: str = "b1",
        cseq: int = 1,
        branch: str = "",
        call_id: str = "bobs-call",
        to_tag: str = "",
        sdp: str = "",
    ) -> Request:
        """A request of Bob's for Alice: a new one, or in the dialog that her INVITE made."""
        self._count += 1
        branch = branch or f"z9hG4bKbob{self._count}"
        local, remote = f"<sip:bob@{BILOXI}>;tag={tag}", f"<sip:alice@{ATLANTA}>"
        if dialog_of is not None:
            call_id, to_tag = dialog_of.call_id, dialog_of.from_.tag
        if to_tag:
            remote += f";tag={to_tag}"
        typed = any(name == "Content-Type" for name, _ in headers)
        lines = [
            f"{method} sip:alice@a.invalid SIP/2.0",
            f"Via: SIP/2.0/WSS bob.invalid;branch={branch}",
            "Max-Forwards: 70",
            f"From: {local}",
            f"To: {remote}",
            f"Call-ID: {call_id}",
            f"CSeq: {cseq} {method}",
            "Contact: <sip:bob@bob.invalid;transport=ws>",
            *[f"{name}: {value}" for name, value in headers],
            *(["Content-Type: application/sdp"] if sdp and not typed else []),
            f"Content-Length: {len(sdp)}",
        ]
        request = parse(("\r\n".join(lines) + "\r\n\r\n" + sdp).encode())
        assert isinstance(request, Request)
        self.take(request)
        return request
