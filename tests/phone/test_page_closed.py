"""A page that is closed in a call: who outlives it ends the call, and the next visit finds its record."""

import json

import pytest

from phone.stage import Actor, entrusted
from webphone.phone import happenings as on
from webphone.phone.memory import read


def closed(world, phone, away=5.0):
    """Its page is gone without a word, and nobody comes; the texts that are stored by then."""
    for socket in list(phone.links):
        world.disconnect(phone, socket)
    world.phones.remove(phone)
    until = round(world.now * 1000)
    world.wind(away)
    for message in phone.will.messages:
        world.stranger("carol").say(message)
    texts = {}
    for id, record in phone.will.records.items():
        texts[id] = json.dumps({"until": until, "record": record})
        mine = phone.memory.kept.setdefault(phone.will.owner, {})
        mine[id] = (str(until), texts[id])
    return texts


def next_visit(world, phone, **settings) -> Actor:
    """Another tab of the browser, hours later."""
    world.wind(3600)
    after = world.registered(phone.user, **settings)
    after.memory = phone.memory
    after.happens(on.AtRest())
    return after


@pytest.mark.parametrize("recover", ["auto", "off"])
def test_the_next_visit_finds_the_call_and_why_it_ended(world, recover):
    alice, bob = entrusted(world, recover=recover)
    id = alice.call.id
    world.wind(60)
    closed(world, alice)
    assert bob.calls == [] and bob.history[0].talk_seconds == 65
    again = next_visit(world, alice)
    [record] = again.history
    assert (record.id, record.disposition, record.ended_by) == (id, "answered", "local")
    assert (record.talk_seconds, record.explanation) == (60, "The page was closed.")
    assert again.calls == [] and again.told("end") == [] and again.mistakes == []


def test_a_page_that_took_it_back_before_leaves_the_same_one(world):
    alice, bob = entrusted(world)
    id = alice.call.id
    again = alice.reload()
    again.memory = alice.memory
    again.happens(on.MediaChanged(call=id, state="connected"))
    world.wind(30)
    closed(world, again)
    [record] = next_visit(world, again).history
    assert (record.id, record.talk_seconds, bob.calls) == (id, 30, [])


@pytest.mark.parametrize("calling", [True, False])
def test_so_does_one_that_nobody_had_answered(world, calling):
    alice, bob = world.registered("alice"), world.registered("bob")
    caller, called = (alice, bob) if calling else (bob, alice)
    caller.ask("makeCall", called.user)
    world.wind(7)
    closed(world, alice)
    assert bob.calls == []
    [record] = next_visit(world, alice).history
    assert record.disposition == ("cancelled" if calling else "missed")
    assert (record.ring_seconds, record.talk_seconds, record.answered_at) == (7, 0, None)
    assert "before anybody answered" in record.explanation


def test_one_that_never_rang_has_not_rung(world):
    alice, dave = world.registered("alice"), world.stranger("dave")
    alice.ask("makeCall", "dave")
    world.wind(2)
    [text] = closed(world, alice).values()
    [record] = read([text])
    assert (record.disposition, record.ring_seconds) == ("cancelled", 0) and dave.words()


def test_who_has_the_calls_on_the_screen_hears_of_it_at_once(world):
    alice, _ = entrusted(world)
    other = world.registered("alice")
    owner = alice.will.owner
    texts = tuple(closed(world, alice).values())
    other.happens(on.AtRest())
    other.happens(on.RememberedElsewhere(owner=owner, records=texts))
    assert [record.explanation for record in other.history] == ["The page was closed."]


def test_without_a_name_nothing_is_remembered(world):
    alice, _ = entrusted(world)
    assert alice.will.owner == "alice@one.example"
    alice.ask("hangup")
    assert alice.will.owner == "" and alice.will.records == {}


@pytest.mark.parametrize(
    "spoiled",
    [
        {"until": None},
        {"until": "1700000000000"},
        {"until": 10**30},
        {"record": None},
        {"record": "{}"},
        {"record": "x" * 50_000},
    ],
    ids=["no end", "a text", "never", "no record", "an empty one", "too long"],
)
def test_what_makes_no_sense_is_left_out(world, spoiled):
    alice, _ = entrusted(world)
    [text] = closed(world, alice).values()
    assert len(list(read([text]))) == 1
    assert list(read([json.dumps({**json.loads(text), **spoiled})])) == []
