"""A call whose connection was replaced: the other end must hear where its requests are to go."""

import pytest

from phone.stage import SERVER, description
from phone.sweep import Swept
from phone.wires import Wires
from webphone.phone import happenings as on
from webphone.sip import reply

SOME = "Allow: INVITE, ACK, BYE, CANCEL"
UPDATE_TOO = f"{SOME}, UPDATE"


def talking(world, allow):
    alice, bob = world.registered("alice"), world.stranger("bob")
    alice.ask("makeCall", "bob")
    bob.reply(200, allow, sdp=description())
    return alice, bob


@pytest.mark.parametrize(("allow", "refresh"), [(SOME, "INVITE"), (UPDATE_TOO, "UPDATE")])
def test_it_is_told_as_soon_as_the_server_knows_the_new_connection(world, allow, refresh):
    """Else its BYE goes to the one that is gone, and the phone stays in a call that is over."""
    alice, bob = talking(world, allow)
    before = len(world.wire)
    world.cut(alice)
    world.wind(2)
    told = [data.split()[0].decode() for who, data in world.wire[before:] if who == "alice"]
    assert told == ["REGISTER", "ACK", refresh] and bob.words()[-1] == refresh
    bob.reply(200, to=refresh, sdp=description() if refresh == "INVITE" else "")
    world.wind(5)
    bob.inside("BYE")
    assert alice.calls == [] and alice.told("end")[0]["endedBy"] == "remote"
    assert alice.told("error") == [] and alice.told("hold") == []


def test_a_phone_that_registers_nowhere_tells_it_once_it_is_connected(world):
    alice, bob = world.phone("alice"), world.stranger("bob")
    alice.ask("makeCall", "bob")
    bob.reply(200, UPDATE_TOO, sdp=description())
    world.cut(alice)
    world.wind(2)
    assert alice.state == "connected" and bob.words()[-1] == "UPDATE"


def test_both_ends_may_have_lost_theirs(world):
    alice, bob = world.registered("alice"), world.registered("bob")
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    world.cut(alice)
    world.cut(bob)
    world.wind(60)
    assert alice.call.state == bob.call.state == "active"
    assert alice.ask("hold").value.held_by == "local" and bob.call.held_by == "remote"
    assert [bool(world.sent(who, "UPDATE")) for who in ("alice", "bob")] == [True, True]


@pytest.mark.parametrize("status", [403, 408, 480, 488, 503])
def test_a_call_whose_other_end_wants_no_refresh_goes_on(world, status):
    alice, bob = talking(world, UPDATE_TOO)
    world.cut(alice)
    world.wind(2)
    bob.reply(status, to="UPDATE")
    world.wind(60)
    assert alice.call.state == "active" and alice.told("error") == []


@pytest.mark.rfc("3261 §12.2.1.2", "481 to the news of a new connection: the call is over")
def test_a_call_that_nobody_knows_any_more_is_over(world):
    """RFC 3261 §12.2.1.2"""
    alice, bob = talking(world, UPDATE_TOO)
    world.cut(alice)
    world.wind(2)
    bob.reply(481, to="UPDATE")
    assert alice.calls == [] and alice.told("end")[0]["endedBy"] == "system"


def test_a_hold_that_waited_for_the_connection_goes_out_beside_it(world):
    alice, bob = talking(world, UPDATE_TOO)
    world.broken = {SERVER: "mute"}
    world.cut(alice)
    promise = alice.ask("hold")
    world.broken = {}
    alice.happens(on.NetworkChanged(online=False))
    alice.happens(on.NetworkChanged(online=True))
    assert bob.words()[-2:] == ["UPDATE", "INVITE"]
    bob.reply(200, to="UPDATE")
    bob.reply(200, sdp=description(direction="recvonly"))
    assert promise.value.held_by == "local"
    world.wind(60)
    assert bob.words().count("UPDATE") == 1


def test_a_hold_that_comes_too_soon_is_offered_a_little_later(world):
    """While the description that both know is on its way again."""
    alice, bob = talking(world, SOME)
    world.cut(alice)
    world.wind(2)
    promise = alice.ask("hold")
    bob.reply(200, sdp=description())
    world.wind(1)
    assert "a=sendonly" in bob.last("INVITE").body.decode()
    bob.reply(200, sdp=description(direction="recvonly"))
    assert promise.value.held_by == "local"


# --- A server that does not know yet that the old connection is dead ---


@pytest.fixture
def unaware():
    """Alice and Bob talk, and the next thing she sends is lost; only her phone knows of it."""
    world = Wires()
    alice, bob = world.registered("alice"), world.registered("bob")
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    world.slow = True
    return world


def broken(world):
    world.die(world.phones[0], 0, 0, told=True, noticed=False)
    world.land()


def test_a_goodbye_is_said_again_when_the_server_knows_whose_the_connection_is(unaware):
    """Said before, it is refused there, and the other end talks to nobody."""
    alice, bob = unaware.phones
    alice.ask("hangup")
    broken(unaware)
    assert bob.calls == [] and bob.told("end")[0]["endedBy"] == "remote"


def test_a_hold_likewise_and_it_costs_no_call(unaware):
    alice, bob = unaware.phones
    hold = alice.ask("hold")
    broken(unaware)
    assert hold.done and (alice.call.held_by, bob.call.held_by) == ("local", "remote")


@pytest.mark.parametrize("status", [403, 404])
def test_it_is_said_again_all_the_same_where_the_phone_is_registered_no_more(world, status):
    alice, bob = world.registered("alice"), world.registered("bob")
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    alice.unheard = True
    alice.ask("hangup")
    alice.unheard = False
    world.registrar = lambda request: reply(request, status, to_tag="no")
    world.cut(alice)
    assert bob.calls == [] and alice.state == "failed"


def test_and_where_a_person_wants_to_be_registered_no_more(unaware):
    alice, bob = unaware.phones
    alice.ask("hangup")
    unaware.die(alice, 0, 0, told=True, noticed=True)
    assert alice.ask("unregister") and unaware.sent("alice", "REGISTER")
    unaware.land()
    assert bob.calls == [] and alice.state == "connected"


# --- A server that restarts, and has forgotten what was under way ---


@pytest.fixture
def forgetful():
    """Alice and Bob talk over a server that is about to restart."""
    world = Swept()
    for user in ("alice", "bob"):
        world.phone(user).ask("register")
    alice, bob = world.phones
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    world.slow = True
    return world


def arrive(world, messages):
    for _ in range(messages):
        world.arrive(0)


# The INVITE has arrived there, its 100 here; the INVITE at Bob; his 200 there; here; her ACK there.
@pytest.mark.parametrize("messages", range(7))
def test_a_hold_comes_through_and_the_call_goes_on(forgetful, messages):
    """Bob ended it, as the ACK did not come in 32 s; Alice did not hear of it before."""
    alice, bob = forgetful.phones
    hold = alice.ask("hold")
    arrive(forgetful, messages)
    forgetful.restart()
    forgetful.land()
    forgetful.wind(60)
    assert hold.done and (alice.call.held_by, bob.call.held_by) == ("local", "remote")
    assert alice.mistakes == bob.mistakes == []


def test_the_last_acknowledgement_is_said_again_and_none_that_is_old(forgetful):
    alice, bob = forgetful.phones
    forgetful.land()
    forgetful.restart()
    forgetful.wind(6)
    assert len(forgetful.sent("alice", "ACK")) == 2
    forgetful.wind(60)
    forgetful.restart()
    forgetful.wind(6)
    assert len(forgetful.sent("alice", "ACK")) == 2 and alice.state == bob.state == "registered"
