"""A call that an earlier agent had: another goes on with it."""

import pytest

from pair import ATLANTA, OFFER, Pair, names
from webphone.sip import Agent, Identity, NotNow, Replied


def restored(pair: Pair) -> tuple[Agent, str]:
    """Another agent for Alice, who was talking to Bob, and the name of the call at Bob's."""
    there = pair.talking()
    kept = pair.alice.agent.handover.kept("call")
    assert kept is not None
    agent = Agent(names(77))
    agent.account = Identity(user="alice", domain=ATLANTA)
    assert agent.handover.restore("call", kept, pair.now) == []
    return agent, there


def test_only_a_call_that_is_up_can_be_kept() -> None:
    pair = Pair()
    assert pair.alice.agent.handover.kept("call") is None
    pair.talking()
    assert pair.alice.agent.handover.kept("call") is not None
    pair.alice.agent.hang_up("call", pair.now)
    assert pair.alice.agent.handover.kept("call") is None


def test_it_speaks_in_the_dialog_as_before() -> None:
    pair = Pair()
    agent, _ = restored(pair)
    pair.alice.agent = agent
    pair.say(pair.alice, agent.info("call", "text/plain", b"there again", "1", pair.now))
    pair.deliver()
    assert [each.status for each in pair.alice.news(Replied)] == [200]
    with pytest.raises(NotNow):
        agent.handover.restore("call", agent.handover.kept("call"), pair.now)


def test_what_makes_no_sense_now_is_not_done() -> None:
    pair = Pair()
    agent, _ = restored(pair)
    for verb in (agent.handover.withdraw, pair.alice.agent.handover.withdraw):
        with pytest.raises(NotNow):
            verb("call", pair.now)
    agent.handover.take_back("call", OFFER, pair.now, replacing=True)
    for replacing in (True, False):
        with pytest.raises(NotNow):
            agent.handover.take_back("call", OFFER, pair.now, replacing=replacing)
    with pytest.raises(NotNow):
        agent.reaccept("call", OFFER, pair.now)
