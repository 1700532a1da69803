"""The call records: told when they change, exported, cleared; and all that is kept, forgotten."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from phone.tabs_stage import Browser
from webphone.contract import Party
from webphone.phone import actions as do
from webphone.phone.export import exported


@pytest.fixture
def called(alice, bob):
    """Alice has called Bob, who has answered."""
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    alice.ask("hangup")
    return alice


def test_a_call_that_ends_changes_the_records(called, bob):
    for phone in (called, bob):
        names = [event.name for event in phone.events]
        assert names.count("historychange") == 1
        assert names.index("historychange") > names.index("end")


def test_as_json_they_are_what_the_page_reads(called):
    [record] = json.loads(called.ask("exportHistory").value)
    assert record["to"]["number"] == "bob" and record["disposition"] == "answered"
    assert isinstance(record["explanation"], str)


def test_as_csv_they_are_a_table_with_a_row_a_call(called, bob):
    bob.ask("makeCall", "alice")
    called.ask("reject")
    rows = list(csv.DictReader(io.StringIO(called.ask("exportHistory", "csv").value)))
    assert [row["direction"] for row in rows] == ["incoming", "outgoing"]
    assert rows[1]["to.number"] == "bob" and rows[1]["q850"] == ""
    assert called.ask("exportHistory", "csv").value.endswith("\r\n")


@pytest.mark.parametrize("name", ["=1+1", "+49 1", "-2", "@sum", "\tx", 'say "hi", Bob', "plain"])
def test_a_name_is_text_to_a_spreadsheet_and_no_formula(called, name):
    [record] = called.history
    odd = replace(record, display_name=name, to=Party(uri="sip:x@y", number="1", display_name=name))
    [row] = csv.DictReader(io.StringIO(exported([odd], "csv", "en")))
    formula = name[0] in "=+-@\t"
    assert row["displayName"] == row["to.displayName"] == (f"'{name}" if formula else name)


def test_without_calls_both_are_empty(alice):
    assert json.loads(alice.ask("exportHistory").value) == []
    assert alice.ask("exportHistory", "csv").value == ""


def test_cleared_they_are_gone_and_the_page_is_told(called):
    before = len(called.told("historychange"))
    assert called.ask("clearHistory").done
    assert called.history == [] and len(called.told("historychange")) == before + 1


def test_everything_forgotten_is_records_texts_the_number_and_what_the_browser_stores(called, bob):
    bob.ask("sendMessage", "alice", "lunch?")
    called.ask("dialpadPress", "5")
    assert called.machine.snapshot.threads and called.machine.snapshot.number == "5"
    assert called.ask("forgetEverything").done
    snapshot = called.machine.snapshot
    assert (snapshot.history, snapshot.threads, snapshot.number) == ((), (), "")
    assert do.Forget() in called.actions
    assert bob.machine.snapshot.threads  # what others have is theirs
    assert bob.ask("forgetEverything").done


def test_who_has_nothing_to_forget_forgets_it_all_the_same(alice):
    assert alice.ask("forgetEverything").done
    assert do.Forget() in alice.actions and alice.machine.snapshot.threads == ()


def test_in_tabs_that_share_a_phone_each_is_told_once(world, bob):
    browser = Browser(world)
    first, second = browser.tab(), browser.tab()
    first.ask("makeCall", "bob")
    bob.ask("answer")
    first.ask("hangup")
    assert [len(tab.told("historychange")) for tab in (first, second)] == [1, 1]
