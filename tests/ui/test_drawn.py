"""A screen that is drawn piece by piece is the one that would be drawn from nothing."""

from dataclasses import replace
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gallery
from phone.stage import World
from phone.test_any_sequence import act
from phone.test_made_anew import MORE, seen, usual
from webphone import machine
from webphone.phone import happenings as on
from webphone.ui import View, difference, followed, noticed, screen
from webphone.ui.drawn import Drawn
from webphone.ui.haste import PARTS, WORDS
from webphone.ui.view import PAGES
from webphone.words import languages

CHANGES = (
    {"layout": "bar"},
    {"layout": "launcher"},
    {"showHold": False},
    {"announcements": "few"},
    {"disabled": True},
    {"language": "de"},
    {"strings": {"hold": "Park"}},
    {"featureCodes": "park=*68"},
    {"record": "ask"},
    {"wrapUp": ["sold"]},
)
who = st.sampled_from([0, 1])
steps = st.lists(
    st.one_of(
        *usual(who, MORE, CHANGES, 40.0),
        *seen(who),
        st.tuples(st.just("open"), who, st.sampled_from(["", "keypad", "transfer", *PAGES])),
        st.tuples(st.just("language"), who, st.sampled_from(["en", "de", "ar"])),
    ),
    min_size=5,
    max_size=25,
)


class Screen:
    """What one phone shows, drawn twice: piece by piece, and from nothing each time."""

    def __init__(self, phone, *, wide=False):
        self.phone, self.view = phone, View(wide=wide)
        self.shown = self.anew = None

    def draw(self, now):
        snapshot = self.phone.desk.snapshot
        scratch = replace(self.view, drawn=Drawn())
        shown, anew = screen(snapshot, self.view, now), screen(snapshot, scratch, now)
        assert shown == anew
        # The page is told the same, too: what a field should hold is said each time.
        assert difference(self.shown, shown) == difference(self.anew, anew)
        after, afresh = noticed(self.view, shown, now), noticed(scratch, anew, now)
        assert after.came == afresh.came
        self.shown, self.anew = shown, anew
        self.view = followed(after, snapshot)

    def open(self, page):
        front = self.phone.desk.snapshot.active or ""
        own = page in PAGES
        self.view = replace(self.view, open=page, of="" if own else front, over=front)


def two():
    world = World()
    for user in ("alice", "bob"):
        world.registered(user)
    world.phone("carol")
    alice, bob, _ = world.phones
    return world, [Screen(alice), Screen(bob, wide=True)]


def does(world, screens, step):
    kind, number, *rest = (*step, None)
    if kind == "open":
        screens[number].open(rest[0])
    elif kind == "language":
        world.phones[number].happens(on.LanguageFound(tag=rest[0], here=True))
    else:
        act(world, step)


@given(steps)
@settings(derandomize=True)
def test_a_screen_drawn_piece_by_piece_is_the_one_drawn_from_nothing(sequence):
    for language in ("de", "ar"):
        languages.table(language)
    world, screens = two()
    for step in sequence:
        does(world, screens, step)
        for each in screens:
            each.draw(world.now)


def talking(*before):
    """Two screens, and on both a call that goes on."""
    world, screens = two()
    alice, bob = world.phones[:2]
    for step in before:
        does(world, screens, step)
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    screens[0].draw(world.now)
    return world, alice, screens[0]


def test_a_piece_that_overlooks_a_change_is_found_out():
    world, alice, shown = talking()
    alice.ask("mute")
    assert alice.desk.snapshot.calls[0].muted
    with patch.object(machine, "alike", lambda one, other: True), pytest.raises(AssertionError):
        shown.draw(world.now)


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_has_not_changed_is_not_drawn_again(language):
    world, alice, shown = talking(("language", 0, language))
    before = {id(node) for node in below(shown.shown)}
    world.wind(0.2)
    shown.draw(world.now)
    kept = [node for node in below(shown.shown) if id(node) in before]
    assert len(kept) > 0.8 * len(before)
    assert difference(shown.shown, screen(alice.desk.snapshot, shown.view, world.now)) == []


@pytest.mark.parametrize("name", gallery.SCREENS)
def test_no_part_is_made_anew_of_the_same(name):
    snapshot, view = gallery.SCREENS[name]
    view = replace(view, drawn=Drawn())
    for picture in (snapshot, replace(snapshot)):  # another object, of the same
        screen(picture, view, gallery.NOW)
    now, before = view.drawn._now, view.drawn._last
    assert made_anew(now, before) <= WHOLE


@pytest.mark.parametrize("name", gallery.SCREENS)
def test_among_words_no_control_is_looked_for_and_none_is_there(name):
    shown = screen(*gallery.SCREENS[name], gallery.NOW)
    within = [node for each in below(shown) if each.tag in WORDS for node in below(each)]
    assert [node for node in within if node.attributes.get("part") in PARTS] == []


# What looks at the whole, and is made of pieces.
WHOLE = {"name", "spoken", "banners", "lasting"}


def made_anew(now, before):
    """The places of the pieces that are not the same as before, and of those in them."""
    found = set()
    for place, piece in now.items():
        if piece is not before.get(place):
            inner = before[place].inner if place in before else {}
            found |= {place, *made_anew(piece.inner, inner)}
    return found


def test_what_is_on_the_screen_no_longer_is_let_go():
    world, alice, shown = talking()
    assert "peer" in shown.view.drawn._now
    alice.ask("hangup")
    world.wind(60)
    for _ in range(2):
        shown.draw(world.now)
    drawn = shown.view.drawn
    assert "peer" not in {*drawn._now, *drawn._last} and "header" in drawn._now


def below(node):
    """The nodes in it."""
    for child in node.children:
        if not isinstance(child, str):
            yield child
            yield from below(child)
