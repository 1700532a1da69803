"""The phone's own sounds."""

import pytest

from webphone.phone.actions import Tone
from webphone.phone.tones import _CADENCES, KEYS, score

EVERY = [(tone, country) for tone in Tone for country in [*_CADENCES, "XX"]]


@pytest.mark.parametrize(("tone", "country"), EVERY)
def test_every_sound_repeats_without_a_click_or_a_clip(tone, country):
    piece = score(tone, country)
    for note in piece.notes:
        assert 0 < note.attack + note.release <= note.length
        assert note.end <= piece.length
        sounding = [n for n in piece.notes if n.start <= note.start < n.end]
        assert sum(each.loudness for each in sounding) <= 1


@pytest.mark.parametrize(("tone", "country"), EVERY)
def test_every_sound_pauses_so_that_a_voice_is_heard(tone, country):
    piece = score(tone, country)
    assert max(note.end for note in piece.notes) < piece.length


def test_the_far_end_rings_as_it_does_at_home():
    american = score(Tone.RINGBACK, "us")
    assert american.length == 6
    assert american.notes[0].frequencies == (440, 480)
    assert [note.start for note in score(Tone.RINGBACK, "GB").notes] == [0, pytest.approx(0.6)]
    assert score(Tone.BUSY, "DE") == score(Tone.BUSY)
    assert score(Tone.BUSY).notes[0].frequencies == (425,)


def test_busy_and_congestion_differ():
    for country in ("US", "GB", ""):
        assert score(Tone.BUSY, country) != score(Tone.CONGESTION, country)


def test_each_key_sounds_its_two_frequencies_for_a_tenth_of_a_second():
    assert set(KEYS) == set("0123456789*#ABCD")
    assert KEYS["1"].frequencies == (697, 1209)
    assert KEYS["0"].frequencies == (941, 1336)
    assert KEYS["#"].frequencies == (941, 1477)
    assert KEYS["D"].frequencies == (941, 1633)
    assert {note.length for note in KEYS.values()} == {0.1}
    assert len({note.frequencies for note in KEYS.values()}) == 16
