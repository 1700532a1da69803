"""A registration is never given up, only explained: refusals, slow and silent servers, wishes."""

import pytest

from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.account.keepalive import PING
from webphone.sip import parse, reply

ONE, TWO = "wss://one.example", "wss://two.example"


def registers(world, start=0):
    return [data for _, data in world.wire[start:] if data.startswith(b"REGISTER")]


def connects(phone):
    return [action.url for action in phone.actions if isinstance(action, do.Connect)]


def refusing(status, *headers):
    return lambda request: reply(request, status, to_tag="no", headers=headers)


def accept(request, **more):
    contact = ("Contact", str(request.contacts[0]))
    return reply(request, 200, to_tag="yes", headers=[contact, *more.items()])


def refreshed_in_vain(world, status, *headers):
    """Alice, registered, whose refresh is refused."""
    alice = world.registered("alice", host=ONE, realm="one.example", registerExpires=100)
    world.registrar = refusing(status, *headers)
    while not alice.told("unregistered"):
        world.wind(1)
    return alice


# --- Refusals ---


@pytest.mark.parametrize("status", [400, 404, 406, 410, 480, 482, 488, 603, 606])
def test_a_refused_refresh_is_tried_again_within_a_minute(world, status):
    alice = refreshed_in_vain(world, status)
    assert alice.told("unregistered") == [{"reason": "expired", "willRetry": True}]
    assert alice.desk.snapshot.state == "failed"
    assert alice.desk.snapshot.error.code == "register_failed"
    assert 30 <= alice.desk.snapshot.retry_at - world.now + 1 <= 61
    world.registrar = lambda request: None
    world.wind(61)
    assert alice.desk.snapshot.state == "registered" and alice.desk.snapshot.error is None
    assert len(connects(alice)) == 1


@pytest.mark.rfc("5626 §4.5", "30 to 60 s, then less and less often, at most half an hour")
@pytest.mark.parametrize("status", [404, 480])
def test_a_first_refusal_is_tried_again_less_and_less_often(world, status):
    world.registrar = refusing(status)
    alice = world.phone("alice", host=ONE, realm="one.example")
    assert alice.ask("register").error.sip_code == status
    pauses = []
    for _ in range(9):
        pause = alice.desk.snapshot.retry_at - world.now
        pauses.append(pause)
        world.wind(pause + 0.001)
    assert 30 <= pauses[0] <= 60 and max(pauses) <= 1800 and min(pauses[6:]) >= 900
    assert pauses[0] < pauses[2] < pauses[4]
    assert len(alice.told("error")) == 1  # said at once, and once
    world.registrar = lambda request: None
    world.wind(1801)
    assert alice.desk.snapshot.state == "registered"


@pytest.mark.parametrize("status", [401, 403, 407])
def test_refused_credentials_are_tried_after_1_5_15_and_30_minutes_only(world, status):
    """An office that is banned for wrong passwords loses all its phones."""

    def registrar(request):
        line = ("WWW-Authenticate", f'Digest realm="one.example", nonce="{world.now}"')
        signed = "Authorization" in request.headers
        return reply(request, status if signed else 401, to_tag="no", headers=[line])

    world.registrar = registrar
    alice = world.phone("alice", host=ONE, realm="one.example")
    assert alice.ask("register").error.sip_code == status
    times = []
    for _ in range(5):
        before, start = world.now, len(world.wire)
        while not any(b"Authorization" in data for data in registers(world, start)):
            world.wind(1)
        times.append(round(world.now - before))
    assert times == [60, 300, 900, 1800, 1800]
    assert len(alice.told("error")) == 1 and connects(alice) == [ONE]


@pytest.mark.parametrize("what", ["network", "loss"])
def test_neither_a_new_network_nor_a_new_socket_hurries_a_refused_password(world, what):
    alice = world.phone("alice", host=ONE, realm="one.example", password="wrong")
    alice.ask("register")
    start = len(world.wire)
    if what == "network":
        alice.happens(on.NetworkChanged(online=False))
        alice.happens(on.NetworkChanged(online=True))
    else:
        world.cut(alice)
    world.wind(30)
    assert registers(world, start) == [] and alice.desk.snapshot.state == "failed"
    world.wind(31)
    assert len(registers(world, start)) == 2


@pytest.mark.parametrize("what", ["network", "loss", "person"])
def test_any_other_refusal_is_tried_again_at_once_where_something_is_new(world, what):
    alice = refreshed_in_vain(world, 480)
    world.registrar = lambda request: None
    if what == "network":
        alice.happens(on.NetworkChanged(online=False))
        alice.happens(on.NetworkChanged(online=True))
    elif what == "loss":
        world.cut(alice)
    else:
        assert alice.ask("register").error is None
    assert alice.desk.snapshot.state == "registered"


def test_who_unregisters_after_a_refusal_is_left_alone(world):
    alice = refreshed_in_vain(world, 480)
    assert alice.ask("unregister").settled
    start = len(world.wire)
    world.wind(4000)
    assert registers(world, start) == [] and alice.desk.snapshot.state == "connected"


def test_a_call_goes_on_while_the_registration_is_refused(world):
    alice = world.registered("alice", registerExpires=100)
    bob = world.registered("bob")
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    refuse = refusing(480)
    world.registrar = lambda request: refuse(request) if b"alice" in bytes(request) else None
    world.wind(85)
    assert alice.desk.snapshot.state == "failed"
    assert alice.call.state == bob.call.state == "active"
    assert alice.ask("hold").value.held_by == "local"


# --- Slow servers ---


@pytest.mark.parametrize("seconds", [6, 20, 31])
def test_a_register_may_be_answered_late_where_there_is_no_other_server(world, seconds):
    alice = world.phone("alice", host=ONE, realm="one.example")
    waiting = []
    world.registrar = lambda request: waiting.append(request) or reply(request, 100)
    promise = alice.ask("register")
    world.wind(seconds)
    [request] = waiting
    [socket] = alice.links
    alice.happens(on.Received(socket=socket, data=bytes(accept(request))))
    assert promise.settled and promise.error is None
    assert alice.desk.snapshot.state == "registered" and len(connects(alice)) == 1


def test_a_single_server_that_never_answers_a_register_is_left_after_32_s(world):
    alice = world.phone("alice", host=ONE, realm="one.example")
    alice.unheard = True
    promise = alice.ask("register")
    world.wind(31)
    assert not promise.settled and len(registers(world)) == 1
    world.wind(1.1)
    assert promise.error.code == "connection_failed"
    alice.unheard = False
    world.wind(5)
    assert alice.desk.snapshot.state == "registered"


@pytest.mark.parametrize("seconds", [6, 20, 31])
def test_several_slow_servers_get_their_time_once_all_have_been_tried(world, seconds):
    alice = world.phone("alice", host=[ONE, TWO], realm="one.example")
    waiting = []

    def registrar(request):
        waiting.append((world.now, max(alice.links), request))
        return reply(request, 100)

    world.registrar = registrar
    alice.ask("register")
    for _ in range(60):
        world.wind(1)
        while waiting and world.now - waiting[0][0] >= seconds:
            _, socket, request = waiting.pop(0)
            alice.happens(on.Received(socket=socket, data=bytes(accept(request))))
    assert alice.desk.snapshot.state == "registered"
    assert connects(alice) == [ONE, TWO, ONE]


@pytest.mark.parametrize("seconds", [8, 25])
def test_a_slow_server_that_throws_options_away_is_not_left_for_either(world, seconds):
    deaf_to_options(world)
    alice = world.phone("alice", host=ONE, realm="one.example")
    waiting = []
    world.registrar = lambda request: waiting.append((world.now, request)) or reply(request, 100)
    alice.ask("register")
    for _ in range(400):
        world.wind(1)
        while waiting and world.now - waiting[0][0] >= seconds:
            request = waiting.pop(0)[1]
            alice.happens(on.Received(socket=1, data=bytes(accept(request))))
    assert alice.desk.snapshot.state == "registered"
    assert len(connects(alice)) == 1 and alice.told("unregistered") == []


# --- What servers wish ---


@pytest.mark.parametrize("wish", [4294967295, 86400, 601])
def test_nobody_is_sent_away_for_more_than_ten_minutes(world, wish):
    world.refusing = {ONE: (503, wish)}
    alice = world.phone("alice", host=ONE, realm="one.example")
    alice.ask("register")
    assert alice.desk.snapshot.retry_at <= world.now + 600
    world.refusing = {}
    world.wind(601)
    assert alice.desk.snapshot.state == "registered"


def test_a_new_network_does_not_mind_what_a_server_wished(world):
    world.refusing = {ONE: (503, 500)}
    alice = world.phone("alice", host=ONE, realm="one.example")
    alice.ask("register")
    world.refusing = {}
    alice.happens(on.NetworkChanged(online=False))
    alice.happens(on.NetworkChanged(online=True))
    assert alice.desk.snapshot.state == "registered"


@pytest.mark.rfc("3261 §20.33", "Retry-After of a REGISTER is obeyed within reason")
@pytest.mark.parametrize(("wish", "pause"), [("200", 200), ("4294967295", 400)])
def test_a_refusal_may_say_when_to_come_again_within_reason(world, wish, pause):
    alice = refreshed_in_vain(world, 480, ("Retry-After", wish))
    assert pause - 1.1 <= alice.desk.snapshot.retry_at - world.now <= pause * 1.5 + 1.1


def test_an_interval_that_is_always_too_brief_is_no_storm(world):
    count = 0

    def registrar(request):
        nonlocal count
        count += 1
        return reply(request, 423, to_tag="z", headers=[("Min-Expires", str(1000 + count))])

    world.registrar = registrar
    alice = world.phone("alice", host=ONE, realm="one.example")
    assert alice.ask("register").error.sip_code == 423
    assert count == 2
    world.wind(3600)
    assert count <= 20


def test_a_registration_of_a_second_is_no_storm_either(world):
    def registrar(request):
        contact = str(request.contacts[0].with_param("expires", "1"))
        return reply(request, 200, to_tag="y", headers=[("Contact", contact)])

    world.registrar = registrar
    alice = world.phone("alice", host=ONE, realm="one.example")
    assert alice.ask("register").error is None
    world.wind(60)
    assert len(registers(world)) <= 13


# --- Silence ---


def deaf_to_options(world, *more):
    """Nothing of what is sent with OPTIONS arrives, nor what begins with `more`, as a ping does."""
    carry = world.carry

    def some(link, data):
        if not data.startswith((b"OPTIONS", *(more or (PING,)))):
            carry(link, data)

    world.carry = some


def test_a_server_that_throws_options_away_is_asked_in_another_way(world):
    deaf_to_options(world)
    alice, bob = world.registered("alice"), world.registered("bob")
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    start = len(world.wire)
    world.wind(600)
    assert len(connects(alice)) == 1 and alice.told("unregistered") == []
    assert alice.call.state == "active" and alice.desk.snapshot.state == "registered"
    mine = [data for who, data in world.wire[start:] if who == "alice"]
    assert len([data for data in mine if data.startswith(b"OPTIONS")]) == 1
    assert 10 <= len([data for data in mine if data.startswith(b"REGISTER")]) <= 20


def test_a_phone_that_does_not_register_stays_at_a_server_that_throws_options_away(world):
    deaf_to_options(world)
    alice = world.phone("alice", host=ONE)
    alice.ask("connect")
    world.wind(900)
    # Once, as it might have been a dead socket.
    assert len(connects(alice)) == 2
    assert alice.desk.snapshot.state == "connected"
    del world.carry
    alice.ask("connect")
    world.cut(alice)
    world.wind(120)
    assert len(connects(alice)) == 3
    # It answers by now: silence means something again, once on each side of a new socket.
    deaf_to_options(world)
    world.wind(120)
    assert len(connects(alice)) == 5


def test_but_where_that_is_not_answered_either_the_socket_is_dead(world):
    deaf_to_options(world)
    alice = world.registered("alice")
    world.wind(100)
    alice.unheard = True
    world.wind(50)
    assert len(connects(alice)) >= 2
    alice.unheard = False
    world.wind(60)
    assert alice.desk.snapshot.state == "registered"


def test_a_new_network_on_a_server_that_throws_options_away_costs_no_socket(world):
    deaf_to_options(world)
    alice = world.registered("alice")
    alice.happens(on.NetworkChanged(online=False))
    alice.happens(on.NetworkChanged(online=True))
    world.wind(20)
    assert len(connects(alice)) == 1 and alice.told("unregistered") == []


def test_a_refused_phone_is_not_cut_off_by_a_server_that_throws_options_away(world):
    deaf_to_options(world)
    alice = world.registered("alice", host=ONE, realm="one.example")
    alice.ask("unregister")
    world.wind(300)
    assert len(connects(alice)) == 1 and alice.desk.snapshot.state == "connected"


@pytest.mark.rfc("5626 §4.4.1", "something is sent before the time of Flow-Timer is over")
@pytest.mark.parametrize(("seconds", "most"), [(15, 15), (30, 25), (120, 26), (1, 6)])
def test_something_is_sent_as_often_as_the_server_wants(world, seconds, most):
    """RFC 5626 §4.4."""
    world.registrar = lambda request: accept(
        request, Require="outbound", **{"Flow-Timer": str(seconds)}
    )
    alice = world.registered("alice", host=ONE, realm="one.example")
    quiet, sent = 0, len(world.wire)
    for _ in range(300):
        world.wind(1)
        quiet = 0 if len(world.wire) > sent else quiet + 1
        sent = len(world.wire)
        assert quiet <= most
    assert alice.desk.snapshot.state == "registered"
    assert parse(registers(world)[0]).cseq.number == 1


def test_where_a_push_is_to_go_is_registered_at_once(world):
    alice = world.registered("alice", autoRegister=True)
    alice.ask("setConfig", {"push": "pn-provider=webpush pn-prid=abc%2Fd"})
    last = parse(registers(world)[-1])
    assert last.contacts[0].uri.param("pn-prid") == "abc/d"
    assert alice.desk.snapshot.state == "registered"
    for wrong in ("pn-prid=a;b", "pn-prid=50%"):
        assert alice.ask("setConfig", {"push": wrong}).error.code == "invalid_config"


PUSH = "pn-provider=webpush pn-prid=https%3A%2F%2Fpush.example%2Fx"


def test_a_page_that_a_push_can_wake_goes_without_ending_its_registration(world):
    alice = world.registered("alice", autoRegister=True, push=PUSH)
    bound = registers(world)
    alice.happens(on.Leaving(put_aside=True))
    assert alice.desk.snapshot.state == "offline"
    assert alice.told("unregistered") == [{"reason": "user", "willRetry": False}]
    assert registers(world) == bound
    alice.happens(on.Woken())
    assert alice.desk.snapshot.state == "registered"
    alice.happens(on.Leaving(removed=True))
    last = parse(registers(world)[-1])
    assert last.contacts[0].param("expires") == "0" and not last.contacts[0].uri.has("pn-prid")


@pytest.mark.rfc(
    "8599 §4.1.3", "a push is answered by a REGISTER, also over a connection that stands"
)
def test_a_page_that_is_woken_while_it_is_registered_registers_once_more(world):
    alice = world.registered("alice", autoRegister=True, push=PUSH)
    before = len(registers(world))
    assert alice.ask("register").error is None
    fresh = registers(world)[before:]
    assert [parse(each).contacts[0].uri.param("pn-provider") for each in fresh] == ["webpush"]
