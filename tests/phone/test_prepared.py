"""A connection is made ready when a call is near: never for one that the phone refuses by itself."""

import pytest

from phone.stage import World
from webphone.phone import actions as do
from webphone.phone import happenings as on


def prepared(phone) -> int:
    return sum(isinstance(action, do.Prepare) for action in phone.actions)


def at_rest(phone):
    """The page has come to rest; what was made ready by then is not looked at any more."""
    phone.happens(on.AtRest())
    phone.actions.clear()
    return phone


def test_a_call_that_rings_has_one_made_ready_and_opens_no_media_yet(world: World):
    alice, bob = world.registered("alice"), world.registered("bob")
    alice.ask("makeCall", "bob")
    assert prepared(bob) == 1
    assert not any(isinstance(action, do.OpenMedia) for action in bob.actions)


@pytest.mark.parametrize("why", ["dnd", "max_calls"])
def test_a_call_that_is_refused_has_none(world: World, why: str):
    bob = world.registered("bob", **({"dnd": True} if why == "dnd" else {"max_calls": 1}))
    before = 0
    if why == "max_calls":
        carol = world.registered("carol")
        carol.ask("makeCall", "bob")
        bob.ask("answer")
        before = prepared(bob)
    alice = world.registered("alice")
    alice.ask("makeCall", "bob")
    assert alice.told("end")[-1]["sipCode"] in (480, 486)
    assert prepared(bob) == before


def test_a_number_that_may_be_whole_has_one_made_ready_and_a_shorter_one_has_none(world: World):
    alice = world.registered("alice")
    alice.happens(on.NumberTyped(number="1"))
    assert prepared(alice) == 0
    alice.happens(on.NumberTyped(number="100"))
    assert prepared(alice) == 1


def test_a_number_that_the_page_fills_in_has_one_made_ready_once_the_page_rests(world: World):
    alice = world.registered("alice")
    alice.ask("setConfig", {"dial": "bob"})
    assert prepared(alice) == 0
    alice.happens(on.AtRest())
    assert [action.near for action in alice.actions if isinstance(action, do.Prepare)] == [False]
    alice.happens(on.Woken())
    assert prepared(alice) == 1


def test_a_page_without_a_number_has_none_made_ready(world: World):
    alice = world.registered("alice", dial="1")
    alice.actions.clear()
    alice.happens(on.AtRest())
    alice.happens(on.Approached())
    assert prepared(alice) == 0


def test_who_comes_to_a_number_that_stands_there_has_one_made_ready_again(world: World):
    alice = at_rest(world.registered("alice", dial="bob"))
    alice.happens(on.Approached())
    assert prepared(alice) == 1


def test_a_page_that_sets_a_number_or_the_same_again_has_one_made_ready_each_time(world: World):
    alice = at_rest(world.registered("alice"))
    alice.ask("setConfig", {"dial": "bob"})
    assert prepared(alice) == 1
    alice.actions.clear()
    alice.ask("setConfig", {"dial": "bob"})
    assert prepared(alice) == 1
    alice.ask("setConfig", {"displayName": "Alice"})
    assert prepared(alice) == 1


def test_one_is_made_ready_after_a_call_and_none_in_it(world: World):
    bob = world.registered("bob")
    alice = at_rest(world.registered("alice", dial="bob"))
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    alice.happens(on.Approached())
    alice.ask("setConfig", {"dial": "bob"})
    assert prepared(alice) == 0
    bob.ask("hangup")
    assert prepared(alice) == 1


def test_a_number_that_makes_room_for_the_one_of_the_page_has_none_made_ready_in_its_call(
    world: World,
):
    world.registered("bob")
    alice = at_rest(world.registered("alice", dial="100"))
    alice.happens(on.NumberTyped(number="bob"))
    alice.actions.clear()
    alice.ask("makeCall", "bob")
    assert alice.machine.snapshot.number == "100"
    assert prepared(alice) == 0


@pytest.mark.parametrize("why", ["disabled", "not_configured", "offline", "no_sound"])
def test_a_number_has_none_made_ready_where_no_call_could_be_made(world: World, why: str):
    if why == "not_configured":
        alice = world.phone("alice", host="", dial="bob")
    else:
        alice = world.registered("alice", dial="bob", disabled=why == "disabled")
    if why == "offline":
        alice.happens(on.NetworkChanged(online=False))
    if why == "no_sound":
        alice.happens(on.MediaMissing())
    alice.actions.clear()
    alice.happens(on.AtRest())
    alice.happens(on.Approached())
    assert prepared(alice) == 0


def test_one_is_made_ready_when_the_phone_can_call_again(world: World):
    alice = at_rest(world.registered("alice", dial="bob"))
    alice.happens(on.NetworkChanged(online=False))
    assert prepared(alice) == 0
    alice.happens(on.NetworkChanged(online=True))
    assert prepared(alice) == 1
