"""A connection is made ready when a call is near: never for one that the phone refuses by itself."""

import pytest

from phone.stage import World
from webphone.phone import actions as do
from webphone.phone import happenings as on


def prepared(phone) -> int:
    return sum(isinstance(action, do.Prepare) for action in phone.actions)


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
