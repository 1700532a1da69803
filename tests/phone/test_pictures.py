"""Video in a call that is up: the camera comes and goes, and the voice stays as it was."""

import pytest

from phone.stage import description, with_pictures
from webphone.phone import actions as do
from webphone.phone import happenings as on


def talk(alice, bob, **options):
    alice.ask("makeCall", "bob", options)
    assert bob.ask("answer", {"video": False}).done
    assert alice.call.state == bob.call.state == "active"


def shown(phone):
    """Which pictures the phone's screen shows: its own, and the other one's."""
    (call,) = phone.machine.snapshot.calls
    return call.video_local, call.video_remote


def filmed(phone):
    """What is taken of the person now."""
    return {of for pictures in phone.pictures.values() for of in pictures}


def troubles(phone):
    return phone.told("error")


def switches(phone):
    """Whether the camera is wanted and the screen is there, as its switches show."""
    (call,) = phone.machine.snapshot.calls
    return call.filming, call.sharing


def test_the_switches_follow_what_is_wanted_and_there(alice, bob):
    talk(alice, bob)
    assert switches(alice) == (False, False)
    assert alice.ask("startVideo").done and alice.ask("shareScreen", True).done
    assert (switches(alice), switches(bob)) == ((True, True), (False, False))
    assert alice.ask("stopVideo").done and alice.ask("shareScreen", False).done
    assert switches(alice) == (False, False)


def test_video_is_added_and_nobody_is_filmed_who_did_not_wish_it(alice, bob):
    talk(alice, bob)
    assert alice.ask("startVideo").done
    assert (shown(alice), shown(bob)) == ((True, False), (False, True))
    assert (filmed(alice), filmed(bob)) == ({"camera"}, set())
    assert alice.call.video and bob.call.video
    assert bob.ask("startVideo").done
    assert (shown(alice), shown(bob)) == ((True, True), (True, True))
    assert alice.ask("stopVideo").done
    assert (shown(alice), shown(bob)) == ((False, True), (True, False))
    assert filmed(alice) == set()
    assert bob.ask("stopVideo").done
    assert (shown(alice), shown(bob)) == ((False, False), (False, False))
    assert not alice.call.video and not bob.call.video
    assert alice.call.state == bob.call.state == "active"


def test_what_is_already_so_needs_no_offer(world, alice, bob):
    talk(alice, bob)
    assert alice.ask("stopVideo").done
    assert alice.ask("startVideo").done
    before = len(world.sent("alice", "INVITE"))
    assert alice.ask("startVideo").done
    assert len(world.sent("alice", "INVITE")) == before


def test_a_second_wish_waits_for_the_first_and_the_last_one_counts(world, alice, bob):
    talk(alice, bob)
    world.slow = True
    first, second, stopped = (alice.ask(each) for each in ("startVideo", "startVideo", "stopVideo"))
    assert first.error.code == second.error.code == "cancelled"
    assert not stopped.settled and filmed(alice) == set()
    world.land()
    assert stopped.done
    assert (shown(alice), shown(bob)) == ((False, False), (False, False))


def test_only_an_answered_call_has_video(alice, bob):
    assert alice.ask("startVideo").error.code == "no_call"
    alice.ask("makeCall", "bob")
    for wish in ("startVideo", "stopVideo", "shareScreen"):
        assert alice.ask(wish).error.code == "no_call"
    assert filmed(alice) == set()


@pytest.mark.parametrize(
    "fault, code",
    {"denied": "media_failed", "policy": "policy_blocked", "missing": "media_failed"}.items(),
)
def test_a_camera_that_the_browser_refuses_leaves_the_voice(world, alice, bob, fault, code):
    talk(alice, bob)
    before = len(world.sent("alice", "INVITE"))
    alice.picture_fault = fault
    refused = alice.ask("startVideo")
    assert refused.error.code == code
    assert "camera" in str(refused.error.message)
    assert not troubles(alice), "the page knows by its promise"
    alice.press("startVideo")
    assert len(troubles(alice)) == 1, "a person sees it on the screen"
    assert len(world.sent("alice", "INVITE")) == before
    assert alice.call.state == "active"
    alice.picture_fault = ""
    assert alice.ask("startVideo").done, "it may be tried again"


def test_a_wish_that_is_taken_back_while_the_browser_asks_films_nobody(alice, bob):
    talk(alice, bob)
    alice.picture_fault = "asks"
    started = alice.ask("startVideo")
    stopped = alice.ask("stopVideo")
    assert started.error.code == "cancelled" and stopped.done
    for late in (
        on.PictureTaken(call=alice.call.id, of="camera"),
        on.PictureRefused(call=alice.call.id, of="camera", code="denied"),
        on.PictureEnded(call=alice.call.id, of="camera"),
    ):
        alice.happens(late)
    assert shown(alice) == (False, False) and not troubles(alice)


def test_a_wish_is_refused_when_the_call_ends(alice, bob):
    talk(alice, bob)
    alice.picture_fault = "asks"
    started = alice.ask("startVideo")
    bob.ask("hangup")
    assert started.error.code == "no_call"


def test_a_browser_may_say_in_its_own_words_what_is_wrong(alice, bob):
    talk(alice, bob)
    alice.picture_fault = "asks"
    started = alice.ask("startVideo")
    words = on.PictureRefused(call=alice.call.id, of="camera", code="failed", text="It is odd.")
    alice.happens(words)
    assert started.error.message == "It is odd."


def test_a_camera_that_goes_away_takes_the_picture_along(alice, bob):
    talk(alice, bob)
    alice.ask("startVideo")
    alice.happens(on.PictureEnded(call=alice.call.id, of="camera"))
    assert (shown(alice), shown(bob)) == ((False, False), (False, False))
    assert len(troubles(alice)) == 1


# --- A far end that refuses -----------------------------------------------------------------------


def called(alice, dave):
    """A call that dave has answered."""
    alice.ask("makeCall", "dave")
    dave.reply(200, sdp=description("dave"))
    assert alice.call.state == "active"


def reinvited(dave):
    """The offer that alice makes now."""
    return dave.last("INVITE").body.decode()


@pytest.mark.parametrize("status", [488, 606, 500])
def test_a_refused_video_leaves_the_voice_and_the_camera_goes_off(alice, dave, status):
    called(alice, dave)
    started = alice.ask("startVideo")
    assert "m=video 9" in reinvited(dave)
    assert filmed(alice) == {"camera"} and not started.settled
    dave.reply(status)
    assert (started.error.code, started.error.sip_code) == ("media_failed", status)
    assert shown(alice) == (False, False) and filmed(alice) == set()
    assert alice.call.state == "active" and not alice.call.video
    assert do.Rollback(call=alice.call.id) in alice.actions
    alice.press("startVideo")
    dave.reply(status)
    assert len(troubles(alice)) == 1


@pytest.mark.parametrize(
    "answer", {"port 0": ("inactive", 0), "inactive": ("inactive", 9)}.values()
)
def test_a_video_line_that_is_refused_leaves_the_voice(alice, dave, answer):
    called(alice, dave)
    started = alice.ask("startVideo")
    dave.reply(200, sdp=with_pictures(description("dave"), *answer))
    assert started.error.code == "media_failed"
    assert filmed(alice) == set() and shown(alice) == (False, False)
    assert alice.call.state == "active"


def test_an_answer_without_any_video_line_refuses_it(alice, dave):
    called(alice, dave)
    started = alice.ask("startVideo")
    dave.reply(200, sdp=description("dave"))
    assert started.error.code == "media_failed"
    assert filmed(alice) == set()


def test_a_far_end_may_stop_taking_our_picture(alice, dave):
    called(alice, dave)
    alice.ask("startVideo")
    dave.reply(200, sdp=with_pictures(description("dave"), "recvonly"))
    assert shown(alice) == (True, False)
    dave.inside("INVITE", sdp=with_pictures(description("dave", version="2"), "inactive"))
    assert filmed(alice) == set() and shown(alice) == (False, False)
    assert len(troubles(alice)) == 1
    assert alice.call.state == "active"


def test_a_refused_end_of_video_is_an_end_of_video(alice, dave):
    called(alice, dave)
    alice.ask("startVideo")
    dave.reply(200, sdp=with_pictures(description("dave"), "sendrecv"))
    stopped = alice.ask("stopVideo")
    assert filmed(alice) == set(), "at once"
    dave.reply(488)
    assert stopped.done and not troubles(alice)
    assert shown(alice) == (False, True)


def test_an_answer_that_the_browser_cannot_use_takes_the_camera_away(alice, dave):
    called(alice, dave)
    alice.takes_answers = False
    started = alice.ask("startVideo")
    dave.reply(200, sdp=with_pictures(description("dave"), "recvonly"))
    assert not started.settled, "the browser has not said yet"
    alice.happens(on.MediaFailed(call=alice.call.id, code="media_failed", text="no"))
    assert started.error.code == "media_failed"
    assert filmed(alice) == set()


# --- A far end that offers ------------------------------------------------------------------------


def test_an_offer_of_video_is_looked_at_and_films_nobody(alice, dave):
    called(alice, dave)
    dave.inside("INVITE", sdp=with_pictures(description("dave", version="2"), "sendrecv"))
    answer = dave.last(200).body.decode()
    assert "a=recvonly" in answer and filmed(alice) == set()
    assert shown(alice) == (False, True) and alice.call.video
    dave.inside("ACK")
    dave.inside("INVITE", sdp=with_pictures(description("dave", version="3"), "inactive", 0))
    assert "m=video 0" in dave.last(200).body.decode()
    assert shown(alice) == (False, False)


def test_who_answered_with_sound_alone_sees_no_picture_until_it_is_offered_anew(alice, dave):
    dave.call("alice", sdp=with_pictures(description("dave"), "sendrecv"))
    alice.ask("answer", {"video": False})
    dave.ack()
    seen = []
    for version in ("1", "2"):
        offer = with_pictures(description("dave", version=version), "sendrecv")
        dave.inside("INVITE", sdp=offer)
        dave.ack()
        seen.append(shown(alice))
    assert seen == [(False, False), (False, True)]


def test_who_declined_a_picture_is_not_shown_it_after_a_hold(alice, dave):
    dave.call("alice", sdp=with_pictures(description("dave"), "sendrecv"))
    alice.ask("answer", {"video": False})
    dave.ack()
    for version, direction in (("2", "inactive"), ("3", "sendrecv"), ("3", "sendrecv")):
        sound = description("dave", direction, version=version)
        dave.inside("INVITE", sdp=with_pictures(sound, direction))
        dave.ack()
    assert alice.call.held_by is None and shown(alice) == (False, False)


# --- Glare and hold -------------------------------------------------------------------------------


def test_both_start_at_the_same_moment_and_see_each_other(world, alice, bob):
    talk(alice, bob)
    world.slow = True
    started = [phone.ask("startVideo") for phone in (alice, bob)]
    world.land()
    assert world.sent("bob", "SIP/2.0 491")
    world.wind(10)
    assert all(one.done for one in started)
    assert (shown(alice), shown(bob)) == ((True, True), (True, True))
    assert (filmed(alice), filmed(bob)) == ({"camera"}, {"camera"})


def test_a_hold_that_comes_first_does_not_take_the_camera(world, alice, bob):
    talk(alice, bob)
    world.slow = True
    held, started = bob.ask("hold"), alice.ask("startVideo")
    world.land()
    world.wind(10)
    assert held.done and started.done
    assert filmed(alice) == {"camera"} and alice.call.held_by == "remote"
    assert bob.ask("resume").done
    assert (shown(alice), shown(bob)) == ((True, False), (False, True))


@pytest.mark.parametrize("both", [False, True])
def test_hold_and_resume_bring_the_same_pictures_back(alice, bob, both):
    talk(alice, bob)
    alice.ask("startVideo")
    if both:
        bob.ask("startVideo")
    before = (shown(alice), shown(bob))
    for phone in (alice, bob):
        assert phone.ask("hold").done
        assert phone.ask("resume").done
        assert (shown(alice), shown(bob)) == before
        assert (alice.call.held_by, bob.call.held_by) == (None, None)
    assert filmed(alice) == {"camera"} and filmed(bob) == ({"camera"} if both else set())


def test_a_camera_may_be_started_and_stopped_on_hold(alice, bob):
    talk(alice, bob)
    alice.ask("hold")
    assert alice.ask("startVideo").done and bob.ask("startVideo").done
    assert alice.ask("resume").done
    assert (shown(alice), shown(bob)) == ((True, True), (True, True))
    alice.ask("hold")
    assert bob.ask("stopVideo").done
    alice.ask("resume")
    assert (shown(alice), shown(bob)) == ((True, False), (False, True))


def test_muting_takes_no_picture_away(alice, bob):
    talk(alice, bob)
    alice.ask("startVideo")
    alice.ask("mute", True)
    assert alice.call.muted and filmed(alice) == {"camera"}
    assert shown(bob) == (False, True)


def test_a_call_with_video_from_its_start_can_lose_and_regain_it(alice, bob):
    alice.ask("makeCall", "bob", {"video": True})
    bob.ask("answer", {"video": True})
    assert (shown(alice), shown(bob)) == ((True, True), (True, True))
    assert alice.ask("hold").done and alice.ask("resume").done
    assert (shown(alice), shown(bob)) == ((True, True), (True, True))
    assert alice.ask("stopVideo").done
    assert (shown(alice), shown(bob)) == ((False, True), (True, False))
    assert alice.ask("startVideo").done
    assert (shown(alice), shown(bob)) == ((True, True), (True, True))


def test_a_camera_that_the_called_one_does_not_look_into_goes_off(alice, bob):
    talk(alice, bob, video=True)
    assert filmed(alice) == set() and shown(alice) == (False, False)
    assert alice.ask("startVideo").done, "who presses it again means it"
    assert shown(bob) == (False, True)


def test_without_a_connection_the_wish_is_given_up_and_the_voice_goes_on(world, alice, bob):
    talk(alice, bob)
    world.broken = {"wss://one.example/ws": "dead"}
    world.cut(alice)
    started = alice.ask("startVideo")
    world.wind(120)
    assert started.error.code == "connection_failed"
    assert filmed(alice) == set() and alice.call.state == "active"


# --- The screen -----------------------------------------------------------------------------------


def test_a_screen_is_shared_and_the_other_side_sees_it(world, alice, bob):
    talk(alice, bob)
    assert alice.ask("shareScreen").done
    assert filmed(alice) == {"screen"}
    assert (shown(alice), shown(bob)) == ((True, False), (False, True))
    assert alice.ask("shareScreen").done, "without an argument it toggles"
    assert (shown(alice), shown(bob)) == ((False, False), (False, False))


def test_a_screen_takes_the_place_of_the_camera_without_an_offer(world, alice, bob):
    talk(alice, bob)
    alice.ask("startVideo")
    before = len(world.sent("alice", "INVITE"))
    assert alice.ask("shareScreen", True).done
    assert filmed(alice) == {"camera", "screen"}
    assert alice.ask("shareScreen", False).done
    assert filmed(alice) == {"camera"} and shown(bob) == (False, True)
    assert len(world.sent("alice", "INVITE")) == before


def test_the_browsers_own_button_ends_the_sharing(alice, bob):
    talk(alice, bob)
    alice.ask("shareScreen", True)
    alice.happens(on.PictureEnded(call=alice.call.id, of="screen"))
    assert (shown(alice), shown(bob)) == ((False, False), (False, False))
    assert not troubles(alice), "it was the person's own wish"


def test_a_picker_that_is_cancelled_ends_nothing(world, alice, bob):
    talk(alice, bob)
    alice.ask("startVideo")
    alice.picture_fault = "cancelled"
    assert alice.ask("shareScreen", True).error.code == "cancelled"
    alice.press("shareScreen", True)
    assert not troubles(alice)
    assert filmed(alice) == {"camera"} and shown(bob) == (False, True)


@pytest.mark.parametrize("fault", ["gesture", "within"])
def test_a_screen_that_is_not_to_be_had_is_said_in_words(alice, bob, fault):
    talk(alice, bob)
    alice.picture_fault = fault
    assert alice.ask("shareScreen", True).error.code == "unsupported"
    assert alice.call.state == "active"


def test_a_screen_that_the_other_side_refuses_is_not_shared(alice, dave):
    called(alice, dave)
    shared = alice.ask("shareScreen", True)
    dave.reply(488)
    assert shared.error.code == "media_failed"
    assert filmed(alice) == set()


def test_a_camera_stopped_meanwhile_leaves_the_screen(alice, bob):
    talk(alice, bob)
    alice.ask("startVideo")
    alice.ask("shareScreen", True)
    assert alice.ask("stopVideo").done
    assert filmed(alice) == {"screen"} and shown(bob) == (False, True)
