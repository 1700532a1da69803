"""What is remembered of a phone's looks is what would be made anew, whatever happens to it."""

from dataclasses import fields
from typing import ClassVar
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phone.stage import World
from phone.test_any_sequence import CHANGES, WISHES, act, seen, usual
from webphone import machine
from webphone.contract import Quality
from webphone.machine import Same, due, earliest
from webphone.phone import happenings as on
from webphone.phone.call import on_screen
from webphone.phone.call.call import OF_VIEW, RECORDED, Call
from webphone.phone.call.endings import Ending
from webphone.sip import By

MORE = {
    **WISHES,
    "transfer": ("carol",),
    "consult": ("carol",),
    "completeTransfer": (),
    "cancelTransfer": (),
    "startRecording": (),
    "stopRecording": (),
}
OTHERS = (
    *CHANGES,
    {"recover": "all"},
    {"record": "ask"},
    {"wrapUp": ["sold", "lost"]},
    {"contactLookup": lambda number: {"name": f"{number} by name"}},
)
who = st.sampled_from([0, 1, 2])
steps = st.lists(
    st.one_of(
        *usual(who, MORE, OTHERS, 40.0),
        *seen(who),
    ),
    min_size=5,
    max_size=25,
)


def anew(self, make, *of, **named):
    """No memory: all is made each time."""
    return make(*of, **named)


def shown(phone):
    """All of a phone that is remembered: as the screen sees it, and as another page would."""
    calls = phone.desk.calls.calls.values()
    return phone.desk.snapshot, [(call.view, call.domain, call.wire.kept) for call in calls]


def is_as_made_anew(world):
    for phone in world.phones:
        remembered = shown(phone)
        phone.agent._calls.kept.clear()
        with patch.object(Same, "__call__", anew):
            assert remembered == shown(phone)
        desk = phone.desk
        parts = (desk.calls, desk._accounts, desk._seldom, desk.outliving)
        assert desk.deadline == earliest(part.deadline for part in parts)
        for part in (each for call in desk.calls.calls.values() for each in call.parts.values()):
            if part.rests and not due(part.deadline, world.now):
                assert part.wake(world.now) == []
        assert phone.mistakes == []


def three():
    world = World()
    for user in ("alice", "bob", "carol"):
        world.registered(user, recover="all")
    return world


@given(steps)
@settings(derandomize=True)
def test_what_is_remembered_is_what_would_be_made_anew(sequence):
    world = three()
    for step in sequence:
        act(world, step)
        is_as_made_anew(world)


def test_a_memory_that_overlooks_a_change_is_found_out():
    world = three()
    alice, bob, _ = world.phones
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    is_as_made_anew(world)
    with patch.object(machine, "alike", lambda one, other: True):
        alice.ask("mute")
        with pytest.raises(AssertionError):
            is_as_made_anew(world)


class Watched(Call):
    """A call that notes which of its fields are read."""

    __slots__ = ()
    read: ClassVar = set()

    def __getattribute__(self, name):
        Watched.read.add(name)
        return super().__getattribute__(name)


class Read:
    """A view of a call that notes which of it is read."""

    def __init__(self, view):
        self.view, self.names = view, set()

    def __getattr__(self, name):
        self.names.add(name)
        return getattr(self.view, name)


def watched():
    """The world, a phone in a call, and that call, which notes what is read of it."""
    world = three()
    alice, bob, _ = world.phones
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    [call] = alice.desk.calls.calls.values()
    call.__class__ = Watched
    return world, alice, call


def test_all_that_the_record_of_a_call_is_made_of_is_compared():
    world, _, call = watched()
    view = Read(call.view)
    with patch.object(Call, "view", view):
        Watched.read.clear()
        call.record(Ending(by=By.LOCAL), Quality(), world.now)
    made_of = {name.split(".")[0] for name in RECORDED.__reduce__()[1]}
    read = Watched.read & {field.name for field in fields(Call)}
    assert read <= made_of
    # From and to are the two ends, whichever way it goes; their name is what the page knows.
    ends = {"direction", "from_", "to", "display_name"}
    assert ends <= view.names and {"outgoing", "local", "remote", "contact"} <= made_of
    # How long each step took.
    assert "timings" in view.names and {"reached", "ringing_at", "answered_at"} <= made_of
    assert view.names - ends - {"timings"} <= made_of


def test_all_that_a_call_is_shown_by_is_compared():
    _, alice, call = watched()
    with patch.object(Same, "__call__", anew):
        shown(alice)  # its parts are there
        Watched.read.clear()
        on_screen._made(call, None, on_screen._NOTHING)
    (_, page), (_, screen) = OF_VIEW.__reduce__(), on_screen._OWN.__reduce__()
    compared = {name.split(".")[0] for name in (*page, *screen)}
    read = Watched.read & {field.name for field in fields(Call)}
    assert read - {"parts", "_view", "_domain"} == compared


def test_what_has_not_changed_is_the_same_object():
    world = three()
    alice, bob, carol = world.phones
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    alice.ask("makeCall", "carol")
    carol.ask("answer")
    before = alice.desk.snapshot
    assert alice.desk.snapshot is before
    alice.ask("mute")
    after = alice.desk.snapshot
    assert [one is other for one, other in zip(before.calls, after.calls)] == [True, False]
    assert after.calls[0].view is before.calls[0].view and after.history is before.history


def test_the_recorder_before_the_phone_shows_it_as_it_is_after_each_turn():
    world = three()
    alice, bob, _ = world.phones
    assert alice.machine.snapshot is alice.machine.snapshot
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    assert alice.machine.snapshot is alice.desk.snapshot
    alice.happens(on.LadderWanted())
    assert alice.machine.snapshot.ladder and not alice.desk.snapshot.ladder
