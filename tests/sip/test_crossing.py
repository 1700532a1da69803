"""Whatever crosses on the wire, and whenever the socket breaks, both ends come to rest."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from pair import ANSWER, OFFER, Pair
from webphone.sip import Ended, Invited, NotNow, Request, Response

Step = tuple[str, float]
WISHES = (
    "alice hangs up",
    "bob hangs up",
    "bob answers",
    "bob rings",
    "alice changes",
    "bob changes",
    "alice loses her socket",
    "alice finds a socket",
)


class Line:
    """One socket each way: what is said late does not overtake, and is gone when it breaks."""

    def __init__(self, pair: Pair, delays: list[float]) -> None:
        self.pair = pair
        self.delays = delays
        self.up = True
        self.turn = 0
        self.arrives = {"alice": 0.0, "bob": 0.0}
        pair.fate = self.fate

    def fate(self, message: Request | Response) -> float | None:
        if not self.up:
            return None
        sender = "alice" if bytes(message) in self._alices() else "bob"
        self.turn += 1
        soonest = self.pair.now + self.delays[self.turn % len(self.delays)]
        self.arrives[sender] = max(self.arrives[sender], soonest)
        return self.arrives[sender] - self.pair.now

    def _alices(self) -> set[bytes]:
        return {bytes(message) for message in self.pair.alice.sent}

    def lose(self) -> None:
        self.up = False
        self.pair.wire.clear()
        self.pair.say(self.pair.alice, self.pair.alice.agent.transport_lost(self.pair.now))

    def find(self) -> None:
        self.up = True
        self.pair.say(self.pair.alice, self.pair.alice.agent.transport_up(self.pair.now))


def _wish(pair: Pair, line: Line, wish: str) -> None:
    """Do it; who wishes what can no longer be done is told so, and nothing else happens."""
    alice, bob, now = pair.alice.agent, pair.bob.agent, pair.now
    call = next((o.call for o in pair.bob.news(Invited) if isinstance(o, Invited)), "none yet")
    with suppress(NotNow):
        match wish:
            case "alice hangs up":
                pair.say(pair.alice, alice.hang_up("call", now))
            case "bob hangs up":
                pair.say(pair.bob, bob.hang_up(call, now))
            case "bob answers":
                pair.say(pair.bob, bob.accept(call, ANSWER, now))
            case "bob rings":
                pair.say(pair.bob, bob.ring(call, now))
            case "alice changes":
                pair.say(pair.alice, alice.reinvite("call", OFFER, now))
            case "bob changes":
                pair.say(pair.bob, bob.reinvite(call, OFFER, now))
            case "alice loses her socket" if line.up:
                line.lose()
            case "alice finds a socket" if not line.up:
                line.find()


@given(
    steps=st.lists(st.tuples(st.sampled_from(WISHES), st.floats(0, 1.5)), min_size=2, max_size=8),
    delays=st.lists(st.floats(0, 0.9), min_size=1, max_size=12),
)
def test_whatever_crosses_both_agents_end_idle_and_tell_it_once(
    steps: list[Step], delays: list[float]
) -> None:
    pair = Pair()
    line = Line(pair, delays)
    pair.call()
    last = ("alice finds a socket", "alice hangs up", "bob hangs up")
    for wish, pause in [*steps, *((wish, 2.0) for wish in last)]:
        pair.wind(pause)
        _wish(pair, line, wish)
    pair.wind(200)
    for phone in pair.phones():
        assert phone.agent.calls() == ()
        assert phone.agent.deadline is None
    assert len(pair.alice.news(Ended)) == 1
    assert len(pair.bob.news(Ended)) == len(pair.bob.news(Invited))
