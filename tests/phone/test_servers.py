"""Busy, refusing and flapping servers; promises that wait; leaving and coming back."""

from itertools import pairwise

import pytest

from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.account.connection import CONNECTION, Event, State
from webphone.sip import reply

ONE, TWO, THREE = "wss://one.example", "wss://two.example", "wss://three.example"
ALL = ",".join((ONE, TWO, THREE))


def tried(phone):
    return [action.url for action in phone.actions if isinstance(action, do.Connect)]


def registers(world, start=0):
    return [data for _, data in world.wire[start:] if data.startswith(b"REGISTER")]


# --- Servers ---


def test_every_state_of_a_connection_can_be_reached_and_left_for_good():
    def reached(start):
        found, fresh = {start}, [start]
        while fresh:
            state = fresh.pop()
            for (source, _event), (target, _actions) in CONNECTION.items():
                if source is state and target not in found:
                    found.add(target)
                    fresh.append(target)
        return found

    assert reached(State.CLOSED) == set(State)
    for state in State:
        assert state is State.CLOSED or CONNECTION[state, Event.UNWANTED][0] is State.CLOSED


@pytest.mark.parametrize("status", [503, 500, 408, 430])
def test_a_server_that_is_too_busy_is_passed_over(world, status):
    world.refusing = {ONE: (status, 0)}
    alice = world.phone("alice", host=ALL, realm="one.example")
    promise = alice.ask("register")
    assert promise.settled and promise.error is None
    assert alice.told("registered")[0]["server"] == TWO
    assert alice.told("error") == []


@pytest.mark.parametrize("status", [403, 404, 603])
def test_a_server_that_does_not_want_us_is_believed(world, status):
    world.refusing = {ONE: (status, 0)}
    alice = world.phone("alice", host=ALL, realm="one.example")
    error = alice.ask("register").error
    assert (error.code, error.sip_code) == ("register_failed", status)
    assert alice.desk.snapshot.state == "failed" and tried(alice) == [ONE]
    world.wind(300)
    assert tried(alice) == [ONE]


def test_when_every_server_is_busy_the_promise_is_rejected_and_the_phone_comes_back(world):
    world.refusing = {ONE: (503, 0), TWO: (503, 0)}
    alice = world.phone("alice", host=f"{ONE},{TWO}", realm="one.example")
    error = alice.ask("register").error
    assert (error.code, error.sip_code) == ("connection_failed", 503)
    assert "503 Service Unavailable" in error.message  # not that nobody answers
    world.refusing = {}
    world.wind(2)
    assert alice.desk.snapshot.state == "registered"


@pytest.mark.rfc(
    "3261 §21.5.4", "a server that says 503 with Retry-After is left alone for so long"
)
@pytest.mark.parametrize("servers", [ONE, f"{ONE},{TWO}"])
def test_a_server_that_asks_to_be_left_alone_is_left_alone(world, servers):
    world.refusing = {ONE: (503, 60), TWO: (503, 90)}
    alice = world.phone("alice", host=servers, realm="one.example")
    alice.ask("register")
    pause = alice.desk.snapshot.retry_at - world.now
    assert 60 <= pause <= 90  # a little longer by chance: it asks the same of everybody
    assert alice.told("reconnecting")[0]["seconds"] == round(pause, 1)
    before = len(tried(alice))
    world.wind(59)
    assert len(tried(alice)) == before
    world.refusing = {}
    world.wind(32)
    assert alice.desk.snapshot.state == "registered"
    assert alice.told("registered")[0]["server"] == ONE


def test_one_server_that_asks_for_peace_does_not_keep_the_others_waiting(world):
    world.refusing = {ONE: (503, 60)}
    world.broken = {TWO: "dead"}
    alice = world.phone("alice", host=f"{ONE},{TWO}", realm="one.example")
    alice.ask("register")
    assert alice.desk.snapshot.retry_at < world.now + 2
    world.broken = {}
    world.wind(2)
    assert tried(alice) == [ONE, TWO, TWO]
    assert alice.desk.snapshot.state == "registered"


def test_a_person_who_insists_is_not_kept_waiting(world):
    world.refusing = {ONE: (503, 600)}
    alice = world.phone("alice", host=ONE)
    alice.ask("register")
    world.refusing = {}
    assert alice.ask("register").error is None
    assert alice.desk.snapshot.state == "registered"


def test_a_refresh_that_meets_a_busy_server_is_told_once(world):
    alice = world.phone("alice", host=f"{ONE},{TWO}", realm="one.example", registerExpires=100)
    alice.ask("register")
    world.refusing = {ONE: (503, 0)}
    world.wind(90)
    assert alice.told("unregistered") == [{"reason": "expired", "willRetry": True}]
    assert alice.desk.snapshot.server == TWO


def test_a_refresh_that_is_forbidden_is_said_and_tried_again_later(world):
    alice = world.phone("alice", registerExpires=100)
    alice.ask("register")
    world.refusing = {"wss://one.example/ws": (403, 0)}
    world.wind(90)
    assert alice.told("unregistered") == [{"reason": "expired", "willRetry": True}]
    # The credentials were right all the time.
    error = alice.told("error")[0]
    assert error.code == "register_failed" and "not allow this user to register" in error.message
    assert alice.desk.snapshot.state == "failed"
    world.refusing = {}
    world.wind(61)
    assert alice.desk.snapshot.state == "registered" and alice.desk.snapshot.error is None


def test_forbidden_after_the_first_password_may_mean_the_password(world):
    """Some servers answer a wrong one so."""

    def registrar(request):
        signed = "Authorization" in request.headers
        return reply(request, 403, to_tag="no") if signed else None

    world.registrar = registrar
    alice = world.phone("alice")
    error = alice.ask("register").error
    assert (error.code, error.sip_code) == ("auth_failed", 403)
    assert "or this user" in error.message and "ask the administrator" in error.hint


def test_a_server_that_keeps_no_registration_is_asked_less_and_less(world):
    def registrar(request):
        contact = request.contacts[0].with_param("expires", "0")
        return reply(request, 200, to_tag="yes", headers=[("Contact", str(contact))])

    world.registrar = registrar
    alice = world.phone("alice")
    error = alice.ask("register").error
    assert (error.code, error.sip_code) == ("register_failed", 200)
    assert "does not keep it" in error.message
    assert alice.desk.snapshot.state == "reconnecting" and alice.told("registered") == []
    world.wind(300)
    assert len(registers(world)) < 30 and alice.told("error") == [error]
    before = len(registers(world))
    world.wind(120)
    assert len(registers(world)) - before <= 6
    world.registrar = lambda request: None
    world.wind(40)
    assert alice.desk.snapshot.state == "registered" and alice.desk.snapshot.error is None


def test_a_server_that_keeps_no_registration_any_more_gives_way_to_the_next(world):
    alice = world.phone("alice", host=f"{ONE},{TWO}", realm="one.example", registerExpires=100)
    alice.ask("register")

    def registrar(request):
        first = alice.desk.account.server == ONE
        return reply(request, 200, to_tag="yes", headers=[("Expires", "0")]) if first else None

    world.registrar = registrar
    world.wind(90)
    assert alice.told("unregistered") == [{"reason": "expired", "willRetry": True}]
    assert alice.desk.snapshot.server == TWO and alice.desk.snapshot.state == "registered"


def test_a_server_that_throws_us_out_again_and_again_is_not_run_down(world):
    alice = world.phone("alice", host=ONE)
    alice.ask("register")
    for _ in range(20):
        world.cut(alice)
        world.wind(0.01)
    assert len(tried(alice)) <= 3
    world.wind(60)
    assert alice.desk.snapshot.state == "registered"


def test_from_a_server_that_throws_us_out_twice_the_next_one_takes_over(world):
    alice = world.phone("alice", host=ALL, realm="one.example")
    alice.ask("connect")
    world.cut(alice)
    world.cut(alice)
    assert tried(alice) == [ONE, ONE, TWO]
    assert alice.desk.snapshot.state == "connected"


def test_after_a_steady_while_a_loss_begins_anew(world):
    alice = world.phone("alice", host=ONE)
    alice.ask("connect")
    for _ in range(5):
        world.wind(30)
        world.cut(alice)
        assert alice.desk.snapshot.state == "connected"


def test_going_home_waits_for_the_end_of_the_call(world):
    world.broken = {ONE: "dead"}
    alice, bob = world.phone("alice", host=ALL, realm="one.example"), world.registered("bob")
    alice.ask("register")
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    world.broken = {}
    world.wind(700)
    assert alice.desk.snapshot.server == TWO and alice.call.state == "active"
    alice.ask("hangup")
    world.wind(400)
    assert alice.desk.snapshot.server == ONE and len(alice.links) == 1


def test_a_call_that_begins_during_the_visit_stays_where_it_is(world):
    world.broken = {ONE: "mute"}
    alice, bob = world.phone("alice", host=f"{ONE},{TWO}", realm="one.example"), None
    bob = world.registered("bob")
    alice.ask("register")
    world.wind(376)
    visiting = [each.socket for each in alice.actions if isinstance(each, do.Connect)][-1]
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    alice.happens(on.SocketOpened(socket=visiting))
    assert do.Disconnect(socket=visiting) in alice.actions
    assert alice.desk.snapshot.server == TWO and alice.call.state == "active"


def test_a_first_server_that_stays_mute_or_dead_is_visited_again_and_again(world):
    world.broken = {ONE: "mute"}
    alice = world.phone("alice", host=f"{ONE},{TWO}", realm="one.example")
    alice.ask("register")
    world.wind(700)
    assert tried(alice) == [ONE, TWO, ONE, ONE]
    world.broken = {ONE: "dead"}
    world.wind(300)
    world.broken = {}
    world.wind(300)
    assert alice.desk.snapshot.server == ONE
    assert alice.desk.snapshot.state == "registered"


def test_a_phone_that_only_connected_goes_home_too(world):
    world.broken = {ONE: "dead"}
    alice = world.phone("alice", host=f"{ONE},{TWO}", realm="one.example")
    alice.ask("connect")
    world.broken = {}
    world.wind(376)
    assert alice.desk.snapshot.server == ONE and registers(world) == []


def test_a_browser_that_may_not_reach_the_network_says_so(world):
    world.broken = {ONE: "mute"}
    alice = world.phone("alice", host=ONE)
    promise = alice.ask("connect")
    alice.happens(on.SocketClosed(socket=1, denied=True))
    assert promise.error.code == "local_network_denied"
    assert alice.desk.snapshot.error.code == "local_network_denied"


def test_news_of_a_socket_let_go_of_is_ignored(world):
    world.broken = {ONE: "mute"}
    alice = world.phone("alice", host=f"{ONE},{TWO}", realm="one.example")
    alice.ask("connect")
    world.wind(5)
    before = len(alice.actions)
    alice.happens(on.SocketOpened(socket=1))
    alice.happens(on.SocketClosed(socket=1))
    alice.happens(on.Received(socket=1, data=b"x"))
    assert len(alice.actions) == before


def test_a_phone_that_only_connected_notices_a_dead_socket_too(world):
    alice = world.phone("alice", host=ONE)
    alice.ask("connect")
    for socket in list(alice.links):
        world._links.pop(alice.links.pop(socket))
    world.wind(40)
    assert tried(alice) == [ONE, ONE]


def test_the_network_coming_back_restarts_a_try_that_is_under_way(world):
    world.broken = {ONE: "mute"}
    alice = world.phone("alice", host=ONE)
    alice.ask("connect")
    alice.happens(on.NetworkChanged(online=True))
    assert tried(alice) == [ONE]
    alice.happens(on.NetworkChanged(online=False))
    alice.happens(on.NetworkChanged(online=True))
    assert tried(alice) == [ONE, ONE]


def test_a_phone_that_nobody_connected_stays_where_it_is(world):
    alice = world.phone("alice")
    alice.happens(on.NetworkChanged(online=False))
    alice.happens(on.NetworkChanged(online=True))
    world.wind(100)
    alice.happens(on.Woken())
    assert tried(alice) == [] and alice.desk.snapshot.state == "offline"


def test_a_sleep_during_the_wait_ends_it(world):
    world.broken = {ONE: "dead"}
    alice = world.phone("alice", host=ONE)
    alice.ask("register")
    world.broken = {}
    world.now += 3600
    alice.happens(on.NumberTyped(number="1"))  # whatever comes first
    assert alice.desk.snapshot.state == "registered"


def test_a_keep_alive_is_no_message(world):
    alice = world.registered("alice")
    before = len(alice.actions)
    [socket] = alice.links
    alice.happens(on.Received(socket=socket, data=b"\r\n"))
    assert len(alice.actions) == before


@pytest.mark.parametrize(
    "data",
    [b"nonsense", b"\xff" * 300, b"SIP/2.0 200 OK\r\n\r\n", b"INVITE sip:x SIP/2.0\r\n\r\n", b"{}"],
)
def test_what_no_phone_understands_is_noted_and_nothing_else(world, data):
    alice = world.registered("alice")
    [socket] = alice.links
    alice.happens(on.Received(socket=socket, data=data))
    assert isinstance(alice.actions[-1], do.Note) or alice.actions[-1].data.startswith(b"SIP/2.0 4")
    assert alice.mistakes == []
    assert alice.calls == [] and alice.desk.snapshot.state == "registered"


# --- Promises ---


def test_promises_that_wait_for_one_socket_all_settle(world):
    world.broken = {ONE: "mute"}
    alice = world.phone("alice", host=f"{ONE},{TWO}", realm="one.example")
    promises = [alice.ask(method) for method in ("connect", "register", "connect", "register")]
    assert not any(promise.settled for promise in promises)
    world.wind(5)
    assert all(promise.settled and promise.error is None for promise in promises)
    assert alice.ask("connect").settled


def test_registering_twice_registers_again(world):
    alice = world.registered("alice")
    before = len(world.wire)
    assert alice.ask("register").settled
    assert len(registers(world, before)) == 1
    assert len(alice.told("registered")) == 1


def test_unregistering_while_registering_ends_both_promises(world):
    alice = world.phone("alice")
    world.slow = True
    registering, unregistering = alice.ask("register"), alice.ask("unregister")
    world.land()
    assert registering.error.code == "cancelled"
    assert unregistering.settled and unregistering.error is None
    assert alice.desk.snapshot.state == "connected"
    assert world.exchange.registered == ()


def test_registering_while_unregistering_ends_both_promises(world):
    alice = world.registered("alice")
    world.slow = True
    unregistering, registering = alice.ask("unregister"), alice.ask("register")
    world.land()
    assert unregistering.error.code == "cancelled"
    assert registering.settled and registering.error is None
    assert alice.desk.snapshot.state == "registered"
    assert world.exchange.registered == ("alice",)


def test_unregistering_before_the_socket_is_open_ends_both_promises(world):
    world.broken = {ONE: "mute"}
    alice = world.phone("alice", host=ONE)
    registering, unregistering = alice.ask("register"), alice.ask("unregister")
    assert registering.error.code == "cancelled" and unregistering.error is None
    alice.happens(on.SocketOpened(socket=1))
    assert registers(world) == [] and alice.desk.snapshot.state == "connected"


def test_a_socket_lost_while_unregistering_ends_the_promise(world):
    alice = world.registered("alice")
    world.slow = True
    promise = alice.ask("unregister")
    world.cut(alice)
    world.land()
    assert promise.settled
    assert alice.told("unregistered") == [{"reason": "lost", "willRetry": False}]
    world.wind(5)
    assert alice.desk.snapshot.state == "connected"


def test_disconnecting_ends_what_was_under_way(world):
    world.broken = {ONE: "mute"}
    alice = world.phone("alice", host=ONE)
    one, two = alice.ask("connect"), alice.ask("register")
    assert alice.ask("disconnect").settled
    assert one.error.code == two.error.code == "cancelled"
    world.wind(600)
    assert tried(alice) == [ONE] and alice.desk.deadline is None


def test_disconnecting_in_a_call_ends_it_at_both_ends(world):
    alice, bob = world.registered("alice"), world.registered("bob")
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    assert alice.ask("disconnect").settled
    assert alice.calls == bob.calls == []
    assert bob.told("end")[0]["endedBy"] == "remote"
    assert alice.told("unregistered") == [{"reason": "user", "willRetry": False}]
    assert alice.desk.snapshot.state == "offline" and alice.links == {}


def test_what_is_not_set_up_says_so(world):
    alice = world.phone("alice", username="")
    assert alice.desk.snapshot.state == "unconfigured"
    for method, arguments in (("connect", ()), ("register", ()), ("makeCall", ("bob",))):
        assert alice.ask(method, *arguments).error.code == "not_configured"
    assert alice.ask("disconnect").settled and alice.ask("unregister").settled
    assert alice.desk.snapshot.state == "unconfigured"


def test_a_page_that_comes_back_is_connected_as_it_was(world):
    alice = world.phone("alice")
    alice.ask("connect")
    alice.happens(on.Leaving())
    assert alice.links == {}
    alice.happens(on.Woken())
    assert alice.desk.snapshot.state == "connected"


# --- Calls and the socket ---


def talking(world, host="wss://one.example/ws"):
    alice = world.registered("alice", host=host, realm="one.example")
    bob = world.registered("bob")
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    return alice, bob


def test_after_a_loss_the_call_goes_on_over_the_new_socket(world):
    alice, bob = talking(world)
    id = alice.call.call_id
    world.cut(alice)
    world.wind(2)
    assert alice.ask("hold").value.held_by == "local"
    assert bob.call.held_by == "remote" and alice.call.call_id == id
    bob.ask("hangup")
    assert alice.told("end")[0]["endedBy"] == "remote"


def test_a_restarted_server_ends_no_call(world):
    alice, bob = talking(world)
    world.broken = {"wss://one.example/ws": "dead"}
    world.cut(alice)
    world.cut(bob)
    world.wind(20)
    assert alice.call.state == bob.call.state == "active"
    world.broken = {}
    world.wind(40)
    assert alice.desk.snapshot.state == bob.desk.snapshot.state == "registered"
    alice.ask("hangup")
    assert bob.calls == [] and bob.told("end")[0]["endedBy"] == "remote"


def test_a_hold_without_a_server_is_refused_and_costs_no_call(world):
    alice, _bob = talking(world)
    world.broken = {"wss://one.example/ws": "dead"}
    world.cut(alice)
    assert alice.ask("hold").error.code == "connection_failed"
    alice.press("hold")
    assert alice.desk.snapshot.error.code == "connection_failed"
    world.wind(120)
    assert alice.call.state == "active" and alice.call.held_by is None


def test_a_hold_while_the_socket_opens_waits_for_it_one_round(world):
    alice, _bob = talking(world)
    world.broken = {"wss://one.example/ws": "mute"}
    world.cut(alice)
    promise = alice.ask("hold")
    assert not promise.settled
    world.wind(5)
    assert promise.error.code == "connection_failed" and alice.call.state == "active"


def test_a_hold_while_the_socket_opens_waits_for_it(world):
    alice, bob = talking(world, f"{ONE},{TWO}")
    world.broken = {ONE: "mute"}
    world.cut(alice)
    promise = alice.ask("hold")
    assert not promise.settled
    alice.happens(on.MediaChanged(call=alice.call.id, state="failed"))
    world.broken = {}
    world.wind(10)
    assert promise.value.held_by == "local" and bob.call.held_by == "remote"


def test_a_hold_whose_socket_breaks_before_it_is_sent_goes_out_over_the_next(world):
    alice, bob = talking(world, f"{ONE},{TWO}")
    alice.slow_media = True
    promise = alice.ask("hold")
    world.broken = {ONE: "mute"}
    world.cut(alice)
    alice.slow_media = False
    alice.media_arrives()
    assert do.Rollback(call=alice.call.id) in alice.actions
    world.broken = {}
    world.wind(10)
    assert promise.value.held_by == "local" and bob.call.held_by == "remote"


def test_a_call_waits_for_the_socket_that_opens(world):
    bob = world.registered("bob")
    world.broken = {ONE: "mute"}
    alice = world.phone("alice", host=f"{ONE},{TWO}", realm="one.example")
    promise = alice.ask("makeCall", "bob")
    assert not promise.settled and alice.call.state == "dialling"
    world.wind(5)
    assert promise.value and bob.call.state == "ringing"


def test_a_call_whose_last_server_fails_is_refused(world):
    world.broken = {ONE: "mute"}
    alice = world.phone("alice", host=ONE)
    promise = alice.ask("makeCall", "bob")
    world.wind(5)
    assert promise.error.code == "connection_failed"
    assert alice.calls == [] and alice.told("end") == []


def test_refreshing_does_not_put_off_going_home(world):
    world.broken = {ONE: "dead"}
    alice = world.phone("alice", host=f"{ONE},{TWO}", realm="one.example", registerExpires=100)
    alice.ask("register")
    world.wind(376)
    assert tried(alice) == [ONE, TWO, ONE]
    world.broken = {}
    world.wind(376)
    assert alice.desk.snapshot.server == ONE and alice.desk.snapshot.state == "registered"


def test_phones_that_lose_the_same_server_do_not_come_back_all_at_once(world):
    world.broken = {ONE: "dead"}
    phones = [world.phone(name, host=ONE) for name in ("alice", "bob", "carol", "dave")]
    for phone in phones:
        phone.ask("connect")
    moments = {round(phone.desk.snapshot.retry_at - world.now, 6) for phone in phones}
    assert len(moments) == 4 and all(0.75 <= moment <= 1.25 for moment in moments)


def test_nor_do_those_that_a_full_server_sends_away_for_as_long(world):
    world.refusing = {ONE: (503, 30)}
    names = ("alice", "bob", "carol", "dave")
    phones = [world.phone(name, host=ONE, realm="one.example") for name in names]
    for phone in phones:
        phone.ask("register")
    moments = sorted(phone.desk.snapshot.retry_at - world.now for phone in phones)
    assert all(later - sooner > 0.1 for sooner, later in pairwise(moments))
    assert moments[0] >= 30 and moments[-1] <= 45


def test_nor_do_those_that_go_home_to_the_first_server(world):
    world.broken = {ONE: "dead"}
    for name in ("alice", "bob", "carol"):
        world.phone(name, host=f"{ONE},{TWO}", realm="one.example").ask("register")
    moments = {round(phone.desk.account.connection.deadline, 3) for phone in world.phones}
    assert len(moments) == 3


# --- A call that a server can't take ---


@pytest.fixture
def two_servers(world):
    """Alice's phone has two servers, and the first one is at its limit."""
    world.overloaded = {ONE: (503, 60)}
    alice = world.registered("alice", host=f"{ONE},{TWO}", realm="one.example")
    assert alice.desk.snapshot.server == ONE
    return alice


def invites(world):
    return [data for user, data in world.wire if user == "alice" and data.startswith(b"INVITE")]


@pytest.mark.rfc("3263 §4.3", "a call that a server cannot take goes out over the next one")
def test_a_call_goes_out_over_the_next_server(world, two_servers, bob):
    alice = two_servers
    promise = alice.ask("makeCall", "bob")
    assert promise.settled and promise.error is None
    assert alice.desk.snapshot.server == TWO and alice.desk.snapshot.state == "registered"
    bob.ask("answer")
    world.wind(1)
    assert alice.call.state == bob.call.state == "active"
    assert alice.call.id == promise.value.id
    alice.ask("hangup")
    assert [record.disposition for record in alice.history] == ["answered"]
    assert alice.told("error") == [] and alice.mistakes == []


@pytest.mark.rfc("3261 §21.5.4", "503 to an INVITE: the server is left alone as well")
def test_the_server_that_asked_for_peace_has_it(world, two_servers, bob):
    alice = two_servers
    alice.ask("makeCall", "bob")
    alice.ask("hangup")
    world.broken = {TWO: "dead"}
    before = len(tried(alice))
    world.cut(alice)
    world.wind(50)
    assert ONE not in tried(alice)[before:]
    world.wind(80)
    assert ONE in tried(alice)[before:]


def test_a_call_that_no_server_takes_has_failed_as_the_last_one_says(world, two_servers, bob):
    alice = two_servers
    world.overloaded[TWO] = (503, 0)
    alice.ask("makeCall", "bob")
    world.wind(1)
    assert len(invites(world)) == 2
    assert alice.calls == [] and bob.calls == []
    [record] = alice.history
    assert (record.disposition, record.sip_code) == ("failed", 503)


def test_a_call_has_failed_where_the_other_servers_are_gone(world, two_servers):
    alice = two_servers
    world.broken = {TWO: "dead"}
    alice.ask("makeCall", "bob")
    world.wind(1)
    assert len(invites(world)) == 1
    [record] = alice.history
    assert (record.disposition, record.sip_code) == ("failed", 503)


def test_a_call_that_waits_for_the_next_server_can_be_given_up(world, two_servers):
    alice = two_servers
    world.broken = {TWO: "mute"}
    alice.ask("makeCall", "bob")
    assert alice.call.state == "dialling"
    assert alice.ask("hangup").error is None
    world.wind(10)
    assert len(invites(world)) == 1
    assert [record.disposition for record in alice.history] == ["cancelled"]


def test_another_call_is_not_left_for_it(world, bob):
    world.registered("carol")
    alice = world.registered("alice", host=f"{ONE},{TWO}", realm="one.example")
    alice.ask("makeCall", "carol")
    world.overloaded = {ONE: (503, 0)}
    alice.ask("makeCall", "bob")
    assert alice.desk.snapshot.server == ONE
    assert [record.sip_code for record in alice.history] == [503]
    assert len(alice.calls) == 1


def test_one_server_alone_is_believed(world, bob):
    world.overloaded = {ONE: (503, 30)}
    alice = world.registered("alice", host=ONE, realm="one.example")
    alice.ask("makeCall", "bob")
    assert len(invites(world)) == 1 and alice.desk.snapshot.state == "registered"
    assert [record.sip_code for record in alice.history] == [503]


def test_a_server_that_never_answers_a_call_is_left_for_the_next(world, bob):
    alice = world.registered("alice", host=f"{ONE},{TWO}", realm="one.example")
    carry = world.carry

    def swallow(link, data):
        if not (data.startswith(b"INVITE") and alice.desk.snapshot.server == ONE):
            carry(link, data)

    world.carry = swallow
    alice.ask("makeCall", "bob")
    world.wind(31)
    assert alice.desk.snapshot.server == ONE
    world.wind(3)
    assert alice.desk.snapshot.server == TWO
    assert bob.call.state == "ringing"


@pytest.mark.rfc("3263 §4.3", "an INVITE that was lost with its connection goes out again")
def test_an_invite_that_was_lost_with_its_connection_goes_out_again(world, bob):
    """RFC 3263 §4.3: the same request as a new transaction."""
    alice = world.registered("alice", host=f"{ONE},{TWO}", realm="one.example")
    alice.unheard = True
    alice.ask("makeCall", "bob")
    alice.unheard = False
    world.cut(alice)
    world.wind(3)
    assert bob.call.state == "ringing" and alice.call.state == "ringing"
    world.wind(40)
    assert len(alice.calls) == len(bob.calls) == 1
    bob.ask("answer")
    assert alice.call.state == "active"


def test_what_the_other_side_says_is_no_fault_of_the_server(world):
    alice = world.registered("alice", host=f"{ONE},{TWO}", realm="one.example")
    dave = world.stranger("dave")
    alice.ask("makeCall", "dave")
    dave.reply(408)
    assert [record.sip_code for record in alice.history] == [408]
    assert alice.desk.snapshot.server == ONE
