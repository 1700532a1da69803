"""A call in a bad network sends less and waits longer, a step at a time, and goes back when it may."""

from dataclasses import dataclass, field

import pytest

from webphone.media.adapting import BETTER, BITRATES, WAITS, WORSE, Adapting, Wish
from webphone.media.quality import Side, Span


@dataclass
class Call:
    adapting: Adapting = field(default_factory=Adapting)

    def seconds(self, count, *, codec="opus", loss=0.0, jitter=5.0, made_up=0.0, packets=50):
        """So many looks, all of them so; gives what was wished on the way."""
        local = Span(side=Side(codec=codec, loss=loss), packets=50)
        remote = Span(side=Side(jitter_ms=jitter, concealed=made_up), packets=packets)
        looks = [self.adapting.look(local, remote) for _ in range(count)]
        return [wish for wish in looks if wish is not None]


def test_a_good_network_is_left_to_the_browser():
    assert Call().seconds(100) == []


def test_what_is_lost_over_there_lowers_the_rate_a_step_at_a_time_and_not_below_the_last():
    call = Call()
    assert call.seconds(WORSE - 1, loss=0.1) == []
    assert call.seconds(1, loss=0.1) == [Wish(bitrate=24_000)]
    assert call.seconds(WORSE, loss=0.1) == [Wish(bitrate=16_000)]
    assert call.seconds(50, loss=0.5) == []


def test_it_goes_back_when_it_was_good_for_long_and_no_further_than_where_it_began():
    call = Call()
    call.seconds(2 * WORSE, loss=0.1)
    assert call.seconds(BETTER - 1) == []
    assert call.seconds(1) == [Wish(bitrate=24_000)]
    assert call.seconds(BETTER) == [Wish()]
    assert call.seconds(50) == []


def test_now_and_then_a_bad_second_changes_nothing_and_what_is_neither_leaves_it():
    call = Call()
    for _ in range(10):
        assert call.seconds(WORSE - 1, loss=0.1) == [] and call.seconds(1) == []
    call.seconds(WORSE, loss=0.1)
    assert call.seconds(60, loss=0.03) == []


@pytest.mark.parametrize("bad", [{"jitter": 60.0}, {"made_up": 0.1}])
def test_sound_that_comes_unevenly_is_waited_for_longer(bad):
    call = Call()
    wishes = call.seconds(50, **bad)
    assert [wish.waiting_ms for wish in wishes] == [*WAITS[1:]]
    assert {wish.bitrate for wish in wishes} == {None}
    assert call.seconds(BETTER)[0].waiting_ms == WAITS[-2]


def test_another_codec_has_its_own_rate_and_silence_says_nothing():
    assert Call().seconds(20, codec="PCMU", loss=0.5) == []
    assert Call().seconds(20, jitter=90.0, packets=0) == []
    assert Adapting().look(None, None) is None
    nobody_says = Span(side=Side(codec="opus"), packets=1)
    assert [Adapting().look(nobody_says, nobody_says) for _ in range(20)] == [None] * 20


@pytest.mark.rfc("6716 §2.1.1", "no step lowers the rate below that of wideband speech")
def test_no_step_is_below_what_opus_needs_for_wideband():
    assert min(filter(None, BITRATES)) >= 16_000 and max(filter(None, WAITS)) <= 4000
