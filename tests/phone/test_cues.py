"""Who mutes or holds a call hears it: down where something is closed, up where it is open again."""

from webphone.phone import actions as do
from webphone.phone.tones import CUES, KEYS


def heard(phone):
    keys = [each.key for each in phone.actions if isinstance(each, do.PlayKey)]
    return [key for key in keys if key in CUES]


def test_each_of_them_is_heard_once_by_who_did_it(talking, bob):
    for wish in ("mute", "unmute", "hold", "resume"):
        assert talking.ask(wish).done
    assert heard(talking) == ["mute", "unmute", "hold", "resume"]
    assert heard(bob) == []  # he is told by the screen and by his reader


def test_a_setting_silences_them(talking):
    talking.ask("setConfig", {"callSounds": "off"})
    talking.ask("mute")
    talking.ask("hold")
    assert heard(talking) == []


def test_they_are_short_soft_and_not_to_be_taken_for_a_key():
    loudest = max(note.loudness for note in KEYS.values())
    for name, notes in CUES.items():
        assert notes[-1].end <= 0.2, name
        assert all(note.loudness < loudest for note in notes), name
        first, second = (note.frequencies[0] for note in notes)
        assert (first > second) is (name in ("mute", "hold")), name
