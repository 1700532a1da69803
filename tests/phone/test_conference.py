"""A conference: calls of one phone that are joined, and who of them hears whom."""

import pytest

from phone.stage import Actor
from phone.tabs_stage import Browser
from webphone.phone import actions as do
from webphone.phone import happenings as on


@pytest.fixture
def others(world):
    return [world.registered(name) for name in ("bob", "carol", "dave")]


def call(alice, *others):
    """Alice calls each of them, they answer; the ids of the calls."""
    ids = []
    for other in others:
        ids.append(alice.ask("makeCall", other.user).value.id)
        other.ask("answer", other.calls[-1].id)
        alice.world.wind(1)
    return ids


def joined(alice, *others):
    ids = call(alice, *others)
    assert alice.ask("conference").done
    return ids


def held(alice):
    return {view.to.number: view.held_by for view in alice.calls}


def mixed(alice):
    """Who is mixed with whom, as the media were told last: heard and hearing, by id."""
    told = [action for action in alice.actions if isinstance(action, do.MixCalls)]
    return {voice.call: (voice.heard, voice.hears) for voice in told[-1].voices} if told else {}


def roster(alice):
    """The calls of the conference, as the page was told last."""
    return alice.told("conference")[-1]["calls"] if alice.told("conference") else []


TALKS, SILENCED, ABSENT = (True, True), (False, True), (False, False)


# --- Joining --------------------------------------------------------------------------------------


def test_calls_that_are_joined_hear_each_other_and_the_page_is_told_who_they_are(alice, others):
    bob, carol, _ = others
    first, second = call(alice, bob, carol)
    assert held(alice) == {"bob": "local", "carol": None} and mixed(alice) == {}
    assert not any(view.conference for view in alice.calls)
    assert alice.ask("conference").done
    assert held(alice) == {"bob": None, "carol": None}
    assert mixed(alice) == {first: TALKS, second: TALKS}
    assert all(view.conference for view in alice.calls)
    assert alice.desk.snapshot.active == second
    told = alice.told("conference")[-1]
    assert told["calls"] == [first, second]
    assert told["members"][0] == {
        "id": first,
        "name": "",
        "number": "bob",
        "muted": False,
        "speaking": False,
    }
    assert not bob.call.conference  # to the others it is a call like any other


def test_it_is_a_conference_once_the_last_of_them_is_off_hold(alice, others):
    bob, carol, _ = others
    first, second = call(alice, bob, carol)
    bob.slow_media = True
    promise = alice.ask("conference")
    assert not promise.settled and mixed(alice) == {first: ABSENT, second: TALKS}
    bob.media_arrives()
    assert promise.done and mixed(alice) == {first: TALKS, second: TALKS}


def test_who_is_not_taken_off_hold_waits_while_the_others_talk(alice, others):
    first, second, third = call(alice, *others)
    others[0].media_fault = ("media_failed", "No.")
    assert alice.ask("conference").error.code == "media_failed"
    assert mixed(alice) == {first: ABSENT, second: TALKS, third: TALKS}
    others[0].media_fault = None
    assert alice.ask("resume", first).done
    assert mixed(alice)[first] == TALKS


def test_more_join_by_name_and_nobody_twice(alice, others):
    first, second, third = call(alice, *others)
    assert alice.ask("conference", [first, second, first]).done
    assert held(alice) == {"bob": None, "carol": None, "dave": "local"}
    assert alice.desk.snapshot.active == first
    assert alice.ask("conference", [third]).done
    assert roster(alice) == [first, second, third] == list(mixed(alice))
    assert set(held(alice).values()) == {None}
    assert alice.ask("conference").done


def test_what_the_call_in_front_is_to_the_microphone_the_others_are_too(alice, others):
    call(alice, *others[:2])
    alice.ask("mute", True)
    alice.ask("conference")
    assert [view.muted for view in alice.calls] == [True, True]
    assert alice.ask("mute").value is False
    assert [view.muted for view in alice.calls] == [False, False]
    assert len(alice.told("mute")) == len(alice.told("unmute")) == 2


def test_a_conference_takes_two_answered_calls(alice, others):
    assert alice.ask("conference").error.code == "no_call"
    [first] = call(alice, others[0])
    assert alice.ask("conference").error.code == "no_call"
    assert alice.ask("conference", [first, first]).error.code == "no_call"
    assert alice.ask("conference", [first, "nobody"]).error.code == "no_call"
    ringing = alice.ask("makeCall", "carol").value.id
    assert alice.ask("conference", [first, ringing]).error.code == "no_call"
    alice.press("conference")
    assert alice.desk.snapshot.error.code == "no_call"
    for method in ("split", "muteMember"):
        assert alice.ask(method, first).error.code == "no_call"
    assert not alice.told("conference")


def test_there_is_room_for_eight_others(world, others):
    alice = world.registered("alice", maxCalls=20)
    ids = call(alice, *(others[place % 3] for place in range(9)))
    refused = alice.ask("conference").error
    assert (refused.code, "8" in refused.message) == ("unsupported", True)
    assert not alice.told("conference")
    assert alice.ask("conference", ids[:8]).done
    assert alice.ask("conference", [ids[8]]).error.code == "unsupported"
    assert roster(alice) == ids[:8]


def test_who_is_asked_before_a_transfer_can_join_instead(alice, others):
    bob, carol, _ = others
    call(alice, bob)
    alice.ask("consult", "carol")
    carol.ask("answer")
    assert alice.desk.snapshot.calls[0].transfer is not None
    assert alice.ask("conference").done
    assert [each.transfer for each in alice.desk.snapshot.calls] == [None, None]
    assert alice.ask("cancelTransfer").error.code == "no_call"


# --- Leaving --------------------------------------------------------------------------------------


def test_who_hangs_up_leaves_the_rest_talking_and_the_last_one_has_a_plain_call(alice, others):
    bob, carol, dave = others
    first, second, third = joined(alice, bob, carol, dave)
    dave.ask("hangup")
    assert roster(alice) == [first, second] and mixed(alice) == {first: TALKS, second: TALKS}
    assert alice.desk.snapshot.active == first
    bob.ask("hangup")
    assert roster(alice) == [] and mixed(alice) == {}
    assert alice.call.id == second and not alice.call.conference
    assert alice.call.held_by is None and alice.desk.snapshot.active == second
    carol.ask("hangup")
    assert len(alice.told("end")) == 3 and alice.told("conference")[-1]["members"] == []
    assert third not in mixed(alice)


def test_one_is_dropped_by_hanging_up_and_all_by_hanging_up_all(alice, others):
    first, second, third = joined(alice, *others)
    alice.ask("hangup", second)
    assert roster(alice) == [first, third] and alice.desk.snapshot.active == third
    alice.ask("hangupAll")
    assert alice.calls == [] and mixed(alice) == {} and roster(alice) == []


def test_in_front_is_rather_one_that_is_heard(alice, others):
    first, second, third = joined(alice, *others)
    alice.ask("hold", first)
    alice.ask("hangup", third)
    assert alice.desk.snapshot.active == second


def test_who_is_split_off_waits_on_hold_and_hears_nothing_from_the_moment_it_is_wanted(
    world, alice, others
):
    first, second, third = joined(alice, *others)
    world.slow = True
    promise = alice.ask("split", third)
    assert mixed(alice) == {first: TALKS, second: TALKS}
    assert not promise.settled
    world.land()
    assert promise.value.held_by == "local"
    assert held(alice) == {"bob": None, "carol": None, "dave": "local"}
    assert alice.desk.snapshot.active == first
    assert alice.ask("split", first).done
    assert roster(alice) == [] and alice.desk.snapshot.active == second
    assert held(alice) == {"bob": "local", "carol": None, "dave": "local"}


def test_a_promise_of_a_conference_that_comes_to_nothing_says_so(alice, others):
    bob, carol, _ = others
    first, second = call(alice, bob, carol)
    bob.slow_media = True
    promise = alice.ask("conference")
    alice.ask("hangup", second)
    assert not promise.settled or promise.error
    bob.media_arrives()
    assert promise.error.code == "no_call"
    assert alice.call.id == first and alice.call.held_by is None


# --- Within it ------------------------------------------------------------------------------------


def test_one_is_held_alone_and_comes_back_alone(alice, others):
    first, second, third = joined(alice, *others)
    assert alice.ask("hold", second).done
    assert mixed(alice) == {first: TALKS, second: ABSENT, third: TALKS}
    assert held(alice) == {"bob": None, "carol": "local", "dave": None}
    assert alice.ask("resume", second).done
    assert mixed(alice)[second] == TALKS


def test_the_music_of_who_holds_us_is_not_for_the_others(alice, others):
    bob, carol, _ = others
    first, second = joined(alice, bob, carol)
    bob.ask("hold")
    assert mixed(alice) == {first: ABSENT, second: TALKS}
    bob.ask("resume")
    assert mixed(alice) == {first: TALKS, second: TALKS}


def test_hold_without_a_name_means_all_and_who_was_held_alone_stays_so(alice, others):
    first, second, third = joined(alice, *others)
    alice.ask("hold", first)
    assert alice.ask("hold").value.id == third
    assert set(held(alice).values()) == {"local"}
    assert set(mixed(alice).values()) == {ABSENT}
    assert alice.ask("hold").done
    assert held(alice) == {"bob": "local", "carol": None, "dave": None}
    assert mixed(alice) == {first: ABSENT, second: TALKS, third: TALKS}


def test_who_was_held_with_the_others_and_then_by_name_stays_held(alice, others):
    first, _, _ = joined(alice, *others)
    alice.ask("hold")
    alice.ask("hold", first)
    alice.ask("resume")
    assert held(alice) == {"bob": "local", "carol": None, "dave": None}


def test_one_is_silenced_for_everybody_and_still_hears_them(alice, others):
    first, second, _ = joined(alice, *others)
    assert alice.ask("muteMember", first).value is True
    assert mixed(alice)[first] == SILENCED and mixed(alice)[second] == TALKS
    assert alice.told("conference")[-1]["members"][0]["muted"] is True
    assert alice.desk.snapshot.calls[0].silenced
    told = len(alice.told("conference"))
    assert alice.ask("muteMember", first, True).value is True
    assert len(alice.told("conference")) == told
    assert alice.ask("muteMember", first).value is False
    assert mixed(alice)[first] == TALKS
    alice.ask("muteMember", first, True)
    alice.ask("split", first)
    assert not alice.desk.snapshot.calls[0].silenced


def test_the_roster_says_who_speaks(alice, others):
    first, second = joined(alice, *others[:2])
    alice.happens(on.VoiceHeard(call=second, speaking=True))
    speaking = [each["speaking"] for each in alice.told("conference")[-1]["members"]]
    assert speaking == [False, True] == [each.speaking for each in alice.desk.snapshot.calls]
    alice.ask("muteMember", second, True)
    assert not any(each["speaking"] for each in alice.told("conference")[-1]["members"])
    alice.ask("muteMember", second, False)
    alice.happens(on.VoiceHeard(call=second, speaking=False))
    assert not alice.desk.snapshot.calls[1].speaking
    assert first


def test_css_can_ask_whether_the_call_in_front_is_in_it(alice, others):
    from webphone.phone.readings import states

    call(alice, *others[:2])
    assert "in-conference" not in states(alice.desk.snapshot)
    alice.ask("conference")
    assert "in-conference" in states(alice.desk.snapshot)


# --- Beside other calls ---------------------------------------------------------------------------


def test_another_call_that_is_answered_puts_all_on_hold_and_a_swap_brings_them_back(alice, others):
    bob, carol, dave = others
    first, second = joined(alice, bob, carol)
    alice.ask("hold", first)
    dave.ask("makeCall", "alice")
    alice.ask("answer")
    assert [view.held_by for view in alice.calls] == ["local", "local", None]
    assert set(mixed(alice).values()) == {ABSENT}
    assert alice.ask("swap").done
    assert [view.held_by for view in alice.calls] == ["local", None, "local"]
    assert alice.desk.snapshot.active == second
    assert alice.ask("swap").done
    assert [view.held_by for view in alice.calls] == ["local", "local", None]
    dave.ask("hangup")
    # All that is left is one conversation, which waits.
    assert alice.desk.snapshot.active in (first, second)
    assert set(held(alice).values()) == {"local"}
    alice.ask("resume", second)
    assert held(alice) == {"bob": "local", "carol": None}


def test_a_swap_does_not_mean_one_that_waits_within_it(alice, others):
    first, _ = joined(alice, *others[:2])
    alice.ask("hold", first)
    assert alice.ask("swap").error.code == "no_call"


def test_coming_back_to_one_of_them_is_coming_back_to_all(alice, others):
    first, second, third = call(alice, *others)
    alice.ask("conference", [first, second])
    alice.ask("resume", third)
    assert held(alice) == {"bob": "local", "carol": "local", "dave": None}
    assert alice.ask("resume", second).done
    assert held(alice) == {"bob": None, "carol": None, "dave": "local"}
    assert mixed(alice) == {first: TALKS, second: TALKS}


def test_joining_brings_back_those_who_wait_for_us(alice, others):
    first, second, third = call(alice, *others)
    alice.ask("conference", [first, second])
    alice.ask("resume", third)
    assert alice.ask("conference", [third]).done
    assert mixed(alice) == {first: TALKS, second: TALKS, third: TALKS}
    assert alice.desk.snapshot.active == third


def test_merge_is_pressed_again_while_all_wait_for_us(alice, others):
    first, second, third = call(alice, *others)
    alice.press("conference", [first, second])
    alice.ask("resume", third)
    alice.press("conference")
    assert roster(alice) == [first, second, third] and set(mixed(alice).values()) == {TALKS}


# --- What goes wrong around it --------------------------------------------------------------------


def test_a_path_that_is_lost_and_a_connection_that_breaks_leave_it_standing(world, alice, others):
    first, second = joined(alice, *others[:2])
    alice.happens(on.MediaChanged(call=first, state="disconnected"))
    world.cut(alice)
    world.wind(5)
    assert alice.state == "registered"
    assert roster(alice) == [first, second] and mixed(alice) == {first: TALKS, second: TALKS}


def test_whose_page_is_loaded_anew_is_still_in_it(world):
    alice, carol = world.registered("alice"), world.registered("carol")
    bob = world.registered("bob", recover="reload")
    first, second = joined(alice, bob, carol)
    alice.ask("muteMember", first, True)
    alice.ask("resume", first)  # it is the one in front
    again = bob.reload()
    again.happens(on.MediaChanged(call=again.call.id, state="connected"))
    world.wind(5)
    assert {view.id for view in alice.calls} == {first, second}
    assert alice.desk.snapshot.active == first
    assert mixed(alice) == {first: SILENCED, second: TALKS} and roster(alice) == [first, second]


def reloaded(alice) -> Actor:
    again = alice.reload()
    for each in again.calls:
        again.happens(on.MediaChanged(call=each.id, state="connected"))
    again.world.wind(5)
    return again


def test_after_a_reload_of_our_page_it_goes_on(world, others):
    alice = world.registered("alice", recover="reload")
    first, second, third = call(alice, *others)
    alice.ask("conference", [first, second])
    alice.ask("muteMember", second, True)
    again = reloaded(alice)
    assert roster(again) == [first, second]
    assert mixed(again) == {first: TALKS, second: SILENCED}
    assert held(again) == {"bob": None, "carol": None, "dave": "local"}
    assert [view.conference for view in again.calls] == [True, True, False]
    assert third in [view.id for view in again.calls] and again.mistakes == []


def test_after_a_reload_it_still_waits_for_us(world, others):
    alice = world.registered("alice", recover="reload")
    first, second, third = call(alice, *others)
    alice.ask("conference", [first, second])
    alice.ask("resume", third)
    again = reloaded(alice)
    assert set(mixed(again).values()) == {ABSENT}
    again.ask("resume", first)
    assert held(again) == {"bob": None, "carol": None, "dave": "local"}


def test_the_other_tabs_show_it_and_may_ask_for_it(world, others):
    browser = Browser(world)
    leads, follows = browser.tab(), browser.tab()
    call(leads, *others[:2])
    assert follows.ask("conference").done
    assert [view.conference for view in follows.calls] == [True, True]
    follows.ask("muteMember", follows.calls[0].id)
    assert follows.snapshot.calls[0].silenced
    assert follows.told("conference")[-1]["mirrored"] is True


def test_when_a_member_sends_us_elsewhere_in_vain_all_of_them_are_back(world, others):
    alice = world.registered("alice", redirectPolicy="follow")
    bob, carol, dave = others
    first, second = joined(alice, bob, carol)
    bob.ask("transfer", "dave")
    assert set(mixed(alice).values()) == {ABSENT}
    dave.ask("reject")
    world.wind(5)
    assert roster(alice) == [first, second] and mixed(alice) == {first: TALKS, second: TALKS}


def test_where_the_browser_cannot_mix_they_are_single_calls_again(alice, others):
    joined(alice, *others)
    alice.happens(on.MixFailed())
    assert roster(alice) == [] and mixed(alice) == {}
    assert held(alice) == {"bob": "local", "carol": "local", "dave": None}
    assert alice.told("error")[-1].code == "media_failed"
    alice.happens(on.MixFailed())
    assert len(alice.told("error")) == 1
