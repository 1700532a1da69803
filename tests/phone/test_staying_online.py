"""A phone is never alone for long: failover, loss, sleep and the way back."""

import math

import pytest

from phone.stage import SERVER
from webphone.phone import actions as do
from webphone.phone import happenings as on

ONE, TWO, THREE = "wss://one.example", "wss://two.example", "wss://three.example"
ALL = ",".join((ONE, TWO, THREE))


def tried(phone):
    return [action.url for action in phone.actions if isinstance(action, do.Connect)]


def test_dead_servers_are_passed_over_in_order(world):
    world.broken = {ONE: "dead", TWO: "dead"}
    alice = world.phone("alice", host=ALL, realm="one.example")
    assert alice.ask("register").settled
    assert tried(alice) == [ONE, TWO, THREE]
    assert alice.told("registered")[0]["server"] == THREE


def test_a_mute_server_is_left_after_a_few_seconds(world):
    world.broken = {ONE: "mute"}
    alice = world.phone("alice", host=ALL, realm="one.example")
    promise = alice.ask("register")
    world.wind(4.5)
    assert promise.settled and promise.error is None
    assert alice.told("registered")[0]["server"] == TWO


def test_a_server_that_opens_but_never_answers_is_left_too(world):
    alice = world.phone("alice", host=ALL, realm="one.example")
    alice.unheard = True
    alice.ask("register")
    world.wind(6)
    assert tried(alice)[:2] == [ONE, TWO]


def test_when_every_server_failed_once_the_promise_is_rejected_and_the_phone_tries_on(world):
    world.broken = {ONE: "dead", TWO: "dead", THREE: "dead"}
    alice = world.phone("alice", host=ALL, realm="one.example")
    assert alice.ask("register").error.code == "connection_failed"
    assert alice.desk.snapshot.state == "reconnecting"
    assert alice.desk.snapshot.retry_at > world.now
    world.broken = {}
    world.wind(5)
    assert alice.desk.snapshot.state == "registered"


def test_waits_grow_and_never_exceed_half_a_minute_and_a_bit(world):
    world.broken = {ONE: "dead"}
    alice = world.phone("alice", host=ONE)
    alice.ask("connect")
    waits = []
    for _ in range(18):
        waits.append(alice.desk.snapshot.retry_at - world.now)
        world.wind(waits[-1] + 0.001)
    assert max(waits[:13]) < 2  # a server that restarts is met soon after its return
    assert waits[0] < waits[13] < waits[14] < waits[-1] <= 37.5
    assert alice.told("reconnecting")[0]["seconds"] == pytest.approx(waits[0], abs=0.1)


def test_a_lost_socket_is_found_again_without_touching_the_call(world):
    alice, bob = world.registered("alice"), world.registered("bob")
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    world.cut(alice)
    world.wind(2)
    assert alice.desk.snapshot.state == "registered"
    assert alice.call.state == bob.call.state == "active"
    assert alice.told("unregistered")[0] == {"reason": "lost", "willRetry": True}
    bob.ask("hangup")
    assert alice.told("end")[0]["endedBy"] == "remote"


def test_the_last_good_server_is_tried_first_after_a_loss(world):
    world.broken = {ONE: "dead"}
    alice = world.phone("alice", host=ALL, realm="one.example")
    alice.ask("register")
    world.cut(alice)
    assert tried(alice) == [ONE, TWO, TWO]


def test_the_phone_goes_home_to_the_first_server_when_it_is_back(world):
    world.broken = {ONE: "dead"}
    alice = world.phone("alice", host=ALL, realm="one.example")
    alice.ask("register")
    world.broken = {}
    world.wind(700)
    assert alice.desk.snapshot.state == "registered"
    assert alice.desk.snapshot.server == ONE
    assert alice.told("registered")[-1]["server"] == ONE


def test_the_network_coming_back_ends_the_wait(world):
    world.broken = {ONE: "dead"}
    alice = world.phone("alice", host=ONE)
    alice.ask("register")
    for _ in range(6):
        world.wind(20)
    world.broken = {}
    alice.happens(on.NetworkChanged(online=True))
    assert alice.desk.snapshot.state == "registered"


def test_a_socket_that_died_in_silence_is_noticed_after_a_network_change(world):
    alice = world.registered("alice")
    alice.unheard = True
    alice.happens(on.NetworkChanged(online=False))
    alice.happens(on.NetworkChanged(online=True))
    alice.unheard = False
    for socket in list(alice.links):  # the old wire leads nowhere
        world._links.pop(alice.links.pop(socket))
    world.wind(2)
    assert alice.desk.snapshot.state == "registered"
    assert len(tried(alice)) == 2


def test_a_server_gone_silent_is_noticed_within_a_minute(world):
    alice = world.registered("alice")
    for socket in list(alice.links):
        world._links.pop(alice.links.pop(socket))
    world.wind(45)
    assert len(tried(alice)) == 2
    assert alice.desk.snapshot.state == "registered"


def test_a_sleep_is_noticed_once_whatever_wakes_the_phone(world):
    alice, bob = world.registered("alice"), world.registered("bob")
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    world.now += 60
    before = len(world.sent("alice", "OPTIONS"))
    alice.press("mute")
    # What was due is asked, and the sleep asks once more; the answers ask for nothing.
    assert len(world.sent("alice", "OPTIONS")) <= before + 2 and alice.mistakes == []


def test_after_a_sleep_the_server_is_asked_at_once(world):
    alice = world.registered("alice")
    for socket in list(alice.links):
        world._links.pop(alice.links.pop(socket))
    world.now += 3600  # asleep: nothing woke anybody
    alice.happens(on.Woken())
    world.wind(2)
    assert alice.desk.snapshot.state == "registered"


def test_the_registration_is_refreshed_before_it_expires(world):
    alice = world.registered("alice", registerExpires=100)
    before = len([1 for _, data in world.wire if data.startswith(b"REGISTER")])
    world.wind(85)
    after = len([1 for _, data in world.wire if data.startswith(b"REGISTER")])
    assert after > before
    assert alice.told("unregistered") == []


def test_new_credentials_register_again_when_auto_register_is_on(world):
    alice = world.phone("alice", password="wrong", autoRegister=True)
    alice.ask("register")
    assert alice.desk.snapshot.state == "failed"
    alice.ask("setConfig", {"password": "a"})
    assert alice.desk.snapshot.state == "registered"


def test_moving_to_another_server_keeps_the_call(world):
    alice, bob = world.registered("alice"), world.registered("bob")
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    alice.ask("setConfig", {"host": TWO, "realm": "one.example"})
    assert alice.desk.snapshot.state == "registered"
    assert alice.told("registered")[-1]["server"] == TWO
    assert alice.call.state == bob.call.state == "active"
    assert len(alice.links) == 2
    alice.ask("hangup")
    assert bob.calls == []
    world.wind(33)  # the answer to the BYE goes to where she is registered now
    assert len(alice.links) == 1


def test_unregister_and_disconnect_settle(world):
    alice = world.registered("alice")
    assert alice.ask("unregister").settled
    assert alice.desk.snapshot.state == "connected"
    assert alice.told("unregistered") == [{"reason": "user", "willRetry": False}]
    assert alice.ask("disconnect").settled
    assert alice.desk.snapshot.state == "offline"
    assert alice.links == {}


def test_calling_without_a_connection_connects_first(world):
    bob = world.registered("bob")
    alice = world.phone("alice")
    assert alice.ask("makeCall", "bob").value
    assert bob.call.state == "ringing"


def test_calling_with_no_server_to_be_had_is_refused(world):
    world.broken = {ONE: "dead"}
    alice = world.phone("alice", host=ONE)
    assert alice.ask("makeCall", "bob").error.code == "connection_failed"
    assert alice.calls == []


def test_a_call_while_the_server_is_away_is_refused_at_once_with_the_time_of_the_next_try(world):
    alice, bob = world.registered("alice"), world.registered("bob")
    alice.happens(on.NumberTyped(number="bob"))
    world.broken = {SERVER: "dead"}
    world.cut(alice)
    while alice.desk.snapshot.retry_at - world.now < 2:
        world.wind(1)
    alice.press("makeCall", "bob")
    error = alice.machine.snapshot.error
    assert error.message == "The phone is not connected: nobody was called."
    seconds = math.ceil(alice.desk.snapshot.retry_at - world.now)
    assert error.hint == f"The next try comes in {seconds} s; the number stays."
    assert alice.calls == [] and alice.machine.snapshot.number == "bob"
    assert alice.ask("makeCall", "bob").error.code == "connection_failed"
    world.broken = {}
    world.wind(60)
    alice.press("makeCall", "bob")
    assert bob.call.state == "ringing"


def test_a_call_without_any_network_is_refused_at_once(world):
    alice, bob = world.registered("alice"), world.registered("bob")
    alice.happens(on.NetworkChanged(online=False))
    alice.press("makeCall", "bob")
    assert alice.machine.snapshot.error.message == "There is no network: nobody was called."
    assert alice.calls == []
    alice.happens(on.NetworkChanged(online=True))
    alice.press("makeCall", "bob")
    assert bob.call.state == "ringing"


@pytest.mark.parametrize("host", ["ws://127.0.0.1:8080", "ws://localhost", "ws://[::1]/ws"])
def test_a_server_on_this_machine_needs_no_network(world, host):
    bob = world.registered("bob")
    alice = world.registered("alice", host=host, realm="one.example")
    alice.happens(on.NetworkChanged(online=False))
    assert alice.ask("makeCall", "bob").value
    assert bob.call.state == "ringing"


def test_a_phone_does_not_ring_for_ever_for_a_caller_whose_server_went_away(world):
    alice, bob = world.registered("alice"), world.registered("bob")
    alice.ask("makeCall", "bob")
    world.broken = {SERVER: "dead"}
    world.cut(bob)
    alice.ask("hangup")
    world.wind(50)
    assert bob.tone is do.Tone.RINGTONE
    world.wind(15)
    assert bob.tone is None
    assert [record["disposition"] for record in bob.told("end")] == ["missed"]
