"""Whatever a wire loses, doubles and lets overtake, two agents come to rest and keep nothing."""

from __future__ import annotations

from contextlib import suppress
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from pair import ANSWER, BILOXI, OFFER, Flight, Pair, Phone
from webphone.sip import Agent, Dropped, Ended, Invited, NotNow, Request, Response, Send, Uri, parse

BOB = Uri.parse(f"sip:bob@{BILOXI}")
DIGIT = ("application/dtmf-relay", b"Signal=1\r\n", "digit")
MANNERS = st.sampled_from(
    [
        (),
        (("Expires", "30"),),
        (("Session-Expires", "90"),),
        (("Session-Expires", "60"),),
        (("Require", "100rel"),),
        (("Require", "timer, 100rel"), ("Session-Expires", "200;refresher=uas")),
    ]
)
WISHES = st.sampled_from(
    ["call", "hang up", "ring", "accept", "reject", "reinvite", "reaccept", "rerefuse", "info"]
)
STEPS = st.lists(
    st.tuples(WISHES, st.booleans(), st.sampled_from([0.0, 0.1, 0.7, 3.0, 40.0])),
    min_size=3,
    max_size=14,
)
# How long each message takes, None if it is lost; and after how long it comes a second time.
FATES = st.lists(st.sampled_from([0.0, 0.0, 0.05, 0.6, 2.0, None]), min_size=1, max_size=15)
ECHOES = st.lists(st.sampled_from([None, None, None, 0.0, 0.4, 5.0]), min_size=1, max_size=7)


_numbers = count(1)


class Wire:
    """Lets each message have its fate, in turn."""

    def __init__(self, pair: Pair, fates: list[float | None], echoes: list[float | None]) -> None:
        self.pair, self.fates, self.echoes = pair, fates, echoes
        self.turn = 0
        pair.fate = self.fate

    def fate(self, message: Request | Response) -> float | None:
        self.turn += 1
        echo = self.echoes[self.turn % len(self.echoes)]
        if echo is not None:
            from_alice = any(one is message for one in self.pair.alice.sent)
            ends = (self.pair.alice, self.pair.bob)
            source, goal = ends if from_alice else ends[::-1]
            self.pair.wire.append(Flight(self.pair.now + echo, source, goal, bytes(message)))
        return self.fates[self.turn % len(self.fates)]


def _wish(pair: Pair, phone: Phone, wish: str, manner: tuple[tuple[str, str], ...]) -> None:
    """Wish it of the oldest call; who cannot have it is told so, and nothing else happens."""
    agent: Agent = phone.agent
    call, now = next(iter(agent.calls()), "none"), pair.now
    with suppress(NotNow):
        match wish:
            case "call":
                name = f"call {next(_numbers)}"
                outputs = agent.invite(name, BOB, OFFER, now, headers=manner)
            case "hang up":
                outputs = agent.hang_up(call, now)
            case "ring":
                outputs = agent.ring(call, now)
            case "accept":
                outputs = agent.accept(call, ANSWER, now)
            case "reject":
                outputs = agent.reject(call, 486, now)
            case "reinvite":
                outputs = agent.reinvite(call, OFFER, now)
            case "reaccept":
                outputs = agent.reaccept(call, ANSWER, now)
            case "rerefuse":
                outputs = agent.rerefuse(call, 488, now)
            case _:
                outputs = agent.info(call, *DIGIT, now)
        pair.say(phone, outputs)


@given(steps=STEPS, manner=MANNERS, fates=FATES, echoes=ECHOES)
def test_whatever_the_wire_does_both_agents_come_to_rest_and_keep_nothing(
    steps: list[tuple[str, bool, float]],
    manner: tuple[tuple[str, str], ...],
    fates: list[float | None],
    echoes: list[float | None],
) -> None:
    pair = Pair()
    Wire(pair, fates, echoes)
    _wish(pair, pair.alice, "call", manner)
    for wish, alices, pause in steps:
        pair.wind(pause)
        _wish(pair, pair.alice if alices else pair.bob, wish, manner)
    for phone in pair.phones():
        for call in phone.agent.calls():
            pair.say(phone, phone.agent.hang_up(call, pair.now))
    pair.wind(250)
    for phone in pair.phones():
        for call in phone.agent.calls():
            # Who heard of the call only now, or sent its ringing into the void.
            pair.say(phone, phone.agent.hang_up(call, pair.now))
    pair.wind(250)
    for phone in pair.phones():
        assert phone.agent.idle
        assert phone.agent.deadline is None
        assert phone.agent.transactions == 0
        # The same call told twice would be two records.
        ends = [news.call for news in phone.news(Ended) if isinstance(news, Ended)]
        assert len(ends) == len(set(ends))
        rang = {news.call for news in phone.news(Invited) if isinstance(news, Invited)}
        assert rang <= set(ends)
        byes = [m for m in phone.sent if isinstance(m, Request) and m.method == "BYE"]
        assert all(bye.from_.tag and bye.to.tag for bye in byes)
    for message, outputs in pair.arrived:
        if isinstance(message, Response) and message.status >= 200 and _invites(message):
            # RFC 3261 §13.2.2.4 and §17.1.1.3.
            assert any(map(_is_drop, outputs)) or message.cseq.number in _acknowledged(outputs)


def _invites(message: Response) -> bool:
    return message.cseq.method == "INVITE"


def _is_drop(output: object) -> bool:
    return isinstance(output, Dropped)


def _acknowledged(outputs: list[object]) -> list[int]:
    said = [parse(output.data) for output in outputs if isinstance(output, Send)]
    return [one.cseq.number for one in said if getattr(one, "method", "") == "ACK"]
