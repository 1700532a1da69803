"""All past calls as one value: one more in front changes none that is there."""

from dataclasses import replace

import gallery
from webphone.phone.past import Past

RECORD = gallery.PAST[0]


def records(count):
    return [replace(RECORD, id=str(number)) for number in range(count)]


def ids(past):
    return [record.id for record in past]


def test_one_more_in_front_leaves_the_others_as_they_were():
    three = Past(records(3))
    four = three.before(replace(RECORD, id="new"))
    other = three.before(replace(RECORD, id="other"))
    assert [ids(three), ids(four), ids(other)] == [
        ["0", "1", "2"],
        ["new", "0", "1", "2"],
        ["other", "0", "1", "2"],
    ]


def test_a_part_of_it_is_a_tuple():
    past = Past(records(5)).before(replace(RECORD, id="new"))
    assert past[0].id == "new" and past[-1].id == "4" and len(past) == 6
    assert ids(past[:2]) == ["new", "0"] and type(past[1:3]) is tuple and past[9:] == ()
    assert past == past[:] and past == Past(past) and past != past[1:] and past != [*past]


def test_no_more_than_are_wanted_are_kept_however_many_come():
    past = Past(records(3))
    for number in range(20):
        past = past.before(replace(RECORD, id=f"new {number}")).newest(4)
    assert ids(past) == ["new 19", "new 18", "new 17", "new 16"]
    assert past.newest(4) is past
    assert len(past._all) < 10  # those that fell out are let go of
