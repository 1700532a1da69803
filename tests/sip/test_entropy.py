"""Entropy that nobody can guess."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.entropy import seeded
from webphone.sip.entropy import Entropy


def test_the_same_chance_gives_the_same_names():
    one, two = Entropy(seeded(7)), Entropy(seeded(7))
    assert (one.branch(), one.tag(), one.call_id()) == (two.branch(), two.tag(), two.call_id())


@pytest.mark.rfc("3261 §8.1.1.4", "no Call-ID comes twice")
@pytest.mark.rfc("7616 §3.4", "no client nonce comes twice")
def test_no_name_comes_twice():
    entropy = Entropy(seeded())
    for make in (entropy.branch, entropy.tag, entropy.call_id, entropy.cnonce, entropy.uuid):
        assert len({make() for _ in range(200)}) == 200


@pytest.mark.rfc("3261 §8.1.1.7", "a branch begins with z9hG4bK")
def test_a_branch_says_that_it_is_unique_for_all_time():
    assert Entropy(seeded()).branch().startswith("z9hG4bK")


@pytest.mark.rfc("3261 §19.3", "a tag has at least 32 bits of chance")
def test_a_tag_holds_at_least_32_bits_of_chance():
    asked = []

    def entropy(count: int) -> bytes:
        asked.append(count)
        return bytes(count)

    tag = Entropy(entropy).tag()
    assert sum(asked) * 8 >= 32
    assert tag == "00" * sum(asked)


@pytest.mark.rfc("4122 §4.4", "the instance is a random UUID")
def test_a_uuid_is_a_random_one():
    pattern = r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    assert all(re.fullmatch(pattern, Entropy(seeded(seed)).uuid()) for seed in range(50))


@given(st.binary(min_size=7, max_size=7))
def test_a_uniform_number_stays_between_its_bounds(octets):
    assert 2.1 <= Entropy(lambda count: octets[:count]).uniform(2.1, 4.0) < 4.0
