"""After a call: what it came to is written into its record before that is stored."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from phone.stage import Actor
from webphone.contract import Config
from webphone.phone import happenings as on
from webphone.phone.export import exported
from webphone.phone.memory import read
from webphone.phone.wrapping import LONGEST_NOTE, LONGEST_OUTCOME, MOST
from webphone.words import ENGLISH

OUTCOMES = ["Order", "Call back later"]


@pytest.fixture
def agent(world) -> Actor:
    """A phone whose page asks what a call came to."""
    return world.registered("carol", wrap_up=OUTCOMES)


def talk(one: Actor, other: Actor) -> str:
    """They talk and hang up; the id of the call."""
    one.world.wind(60)
    one.ask("makeCall", other.user)
    other.ask("answer")
    id = one.call.id
    one.ask("hangup")
    return id


def stored(actor: Actor) -> dict[str, tuple[str, str]]:
    """Outcome and note of each record that the browser keeps, by the id of its call."""
    texts = (text for mine in actor.memory.kept.values() for _, text in mine.values())
    return {record.id: (record.outcome, record.note) for record in read(texts)}


def waiting(actor: Actor) -> list[str]:
    return [each.record.id for each in actor.machine.snapshot.unlogged]


def test_a_record_waits_for_its_note_and_is_stored_with_it(agent, bob):
    id = talk(agent, bob)
    assert waiting(agent) == [id] and stored(agent) == {}
    assert agent.history[0].note == "" and agent.told("end")[0]["note"] == ""
    assert agent.ask("logCall", id, {"outcome": "Order", "note": " The blue one \n"}).done
    [asked] = agent.told("beforelog")
    assert (asked["id"], asked["outcome"], asked["note"]) == (id, "Order", "The blue one")
    assert stored(agent) == {id: ("Order", "The blue one")} and waiting(agent) == []
    assert agent.history[0].note == "The blue one"
    table = exported(agent.history, "csv", ENGLISH)
    assert '"outcome","note"\r\n' in table and '"Order","The blue one"\r\n' in table
    assert json.loads(exported(agent.history, "json", ENGLISH))[0]["note"] == "The blue one"


def test_who_skips_it_has_the_record_as_it_is(agent, bob):
    id = talk(agent, bob)
    agent.press("logCall", id)
    assert stored(agent) == {id: ("", "")} and waiting(agent) == []


def test_only_answered_calls_wait(agent, bob):
    agent.ask("makeCall", "bob")
    agent.ask("hangup")
    assert waiting(agent) == [] and list(stored(agent).values()) == [("", "")]
    assert agent.told("beforelog") == []


def test_where_no_outcomes_are_named_nothing_waits(alice, bob):
    id = talk(alice, bob)
    assert waiting(alice) == [] and stored(alice) == {id: ("", "")}


def test_a_page_keeps_a_call_out_of_the_history(agent, bob):
    agent.prevented.add("beforelog")
    id = talk(agent, bob)
    told = len(agent.told("historychange"))
    assert agent.ask("logCall", id, {"note": "x"}).error.code == "cancelled"
    assert (stored(agent), agent.history, waiting(agent)) == ({}, [], [])
    assert len(agent.told("historychange")) == told + 1


def test_a_call_that_was_logged_gets_another_note_or_keeps_the_one_before(agent, bob):
    id = talk(agent, bob)
    agent.ask("logCall", id, {"note": "first"})
    agent.ask("logCall", {"note": "second"})  # the last call, where none waits
    assert stored(agent) == {id: ("", "second")}
    agent.prevented.add("beforelog")
    assert not agent.ask("logCall", id, {"note": "third"}).done
    assert stored(agent) == {id: ("", "second")} and agent.history[0].note == "second"


def test_a_call_that_nobody_knows_has_no_note(agent):
    assert agent.ask("logCall").error.code == "no_call"
    assert agent.ask("logCall", "never").error.code == "no_call"


def test_another_call_comes_meanwhile_and_both_wait_in_their_order(agent, bob):
    first, second = talk(agent, bob), talk(agent, bob)
    assert waiting(agent) == [first, second]
    agent.ask("logCall", {"outcome": "Order"})
    assert waiting(agent) == [second] and stored(agent) == {first: ("Order", "")}


def test_no_more_than_so_many_wait(agent, bob):
    ids = [talk(agent, bob) for _ in range(MOST + 1)]
    assert waiting(agent) == ids[1:] and stored(agent) == {ids[0]: ("", "")}


def test_a_page_that_asks_no_more_lets_none_wait(agent, bob):
    id = talk(agent, bob)
    agent.ask("setConfig", {"wrapUp": []})
    assert waiting(agent) == [] and stored(agent) == {id: ("", "")}


def test_a_page_that_goes_loses_no_call(agent, bob):
    first, second = talk(agent, bob), talk(agent, bob)
    agent.world.wind(60)
    agent.ask("makeCall", "bob")
    bob.ask("answer")
    talks = agent.call.id
    agent.questions_wait = True
    agent.press("logCall", first, {"note": "asked"})
    agent.happens(on.Leaving())
    assert stored(agent) == {first: ("", "asked"), second: ("", ""), talks: ("", "")}


def test_what_is_deleted_waits_no_more(agent, bob):
    first, second = talk(agent, bob), talk(agent, bob)
    agent.happens(on.CallsDeleted(ids=(first,)))
    assert waiting(agent) == [second]
    agent.questions_wait = True
    promise = agent.ask("logCall", second, {"note": "x"})
    agent.ask("clearHistory")
    assert promise.error.code == "cancelled"
    agent.answer_questions()
    assert (waiting(agent), stored(agent), agent.history) == ([], {}, [])


def test_the_call_of_who_was_here_before_is_stored_as_theirs(agent, bob):
    id = talk(agent, bob)
    agent.ask("setConfig", {"username": "dave"})
    assert waiting(agent) == [id] and agent.history == []
    agent.ask("logCall", id, {"note": "Carol's"})
    assert agent.history == [] and list(agent.memory.kept) == ["carol@one.example"]
    nobody = replace(agent.machine.snapshot, unlogged=())
    assert nobody.unlogged == ()


def test_nobodys_record_gets_its_note_and_is_stored_nowhere(agent, bob):
    agent.desk.history.owner = ""
    id = talk(agent, bob)
    agent.desk.history.owner = ""
    agent.ask("logCall", id, {"note": "x"})
    assert agent.told("beforelog")


def test_notes_are_as_long_as_anybody_reads(agent, bob):
    id = talk(agent, bob)
    agent.ask("logCall", id, {"note": "n" * 9000, "outcome": "o" * 900})
    assert stored(agent) == {id: ("o" * LONGEST_OUTCOME, "n" * LONGEST_NOTE)}


def test_other_tabs_hear_of_a_note(world, bob):
    one, two = (world.registered("carol", wrap_up=OUTCOMES) for _ in range(2))
    two.memory = one.memory
    one.memory.tabs = [one, two]
    for tab in (one, two):
        tab.happens(on.AtRest())
    id = talk(one, bob)
    one.ask("logCall", id, {"note": "first"})
    assert two.history[0].note == "first"
    one.ask("logCall", id, {"note": "second"})
    assert two.history[0].note == "second" and len(two.history) == 1


def test_outcomes_may_have_spaces_and_commas_part_them():
    assert Config().changed({"wrap-up": "Order, Call back later ,"}).wrap_up == tuple(OUTCOMES)
    assert Config().changed({"wrapUp": OUTCOMES}).wrap_up == tuple(OUTCOMES)
