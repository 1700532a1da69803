"""The order in which the browser's codecs are offered."""

from webphone.media.preference import preferred

SOUND = [
    ("opus", 48000),
    ("red", 48000),
    ("G722", 8000),
    ("PCMU", 8000),
    ("PCMA", 8000),
    ("CN", 8000),
    ("telephone-event", 8000),
    ("telephone-event", 48000),
]


def names(wishes):
    return [SOUND[place][0] for place in preferred(SOUND, wishes)]


def test_without_a_wish_the_browser_decides():
    assert preferred(SOUND, []) == list(range(len(SOUND)))


def test_wishes_come_first_in_their_order_and_in_any_case():
    assert names(["pcma", "PCMU"])[:3] == ["PCMA", "PCMU", "opus"]


def test_a_codec_with_an_exclamation_mark_is_gone():
    assert "opus" not in names(["!opus", "PCMA"])
    assert names(["!opus", "PCMA"])[0] == "PCMA"


def test_a_wish_may_name_a_clock():
    kept = [SOUND[place] for place in preferred(SOUND, ["!telephone-event/8000"])]
    assert ("telephone-event", 8000) not in kept
    assert ("telephone-event", 48000) in kept


def test_removing_every_codec_removes_none():
    assert names(["!opus", "!G722", "!PCMU", "!PCMA"]) == [name for name, _ in SOUND]


def test_an_unknown_wish_changes_nothing():
    assert preferred(SOUND, ["speex", "", " ! "]) == list(range(len(SOUND)))
