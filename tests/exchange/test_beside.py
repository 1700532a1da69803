"""A phone at a served exchange: its own page plays the numbers, the server has all other calls."""

from __future__ import annotations

from collections import deque

import pytest

from exchange.town import SDP, Phone, Town
from sip.entropy import seeded
from webphone.exchange import AnswerWanted, Exchange, OfferWanted, Send
from webphone.exchange.beside import Beside, Side
from webphone.exchange.numbers import NUMBERS
from webphone.sip import outputs as news
from webphone.sip.entropy import Entropy
from webphone.sip.wire.message import Request, parse

HERE = 1


class Page:
    """The exchange in a phone's page, and who sorts the phone's messages."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.exchange = Exchange(Entropy(seeded(5)), sounding=True)
        self.exchange.connected(HERE, town.now)
        self.calls: deque[str] = deque(maxlen=100)
        self.beside = Beside(self.calls)
        self.heard: list[bytes] = []
        self.wanted: list[AnswerWanted | OfferWanted] = []

    def deliver(self, phone: Phone, actions) -> None:
        for action in actions:
            if isinstance(action, Send):
                self.heard.append(action.data)
                if self.beside.from_page(action.data):
                    self.town.send(phone, phone.agent.receive(action.data, self.town.now))
            elif isinstance(action, AnswerWanted | OfferWanted):
                self.wanted.append(action)

    def describe(self, phone: Phone) -> None:
        """Give the number that asked last its description."""
        sdp = SDP.format(who="number")
        self.deliver(phone, self.exchange.described(self.wanted[-1].call, sdp, self.town.now))

    def wind(self, phone: Phone, seconds: float) -> None:
        self.town.wind(seconds)
        self.deliver(phone, self.exchange.wake(self.town.now))


class Sorting(Town):
    """A town whose first phone has a page of its own."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.page = Page(self)

    def send(self, phone, outputs) -> None:
        for output in outputs:
            if self.stays(phone, output):
                self.page.deliver(phone, self.page.exchange.receive(HERE, output.data, self.now))
            else:
                super().send(phone, [output])

    def stays(self, phone: Phone, output: news.Output) -> bool:
        return (
            phone is self.phones[0]
            and isinstance(output, news.Send)
            and self.page.beside.from_phone(output.data) is Side.PAGE
        )

    def deliver(self, actions) -> None:
        for action in actions:
            if isinstance(action, Send) and action.link == self.phones[0].link:
                register = self.page.beside.from_server(action.data)
                if register is not None:
                    self.page.deliver(
                        self.phones[0], self.page.exchange.receive(HERE, register, self.now)
                    )
            super().deliver([action])


@pytest.fixture
def town() -> Sorting:
    return Sorting()


def to_server(town: Town, method: str) -> list[Request]:
    return [
        message
        for _link, sent, message in town.wire
        if sent and isinstance(message, Request) and message.method == method
    ]


@pytest.mark.parametrize("number", NUMBERS)
def test_no_call_to_a_number_reaches_the_server(town: Sorting, number: str):
    alice = town.registered("alice")
    alice.call(number)
    assert to_server(town, "INVITE") == []
    assert town.page.heard


def test_the_whole_call_stays_in_the_page(town: Sorting):
    alice = town.registered("alice")
    alice.call("600")
    town.page.describe(alice)
    assert alice.last(news.Answered).sdp == SDP.format(who="number")
    alice.ask("reinvite", "call", SDP.format(who="held"))
    town.page.describe(alice)
    alice.ask("hang_up", "call")
    assert town.ended
    assert {message.method for _link, sent, message in town.wire if sent} == {"REGISTER"}


def test_601_calls_the_phone_back_in_its_page(town: Sorting):
    alice = town.registered("alice")
    alice.call("601")
    town.page.describe(alice)
    alice.ask("hang_up", "call")
    town.page.wind(alice, 2.0)
    town.page.describe(alice)
    assert alice.last(news.Invited).from_.uri.user == "601"
    alice.ask("accept", alice.incoming, SDP.format(who="alice"))
    alice.ask("hang_up", alice.incoming)
    assert town.ended


def test_a_call_to_a_person_goes_to_the_server(town: Sorting):
    alice, bob = town.registered("alice"), town.registered("bob")
    alice.call("bob")
    bob.ask("accept", bob.incoming, SDP.format(who="bob"))
    bob.ask("hang_up", bob.incoming)
    assert town.ended
    assert [str(invite.uri.user) for invite in to_server(town, "INVITE")] == ["bob"]
    assert not any(data.startswith(b"INVITE") for data in town.page.heard)


def test_the_phone_is_let_in_once_and_its_proof_stays_with_the_server(town: Sorting):
    alice = town.registered("alice")
    assert len(alice.told(news.Registered)) == 1
    assert town.page.exchange.registered == ("alice",)
    kept = town.page.beside.from_server(b"SIP/2.0 200 OK\r\nnonsense")
    assert kept is None
    proofs = [register.headers.get("Authorization") for register in to_server(town, "REGISTER")]
    assert proofs[0] is None and proofs[1] is not None
    handed = [
        town.page.beside.from_server(bytes(message))
        for _link, sent, message in town.wire
        if not sent
    ]
    assert handed[0] is None  # 401
    assert handed[1] is not None and b"Authorization" not in handed[1]


def test_a_phone_that_leaves_the_server_leaves_the_page(town: Sorting):
    alice = town.registered("alice")
    alice.ask("unregister")
    assert town.page.exchange.registered == ()


def test_what_was_sent_before_the_server_said_what_it_is_counts(town: Sorting):
    town.registered("alice")
    register = bytes(to_server(town, "REGISTER")[-1])
    answer = next(bytes(m) for _link, sent, m in reversed(town.wire) if not sent)
    assert Beside(town.page.calls).from_server(answer) is None
    assert Beside(town.page.calls, register).from_server(answer) is not None


def test_a_call_goes_on_in_the_page_on_the_next_socket(town: Sorting):
    alice = town.registered("alice")
    alice.call("600")
    town.page.describe(alice)
    town.page.beside = Beside(town.page.calls)
    alice.ask("hang_up", "call")
    assert town.ended


@pytest.mark.parametrize("data", [b"\r\n\r\n", b"", b"INVITE sip:600@x SIP/2.0\r\n\r\n", b"\xff"])
def test_what_cannot_be_read_is_the_servers_business(data: bytes):
    beside = Beside(deque())
    assert beside.from_phone(data) is Side.SERVER
    assert beside.from_server(data) is None
    assert not beside.from_page(data)


def test_the_exchange_signs_its_answers(town: Sorting):
    town.registered("alice")
    answers = [message for _link, sent, message in town.wire if not sent]
    assert {answer.headers.get("Server") for answer in answers} == {"webphone exchange"}
    assert parse(bytes(answers[0])).status == 401
