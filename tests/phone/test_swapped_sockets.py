"""A WebSocket dies under a message and another takes its place: what was said is said again."""

import pytest

from phone.stage import SERVER
from phone.wires import Wires
from webphone.phone import happenings as on

ENDS = (0, 1)
STEPS = range(4)  # how far a message and what it brings about has come before the socket dies


@pytest.fixture
def world():
    return Wires()


def begun(world, *, answered):
    phones = [world.registered(user) for user in ("alice", "bob")]
    phones[0].ask("makeCall", "bob")
    if answered:
        phones[1].ask("answer")
    world.slow = True
    return phones


def swapped(world, phone, steps, *, told=True):
    """So many messages arrive, then the phone's WebSocket dies; the next one works."""
    for _ in range(steps):
        world.arrive(0)
    world.die(phone, 0, 0, told=told, noticed=True)
    world.land()


@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("dies", ENDS)
@pytest.mark.parametrize("who", ENDS)
def test_a_goodbye_is_heard(world, who, dies, steps):
    phones = begun(world, answered=True)
    phones[who].ask("hangup")
    swapped(world, phones[dies], steps)
    assert [phone.calls for phone in phones] == [[], []]
    assert [len(phone.told("end")) for phone in phones] == [1, 1]
    world.wind(40)
    assert [phone.agent.transactions for phone in phones] == [0, 0]


@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("dies", ENDS)
def test_a_hold_comes_true(world, dies, steps):
    alice, bob = phones = begun(world, answered=True)
    held = alice.ask("hold")
    swapped(world, phones[dies], steps)
    world.wind(1)
    assert held.error is None and held.value.held_by == "local"
    assert (alice.call.held_by, bob.call.held_by) == ("local", "remote")


@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("dies", ENDS)
@pytest.mark.parametrize(("who", "wish"), [(0, "hangup"), (1, "reject")])
def test_a_call_that_is_given_up_or_refused_rings_no_longer(world, who, wish, dies, steps):
    phones = begun(world, answered=False)
    phones[who].ask(wish)
    swapped(world, phones[dies], steps)
    assert [phone.calls for phone in phones] == [[], []]
    assert [phone.tone for phone in phones][1] is None


@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("dies", ENDS)
def test_a_call_that_is_answered_is_up(world, dies, steps):
    phones = begun(world, answered=False)
    phones[1].ask("answer")
    swapped(world, phones[dies], steps)
    world.wind(1)
    assert [phone.call.state for phone in phones] == ["active", "active"]
    world.wind(60)
    assert [phone.call.state for phone in phones] == ["active", "active"]


@pytest.mark.parametrize("dies", ENDS)
def test_a_digit_and_a_text_are_not_said_twice(world, dies):
    alice, bob = phones = begun(world, answered=True)
    alice.ask("sendDtmf", "5", {"method": "info"})
    alice.ask("sendMessage", "bob", "hello", {"id": alice.call.id})
    swapped(world, phones[dies], 2)
    world.wind(40)
    arrived = [each.data.split()[0] for each in bob.received if each.data.strip()]
    assert arrived.count(b"INFO") <= 1 and arrived.count(b"MESSAGE") <= 1
    assert [phone.call.state for phone in phones] == ["active", "active"]


@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("dies", ENDS)
def test_a_session_is_refreshed_all_the_same(world, dies, told, steps):
    phones = [world.registered(user, sessionExpires=300) for user in ("alice", "bob")]
    phones[0].ask("makeCall", "bob")
    phones[1].ask("answer")
    world.wind(149)
    world.slow = True
    world.wind(2)
    assert world.sent("alice", "UPDATE") or world.sent("bob", "UPDATE")
    swapped(world, phones[dies], steps, told=told)
    world.wind(600)
    assert [phone.call.state for phone in phones] == ["active", "active"]


def test_what_was_acknowledged_or_answered_meanwhile_is_not_said_again(world):
    """A message may come to its end between the loss of a WebSocket and its successor."""
    alice, bob = begun(world, answered=True)
    world.land()
    before = len(world.wire)
    swapped(world, alice, 0)
    swapped(world, bob, 0)
    said = [data.split()[0] for _, data in world.wire[before:]]
    # But for her ACK, to which nobody answers.
    assert set(said) <= {b"REGISTER", b"ACK", b"UPDATE", b"SIP/2.0"}


@pytest.mark.parametrize(("who", "wish"), [(0, "hangup"), (1, "reject")])
def test_what_is_over_by_the_time_of_the_next_socket_is_not_said_again(world, who, wish):
    phones = begun(world, answered=wish == "hangup")
    phones[who].ask(wish)
    world.broken = {SERVER: "dead"}
    world.die(phones[who], 0, 0, told=True, noticed=True)
    world.land()
    world.wind(40)
    world.broken = {}
    world.wind(60)
    assert phones[who].state == "registered" and phones[who].calls == []
    said = [*world.sent(phones[who].user, "BYE"), *world.sent(phones[who].user, "SIP/2.0 486")]
    assert len(said) == 1


def test_a_call_that_ended_on_a_dead_socket_wakes_nobody_without_need(world):
    alice, _bob = begun(world, answered=True)
    world.broken = {SERVER: "dead"}
    world.die(alice, 0, 0, told=True, noticed=True)
    alice.ask("hangup")
    world.broken = {}
    alice.happens(on.NetworkChanged(online=True))
    while alice.state != "registered":
        world.arrive(-1)  # the goodbye is not answered yet
    assert alice.machine.deadline > world.now
