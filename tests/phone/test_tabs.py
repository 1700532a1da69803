"""One phone in all tabs: who has it, who shows it, and who takes it over."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from phone.stage import description
from phone.tabs_stage import Browser, bindings, messages
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.tabs.actions import LeadershipLost, LeadershipRefused, Leading, TabHeard
from webphone.phone.tabs.alarms import PATIENCE, Alarm
from webphone.phone.tabs.messages import LONGEST, VERSION
from webphone.phone.tabs.role import ROLES, Role, Turn


@pytest.fixture
def browser(world):
    return Browser(world)


def sound(browser):
    """No phone has made a mistake."""
    assert [phone.mistakes for phone in browser.world.phones if phone.mistakes] == []


def in_call(first, *others, bob):
    """Bob has called, and the first tab has answered."""
    bob.ask("makeCall", "alice")
    assert first.ask("answer").error is None
    for tab in (first, *others):
        assert [call.state for call in tab.calls] == ["active"]


# --- The table ------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_from_every_role_the_settings_lead_back_to_a_phone_of_its_own(role):
    assert ROLES[role, Turn.UNWANTED] is Role.ALONE
    assert any(to is role for to in ROLES.values())


def test_only_who_waits_can_be_granted_the_lock_and_only_a_holder_can_lose_it():
    assert [role for role, turn in ROLES if turn is Turn.GRANTED] == [Role.WAITING]
    assert [role for role, turn in ROLES if turn is Turn.LOST] == [Role.LEADING, Role.HANDING]
    assert set(PATIENCE) == set(Alarm)


# --- Who leads ------------------------------------------------------------------------------------


def test_the_first_tab_registers_and_the_others_do_not(browser, world):
    first, second, third = (browser.tab() for _ in range(3))
    assert [tab.leads for tab in (first, second, third)] == [True, False, False]
    assert bindings(world) == 1
    assert world.sent("alice", "REGISTER").__len__() == 2  # one, and its answer to the challenge
    assert not any(isinstance(action, do.Connect) for action in second.actions + third.actions)
    sound(browser)


def test_every_tab_shows_the_state_of_the_one_and_says_where_the_phone_is(browser):
    first, second = browser.tab(), browser.tab()
    assert first.snapshot.state == second.snapshot.state == "registered"
    assert (first.snapshot.other_tab, second.snapshot.other_tab) == (False, True)
    assert second.told("leaderchange") == [{"leader": False}]
    assert second.told("statechange")[-1]["state"] == "registered"
    assert [call["state"] for call in first.told("statechange")][-1] == "registered"


def test_a_registration_is_told_in_every_tab_and_says_where_it_is_mirrored(browser):
    first, second = browser.tab(), browser.tab()
    first.ask("unregister")
    assert first.told("unregistered") == [{"reason": "user", "willRetry": False}]
    assert second.told("unregistered") == [{"reason": "user", "willRetry": False, "mirrored": True}]
    second.ask("register")
    assert second.told("registered")[-1]["mirrored"] is True
    assert "mirrored" not in first.told("registered")[-1]


def test_no_secret_is_ever_said_and_the_name_of_the_lock_holds_none(browser):
    browser.tab(password="geheim")
    second = browser.tab(password="geheim")
    second.ask("makeCall", "bob")
    assert browser.said
    assert "geheim" not in "".join(browser.said)
    assert second.channel == "webphone:one.example:alice"


def test_two_tabs_that_start_at_once_agree_on_one(browser, world):
    browser.slow = True  # neither hears the other before it has the lock or not
    first, second = browser.tab(), browser.tab()
    assert second.told("leaderchange") == []
    assert not second.snapshot.other_tab  # nobody knows yet
    browser.land()
    assert [tab.leads for tab in (first, second)] == [True, False]
    assert bindings(world) == 1
    assert second.snapshot.state == "registered"


def test_another_user_has_a_phone_of_his_own(browser, world):
    browser.tab("alice")
    carol = browser.tab("carol")
    assert carol.leads
    assert (bindings(world, "alice"), bindings(world, "carol")) == (1, 1)


def test_where_the_browser_refuses_the_phone_works_alone(browser, world, bob):
    browser.refuses = True
    alone = browser.tab()
    assert alone.snapshot.state == "registered"
    assert not alone.snapshot.other_tab
    assert alone.leads
    assert "SecurityError" in next(x.text for x in alone.actions if isinstance(x, do.Note))
    alone.ask("makeCall", "bob")
    assert bob.ask("answer").error is None
    assert alone.call.state == "active"


def test_without_a_user_nothing_is_shared_yet(browser):
    tab = browser.tab(host="", username="")
    assert tab.channel == ""
    assert tab.snapshot.state == "unconfigured"
    assert tab.ask("register").error.code == "not_configured"


def test_what_a_tab_is_asked_before_anybody_leads_is_done_once_somebody_does(browser):
    browser.slow = True
    browser.tab()
    second = browser.tab()
    promise = second.ask("register")
    assert not promise.settled
    browser.land()
    assert promise.settled
    assert promise.error is None


def test_a_lock_that_somebody_mute_holds_is_another_tab_all_the_same(browser, world):
    first = browser.tab()
    first.freeze()
    second = browser.tab()
    promise = second.ask("register")
    assert not second.snapshot.other_tab
    world.wind(1.1)
    assert second.snapshot.other_tab
    assert second.told("leaderchange") == [{"leader": False}]
    world.wind(5)
    assert promise.error.code == "other_tab"


# --- Calls seen and handled from everywhere -------------------------------------------------------


def test_a_call_that_rings_in_one_tab_is_shown_in_all_but_sounds_in_one(browser, bob):
    first, second, third = (browser.tab() for _ in range(3))
    bob.ask("makeCall", "alice")
    for tab in (first, second, third):
        assert tab.call.state == "ringing"
        assert tab.call.id == first.call.id
    assert first.tone is do.Tone.RINGTONE
    assert second.tone is None
    assert "mirrored" not in first.told("ringingin")[0]
    assert second.told("ringingin")[0]["mirrored"] is True
    asked = [x for x in second.actions if isinstance(x, do.Ask)]
    assert asked == []  # a follower's page can't keep it quiet


def test_a_call_is_answered_held_muted_keyed_and_ended_from_another_tab(browser, bob):
    first, second = browser.tab(), browser.tab()
    bob.ask("makeCall", "alice")
    answered = second.ask("answer")
    assert answered.value["state"] == "active"
    assert first.call.state == second.call.state == bob.call.state == "active"
    assert second.ask("hold").value["heldBy"] == "local"
    assert second.call.held_by == bob.call.held_by.replace("remote", "local") == "local"
    assert second.ask("resume").error is None
    assert second.ask("mute", True).value is True
    assert first.call.muted
    assert second.ask("sendDtmf", "12").error is None
    second.press("dialpadPress", "3")
    assert first.snapshot.calls[0].digits == second.snapshot.calls[0].digits == "123"
    assert second.snapshot.number == ""
    assert second.ask("hangup").error is None
    assert first.calls == second.calls == bob.calls == []
    assert second.media == {}
    sound(browser)


def test_a_call_made_in_another_tab_goes_out_here_and_its_promise_settles_there(browser, bob):
    first, second = browser.tab(), browser.tab()
    promise = second.ask("makeCall", "bob", {"headers": {"X-Order": "7"}})
    assert promise.value["state"] == "dialling"
    assert first.call.id == second.call.id == promise.value["id"]
    assert second.snapshot.active == promise.value["id"]
    assert bob.call.headers["x-order"] == "7"
    bob.ask("answer")
    assert second.told("answer")[0]["answeredBy"] == "remote"
    assert second.told("answer")[0]["mirrored"] is True


def test_the_page_where_a_call_is_wished_for_is_asked_and_no_other(browser):
    first, second = browser.tab(), browser.tab()
    second.prevented = {"beforedial"}
    assert second.ask("makeCall", "bob").error.code == "cancelled"
    second.prevented = set()
    first.prevented = {"beforedial"}
    assert second.ask("makeCall", "bob").error is None
    assert (len(second.told("beforedial")), first.told("beforedial")) == (2, [])


def test_a_call_that_the_page_prevents_is_no_error_on_the_screen(browser):
    _, second = browser.tab(), browser.tab()
    second.prevented = {"beforedial"}
    second.press("makeCall", "bob")
    assert second.snapshot.error is None
    assert second.calls == []


def test_a_number_typed_in_a_tab_is_called_from_it(browser, bob):
    _, second = browser.tab(), browser.tab()
    second.happens(on.NumberTyped(number="bob"))
    second.press("makeCall", "bob")
    assert bob.call.state == "ringing"
    for key in "100":
        second.press("dialpadPress", key)  # no call talks yet: the keys type
    assert second.snapshot.number == "bob100"


def test_an_argument_that_is_no_data_is_refused_and_everyone_is_hung_up_from_everywhere(
    browser, bob
):
    first, second = browser.tab(), browser.tab()
    promise = second.ask("publish", "presence", object())
    assert promise.error.code == "invalid_config"
    bob.ask("makeCall", "alice")
    assert second.ask("hangupAll").error is None
    assert first.calls == second.calls == []
    second.press("hangup")
    assert second.snapshot.error.code == "no_call"


def test_while_the_phone_moves_wishes_wait_and_others_wishes_are_refused_in_words(browser, world):
    first, second, third = (browser.tab() for _ in range(3))
    browser.slow = True
    second.use_here()
    browser.step()  # first is asked, and asks back
    browser.step()  # second is sure
    browser.step()  # first lets go
    waiting, refused = first.ask("register"), third.ask("hold")
    third.use_here()
    browser.land()
    world.wind(1)
    assert waiting.settled and waiting.error is None
    assert refused.error.code == "other_tab"
    assert second.leads
    assert bindings(world) == 1


def test_an_error_keeps_its_code_and_a_press_that_fails_is_shown_where_it_was(browser):
    first, second = browser.tab(), browser.tab()
    assert second.ask("hold").error.code == "no_call"
    assert second.ask("makeCall", "no good number<>").error.code == "invalid_number"
    assert second.ask("startRecording").error.code == "unsupported"
    first.media_fault = ("mic_denied", "")
    second.press("makeCall", "bob")
    assert second.snapshot.error.code == "mic_denied"
    assert first.snapshot.error is None
    assert second.ask("makeCall", "bob").error.code == "mic_denied"


def test_a_failed_registration_is_told_in_every_tab(browser, world):
    first, second = browser.tab(), browser.tab()
    world.refusing = {"wss://one.example/ws": (403, 0)}
    assert second.ask("register").error.sip_code == 403
    assert first.told("error")[-1].code == "register_failed"
    assert second.told("error")[-1]["code"] == "register_failed"
    assert second.snapshot.error.code == "register_failed"
    assert second.snapshot.state == first.snapshot.state == "failed"
    world.refusing = {}
    assert second.ask("register").error is None
    assert second.snapshot.error is None


def test_settings_and_what_is_shown_stay_each_tabs_own(browser):
    first, second = browser.tab(), browser.tab()
    second.set(display_name="Ann", dnd=True)
    second.ask("hide")
    assert first.desk.config.display_name == ""
    assert do.Reveal(shown=False) in second.actions
    assert do.Reveal(shown=False) not in first.actions


def test_a_call_has_one_record_that_one_tab_keeps_and_all_know(browser, bob):
    first, second = browser.tab(), browser.tab()
    in_call(first, second, bob=bob)
    bob.ask("hangup")
    assert [record.disposition for record in first.records] == ["answered"]
    assert second.records == []
    assert [end.get("mirrored") for end in second.told("end")] == [True]
    assert second.snapshot.history == first.snapshot.history
    assert second.snapshot.farewell.words == first.snapshot.farewell.words
    assert do.Save(record=first.records[0], mirrored=True) in second.actions


def test_times_are_told_as_ages_so_that_clocks_may_differ(browser, bob, world):
    first, second = browser.tab(), browser.tab()
    in_call(first, second, bob=bob)
    world.wind(30)
    third = browser.tab()
    assert third.snapshot.calls[0].answered_at == pytest.approx(
        first.snapshot.calls[0].answered_at, abs=0.01
    )
    sent = messages(browser, "news")[-1]["phone"]["phone"]["calls"][0]
    assert sent["answeredAt"] == pytest.approx(30, abs=0.01)


# --- Its calls go on ------------------------------------------------------------------------------


def sounds(tab):
    """The media of its only call are connected."""
    tab.happens(on.MediaChanged(call=tab.call.id, state="connected"))


@pytest.mark.parametrize("recover", ["auto", "all"])
@pytest.mark.parametrize("end", ["crash", "close"])
def test_the_next_tab_goes_on_with_the_call_of_a_dead_one(browser, world, bob, end, recover):
    browser.settings = {"recover": recover}
    first, second, third = (browser.tab() for _ in range(3))
    in_call(first, second, third, bob=bob)
    id, since = first.call.id, first.call.answered_at
    world.wind(10)
    first.ask("mute", True)
    getattr(first, end)()
    sounds(second)
    assert (second.call.id, second.call.answered_at, second.call.muted) == (id, since, True)
    assert [call.id for call in third.calls] == [id] and bob.call.state == "active"
    world.wind(30)
    bob.ask("hangup")
    [record] = [record for tab in (first, second, third) for record in tab.records]
    assert (record.id, record.disposition, record.ended_by) == (id, "answered", "remote")
    assert record.talk_seconds == pytest.approx(40, abs=0.5)
    for tab in (second, third):
        assert [told["id"] for told in tab.told("end")] == [id]
    sound(browser)


def test_and_so_does_the_next_of_the_next(browser, world, bob):
    first, second, third = (browser.tab() for _ in range(3))
    in_call(first, second, third, bob=bob)
    id = first.call.id
    first.crash()
    sounds(second)
    second.crash()
    sounds(third)
    assert third.call.id == id and bob.call.state == "active"
    world.wind(5)
    third.ask("hangup")
    assert bob.calls == [] and [record.id for record in third.records] == [id]


def test_a_reload_alone_is_no_reason_to_go_on_in_another_tab(browser, world, bob):
    browser.settings = {"recover": "reload"}
    first, second = browser.tab(), browser.tab()
    in_call(first, second, bob=bob)
    first.close()
    world.wind(2)
    assert bob.calls == second.calls == [] and len(second.records) == 1


def test_a_phone_that_is_taken_out_of_its_page_ends_its_call_and_leaves_it_to_nobody(
    browser, world, bob
):
    first, second = browser.tab(), browser.tab()
    in_call(first, second, bob=bob)
    first.happens(on.Leaving(removed=True))
    assert bob.calls == second.calls == [] and second.leads
    world.wind(60)
    assert second.told("recover") == second.records == []
    assert [record.ended_by for record in first.records] == ["local"]
    sound(browser)


def test_without_another_tab_the_call_ends_with_its_own(browser, bob):
    only = browser.tab()
    in_call(only, bob=bob)
    only.close()
    assert bob.calls == [] and len(only.records) == 1
    assert only.kept == "" and only.will.messages == ()


def test_a_call_that_was_over_when_its_tab_died_is_let_go_of(browser, world, bob):
    """The next tab hears of it when it has begun to take it back."""
    first, second = browser.tab(), browser.tab()
    in_call(first, second, bob=bob)
    browser.slow = True
    first.ask("hangup")
    second.slow_media = True
    first.crash()
    browser.land()
    assert second.calls == second.records == []
    world.wind(40)
    assert [end["disposition"] for end in second.told("end")] == ["answered"]
    sound(browser)


def test_late_words_of_a_call_that_is_taken_back_already_begin_nothing(browser, world, bob):
    first, second = browser.tab(), browser.tab()
    in_call(first, second, bob=bob)
    id = first.call.id
    browser.slow = True
    first.ask("mute", True)
    first.crash()
    browser.land()
    sounds(second)
    assert second.call.id == id and bob.call.state == "active"
    assert [one["stage"] for one in second.told("recover")] == ["started", "done"]
    sound(browser)


def test_a_call_that_its_heir_cant_take_back_has_one_record(browser, world, bob):
    first, second = browser.tab(), browser.tab()
    in_call(first, second, bob=bob)
    id = first.call.id
    for socket in list(bob.links):
        world.disconnect(bob, socket)
    world.phones.remove(bob)
    first.crash()
    world.wind(60)
    assert [record.id for record in second.records] == [id] and second.calls == []
    assert [one["stage"] for one in second.told("recover")] == ["started", "failed"]


# --- The tab that leads is gone -------------------------------------------------------------------


@pytest.mark.parametrize("end", ["crash", "close"])
def test_a_dead_tab_is_succeeded_at_once_and_its_call_is_one_failed_record(
    browser, world, bob, end
):
    browser.settings = {"recover": "off"}
    first, second, third = (browser.tab() for _ in range(3))
    in_call(first, second, third, bob=bob)
    world.wind(10)
    getattr(first, end)()
    world.wind(1)
    assert [tab.leads for tab in (second, third)] == [True, False]
    assert second.snapshot.state == third.snapshot.state == "registered"
    assert bindings(world) == 1
    assert second.calls == third.calls == []
    assert first.records == third.records == []
    [record] = second.records
    assert (record.disposition, record.ended_by) == ("failed", "system")
    assert record.talk_seconds == pytest.approx(10, abs=0.5)
    assert record.explanation == "The browser tab that had the call is gone."
    assert len(second.told("end")) == len(third.told("end")) == 1
    assert third.told("end")[0] == {**second.told("end")[0], "mirrored": True}
    assert first.told("end") == []
    sound(browser)


@pytest.mark.parametrize("end", ["crash", "close"])
def test_a_call_that_the_next_tab_hears_of_only_after_its_lock_has_one_record(
    browser, world, bob, end
):
    first = browser.tab()
    browser.slow = True
    second, third = browser.tab(), browser.tab()
    bob.ask("makeCall", "alice")
    getattr(first, end)()
    assert second.told("ringingin") == third.told("ringingin") == []
    browser.land()
    world.wind(1)
    assert [call.state for call in second.calls] == (["ringing"] if end == "crash" else [])
    bob.ask("hangupAll")
    world.wind(1)
    [record] = [record for tab in (first, second, third) for record in tab.records]
    for tab in (second, third):
        assert {told["id"] for told in tab.told("ringingin")} == {record.id}
        assert tab.calls == []
    assert [tab.leads for tab in (second, third)] == [True, False]
    sound(browser)


@pytest.mark.parametrize("heard", ["before", "after", "never"])
def test_the_end_of_a_call_of_a_dead_tab_is_told_once_in_every_tab(browser, world, bob, heard):
    """Two that wait may hear the dead tab and its successor in either order."""
    first, second, third = (browser.tab() for _ in range(3))
    browser.slow = True
    bob.ask("makeCall", "alice")
    first.crash()
    if heard != "before":
        late = browser.withheld(third)
    browser.land()
    if heard == "after":
        for go in late:
            go()
    world.wind(1)
    bob.ask("hangup")
    world.wind(5)
    [record] = second.records
    for tab in (second, third):
        assert {told["id"] for told in tab.told("ringingin")} == {record.id}
        assert [told["id"] for told in tab.told("end")] == [record.id]
    sound(browser)


def test_a_tab_that_is_closed_says_goodbye_to_the_other_side(browser, world, bob):
    browser.settings = {"recover": "off"}
    first, _ = browser.tab(), browser.tab()
    in_call(first, bob=bob)
    first.close()
    assert bob.calls == []
    assert bob.told("end")[0]["endedBy"] == "remote"


def test_a_tab_that_is_closed_without_another_writes_its_record_itself(browser, bob):
    first, second = browser.tab(), browser.tab()
    second.close()
    in_call(first, bob=bob)
    first.happens(on.Leaving())
    assert [record.disposition for record in first.records] == ["answered"]


def test_a_tab_that_crashed_while_following_is_no_heir(browser, world, bob):
    first, second = browser.tab(), browser.tab()
    second.crash()
    in_call(first, bob=bob)
    world.wind(2)  # the roll call
    first.happens(on.Leaving())
    assert [record.ended_by for record in first.records] == ["local"]


@pytest.mark.rfc("5626 §6", "the same instance and reg-id is one binding")
def test_the_server_takes_the_new_tab_for_the_old_one(browser, world):
    first, _ = browser.tab(), browser.tab()
    first.crash(noticed=False)
    world.wind(1)
    assert bindings(world) == 1


def test_the_next_of_the_next_is_still_the_same_phone(browser, world):
    first, second, third = (browser.tab() for _ in range(3))
    first.crash(noticed=False)
    second.crash(noticed=False)
    world.wind(1)
    assert third.leads
    assert third.snapshot.state == "registered"
    assert bindings(world) == 1


def test_a_second_death_before_the_record_was_written_loses_no_record(browser, world, bob):
    browser.settings = {"recover": "off"}
    first, second, third = (browser.tab() for _ in range(3))
    in_call(first, second, third, bob=bob)
    first.crash()
    assert second.records == []
    second.crash()
    world.wind(1)
    assert [record.disposition for record in third.records] == ["failed"]
    assert third.calls == []


def test_an_heir_that_goes_before_it_wrote_the_record_writes_it_then(browser, world, bob):
    browser.settings = {"recover": "off"}
    first, second = browser.tab(), browser.tab()
    in_call(first, second, bob=bob)
    first.crash()
    second.happens(on.Leaving())
    assert [record.disposition for record in second.records] == ["failed"]


def test_an_heir_that_becomes_another_user_writes_the_record_first(browser, world, bob):
    browser.settings = {"recover": "off"}
    first, second = browser.tab(), browser.tab()
    in_call(first, second, bob=bob)
    first.crash()
    second.set(username="carol", password="c")
    assert [record.disposition for record in second.records] == ["failed"]
    assert second.calls == []


def test_a_call_that_is_heard_of_only_after_the_lock_is_mourned_too(browser, world, bob):
    browser.settings = {"recover": "off"}
    first, second, third = (browser.tab() for _ in range(3))
    browser.slow = True
    bob.ask("makeCall", "alice")
    first.crash()
    browser.land()
    world.wind(1)
    assert [record.ended_by for record in second.records] == ["system"]
    assert second.calls == third.calls == []


def test_last_words_that_come_after_the_lock_count(browser, world, bob):
    first, second = browser.tab(), browser.tab()
    in_call(first, second, bob=bob)
    browser.slow = True
    first.ask("hangup")
    first.crash()
    assert second.leads
    browser.land()
    world.wind(1)
    assert second.calls == []
    assert [end["disposition"] for end in second.told("end")] == ["answered"]


def test_what_was_asked_of_a_dead_tab_is_refused_in_words(browser, world):
    first, second, third = (browser.tab() for _ in range(3))
    first.slow_media = True
    here, there = second.ask("makeCall", "bob"), third.ask("makeCall", "carol")
    assert not here.settled
    first.crash()
    for promise in (here, there):
        assert promise.error.code == "other_tab"
        assert "gone" in promise.error.message
    world.wind(1)
    assert second.records == []  # neither call had begun
    assert second.calls == third.calls == []


def test_to_be_registered_is_asked_of_the_next_tab_when_one_dies(browser, world):
    world.broken = {"wss://one.example/ws": "mute"}
    first, second, third = (browser.tab() for _ in range(3))
    here, there = second.ask("register"), third.ask("register")
    world.broken = {}
    first.crash()
    assert here.settled and here.error is None
    assert there.settled and there.error is None


def test_a_phone_that_was_signed_off_stays_so_in_the_next_tab(browser, world):
    first, second = browser.tab(), browser.tab()
    second.ask("unregister")
    first.crash()
    assert second.leads
    assert bindings(world) == 0
    assert second.ask("register").error is None


def test_a_page_that_comes_back_asks_again(browser, world):
    first, second = browser.tab(), browser.tab()
    first.happens(on.Leaving())
    assert second.leads
    first.happens(on.Woken())
    assert not first.leads
    assert first.snapshot.other_tab
    second.close()
    world.wind(1)
    assert first.leads
    assert first.snapshot.state == "registered"
    assert bindings(world) == 1


# --- Use here -------------------------------------------------------------------------------------


def test_the_phone_moves_to_the_tab_where_the_person_wants_it(browser, world):
    first, second, third = (browser.tab() for _ in range(3))
    third.use_here()
    world.wind(1)
    assert [tab.leads for tab in (first, second, third)] == [False, False, True]
    assert bindings(world) == 1
    assert first.told("unregistered") == [{"reason": "other-tab", "willRetry": False}]
    assert first.snapshot.other_tab and second.snapshot.other_tab
    assert not third.snapshot.other_tab
    assert {tab.snapshot.state for tab in (first, second, third)} == {"registered"}
    first.use_here()
    world.wind(1)
    assert first.leads
    assert bindings(world) == 1
    sound(browser)


def test_a_phone_in_a_call_stays_and_says_why(browser, bob):
    first, second = browser.tab(), browser.tab()
    in_call(first, second, bob=bob)
    second.use_here()
    assert first.leads
    assert second.snapshot.error.code == "other_tab"
    assert "call is running" in second.snapshot.error.message
    assert second.call.state == "active"


def test_a_call_that_comes_while_the_phone_is_asked_for_keeps_it_where_it_is(browser, bob):
    first, second = browser.tab(), browser.tab()
    browser.slow = True
    second.use_here()
    bob.ask("makeCall", "alice")
    browser.land()
    assert first.leads
    assert second.snapshot.error.code == "other_tab"
    assert second.ask("answer").error is None
    assert first.call.state == "active"


def test_a_call_that_comes_during_the_move_rings_nowhere_twice(browser, world, bob):
    first, second = browser.tab(), browser.tab()
    browser.slow = True
    second.use_here()
    browser.land()
    bob.ask("makeCall", "alice")
    world.wind(1)
    assert second.leads
    assert second.call.state == "ringing"
    assert len(first.told("ringingin")) == 1
    assert first.told("ringingin")[0]["mirrored"] is True


def test_two_tabs_that_want_the_phone_at_once_do_not_both_get_it(browser, world):
    first, second, third = (browser.tab() for _ in range(3))
    browser.slow = True
    second.use_here()
    third.use_here()
    browser.land()
    world.wind(3)
    assert [tab.leads for tab in (first, second, third)].count(True) == 1
    assert bindings(world) == 1
    sound(browser)


def test_a_tab_that_wanted_the_phone_and_died_leaves_it_where_it_was(browser, world):
    first, second = browser.tab(), browser.tab()
    browser.slow = True
    second.use_here()
    browser.step()  # first is asked, and asks back
    browser.step()  # second is sure
    second.crash()
    browser.land()
    assert first.told("leaderchange")[-1] == {"leader": False}
    promise = first.ask("register")
    world.wind(3)
    assert first.leads
    assert first.snapshot.state == "registered"
    assert promise.settled and promise.error is None


def test_a_tab_that_does_not_answer_is_left_for_the_one_that_asks(browser, world):
    first, second = browser.tab(), browser.tab()
    first.freeze()
    second.use_here()
    world.wind(1.9)
    assert not second.leads
    world.wind(1)
    first.thaw()
    assert second.leads
    assert not first.leads
    assert second.snapshot.state == "registered"
    assert bindings(world) == 1  # the old one said no goodbye that ends the new one's


def test_a_call_that_a_hung_tab_finds_when_it_has_lost_the_phone_has_one_record(
    browser, world, bob
):
    first, second = browser.tab(), browser.tab()
    first.freeze()
    bob.ask("makeCall", "alice")
    second.use_here()
    world.wind(2.1)  # its lock is taken
    first.thaw()
    assert second.leads and first.call.state == "ringing"
    assert second.calls == []  # it is no heir of one that lives
    world.wind(1)
    assert first.ask("reject").error is None
    assert bob.calls == []
    assert [len(tab.records) for tab in (first, second)] == [1, 0]
    assert len(first.told("end")) == 1 and second.told("end") == []


def test_a_tab_that_hung_once_and_led_again_has_an_heir_when_it_dies(browser, world, bob):
    first, second = browser.tab(), browser.tab()
    first.freeze()
    second.use_here()
    world.wind(3)
    first.thaw()
    first.use_here()
    world.wind(1)
    assert first.leads
    browser.slow = True
    bob.ask("makeCall", "alice")
    first.crash()
    browser.land()
    world.wind(1)
    assert [call.state for call in second.calls] == ["ringing"]


def test_a_tab_that_does_not_answer_in_a_call_keeps_it(browser, world, bob):
    first, second = browser.tab(), browser.tab()
    in_call(first, second, bob=bob)
    first.freeze()
    second.use_here()
    world.wind(3)
    first.thaw()
    assert first.leads
    assert second.snapshot.error.code == "other_tab"


def test_here_is_where_the_phone_is_already(browser, world):
    first = browser.tab()
    first.use_here()
    alone = world.phone("carol")
    alone.happens(on.WantedHere())
    assert first.leads
    assert alone.actions == []


def test_what_shares_the_phone_is_loaded_when_a_page_first_asks_for_it():
    story = "import sys, webphone.phone\nsys.exit('webphone.phone.tabs.tabs' in sys.modules)\n"
    assert (
        subprocess.run([sys.executable, "-c", story], env={"PYTHONPATH": "pyapp"}).returncode == 0
    )


# --- Settings that change -------------------------------------------------------------------------


def test_a_tab_that_becomes_another_user_leaves_the_phone_to_the_others(browser, world, bob):
    first, second = browser.tab(), browser.tab()
    in_call(first, second, bob=bob)
    first.set(username="carol", password="c")
    assert first.leads
    assert second.leads
    assert (bindings(world, "alice"), bindings(world, "carol")) == (1, 1)
    assert first.call.state == bob.call.state == "active"
    world.wind(1)
    assert second.calls == second.records == []
    first.ask("hangup")
    assert [record.disposition for record in first.records] == ["answered"]


def test_a_follower_that_becomes_another_user_has_a_phone_of_its_own(browser, world):
    first, second = browser.tab(), browser.tab()
    second.set(username="carol", password="c")
    assert first.leads and second.leads
    assert bindings(world, "carol") == 1
    second.set(username="alice", password="a")
    assert not second.leads
    assert bindings(world, "carol") == 0


def test_sharing_ends_and_begins_without_losing_a_call(browser, world, bob):
    first, second = browser.tab(), browser.tab()
    in_call(first, second, bob=bob)
    second.set(multi_tab="all")
    assert second.calls == []
    assert second.snapshot.state == "registered"
    assert bindings(world) == 2
    bob2 = world.registered("carol")
    second.ask("makeCall", "carol")
    bob2.ask("answer")
    second.set(multi_tab="leader")
    assert {call.state for call in second.calls} == {"active"}
    assert len(second.calls) == 2  # its own, and the one of the other tab
    assert first.call.state == "active"
    own = bob2.call
    assert second.ask("hangup", next(c.id for c in second.calls if c.to.number == "carol")).settled
    assert own.state == "active" and bob2.calls == []
    assert first.call.state == "active"
    world.wind(40)
    assert bindings(world) == 1
    sound(browser)


def test_the_demo_is_shared_as_well(browser):
    first = browser.tab(host="", username="", demo=True)
    assert first.channel == "webphone:demo:you"


# --- What others may write on the channel ---------------------------------------------------------

NEWS = {
    "webphone": VERSION,
    "type": "news",
    "tab": "x",
    "to": "",
    "roll": False,
    "events": [],
    "phone": {
        "tab": "x",
        "term": 9,
        "instance": "urn:uuid:0",
        "wanted": True,
        "phone": {
            "state": "registered",
            "server": "",
            "attempt": 0,
            "retryAt": None,
            "calls": [],
            "active": None,
            "farewell": None,
        },
    },
}


def news(*events, term=9, tab="x", **phone):
    """News of a tab that says it leads."""
    mirror = NEWS["phone"] | {"tab": tab, "term": term, "phone": NEWS["phone"]["phone"] | phone}
    told = [{"name": name, "detail": detail} for name, detail in events]
    return json.dumps(NEWS | {"tab": tab, "events": told, "phone": mirror})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "7",
        '"text"',
        "[" * 100_000,
        "x" * (LONGEST + 1),
        json.dumps({"webphone": VERSION + 1, "type": "hello", "tab": "x", "to": ""}),
        json.dumps({"webphone": VERSION, "type": "nonsense", "tab": "x", "to": ""}),
        json.dumps({"webphone": VERSION, "type": "hello", "to": ""}),
        json.dumps({"webphone": VERSION, "type": "hello", "tab": 5, "to": ""}),
        news(("nonsense", {})),
        news(("ready", {})),
        news(("beforedial", {"target": "bob", "video": False})),
        news(("leaderchange", {"leader": True})),
        news(("error", {"code": "mic_denied", "message": "", "hint": ""})),
        news(("hold", [])),
        json.dumps(NEWS | {"events": "end"}),
        json.dumps(NEWS | {"phone": None}),
        news(state="nonsense"),
        news(calls=[{}]),
        news(term=True),
        news(retryAt=float("inf")),
        json.dumps({
            "webphone": VERSION, "type": "commandsent", "tab": "x", "to": "", "number": 1,
            "command": {"method": "nonsense", "given": []},
        }),
        json.dumps({
            "webphone": VERSION, "type": "commandsent", "tab": "x", "to": "", "number": 1,
            "command": {"method": "makeCall", "given": {"target": "bob"}},
        }),
    ],
)  # fmt: skip
def test_what_is_no_message_is_dropped_with_a_note(browser, text):
    first, second = browser.tab(), browser.tab()
    for tab in (first, second):
        tab.actions.clear()
        tab.happens(TabHeard(text=text))
        [note] = tab.actions
        assert "dropped" in note.text
        assert len(note.text) < 200
    sound(browser)


def test_a_call_in_a_stage_that_is_none_is_dropped_with_its_message(browser, bob):
    _, second = browser.tab(), browser.tab()
    bob.ask("makeCall", "alice")
    ringing = messages(browser, "news")[-1]
    ringing["phone"]["phone"]["calls"][0]["stage"] = "nonsense"
    second.happens(TabHeard(text=json.dumps(ringing)))
    assert [call.state for call in second.calls] == ["ringing"]
    assert "nonsense" in second.actions[-1].text


@pytest.mark.parametrize("happening", [Leading(), LeadershipLost(), LeadershipRefused()])
def test_news_of_a_lock_that_is_not_wanted_any_more_change_nothing(browser, happening):
    first, second = browser.tab(), browser.tab()
    for tab in (first, second):
        tab.happens(on.Leaving())
    second.happens(on.Leaving())  # and once more, for the element goes too
    before = len(second.actions)
    second.happens(happening)
    assert len(second.actions) == before
    assert not second.desk.leading


def test_news_of_an_older_leader_are_old(browser):
    first, second = browser.tab(), browser.tab()
    first.crash()
    third = browser.tab()
    old = news(term=1, state="failed")
    third.happens(TabHeard(text=old))
    second.happens(TabHeard(text=old))
    assert third.snapshot.state == second.snapshot.state == "registered"


def test_no_tab_changes_the_settings_of_another(browser):
    first = browser.tab()
    wish = {
        "webphone": VERSION,
        "type": "commandsent",
        "tab": "x",
        "to": "",
        "number": 4,
        "command": {"method": "setConfig", "given": [{"host": "wss://evil.example"}]},
    }
    first.happens(TabHeard(text=json.dumps(wish)))
    assert "evil" not in first.desk.config.host
    assert messages(browser, "outcome")[-1]["error"]["code"] == "unsupported"


def test_an_end_that_is_told_twice_is_one_end(browser, bob):
    first, second = browser.tab(), browser.tab()
    in_call(first, second, bob=bob)
    bob.ask("hangup")
    again = next(text for text in browser.said if '"end"' in text)
    second.hears(again)
    assert len(second.told("end")) == len(second.history) == 1


def test_a_mirrored_end_or_error_that_is_none_is_not_told(browser):
    _, second = browser.tab(), browser.tab()
    second.happens(TabHeard(text=news(("end", {"id": "1"}))))
    second.happens(TabHeard(text=news(("error", {}))))
    assert second.told("end") == second.told("error") == []
    assert second.snapshot.history == ()


@pytest.mark.parametrize("term", [0, 3, 9, 2**53, 10**400])
def test_a_script_that_says_it_leads_is_not_followed(browser, bob, term):
    first, second = browser.tab(), browser.tab()
    second.happens(TabHeard(text=news(term=term, state="failed")))
    assert second.snapshot.state == "registered"
    bob.ask("makeCall", "alice")
    assert [call.state for call in second.calls] == ["ringing"]
    assert first.mistakes == second.mistakes == []


def test_a_script_that_says_it_leads_next_is_followed_until_it_has_to_answer(browser, bob):
    first, second = browser.tab(), browser.tab()
    second.happens(TabHeard(text=news(term=2, state="failed")))
    assert second.snapshot.state == "failed"
    greetings = len(messages(browser, "hello"))
    bob.ask("makeCall", "alice")  # of which the tab that leads tells
    bob.ask("hangup")
    bob.ask("makeCall", "alice")
    assert len(messages(browser, "hello")) == greetings + 1  # whoever led is asked once
    browser.world.wind(PATIENCE[Alarm.DOUBT])
    assert second.snapshot.state == "registered"
    assert [call.state for call in second.calls] == ["ringing"]
    second.ask("answer")
    assert first.call.state == second.calls[0].state == "active"


def test_a_new_tab_that_was_told_a_lie_first_hears_the_truth(browser, bob):
    first, second = browser.tab(), browser.tab()
    second.set(multi_tab="all")
    browser.slow = True
    second.set(multi_tab="leader")
    second.happens(TabHeard(text=news(term=2**53, state="failed")))
    browser.land()
    browser.world.wind(PATIENCE[Alarm.DOUBT])
    assert second.snapshot.state == "registered"
    bob.ask("makeCall", "alice")
    assert [call.state for call in second.calls] == [first.call.state]


def test_a_tab_that_leads_and_is_doubted_says_that_it_does(browser):
    _, second = browser.tab(), browser.tab()
    second.happens(TabHeard(text=news(term=7, state="failed")))
    assert second.snapshot.state == "registered"
    browser.world.wind(PATIENCE[Alarm.DOUBT] + 1)
    assert second.snapshot.state == "registered" and second.snapshot.other_tab


# --- Much to say ----------------------------------------------------------------------------------


def crowd(browser, tab, calls, **long):
    """So many calls ring at once, each with headers of this length."""
    [socket] = tab.links
    sdp = description()
    for at in range(calls):
        lines = (
            "INVITE sip:a@h SIP/2.0",
            f"Via: SIP/2.0/WSS x;branch=z9hG4bK{at}",
            f'From: "{"n" * long.get("name", 1)}" <sip:e{at}@x>;tag=f',
            "To: <sip:a@b>",
            f"Call-ID: {at}",
            "CSeq: 1 INVITE",
            "Contact: <sip:e@x>",
            f"X-A: {'a' * long.get('header', 1)}",
            "Content-Type: application/sdp",
            "",
            sdp,
        )
        tab.happens(on.Received(socket=socket, data="\r\n".join(lines).encode()))
        browser.world.wind(0.5)


def test_eight_calls_with_long_headers_are_shown_in_every_tab(browser):
    first, second = browser.tab(), browser.tab()
    crowd(browser, first, 8, header=40_000)
    assert len(first.calls) == len(second.calls) == 8
    assert [call.id for call in second.calls] == [call.id for call in first.calls]


def test_calls_too_long_to_be_told_are_told_without_what_is_long(browser, monkeypatch):
    monkeypatch.setattr("webphone.phone.tabs.messages.LONGEST", 50_000)
    first, second = browser.tab(), browser.tab()
    crowd(browser, first, 8, header=7_000, name=20_000)
    assert [call.id for call in second.calls] == [call.id for call in first.calls]
    assert second.calls[0].headers == {}
    assert max(map(len, browser.said)) <= 50_000
    first.ask("hangupAll")
    assert second.calls == [] and len(second.history) == 8


def test_a_command_too_long_for_the_other_tab_is_refused_in_words(browser, monkeypatch):
    monkeypatch.setattr("webphone.phone.tabs.messages.LONGEST", 5_000)
    _, second = browser.tab(), browser.tab()
    promise = second.ask("makeCall", "bob", {"headers": {f"X-{at}": "a" * 900 for at in range(9)}})
    assert promise.error.code == "invalid_config"
    assert "less of it" in promise.error.hint
