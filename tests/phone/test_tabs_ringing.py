"""A call that rings in all tabs of a browser when the one that has the phone is gone."""

import pytest

from phone.tabs_stage import Browser, messages
from webphone.phone import actions as do
from webphone.phone import happenings as on


@pytest.fixture
def browser(world):
    return Browser(world)


@pytest.fixture
def three(browser, bob):
    """Three tabs with Alice's phone, for whom Bob calls."""
    tabs = [browser.tab() for _ in range(3)]
    bob.ask("makeCall", "alice")
    return tabs


def states(*phones):
    return [[call.state for call in phone.calls] for phone in phones]


def records(*tabs):
    return [record for tab in tabs for record in tab.records]


def mistakes(browser):
    return [phone.mistakes for phone in browser.world.phones if phone.mistakes]


@pytest.mark.parametrize("end", ["crash", "close"])
def test_it_rings_on_in_the_next_and_is_answered_there(browser, world, three, bob, end):
    first, second, third = three
    before = first.call
    getattr(first, end)()
    assert states(second, third, bob) == [["ringing"]] * 3
    assert second.tone is do.Tone.RINGTONE and third.tone is None
    assert (second.call.id, second.call.started_at) == (before.id, before.started_at)
    world.wind(5)
    assert third.ask("answer").done
    assert states(second, third, bob) == [["active"]] * 3
    world.wind(60)
    bob.ask("hangup")
    [record] = records(first, second, third)
    assert (record.id, record.disposition) == (before.id, "answered")
    assert [len(tab.told("end")) for tab in (second, third)] == [1, 1]
    assert mistakes(browser) == []


def test_the_page_that_has_it_next_is_asked_and_knows_it(browser, world, three, bob):
    first, second, third = three
    second.prevented = {"ringingin"}
    first.crash()
    told = [
        [bool(each.get(word)) for word in ("mirrored", "again")]
        for each in second.told("ringingin")
    ]
    assert told == [[True, False], [False, True]]
    assert third.told("ringingin")[-1].items() >= {"mirrored": True, "again": True}.items()
    assert second.tone is None and third.tone is None
    second.crash()
    assert third.tone is do.Tone.RINGTONE


def test_and_in_the_next_of_the_next(browser, world, three, bob):
    first, second, third = three
    first.crash()
    world.wind(1)
    second.crash()
    world.wind(1)
    assert states(third, bob) == [["ringing"]] * 2
    third.ask("reject")
    assert bob.history[0].disposition == "busy"
    assert [record.disposition for record in records(*three)] == ["rejected"]


def test_who_has_given_up_meanwhile_is_not_rung_for(browser, world, three, bob):
    first, second, third = three
    first.crash(noticed=False)
    bob.ask("hangup")
    world.wind(5)
    assert states(second, third) == [[], []]
    assert [record.disposition for record in records(*three)] == ["missed"]
    assert mistakes(browser) == []


def test_what_the_last_tab_has_done_with_it_is_heard_late(browser, world, three, bob):
    """It was answered there, and the word of it comes after the lock."""
    first, second, third = three
    browser.slow = True
    first.ask("answer")
    first.crash()
    assert states(second) == [["ringing"]]
    browser.land()
    world.wind(1)
    second.happens(on.MediaChanged(call=second.call.id, state="connected"))
    assert states(second, third, bob) == [["active"]] * 3
    bob.ask("hangup")
    assert [record.disposition for record in records(*three)] == ["answered"]
    assert len(bob.history) == 1 and mistakes(browser) == []


def test_what_was_declined_there_stops_ringing_here(browser, world, three, bob):
    first, second, third = three
    browser.slow = True
    first.ask("reject")
    first.crash()
    carol = world.registered("carol")
    carol.ask("makeCall", "alice")
    assert states(second) == [["ringing", "ringing"]]
    browser.land()
    world.wind(5)
    # Who calls meanwhile has nothing to do with it.
    assert states(second, third, bob, carol) == [["ringing"], ["ringing"], [], ["ringing"]]
    assert len({record.id for record in records(*three)}) == 1
    assert bob.history[0].disposition == "busy"


def test_what_is_over_here_by_then_does_not_ring_again(browser, world, three, bob):
    first, second, third = three
    browser.slow = True
    first.ask("mute")  # any news of it that is under way
    first.crash()
    assert states(second) == [["ringing"]]
    bob.ask("hangup")
    browser.land()
    world.wind(20)
    assert states(second, third) == [[], []]
    assert [record.disposition for record in records(*three)] == ["missed"]
    assert [len(tab.told("end")) for tab in (second, third)] == [1, 1]


def test_without_another_tab_it_ends_with_its_own(browser, world, bob):
    only = browser.tab()
    bob.ask("makeCall", "alice")
    only.close()
    assert bob.calls == [] and len(only.records) == 1


def test_the_callers_key_is_told_to_the_other_tabs_for_as_long_as_it_rings(browser, three, bob):
    [invite] = messages(browser, "news")[-1]["phone"]["invites"].values()
    assert "a=ice-pwd" in invite
    three[0].ask("answer")
    assert messages(browser, "news")[-1]["phone"].get("invites", {}) == {}
    assert not any(isinstance(action, do.Keep) for tab in three for action in tab.actions)
