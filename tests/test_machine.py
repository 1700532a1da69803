"""What all state machines share."""

from webphone.machine import earliest, step


def test_an_event_with_a_row_leads_on_and_one_without_changes_nothing():
    table = {("off", "press"): ("on", ("light",))}
    assert step(table, "off", "press") == ("on", ("light",))
    assert step(table, "on", "press") == ("on", ())


def test_the_earliest_moment_is_the_first_that_comes_at_all():
    assert earliest([None, 3.0, 2.0]) == 2.0
    assert earliest(moment for moment in (None, None)) is None
    assert earliest(()) is None
