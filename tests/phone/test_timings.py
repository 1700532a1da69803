"""Every call says how long each step of setting it up took, from the click or from the INVITE."""

from phone.stage import description
from webphone.phone import actions as do
from webphone.phone import happenings as on


def steps(of):
    """The steps of a call or of its record, with their milliseconds."""
    return [(one["step"], one["atMs"]) for one in of["timings"]]


def sounds(phone, world, call):
    """ICE, the encryption and the sound of a call come, 50 ms apart."""
    for news in (on.PathFound, lambda call: on.MediaChanged(call=call, state="connected")):
        world.now += 0.05
        phone.happens(news(call=call))
    world.now += 0.05
    phone.happens(on.SoundCame(call=call))


def test_a_call_that_goes_out_is_timed_from_the_click(world, alice, dave):
    alice.slow_media = True
    alice.ask("makeCall", "dave")
    world.now += 0.08
    alice.media_arrives()
    world.now += 0.2
    dave.reply(180)
    world.now += 1.5
    dave.reply(200, sdp=description())
    assert [one.step for one in alice.call.timings] == ["media", "invite", "ringing", "answer"]
    sounds(alice, world, alice.call.id)
    dave.inside("BYE")
    [record] = alice.told("end")
    assert steps(record) == [
        ("media", 80),
        ("invite", 80),
        ("ringing", 280),
        ("answer", 1780),
        ("ice", 1830),
        ("dtls", 1880),
        ("sound", 1930),
    ]


def test_a_call_that_comes_in_is_timed_from_its_invite(world, alice, bob):
    bob.ask("makeCall", "alice")
    world.now += 2.0
    alice.ask("answer")
    sounds(alice, world, alice.call.id)
    bob.ask("hangup")
    [record] = alice.told("end")
    assert steps(record) == [
        ("ringing", 0),
        ("media", 2000),
        ("answer", 2000),
        ("ice", 2050),
        ("dtls", 2100),
        ("sound", 2150),
    ]


def test_sound_that_is_told_of_first_came_over_what_was_up(world, alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(200, sdp=description())
    call = alice.call.id
    world.now += 0.5
    alice.happens(on.SoundCame(call=call))
    world.now += 0.1
    alice.happens(on.PathFound(call=call))
    alice.happens(on.MediaChanged(call=call, state="connected"))
    dave.inside("BYE")
    [record] = alice.told("end")
    assert steps(record)[-3:] == [("ice", 500), ("dtls", 500), ("sound", 500)]


def test_each_step_counts_once(world, alice, dave):
    """What is set up anew in a call that stands is no step of setting it up."""
    alice.ask("makeCall", "dave")
    dave.reply(200, sdp=description())
    sounds(alice, world, alice.call.id)
    before = alice.call.timings
    world.wind(60)
    alice.happens(on.MediaChanged(call=alice.call.id, state="failed"))
    [offer] = [each for each in alice.actions if isinstance(each, do.Reoffer)]
    assert offer.restart
    dave.reply(200, sdp=description())
    sounds(alice, world, alice.call.id)
    assert alice.call.timings == before


def test_a_call_that_nobody_answers_has_no_time_of_an_answer(world, alice, dave):
    alice.ask("makeCall", "dave")
    world.now += 0.4
    dave.reply(180)
    dave.reply(486)
    [record] = alice.told("end")
    assert steps(record) == [("media", 0), ("invite", 0), ("ringing", 400)]
