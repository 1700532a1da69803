"""A town: the exchange, real agents at the ends of its links, a clock to wind, wires to cut."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from sip.entropy import seeded
from webphone.exchange import Action, Exchange, Send
from webphone.sip import outputs as news
from webphone.sip.agent import Agent
from webphone.sip.endpoint import Identity
from webphone.sip.entropy import Entropy
from webphone.sip.wire.message import Message, Response, parse
from webphone.sip.wire.uri import Uri

DOMAIN = "town.example"
SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns={who}\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"

News = TypeVar("News")


class Phone:
    """An agent on a link, and all that it was told."""

    def __init__(self, town: Town, user: str, password: str, seed: int) -> None:
        self.town = town
        self.agent = Agent(Entropy(seeded(seed)), transport="WS")
        self.agent.account = Identity(user=user, domain=DOMAIN, password=password)
        self.link: int | None = None
        self.heard: list[news.Output] = []
        self.deaf = False

    def ask(self, verb: str, *arguments: object, **named: object) -> None:
        """Call a verb of the agent, and deliver what it sends."""
        method = getattr(self.agent, verb)
        self.town.send(self, method(*arguments, now=self.town.now, **named))

    def call(self, user: str, name: str = "call") -> None:
        self.ask("invite", name, Uri("sip", user=user, host=DOMAIN), SDP.format(who=name))

    def told(self, kind: type[News]) -> list[News]:
        """Everything of that kind it was told."""
        return [output for output in self.heard if isinstance(output, kind)]

    def last(self, kind: type[News]) -> News:
        return self.told(kind)[-1]

    @property
    def incoming(self) -> str:
        """The name of the last incoming call."""
        return self.last(news.Invited).call


@dataclass
class Town:
    """`wire` holds every message, with the link it travelled on and whether a phone sent it."""

    users: dict[str, str] | None = None
    password: str | None = "demo"
    sounding: bool = False
    algorithms: tuple[str, ...] = ("SHA-256", "MD5")
    now: float = 1000.0
    phones: list[Phone] = field(default_factory=list)
    wire: list[tuple[int, bool, Message]] = field(default_factory=list)
    other: list[Action] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.exchange = Exchange(
            Entropy(seeded(77)),
            users=self.users,
            password=self.password,
            algorithms=self.algorithms,
            sounding=self.sounding,
        )
        self._links = 0

    def phone(self, user: str, password: str = "demo") -> Phone:
        """A phone on a new link, not registered."""
        phone = Phone(self, user, password, len(self.phones) + 1)
        self.phones.append(phone)
        self.connect(phone)
        return phone

    def registered(self, user: str, password: str = "demo") -> Phone:
        phone = self.phone(user, password)
        phone.ask("register")
        assert phone.told(news.Registered)
        return phone

    def ringing(self) -> tuple[Phone, Phone]:
        """alice, who calls, and bob, whose phone rings."""
        alice, bob = self.registered("alice"), self.registered("bob")
        alice.call("bob")
        bob.ask("ring", bob.incoming)
        return alice, bob

    def connect(self, phone: Phone) -> None:
        """The phone opens a WebSocket."""
        self._links += 1
        phone.link = self._links
        self.exchange.connected(self._links, self.now)
        self.send(phone, phone.agent.transport_up(self.now))

    def cut(self, phone: Phone) -> None:
        """The phone's WebSocket breaks, and both ends notice."""
        link, phone.link = phone.link, None
        assert link is not None
        self.send(phone, phone.agent.transport_lost(self.now))
        self.deliver(self.exchange.disconnected(link, self.now))

    def send(self, phone: Phone, outputs: list[news.Output]) -> None:
        """Give the exchange what a phone sends, and the phone's owner the rest."""
        for output in outputs:
            if not isinstance(output, news.Send):
                phone.heard.append(output)
            elif phone.link is not None:
                self.wire.append((phone.link, True, parse(output.data)))
                self.deliver(self.exchange.receive(phone.link, output.data, self.now))

    def deliver(self, actions: list[Action]) -> None:
        """Give the phones what the exchange sends."""
        for action in actions:
            if not isinstance(action, Send):
                self.other.append(action)
                continue
            if not action.data.strip():
                continue
            self.wire.append((action.link, False, parse(action.data)))
            for phone in self.phones:
                if phone.link == action.link and not phone.deaf:
                    self.send(phone, phone.agent.receive(action.data, self.now))

    def wind(self, seconds: float) -> None:
        """Let time pass, waking whoever is due on the way."""
        end = self.now + seconds
        while True:
            due = [self.exchange.deadline, *(phone.agent.deadline for phone in self.phones)]
            soonest = min((moment for moment in due if moment is not None), default=end + 1)
            if soonest > end:
                break
            self.now = max(self.now, soonest)
            self.deliver(self.exchange.wake(self.now))
            for phone in self.phones:
                self.send(phone, phone.agent.wake(self.now))
        self.now = end

    def answers(self) -> list[Response]:
        """The responses that the exchange has sent, to whomever."""
        sent = (message for _link, sent, message in self.wire if not sent)
        return [message for message in sent if isinstance(message, Response)]

    def seen(self, phone: Phone) -> list[str]:
        """The first line of all that the phone was sent, statuses and methods alone."""
        return [
            getattr(message, "method", "") or str(getattr(message, "status", ""))
            for link, sent, message in self.wire
            if link == phone.link and not sent
        ]

    @property
    def ended(self) -> bool:
        """Whether no phone has a call."""
        return not any(phone.agent.calls() for phone in self.phones)
