"""What all state machines share."""

from webphone.machine import Alarms, Same, alike, earliest, step
from webphone.words import as_written, say


def test_an_event_with_a_row_leads_on_and_one_without_changes_nothing():
    table = {("off", "press"): ("on", ("light",))}
    assert step(table, "off", "press") == ("on", ("light",))
    assert step(table, "on", "press") == ("on", ())


def test_the_earliest_moment_is_the_first_that_comes_at_all():
    assert earliest([None, 3.0, 2.0]) == 2.0
    assert earliest(moment for moment in (None, None)) is None
    assert earliest(()) is None


def test_of_many_alarms_the_earliest_is_first_and_each_rings_once():
    alarms = Alarms()
    for item, moment in (("tea", 3.0), ("train", 1.0), ("call", 2.0), ("never", None)):
        alarms.set(item, moment)
    assert alarms.first == 1.0
    assert alarms.due(0.5) == []
    assert alarms.due(2.0) == ["train", "call"]
    assert alarms.first == 3.0
    alarms.set("tea", None)
    assert alarms.first is None and alarms.due(9.0) == []


def test_an_alarm_set_anew_rings_at_its_last_moment_only():
    alarms = Alarms()
    alarms.set("tea", 1.0)
    alarms.set("tea", 5.0)
    assert alarms.due(4.0) == []
    alarms.set("tea", 2.0)
    alarms.set("tea", 2.0)
    assert alarms.due(9.0) == ["tea"]
    assert alarms.first is None


def test_alarms_that_are_set_anew_for_ever_leave_nothing_behind():
    alarms = Alarms()
    for moment in range(10_000):
        alarms.set("tea", float(moment))
    assert alarms.first == 9999.0
    assert len(alarms._heap) < 100


def test_what_is_made_of_the_same_again_is_the_same():
    made = Same()
    first = made(list, (1, "two", (None, 3.5)))
    assert made(list, (1, "two", (None, 3.5))) is first
    assert made(list, (1, "two", (None, 3))) is not first, "3 was never 3.5"
    assert made(list, (1, "two")) == [1, "two"]


def test_values_that_know_more_than_they_show_are_the_same_only_as_themselves():
    mute = say("mute")
    assert mute == as_written("Mute"), "they read the same in English, and in no other language"
    assert alike(mute, mute) and not alike(mute, as_written("Mute")) and not alike(mute, "Mute")
    assert not alike([1], [1]) and not alike(1, True) and not alike((1,), (1, 1))
