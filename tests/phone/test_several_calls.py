"""Several calls at once: who has the ear, who waits, and what a wish without a name means."""

import pytest

from phone.stage import description
from webphone.contract import MakeCall, Reject
from webphone.phone import actions as do
from webphone.phone import happenings as on


def call(alice, *others):
    """Alice calls each of them, they answer; the ids of the calls."""
    ids = []
    for other in others:
        ids.append(alice.ask("makeCall", other.user).value.id)
        other.ask("answer")
        alice.world.wind(1)
    return ids


@pytest.fixture
def others(world):
    return [world.registered(name) for name in ("bob", "carol", "dave")]


def held(alice):
    return {view.to.number: view.held_by for view in alice.calls}


def test_swap_goes_back_and_forth_between_the_last_two(alice, others):
    first, second, third = call(alice, *others)
    assert held(alice) == {"bob": "local", "carol": "local", "dave": None}
    alice.ask("resume", first)
    assert alice.desk.snapshot.active == first
    alice.world.wind(1)
    assert alice.ask("swap").settled
    assert alice.desk.snapshot.active == third
    alice.world.wind(1)
    assert alice.ask("swap").settled
    assert alice.desk.snapshot.active == first
    assert held(alice) == {"bob": None, "carol": "local", "dave": "local"}
    assert {call.held_by for other in others for call in other.calls} == {None, "remote"}
    assert second


def test_swap_settles_when_both_calls_have_changed(world, alice, others):
    call(alice, *others[:2])
    others[0].slow_media = True
    promise = alice.ask("swap")
    assert not promise.settled
    others[0].slow_media = False
    others[0].media_arrives()
    assert promise.settled and promise.error is None
    assert held(alice) == {"bob": None, "carol": "local"}


def test_swap_pressed_twice_before_the_answers_ends_where_it_began(world, alice, others):
    _first, second = call(alice, *others[:2])
    world.slow = True
    one, two = alice.ask("swap"), alice.ask("swap")
    world.land()
    world.wind(10)
    assert one.settled and two.settled and two.error is None
    assert alice.desk.snapshot.active == second
    assert held(alice) == {"bob": "local", "carol": None}


def test_a_swap_that_is_refused_says_so(alice, others):
    call(alice, *others[:2])
    others[0].media_fault = ("media_failed", "No.")
    promise = alice.ask("swap")
    assert promise.error.code == "media_failed"


@pytest.mark.parametrize("who", ["here", "there"])
def test_a_swap_ends_with_the_call_it_waits_for(alice, others, who):
    first, _second = call(alice, *others[:2])
    others[0].slow_media = True
    promise = alice.ask("swap")
    _ = alice.ask("hangup", first) if who == "here" else others[0].ask("hangup")
    assert promise.settled and len(alice.told("end")) == 1
    assert held(alice) == {"carol": "local"}


def test_swap_needs_somebody_who_waits(alice, others):
    assert alice.ask("swap").error.code == "no_call"
    call(alice, others[0])
    assert alice.ask("swap").error.code == "no_call"
    alice.press("swap")
    assert alice.desk.snapshot.error.code == "no_call"


def test_swapping_while_a_call_still_rings_holds_it_once_it_is_answered(alice, others):
    bob, carol, _dave = others
    call(alice, bob)
    alice.ask("makeCall", "carol")
    assert alice.ask("swap").settled
    assert held(alice) == {"bob": None, "carol": None}
    carol.ask("answer")
    assert held(alice) == {"bob": None, "carol": "local"}


def test_resuming_a_call_holds_the_one_that_has_the_ear(alice, others):
    first, second = call(alice, *others[:2])
    assert alice.ask("resume", first).value.held_by is None
    assert alice.desk.snapshot.active == first
    assert held(alice) == {"bob": None, "carol": "local"}
    assert alice.ask("resume", second).value.id == second


def test_resume_without_a_name_means_the_active_call_first(alice, others):
    _first, second = call(alice, *others[:2])
    alice.ask("hold")
    assert held(alice) == {"bob": "local", "carol": "local"}
    assert alice.ask("resume").value.id == second
    assert held(alice) == {"bob": "local", "carol": None}


def test_resume_without_a_hold_is_no_mistake(alice, others):
    call(alice, others[0])
    assert alice.ask("resume").value.held_by is None


def test_hold_toggles_and_by_name_it_does_not(alice, others):
    [id] = call(alice, others[0])
    assert alice.ask("hold").value.held_by == "local"
    assert alice.ask("hold", id).value.held_by == "local"
    assert alice.ask("hold").value.held_by is None
    assert alice.ask("resume", id).value.held_by is None


def test_hanging_up_the_held_call_keeps_the_active_one_talking(alice, others):
    first, second = call(alice, *others[:2])
    alice.ask("hangup", first)
    assert held(alice) == {"carol": None} and alice.desk.snapshot.active == second
    assert others[0].calls == [] and others[1].call.held_by is None


def test_when_the_active_call_ends_the_held_one_has_the_ear_but_stays_held(alice, others):
    first, _second = call(alice, *others[:2])
    others[1].ask("hangup")
    assert alice.desk.snapshot.active == first
    assert alice.call.held_by == "local" and others[0].call.held_by == "remote"
    assert alice.ask("hold").value.held_by is None


def test_with_two_calls_waiting_nobody_is_guessed(alice, others):
    call(alice, *others)
    alice.ask("hangup")
    assert alice.desk.snapshot.active is None
    for method in ("hold", "mute", "hangup"):
        assert alice.ask(method).error.code == "no_call"
    assert alice.ask("resume").value.to.number == "carol"


def test_a_call_answered_when_nobody_has_the_ear_takes_it(alice, others):
    bob, carol, dave = others
    call(alice, bob, carol)
    alice.ask("makeCall", "dave")
    alice.ask("makeCall", "alice2")  # there is no such number
    assert alice.desk.snapshot.active is None
    dave.ask("answer")
    assert held(alice)["dave"] is None
    assert alice.desk.snapshot.calls[2].view.id == alice.desk.snapshot.active


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("hangup", ()),
        ("hold", ()),
        ("resume", ()),
        ("answer", ()),
        ("reject", ()),
        ("redirect", ("carol",)),
        ("mute", ()),
        ("unmute", ()),
    ],
)
def test_a_name_that_no_call_has_is_refused(alice, others, method, arguments):
    call(alice, others[0])
    named = (True, "nobody") if method == "mute" else ("nobody", *arguments)
    assert alice.ask(method, *named).error.code == "no_call"
    assert alice.call.state == "active"


def test_only_an_answered_call_can_be_held_or_resumed(alice, others):
    [id] = call(alice, others[0])
    others[1].ask("makeCall", "alice")
    ringing = next(view.id for view in alice.calls if view.id != id)
    assert alice.ask("hold", ringing).error.code == "no_call"
    assert alice.ask("resume", ringing).error.code == "no_call"
    assert alice.desk.snapshot.active == id and alice.calls[0].held_by is None


def test_no_more_calls_than_allowed(world, alice, others):
    alice.ask("setConfig", {"maxCalls": 1})
    call(alice, others[0])
    error = alice.ask("makeCall", "carol").error
    assert error.code == "in_call" and "1 call already" in error.message
    others[1].ask("makeCall", "alice")
    assert others[1].told("end")[0]["disposition"] == "busy"
    [refused] = alice.told("end")
    assert (refused["disposition"], refused["endedBy"]) == ("missed", "system")
    assert alice.call.state == "active"


def test_a_call_to_oneself_is_two_calls(world, alice):
    alice.ask("makeCall", "alice")
    assert [view.direction for view in alice.calls] == ["outgoing", "incoming"]
    assert alice.tone is do.Tone.RINGTONE
    alice.ask("answer")
    assert {view.state for view in alice.calls} <= {"active", "held"}
    alice.ask("hangupAll")
    world.wind(40)
    assert alice.calls == [] and len(alice.told("end")) == 2
    assert alice.mistakes == [] and alice.tone is None


def test_hanging_up_without_a_name_refuses_what_rings_when_there_is_nothing_else(alice, others):
    others[0].ask("makeCall", "alice")
    assert alice.ask("hangup").settled
    assert alice.told("end")[0]["disposition"] == "rejected"


def test_hanging_up_finds_the_ringing_call_among_held_ones(alice, others):
    call(alice, *others)
    alice.ask("hangup")
    dave = others[2]
    dave.ask("makeCall", "alice")
    alice.ask("hangup")
    assert dave.told("end")[-1]["disposition"] == "busy" and len(alice.calls) == 2


def test_a_refusal_takes_only_a_status_that_refuses(alice, others):
    others[0].ask("makeCall", "alice")
    alice.happens(on.Asked(command=Reject(code=200)))
    assert alice.call.state == "ringing" and alice.desk.snapshot.error.code == "invalid_config"
    alice.happens(on.ErrorDismissed())
    assert alice.desk.snapshot.error is None
    alice.ask("reject", alice.call.id, 603)
    assert others[0].told("end")[0]["disposition"] == "rejected"


def test_what_does_not_go_in_a_call_is_said_to_who_pressed_the_button(alice):
    alice.press("hold")
    assert alice.desk.snapshot.error.code == "no_call"
    alice.prevented.add("beforedial")
    alice.happens(on.ErrorDismissed())
    alice.press("makeCall", "bob")
    assert alice.desk.snapshot.error is None and alice.calls == []


def test_show_and_hide_are_for_the_element(alice):
    assert alice.ask("show").settled and alice.ask("hide").settled
    assert alice.ask("ready").settled
    reveals = [action.shown for action in alice.actions if isinstance(action, do.Reveal)]
    assert reveals == [True, False]


def test_the_page_of_a_second_call_may_keep_it_quiet(alice, others):
    call(alice, others[0])
    alice.prevented.add("ringingin")
    others[1].ask("makeCall", "alice")
    assert alice.tone is None


def test_video_is_asked_for_by_the_call_or_by_the_setting(world, alice):
    dave = world.stranger("dave")
    sound = description(setup="actpass").replace("BUNDLE 0", "BUNDLE 0 1")
    picture = sound + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n"
    picture += (
        "c=IN IP4 0.0.0.0\r\na=mid:1\r\na=sendrecv\r\na=rtcp-mux\r\na=rtpmap:96 VP8/90000\r\n"
    )
    dave.call("alice", sdp=picture)
    assert alice.told("ringingin")[-1]["video"] is True, "the page knows that a picture is offered"
    alice.ask("answer", {"video": True})
    assert [each.video for each in alice.actions if isinstance(each, do.OpenMedia)] == [True]
    alice.happens(
        on.MediaReady(call=alice.call.id, kind=do.Offer.ANSWER, sdp=description(), video=True)
    )
    assert alice.call.video
    alice.ask("hangup")
    alice.ask("makeCall", "dave", {"video": True})
    alice.ask("setConfig", {"video": True})
    alice.ask("makeCall", "dave")
    asked = [each.video for each in alice.actions if isinstance(each, do.OpenMedia)]
    assert asked == [True, True, True]


def with_pictures(direction="sendrecv", user="dave", setup="actpass"):
    """A description with sound, and pictures in this direction."""
    sound = description(user, setup=setup).replace("BUNDLE 0", "BUNDLE 0 1")
    return sound + (
        "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\n"
        f"a={direction}\r\na=rtcp-mux\r\na=rtpmap:96 VP8/90000\r\n"
    )


def made(phone, kind, sdp, video):
    phone.happens(on.MediaReady(call=phone.call.id, kind=kind, sdp=sdp, video=video))


def pictures(phone):
    """Which pictures the phone's screen shows."""
    (shown,) = phone.machine.snapshot.calls
    return shown.video_local, shown.video_remote


# How the called one answers; whether the caller, and the called one, show own and other pictures.
ANSWERED = {
    "with sound": (False, "inactive", (False, False), (False, False)),
    "with video": (True, "sendrecv", (True, True), (True, True)),
    "with video, without a camera": (True, "recvonly", (True, False), (False, True)),
}


@pytest.mark.parametrize("how", ANSWERED)
def test_both_ends_agree_on_the_pictures(alice, others, how):
    video, direction, at_caller, at_called = ANSWERED[how]
    bob = others[0]
    alice.slow_media = bob.slow_media = True
    alice.ask("makeCall", "bob", {"video": True})
    made(alice, do.Offer.OFFER, with_pictures(user="alice"), video=True)
    assert bob.call.video, "pictures are offered"
    bob.ask("answer", {"video": video})
    ours = with_pictures(direction, "bob", "active")
    made(bob, do.Offer.ANSWER, ours, video=direction == "sendrecv")
    assert alice.call.state == bob.call.state == "active"
    assert (pictures(alice), pictures(bob)) == (at_caller, at_called)
    assert alice.call.video == bob.call.video == video


def test_a_swap_by_the_button_swaps(alice, others):
    call(alice, *others[:2])
    alice.press("swap")
    assert held(alice) == {"bob": None, "carol": "local"}


def test_a_description_that_nobody_asked_for_is_not_used(alice, others):
    alice.ask("makeCall", "bob")
    alice.happens(on.MediaReady(call=alice.call.id, kind=do.Offer.OFFER, sdp=description()))
    assert alice.call.state == "ringing"


def test_what_a_button_got_wrong_is_said_on_the_screen(world, alice):
    alice.media_fault = ("mic_denied", "")
    alice.press("makeCall", "bob")
    assert alice.desk.snapshot.error.code == "mic_denied"
    alice.media_fault = None
    for wrong in ({"display_name": "a\r\nb"}, {"headers": {"X-A": "1\r\nX-Evil: 2"}}):
        alice.happens(on.ErrorDismissed())
        alice.happens(on.Asked(command=MakeCall(target="bob", **wrong)))
        assert alice.desk.snapshot.error.code == "invalid_config"
    assert alice.calls == [] and world.sent("alice", "INVITE") == []


def test_a_call_given_up_before_it_went_out_is_no_fault(alice):
    alice.slow_media = True
    alice.press("makeCall", "bob")
    alice.press("hangup")
    assert alice.desk.snapshot.error is None and alice.calls == []
