"""An opinion follows ITU-T G.107: worked values, and what must hold whatever the numbers are."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from webphone.media.emodel import LONGEST_DELAY, Codec, codec, opinion, score


# G.107 Annex B, its figure B.2 and table B.1: MOS at some ratings.
@pytest.mark.parametrize(
    ("rating", "mos"),
    [
        (-3, 1.0),
        (0, 1.0),
        (5, 1.0),
        (50, 2.575),
        (60, 3.1),
        (70, 3.597),
        (80, 4.024),
        (90, 4.339),
        (93.2, 4.409),
        (100, 4.5),
        (120, 4.5),
    ],
)
def test_a_rating_becomes_an_opinion(rating: float, mos: float) -> None:
    assert score(rating) == pytest.approx(mos, abs=0.001)


# R = 93.36 - Idte - Idle - Idd - Ie,eff, worked by hand with the defaults of table 3, then Annex B.
# At 150 ms: Idte 2.81, Idle 0.84 and Idd 0.16 leave R 89.54; 5 % of G.711 costs 15.78 more.
@pytest.mark.parametrize(
    ("loss", "delay_ms", "mos"),
    [
        (0.0, 0, 4.409),
        (0.0, 100, 4.355),
        (0.0, 150, 4.328),
        (0.0, 200, 4.223),
        (0.0, 300, 3.720),
        (0.0, 400, 3.216),
        (0.01, 60, 4.284),
        (0.05, 150, 3.768),
        (0.20, 60, 2.544),
        (1.0, 600, 1.0),
    ],
)
def test_loss_and_delay_cost_what_the_e_model_says(
    loss: float, delay_ms: float, mos: float
) -> None:
    assert opinion(loss=loss, delay_ms=delay_ms) == pytest.approx(mos, abs=0.002)


def test_losses_in_bursts_cost_more_than_those_at_random() -> None:
    """Equation 7-29 with BurstR 2: 95 x 5 / (2.5 + 25.1) = 17.21 in place of 15.78."""
    assert opinion(loss=0.05, delay_ms=0, burst=2.0) == pytest.approx(
        score(93.21 - 17.21), abs=0.002
    )


def test_a_codec_without_concealment_bears_less() -> None:
    """G.113: Bpl 4.3, so 1 % costs 95 x 1 / 5.3 = 17.92."""
    bare = Codec(0.0, 4.3)
    assert opinion(loss=0.01, delay_ms=0, codec=bare) == pytest.approx(
        score(93.21 - 17.92), abs=0.002
    )


def test_what_the_itu_has_no_value_for_is_named() -> None:
    assert codec("PCMU").missing == codec("pcma").missing == ()
    assert codec("G722").missing == ("lossRobustness",)
    assert codec("opus").missing == ("codecEstimated",)
    for unknown in ("iLBC", "", None):
        assert codec(unknown).missing == ("codecImpairment", "lossRobustness")


def test_a_wide_codec_is_as_good_as_the_best_telephone_and_opus_bears_loss_as_published() -> None:
    """G.722 has 13 where G.711 has 36; Opus with Bpl 10.4 at 5 %: 95 x 5 / 15.4 = 30.84."""
    clean = opinion(loss=0.0, delay_ms=0)
    assert opinion(loss=0.0, delay_ms=0, codec=codec("G722")) == clean
    assert opinion(loss=0.0, delay_ms=0, codec=codec("opus")) == clean
    lossy = opinion(loss=0.05, delay_ms=0, codec=codec("opus"))
    assert lossy == pytest.approx(score(93.21 - 30.84), abs=0.002)


FRACTIONS = some.floats(0, 1)
DELAYS = some.floats(0, 10) | some.floats(0, 20_000)


@given(FRACTIONS, FRACTIONS, DELAYS, DELAYS)
@example(0.0, 0.0, 0.0, 0.57)
def test_more_loss_and_more_delay_never_sound_better(
    a: float, b: float, c: float, d: float
) -> None:
    (less, more), (soon, late) = sorted((a, b)), sorted((c, d))
    good = opinion(loss=less, delay_ms=soon)
    bad = opinion(loss=more, delay_ms=late)
    assert 1 <= bad <= good + 1e-9 <= 4.5


@pytest.mark.parametrize(("odd", "like"), [(-1e9, 0.0), (-2.0, 0.0), (1e12, LONGEST_DELAY)])
def test_a_delay_that_cannot_be_counts_as_the_nearest_that_can(odd, like):
    told = opinion(loss=0.0, delay_ms=odd)
    assert told == opinion(loss=0.0, delay_ms=like) and 1 <= told <= 4.5
