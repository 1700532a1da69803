"""Whoever is on hold must not hear the room."""

from itertools import product

import pytest

from webphone.media import Direction
from webphone.media.microphone import is_open

BOTH = Direction.SENDRECV


def test_in_a_call_the_voice_is_sent_unless_it_is_muted():
    assert is_open(False, BOTH, BOTH)
    assert not is_open(True, BOTH, BOTH)


@pytest.mark.parametrize("held", [each for each in Direction if each is not BOTH])
def test_a_hold_that_is_wanted_or_agreed_closes_it(held: Direction):
    assert not is_open(False, held, BOTH)
    assert not is_open(False, BOTH, held)


@pytest.mark.parametrize(("wanted", "agreed"), list(product(Direction, Direction)))
def test_who_does_not_hear_us_back_never_hears_us(wanted: Direction, agreed: Direction):
    if is_open(False, wanted, agreed):
        assert wanted.receives and agreed.receives
