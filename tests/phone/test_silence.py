"""A connection that died without a word: how soon it is noticed, and that no living one is left."""

import pytest

from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.account.keepalive import PING, PONG
from webphone.sip import parse, reply

ONE = "wss://one.example"
OUTBOUND = {"Require": "outbound", "Flow-Timer": "120"}


def granting(**headers):
    """A registrar that lets everybody in and says this besides."""
    return lambda request: reply(
        request,
        200,
        to_tag="yes",
        headers=[("Contact", str(request.contacts[0])), *headers.items()],
    )


def connects(phone):
    return [action.url for action in phone.actions if isinstance(action, do.Connect)]


def die(phone):
    """What it says goes nowhere and nothing comes: nobody is told."""
    for socket in list(phone.links):
        phone.world._links.pop(phone.links.pop(socket))


def noticed_after(world, phone, most=60):
    """The seconds until it has let go of its socket."""
    before, start = len(connects(phone)), world.now
    while len(connects(phone)) == before:
        world.wind(0.5)
        assert world.now - start <= most
    return world.now - start


def written(world, phone, start=0):
    """The first words of all that it wrote since then; a ping is `PING`."""
    mine = [data for who, data in world.wire[start:] if who == phone.user]
    return ["PING" if data == PING else data.split()[0].decode() for data in mine]


def talking(world, alice, bob):
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    assert alice.call.state == "active"


# --- How soon ---


@pytest.mark.parametrize("headers", [{}, OUTBOUND])
def test_an_idle_phone_notices_within_half_a_minute(world, headers):
    world.registrar = granting(**headers)
    alice = world.registered("alice")
    world.wind(100)
    die(alice)
    assert noticed_after(world, alice) <= 30


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_in_a_call_it_is_noticed_within_15_s(world, who):
    alice, bob = world.registered("alice"), world.registered("bob")
    talking(world, alice, bob)
    world.wind(100)
    phone = {"alice": alice, "bob": bob}[who]
    die(phone)
    assert noticed_after(world, phone) <= 15.5
    world.wind(5)
    assert alice.call.state == bob.call.state == "active"


def test_while_it_rings_too(world):
    alice, bob = world.registered("alice"), world.registered("bob")
    alice.ask("makeCall", "bob")
    world.wind(20)
    die(bob)
    assert noticed_after(world, bob) <= 15.5


@pytest.mark.parametrize(
    "ask", [("sendMessage", "bob", "Hello"), ("sendOptions", "bob"), ("makeCall", "bob")]
)
def test_a_request_that_waits_for_its_answer_makes_it_hurry(world, ask):
    alice, _bob = world.registered("alice"), world.registered("bob")
    world.wind(10)
    die(alice)
    alice.ask(*ask)
    assert noticed_after(world, alice) <= 15.5


def test_a_call_over_a_dead_connection_goes_out_over_the_next_one(world):
    alice, bob = world.registered("alice"), world.registered("bob")
    die(alice)
    alice.ask("makeCall", "bob")
    world.wind(16)
    assert bob.call.state == "ringing"


def test_a_page_that_is_seen_again_asks_at_once(world):
    alice = world.registered("alice")
    world.wind(10)
    die(alice)
    alice.happens(on.Woken(visible=True))
    assert noticed_after(world, alice) <= 15


def test_a_page_that_is_seen_all_the_time_does_not_ask_all_the_time(world):
    alice = world.registered("alice")
    start = len(world.wire)
    for _ in range(50):
        alice.happens(on.Woken(visible=True))
        world.wind(0.2)
    assert len(written(world, alice, start)) <= 5
    alice.ask("disconnect")
    alice.happens(on.Woken(visible=True))
    assert alice.links == {}


def test_an_answer_of_ours_waits_for_nothing(world):
    """A server that asks whether we are there is not asked back for it."""
    alice = world.registered("alice")
    bob = world.stranger("bob")
    start = len(world.wire)
    bob.ask("OPTIONS", "alice")
    world.wind(17)
    assert written(world, alice, start) == ["SIP/2.0"]


# --- Pings (RFC 5626 §3.5.1) ---


@pytest.mark.rfc("5626 §3.5.1", "who answers pings is asked by double CRLFs")
def test_who_answers_a_ping_is_asked_by_pings_alone(world):
    world.registrar = granting(**OUTBOUND)
    alice = world.registered("alice")
    start = len(world.wire)
    world.wind(25)
    assert written(world, alice, start) == ["OPTIONS", "PING"]
    start = len(world.wire)
    world.wind(100)
    assert set(written(world, alice, start)) == {"PING"}
    die(alice)
    assert noticed_after(world, alice) <= 30
    # Nothing is known of the next connection.
    start = len(world.wire)
    world.wind(25)
    assert written(world, alice, start)[-2:] == ["OPTIONS", "PING"]


def test_a_flow_server_that_answers_no_ping_is_not_left_for_it(world):
    world.registrar = granting(**OUTBOUND)
    carry = world.carry
    world.carry = lambda link, data: None if data == PING else carry(link, data)
    alice = world.registered("alice")
    start = len(world.wire)
    world.wind(300)
    assert len(connects(alice)) == 1
    assert written(world, alice, start).count("PING") == 1
    die(alice)
    assert noticed_after(world, alice) <= 30


@pytest.mark.rfc("5626 §4.4", "no CRLF goes where the server has not said `outbound`")
def test_a_server_that_knows_nothing_of_flows_is_sent_no_ping(world):
    alice = world.registered("alice", host=ONE, realm="one.example")
    world.registrar = granting()
    alice.ask("register")
    world.wind(300)
    assert "PING" not in written(world, alice)


@pytest.mark.deviates(
    "5626 §3.5.1",
    "Where OPTIONS are thrown away, a double CRLF is tried though the server has not said `outbound`: else the registration would have to be looked up again and again",
)
def test_where_options_are_thrown_away_a_ping_may_be_answered(world):
    """So that nobody has to look up the registration again and again."""
    carry = world.carry
    world.carry = lambda link, data: None if data.startswith(b"OPTIONS") else carry(link, data)
    world.registrar = granting()
    alice = world.registered("alice")
    world.wind(40)
    assert written(world, alice)[-3:] == ["OPTIONS", "REGISTER", "PING"]
    start = len(world.wire)
    world.wind(100)
    assert set(written(world, alice, start)) == {"PING"}
    assert len(connects(alice)) == 1


def test_and_so_it_may_to_a_phone_that_does_not_register(world):
    carry = world.carry
    world.carry = lambda link, data: None if data.startswith(b"OPTIONS") else carry(link, data)
    alice = world.phone("alice")
    alice.ask("connect")
    world.wind(200)
    assert written(world, alice)[-2:] == ["PING", "PING"]
    # Once, as it might have been a dead socket.
    assert len(connects(alice)) == 2
    die(alice)
    assert noticed_after(world, alice) <= 30


def test_a_pong_that_nobody_asked_for_means_nothing(world):
    world.registrar = granting()
    alice = world.registered("alice")
    [socket] = alice.links
    alice.happens(on.Received(socket=socket, data=PONG))
    world.wind(30)
    assert written(world, alice)[-1] == "OPTIONS"
    assert parse(next(data for _, data in reversed(world.wire))).method == "OPTIONS"
