"""How a call sounds is told when it changes, shown in a word, and kept in the record."""

import pytest

from phone.stage import description
from webphone.contract import SideStats
from webphone.media.quality import Side
from webphone.phone import happenings as on
from webphone.phone.call.record import iso

WHOLE = {"mos": 4.2, "loss": 0.01, "jitterMs": 3.0, "rttMs": 40.0}


@pytest.fixture
def talking(alice, dave):
    """Alice talks with Dave."""
    alice.ask("makeCall", "dave")
    dave.reply(200, sdp=description())
    return alice


def measured(phone, mos, *warnings, whole=None):
    """The media have counted."""
    told = [{"code": code, "direction": way, "since": since} for code, way, since in warnings]
    stats = {"mos": mos, "whole": whole, "warnings": told}
    phone.happens(on.QualityMeasured(call=phone.call.id, stats=stats))
    return phone.desk.snapshot.calls[0]


def test_the_page_is_told_when_it_sounds_otherwise_and_not_each_second(talking):
    for mos in (4.4, 4.3, 4.4):
        assert measured(talking, mos).quality == "good"
    assert measured(talking, 3.7).quality == "fair"
    assert measured(talking, 3.0).quality == "poor"
    assert [(told["mos"], told["warnings"]) for told in talking.told("quality")] == [
        (4.4, []),
        (3.7, []),
        (3.0, []),
    ]
    assert talking.told("quality")[0]["id"] == talking.call.id


def test_the_word_for_it_does_not_flutter(talking):
    words = [measured(talking, mos).quality for mos in (4.0, 4.05, 4.2, 4.04, 3.5, 3.65, 3.8)]
    assert words == ["fair", "fair", "good", "good", "poor", "poor", "fair"]


def test_nobody_knows_how_a_silent_second_sounds(talking):
    measured(talking, 3.0)
    assert measured(talking, None).quality == "poor"


def test_a_warning_is_told_with_its_time_and_so_is_its_end(talking):
    begun = talking.world.now
    call = measured(talking, 4.3, ("high_loss", "in", begun), ("relay", None, begun))
    assert (call.warnings, call.warned) == (("high_loss",), True)
    assert talking.told("quality")[-1]["warnings"] == [
        {"code": "high_loss", "direction": "in", "since": iso(begun)},
        {"code": "relay", "direction": None, "since": iso(begun)},
    ]
    call = measured(talking, 4.3, ("relay", None, begun))
    assert (call.warnings, call.warned) == ((), True)
    assert [each["code"] for each in talking.told("quality")[-1]["warnings"]] == ["relay"]


def test_a_relay_is_nothing_that_a_person_is_warned_of(talking):
    call = measured(talking, 4.3, ("relay", None, talking.world.now))
    assert (call.warnings, call.warned) == ((), False)


def test_the_record_keeps_the_whole_of_it(talking, dave):
    measured(talking, 4.4, whole=WHOLE)
    measured(talking, None)
    dave.inside("BYE")
    assert talking.told("end")[0]["quality"] == WHOLE


def test_the_page_reads_what_the_media_count():
    """The shape that the contract promises is the one that is measured."""
    assert list(SideStats.__dataclass_fields__) == list(Side.__dataclass_fields__)
