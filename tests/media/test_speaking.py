"""Who speaks is told once when they begin, and once when they have ended."""

from webphone.media.speaking import PAUSE, Speaking


def test_who_pauses_between_words_has_not_ended():
    somebody = Speaking()
    assert not somebody.look(0.001, 10.0) and not somebody.now
    assert somebody.look(0.1, 11.0) and somebody.now
    assert not somebody.look(0.2, 11.1)
    assert not somebody.look(0.0, 11.1 + PAUSE / 2) and somebody.now
    assert not somebody.look(0.1, 12.0)
    assert somebody.look(0.0, 13.0) and not somebody.now
    assert not somebody.look(0.0, 14.0)
