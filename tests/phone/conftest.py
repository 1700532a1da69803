"""The cast of most stories: a world, Alice and Bob who are registered, and Dave, written by hand."""

import pytest

from phone.stage import Actor, Stranger, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alice(world: World) -> Actor:
    return world.registered("alice")


@pytest.fixture
def bob(world: World) -> Actor:
    return world.registered("bob")


@pytest.fixture
def talking(alice: Actor, bob: Actor) -> Actor:
    """Alice, who has called Bob."""
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    return alice


@pytest.fixture
def dave(world: World) -> Stranger:
    return world.stranger("dave")
