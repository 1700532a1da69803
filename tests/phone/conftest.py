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
def dave(world: World) -> Stranger:
    return world.stranger("dave")
