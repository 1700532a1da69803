"""The calls of other days: remembered, recalled a few at a time, deleted, shared between tabs."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from phone.remembered import CHUNK
from phone.stage import Actor, World
from webphone.contract import CallRecord, Event
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.history import LENGTH, RECENT, History
from webphone.phone.memory import LONGEST, read, written
from webphone.phone.readings import readings


def call(alice: Actor, bob: Actor) -> CallRecord:
    """Alice calls Bob, who answers; the record of it."""
    alice.world.wind(60)
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    alice.ask("hangup")
    return alice.history[0]


def another_day(actor: Actor) -> Actor:
    """The same browser with another page."""
    actor.world.phones.remove(actor)
    after = actor.world.registered(actor.user)
    after.memory = actor.memory
    return after


def many(record: CallRecord, count: int) -> tuple[CallRecord, ...]:
    """So many records of the days before that one, newest first."""
    return tuple(
        replace(
            record,
            id=f"old-{number}",
            call_id=f"old-{number}",
            session_id=None,
            ended_at=f"2020-01-01T00:00:00.{LENGTH - number:06}Z",
        )
        for number in range(count)
    )


def keep(actor: Actor, *records: CallRecord) -> None:
    """The browser remembers these of the phone's user, from an earlier day."""
    owner = actor.desk.history.owner
    actor.memory.perform(actor, do.Remember(owner=owner, records=records))


def count(actor: Actor) -> int:
    return len(actor.machine.snapshot.history)


@pytest.fixture
def record(alice, bob) -> CallRecord:
    return call(alice, bob)


# --- From one day to the next ---------------------------------------------------------------------


def test_a_page_that_comes_later_has_the_calls_once_it_is_at_rest(alice, bob):
    first, second = call(alice, bob), call(alice, bob)
    later = another_day(alice)
    assert later.history == []
    later.happens(on.AtRest())
    assert later.history == [second, first]
    assert later.told("historychange") == [{}]


def test_what_is_stored_is_the_record_without_what_lets_us_in_anywhere(record):
    text = written(replace(record, server="wss://alice:secret@one.example/ws?token=secret"))
    assert "secret" not in text and json.loads(text)["server"] == "wss://one.example/ws"
    assert list(read([text])) == [replace(record, server="wss://one.example/ws")]
    assert json.loads(written(replace(record, server=None)))["server"] is None


def test_a_record_that_is_too_long_is_not_stored(record):
    assert written(replace(record, display_name="x" * LONGEST)) == ""


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"id": "1"}', "[" * 300, "x" * 30_000])
def test_what_is_no_record_is_left_out(record, text):
    assert list(read([text, written(record)])) == [record]


def test_the_calls_of_another_user_of_this_browser_are_none_of_ours(alice, bob, record):
    alice.happens(on.AtRest())
    alice.ask("setConfig", {"username": "carol"})
    assert alice.history == []
    alice.ask("setConfig", {"username": "alice"})
    assert alice.history == [record]


def test_without_a_user_nothing_is_stored_or_asked_for(record, alice):
    alice.ask("setConfig", {"username": ""})
    alice.happens(on.AtRest())
    alice.ask("clearHistory")
    asked = [each for each in alice.actions if isinstance(each, do.Recall | do.Unremember)]
    assert asked == [] and alice.history == []


def test_who_was_refused_unheard_again_is_remembered_once(alice, bob):
    alice.ask("setConfig", {"dnd": True})
    bob.ask("makeCall", "alice")
    bob.ask("makeCall", "alice")
    alice.happens(on.HistoryOpened())
    assert count(alice) == 1
    [[kept]] = [list(each.values()) for each in alice.memory.kept.values()]
    assert list(read([kept[1]])) == alice.history


# --- A few at a time ------------------------------------------------------------------------------


def test_the_newest_come_unasked_and_all_where_somebody_looks_at_them(alice, record):
    keep(alice, *many(record, 700))
    alice.happens(on.AtRest())
    assert RECENT <= count(alice) < RECENT + CHUNK
    assert [each.id for each in alice.history[:2]] == [record.id, "old-0"]
    alice.happens(on.HistoryOpened())
    assert count(alice) == 701
    moments = [each.ended_at for each in alice.history]
    assert moments == sorted(moments, reverse=True)


def test_no_more_than_ten_thousand_are_here(record):
    history = History()
    history.add(many(record, LENGTH))
    history.remember(record)
    assert len(history.records) == LENGTH and record in history
    assert history.records[-1].id == f"old-{LENGTH - 2}"
    [*_, oldest] = many(record, LENGTH)
    assert oldest not in history
    # What is gone keeps no other record of the same call out.
    again = replace(oldest, id="again", ended_at=record.ended_at)
    history.add([again])
    assert again in history and len(history.records) == LENGTH


def test_a_call_that_is_gone_leaves_the_name_of_a_later_one(record):
    later = replace(record, direction="incoming", session_id=f"one;remote={'b' * 32}")
    [*others, oldest] = many(record, LENGTH)
    long_ago = {"started_at": oldest.ended_at, "session_id": later.session_id}
    history = History()
    history.add([*others, replace(oldest, direction="incoming", **long_ago)])
    assert oldest in history
    history.remember(later)
    elsewhere = replace(
        later, id="elsewhere", call_id="elsewhere", disposition="answered-elsewhere"
    )
    history.add([elsewhere])
    assert later in history and elsewhere not in history and oldest not in history


def test_a_call_that_ends_while_they_come_stands_before_them(alice, bob, record):
    keep(alice, *many(record, 60))
    alice.memory.slow = True
    alice.happens(on.AtRest())
    newest = call(alice, bob)
    while alice.memory.asked:
        alice.memory.answer()
    assert alice.history[:2] == [newest, record] and count(alice) == 62


def test_an_answer_for_the_user_before_is_too_late(alice, bob, record):
    alice.memory.slow = True
    alice.happens(on.AtRest())
    alice.ask("setConfig", {"username": "carol"})
    while alice.memory.asked:
        alice.memory.answer()
        assert alice.history == []
    alice.happens(on.Recalled(owner="carol@one.example", records=(written(record),)))
    assert alice.history == []  # nobody has asked


def test_what_the_page_reads_grows_at_both_ends(alice, bob, record):
    keep(alice, *many(record, 2))
    before = alice.machine.snapshot
    alice.happens(on.AtRest())
    after = alice.machine.snapshot
    told = readings(after, before)["historyAdded"]
    assert (told["records"], told["kept"]) == ([], 1)
    assert [each["id"] for each in told["older"]] == ["old-0", "old-1"]
    call(alice, bob)
    told = readings(alice.machine.snapshot, after)["historyAdded"]
    assert (len(told["records"]), told["kept"]) == (1, 3) and "older" not in told
    alice.ask("clearHistory")
    assert readings(alice.machine.snapshot, after)["history"] == []


def test_the_page_reads_two_hundred_and_is_not_told_of_what_lies_behind(alice, bob, record):
    keep(alice, *many(record, 300))
    alice.happens(on.AtRest())
    before = alice.machine.snapshot
    assert len(readings(before, None)["history"]) == RECENT
    told = len(alice.told("historychange"))
    alice.happens(on.HistoryOpened())
    after = alice.machine.snapshot
    assert len(after.history) == 301 and readings(after, before) == {}
    assert len(alice.told("historychange")) == told
    call(alice, bob)
    told = readings(alice.machine.snapshot, after)["historyAdded"]
    assert (len(told["records"]), told["kept"]) == (1, RECENT - 1)


# --- As a file ------------------------------------------------------------------------------------


def test_an_export_waits_for_all_of_them(alice, record):
    keep(alice, *many(record, 60))
    alice.memory.slow = True
    promise = alice.ask("exportHistory")
    assert not promise.settled
    while alice.memory.asked:
        alice.memory.answer()
    assert len(json.loads(promise.value)) == 61


@pytest.mark.parametrize(("format", "kind"), [("csv", "text/csv"), ("json", "application/json")])
def test_who_exports_by_hand_gets_a_file(alice, record, format, kind):
    alice.press("exportHistory", format)
    [file] = [each for each in alice.actions if isinstance(each, do.SaveFile)]
    assert (file.name, file.kind) == (f"calls.{format}", kind)
    assert "sip:bob@one.example" in file.text


# --- Deleted --------------------------------------------------------------------------------------


def test_a_deleted_call_can_be_had_back_until_the_next_is_deleted(alice, bob):
    first, second = call(alice, bob), call(alice, bob)
    alice.happens(on.CallsDeleted(ids=(first.id,)))
    alice.happens(on.CallsDeleted(ids=("nobody knows",)))
    assert alice.history == [second] and alice.machine.snapshot.deleted == 1
    assert list(alice.memory.kept["alice@one.example"]) == [second.id]
    alice.happens(on.CallsWantedBack())
    assert alice.history == [second, first] and alice.machine.snapshot.deleted == 0
    assert len(alice.memory.kept["alice@one.example"]) == 2
    told = len(alice.told("historychange"))
    alice.happens(on.CallsWantedBack())
    assert alice.history == [second, first] and len(alice.told("historychange")) == told


def test_who_comes_back_to_the_calls_has_deleted_them_for_good(alice, record):
    alice.happens(on.CallsDeleted(ids=(record.id,)))
    alice.happens(on.HistoryOpened())
    assert alice.machine.snapshot.deleted == 0 and alice.history == []


def test_nobodys_calls_are_deleted_on_the_screen_alone(alice, record):
    alice.ask("setConfig", {"username": ""})
    alice.desk.history.add([record])
    alice.happens(on.CallsDeleted(ids=(record.id,)))
    alice.happens(on.CallsWantedBack())
    stored = [each for each in alice.actions if isinstance(each, do.Remember | do.Unremember)]
    assert alice.history == [record] and stored == []


def test_cleared_they_are_gone_from_the_browser_too(alice, record):
    alice.happens(on.CallsDeleted(ids=(record.id,)))
    assert alice.ask("clearHistory").done
    assert alice.memory.kept["alice@one.example"] == {} and alice.machine.snapshot.deleted == 0
    later = another_day(alice)
    later.happens(on.AtRest())
    assert later.history == []


# --- Several tabs ---------------------------------------------------------------------------------


@pytest.fixture
def tabs(world: World) -> tuple[Actor, Actor]:
    """Two tabs of Alice's browser, each with a phone of its own."""
    one, two = world.registered("alice"), world.registered("alice")
    two.memory = one.memory
    one.memory.tabs = [one, two]
    for tab in (one, two):
        tab.happens(on.AtRest())
    return one, two


def test_tabs_add_to_the_same_calls_and_hear_of_each_other(tabs, bob):
    one, two = tabs
    first = call(one, bob)
    assert two.history == [first]
    second = call(two, bob)
    assert one.history == two.history == [second, first]
    one.happens(on.CallsDeleted(ids=(first.id,)))
    assert two.history == [second]
    told = len(two.told("historychange"))
    one.happens(on.CallsDeleted(ids=("nobody knows",)))
    assert len(two.told("historychange")) == told
    one.ask("clearHistory")
    assert two.history == []
    one.ask("clearHistory")
    call(one, bob)
    one.ask("forgetEverything")
    assert two.history == [] and one.memory.kept == {}


def test_what_another_tab_says_of_another_user_is_none_of_ours(tabs, bob):
    one, _ = tabs
    record = call(one, bob)
    one.happens(on.RememberedElsewhere(owner="carol@one.example", records=(written(record),)))
    one.happens(on.ForgottenElsewhere(owner="carol@one.example"))
    assert one.history == [record]


def test_the_end_of_a_call_is_told_once_though_its_record_came_before(tabs, bob):
    one, two = tabs
    record = call(one, bob)
    ended = Event("end", replace(record, id="of another tab", call_id="another"))
    texts = (written(ended.detail),)
    two.happens(on.RememberedElsewhere(owner="alice@one.example", records=texts))
    before = two.history
    assert [two.desk.learn(ended), two.desk.learn(ended)] == [True, False]
    assert two.history == before and ended.detail in before


def rung(tabs, bob):
    """Bob calls Alice, whose tabs both ring."""
    bob.world.wind(60)
    bob.ask("makeCall", "alice")
    assert [len(tab.calls) for tab in tabs] == [1, 1]


def left(tabs) -> list[str]:
    """What is left of all calls: the same in both tabs and in the browser."""
    one, two = tabs
    kept = one.memory.kept["alice@one.example"]
    assert one.history == two.history and {each.id for each in one.history} == set(kept)
    return [each.disposition for each in one.history]


@pytest.mark.parametrize("answering", [0, 1])
def test_a_call_that_rings_in_two_tabs_leaves_the_record_of_the_one_that_answers(
    tabs, bob, answering
):
    rung(tabs, bob)
    tabs[answering].ask("answer")
    assert left(tabs) == ["answered-elsewhere"]
    bob.world.wind(30)
    bob.ask("hangup")
    assert left(tabs) == ["answered"]
    assert [len(tab.told("end")) for tab in tabs] == [1, 1]


def test_a_call_that_nobody_answers_in_either_tab_is_missed_once(tabs, bob):
    rung(tabs, bob)
    bob.ask("hangup")
    assert left(tabs) == ["missed"]
    rung(tabs, bob)
    bob.ask("hangup")
    assert left(tabs) == ["missed", "missed"]


def test_two_tabs_that_store_at_once_agree_which_record_is_left(record):
    mine = replace(record, id="b", direction="incoming", disposition="missed")
    theirs = replace(mine, id="a")
    one, two = History(), History()
    for history in (one, two):
        history.owner = "alice@one.example"
    one.remember(mine)
    two.remember(theirs)
    assert one.add([theirs]) and not two.add([mine])
    assert one.records == two.records == (theirs,)
    gone = do.Unremember(owner="alice@one.example", records=(mine,))
    assert [one.once(), two.once(), one.once()] == [[gone], [gone], []]


def test_the_record_that_tells_most_is_left_in_whatever_order_they_come(record):
    told = ("answered", "rejected", "answered-elsewhere", "missed", "failed")
    all_of_them = [replace(record, id=str(n), disposition=it) for n, it in enumerate(told)]
    for order in (all_of_them, all_of_them[::-1], all_of_them[2:] + all_of_them[:2]):
        at_once, in_turn, ended = History(), History(), History()
        at_once.add(order)
        for each in order:
            in_turn.add([each])
            ended.remember(each)
        assert at_once.records == in_turn.records == ended.records == (all_of_them[0],)
    history = History()
    history.owner = "alice@one.example"
    history.remember(all_of_them[0])
    # The page reads it in its form, and nobody stores it.
    assert history.remember(all_of_them[1]) == [do.Save(record=all_of_them[1], owner="")]
    twice = replace(record, id="9", talk_seconds=record.talk_seconds + 60)
    assert history.remember(twice) == [
        do.Save(record=twice, owner="alice@one.example"),
        do.Unremember(owner="alice@one.example", records=(all_of_them[0],)),
    ]


@pytest.mark.rfc("7989 §5", "one call by what its caller names it, where each branch has a Call-ID")
def test_branches_that_a_server_names_anew_are_one_call_by_their_session(record):
    theirs = "ab" * 16
    first = replace(
        record, direction="incoming", id="1", call_id="1", session_id=f"{'cd' * 16};remote={theirs}"
    )
    other = replace(first, id="2", call_id="2", session_id=f"{'ef' * 16};remote={theirs}")

    def left(*records) -> int:
        history = History()
        history.add(records)
        return len(history.records)

    assert left(first, other) == 1
    later = replace(other, started_at="2031-01-01T00:00:00Z")
    assert left(first, later) == 2  # as after a transfer
    assert left(first, replace(other, started_at="when I was young")) == 2
    assert left(*(replace(each, direction="outgoing") for each in (first, other))) == 2
    nil = f"{'cd' * 16};remote={'0' * 32}"
    assert left(*(replace(each, session_id=nil) for each in (first, other))) == 2
    # Who calls himself has a record of each end.
    assert left(first, replace(first, id="3", direction="outgoing")) == 2


def test_what_was_stored_twice_on_other_days_is_put_right(alice, record):
    twice = replace(record, id="of another tab", disposition="missed")
    keep(alice, twice)
    later = another_day(alice)
    later.happens(on.AtRest())
    assert later.history == [record]
    assert set(later.memory.kept["alice@one.example"]) == {record.id}


# --- In a trace -----------------------------------------------------------------------------------


def test_no_trace_tells_of_the_calls_of_other_days(alice, bob, record):
    keep(alice, *many(replace(record, display_name="Somebody Private"), 30))
    alice.happens(on.HistoryOpened())
    alice.happens(on.CallsDeleted(ids=("old-1",)))
    alice.happens(on.CallsWantedBack())
    alice.happens(on.RememberedElsewhere(owner="alice@one.example", records=("Private",)))
    alice.press("exportHistory", "json")
    assert "Private" not in alice.ask("getTrace").value
