"""The path of a call's media: sought anew when it fails, over a relay alone when that fails too."""

import pytest

from phone.stage import description
from webphone.phone import actions as do
from webphone.phone import happenings as on


@pytest.fixture
def talking(alice, dave):
    """Alice has called Dave."""
    alice.ask("makeCall", "dave")
    dave.reply(200, sdp=description())
    alice.happens(on.MediaChanged(call=alice.call.id, state="connected"))
    return alice


def fails(alice, dave):
    """The path fails, and Dave takes the offer of others; that offer."""
    alice.happens(on.MediaChanged(call=alice.call.id, state="failed"))
    dave.reply(200, sdp=description())
    return [each for each in alice.actions if isinstance(each, do.Reoffer)][-1]


def repairs(alice):
    alice.ask("hangup")
    return alice.history[0].repairs


def notes(alice, word):
    return [each for each in alice.actions if isinstance(each, do.Note) and word in each.text]


def test_after_two_searches_that_failed_the_next_is_over_the_relay_alone(talking, dave):
    offers = [fails(talking, dave) for _ in range(3)]
    assert [offer.restart for offer in offers] == [True] * 3
    assert [offer.relay for offer in offers] == [False, False, True]
    assert len(notes(talking, "relay")) == 1
    assert repairs(talking) == ("ice-restart", "ice-restart", "relay-only")


def test_without_a_turn_server_every_search_is_by_all_ways(talking, dave):
    talking.relay = False
    for _ in range(4):
        fails(talking, dave)
    assert notes(talking, "relay") == [] and set(repairs(talking)) == {"ice-restart"}


def test_a_path_that_works_again_ends_the_count(talking, dave):
    for _ in range(2):
        fails(talking, dave)
    talking.happens(on.MediaChanged(call=talking.call.id, state="connected"))
    assert not fails(talking, dave).relay


def test_a_path_that_comes_and_goes_fills_no_record(talking, dave):
    for _ in range(30):
        fails(talking, dave)
    assert len(repairs(talking)) == 20


def test_a_hold_is_no_search(talking, dave):
    talking.ask("hold")
    dave.reply(200, sdp=description(direction="recvonly"))
    assert repairs(talking) == ()


# --- DTLS after ICE ---


def offers(dave):
    return dave.words().count("INVITE")


@pytest.mark.rfc("5764 §4.1", "DTLS follows once there is a path, else the call is offered again")
def test_where_dtls_does_not_follow_the_path_the_call_is_offered_again_once(alice, dave, world):
    alice.ask("makeCall", "dave")
    dave.reply(200, sdp=description())
    alice.happens(on.PathFound(call=alice.call.id))
    world.wind(1.9)
    assert offers(dave) == 1
    world.wind(0.2)
    assert offers(dave) == 2
    dave.reply(200, sdp=description())
    alice.happens(on.PathFound(call=alice.call.id))
    world.wind(10)
    assert offers(dave) == 2
    assert len(notes(alice, "DTLS")) == 1
    assert repairs(alice) == ("dtls-retry",)


def test_on_a_long_way_dtls_has_the_time_of_six_round_trips(alice, dave, world):
    alice.ask("makeCall", "dave")
    dave.reply(200, sdp=description())
    alice.happens(on.PathFound(call=alice.call.id))
    alice.happens(on.PathFound(call=alice.call.id, round_trip=0.6))
    world.wind(3.5)
    assert offers(dave) == 1
    world.wind(0.2)
    assert offers(dave) == 2


@pytest.mark.parametrize(("round_trip", "waits"), [(0.001, 2.0), (900.0, 10.0)])
def test_a_way_of_any_length_is_waited_for_not_too_short_and_not_for_ever(
    alice, dave, world, round_trip, waits
):
    alice.ask("makeCall", "dave")
    dave.reply(200, sdp=description())
    alice.happens(on.PathFound(call=alice.call.id, round_trip=round_trip))
    world.wind(waits - 0.1)
    assert offers(dave) == 1
    world.wind(0.2)
    assert offers(dave) == 2


def test_dtls_in_time_needs_nothing(talking, dave, world):
    talking.happens(on.PathFound(call=talking.call.id))
    world.wind(10)
    assert offers(dave) == 1 and repairs(talking) == ()


def test_dtls_that_follows_a_little_later_needs_nothing(alice, dave, world):
    alice.ask("makeCall", "dave")
    dave.reply(200, sdp=description())
    alice.happens(on.PathFound(call=alice.call.id))
    world.wind(1)
    alice.happens(on.MediaChanged(call=alice.call.id, state="connected"))
    world.wind(10)
    assert offers(dave) == 1 and repairs(alice) == ()


def test_who_only_answered_leaves_it_to_the_other_side(alice, dave, world):
    dave.call("alice", sdp=description(setup="actpass"))
    alice.ask("answer")
    dave.ack()
    alice.happens(on.PathFound(call=alice.call.id))
    world.wind(10)
    assert offers(dave) == 0 and repairs(alice) == ()


def test_who_answered_the_last_offer_leaves_it_to_the_other_side(alice, dave, world):
    alice.ask("makeCall", "dave")
    dave.reply(200, sdp=description())
    dave.inside("INVITE", sdp=description(setup="actpass"))
    dave.inside("ACK")
    alice.happens(on.PathFound(call=alice.call.id))
    world.wind(10)
    assert offers(dave) == 1 and repairs(alice) == ()
