"""Every setting may change during a call: the call goes on, the next one has the new setting."""

import pytest

from webphone.contract import SETTINGS, camel
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.account.account import Report

TWO = "wss://two.example/ws"


CHANGES = {
    "host": TWO,
    "username": "carol",
    "password": "other",
    "displayName": "Ann",
    "cli": "5551000",
    "realm": "two.example",
    "autoRegister": True,
    "dial": "42",
    "country": "GB",
    "dtmf": "info",
    "maxCalls": 1,
    "registerExpires": 120,
    "dnd": True,
    "callWaiting": "off",
    "autoAnswer": True,
    "video": True,
    "extraHeaders": {"X-Shop": "7"},
    **{camel(name): False for name in SETTINGS if name.startswith("show_")},
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_loses_no_call(world, talking, bob, name):
    assert talking.ask("setConfig", {name: CHANGES[name]}).settled
    assert talking.mistakes == []
    world.wind(60)
    assert talking.call.state == bob.call.state == "active"
    assert talking.ask("hold").value.held_by == "local" and bob.call.held_by == "remote"
    talking.ask("hangup")
    assert bob.told("end")[0]["endedBy"] == "remote" and len(talking.told("end")) == 1
    world.wind(60)
    assert len(talking.links) == 1


def invites(world):
    found = [data.decode() for user, data in world.wire if user == "alice"]
    return [text for text in found if text.startswith("INVITE")]


def test_the_next_call_shows_the_new_name_and_number(world, talking, bob):
    talking.ask("setConfig", {"displayName": 'Ann "A" <b>', "cli": "5551000"})
    talking.ask("hangup")
    talking.ask("makeCall", "bob")
    assert 'From: "Ann \\"A\\" <b>" <sip:5551000@one.example>' in invites(world)[-1]
    assert bob.told("ringingin")[-1]["from"]["number"] == "5551000"
    assert bob.told("ringingin")[-1]["displayName"] == 'Ann "A" <b>'
    talking.ask("hangup")
    talking.ask("makeCall", "bob", {"displayName": "Once", "headers": {"X-Order": "7"}})
    assert bob.told("ringingin")[-1]["displayName"] == "Once"
    assert "X-Order: 7" in invites(world)[-1]
    record = talking.told("end")[-1]
    assert record["from"]["number"] == "5551000"


@pytest.mark.parametrize("name", ["cli", "username"])
@pytest.mark.parametrize("text", ["a<b>", 'a"b', "a b", "a@b", "a>;x=<sip:y"])
def test_a_number_of_ours_with_odd_characters_is_escaped(world, name, text):
    bob = world.registered("bob")
    alice = world.phone("alice", **{name: text})
    alice.ask("connect")
    call = alice.ask("makeCall", "bob")
    assert call.settled and call.error is None and alice.mistakes == []
    assert call.value.from_.number == text.partition(";")[0]  # of which we know no parameters
    header = next(x for x in invites(world)[0].split("\r\n") if x.startswith("From:"))
    assert header.count("<") == header.count(">") == header.count("@") == 1
    assert bob.mistakes == []


def test_headers_of_the_settings_go_into_every_call(world, alice, bob):
    alice.ask("setConfig", {"extraHeaders": {"X-Shop": "7", "X-Both": "a"}})
    alice.ask("makeCall", "bob", {"headers": {"X-Both": "b"}})
    assert "X-Shop: 7" in invites(world)[-1] and "X-Both: b" in invites(world)[-1]


PREFERRED = '"Shop" <sip:+15551000@one.example>, <tel:+15551000>'


@pytest.mark.rfc("3325 §9.2", "the page's P-Preferred-Identity goes out as it is given")
@pytest.mark.rfc("3325 §7", "the page's Privacy: id goes out as it is given")
def test_the_page_names_the_caller_for_the_server_and_asks_for_privacy(world, alice, bob):
    alice.ask("setConfig", {"extraHeaders": {"P-Preferred-Identity": PREFERRED}})
    alice.ask("makeCall", "bob", {"headers": {"Privacy": "id;critical"}})
    lines = invites(world)[-1].split("\r\n")
    assert f"P-Preferred-Identity: {PREFERRED}" in lines and "Privacy: id;critical" in lines
    # The server asserts; the phone says in From who it is, as ever.
    assert any(line.startswith("From: <sip:alice@one.example>") for line in lines)
    alice.ask("makeCall", "bob")
    assert "Privacy" not in invites(world)[-1]
    assert not any(b"P-Preferred" in data for _, data in world.wire if data[:8] == b"REGISTER")


@pytest.mark.parametrize("name", ["Via", "v", "CONTENT-LENGTH", "From", "cseq", "Route"])
def test_headers_that_are_ours_to_write_are_refused(world, alice, name):
    error = alice.ask("makeCall", "bob", {"headers": {name: "1"}}).error
    assert error.code == "invalid_config" and name in error.message
    alice.ask("setConfig", {"extraHeaders": {name: "1"}})
    assert alice.ask("makeCall", "bob").error.code == "invalid_config"
    assert invites(world) == []


def test_another_user_registers_as_that_one_and_leaves_the_old(world, alice):
    world.registered("bob")
    alice.ask("setConfig", {"username": "carol", "password": "c"})
    assert alice.desk.snapshot.state == "registered"
    assert sorted(world.exchange.registered) == ["bob", "carol"]
    assert alice.told("unregistered") == [{"reason": "user", "willRetry": False}]
    assert alice.told("registered")[-1]["aor"] == "sip:carol@one.example"


def test_a_promise_to_register_survives_a_change_of_server(world):
    world.broken = {"wss://one.example/ws": "mute"}
    alice = world.phone("alice")
    connecting, registering = alice.ask("connect"), alice.ask("register")
    alice.ask("setConfig", {"host": TWO, "realm": "one.example"})
    assert connecting.settled and connecting.error is None
    assert registering.settled and registering.error is None


def test_a_promise_to_connect_survives_a_change_of_server(world):
    world.broken = {"wss://one.example/ws": "mute"}
    alice = world.phone("alice")
    connecting = alice.ask("connect")
    alice.ask("setConfig", {"host": TWO, "realm": "one.example"})
    assert connecting.settled and connecting.error is None
    assert alice.desk.snapshot.state == "connected"


def test_without_a_user_a_phone_is_no_longer_set_up(world, alice):
    alice.ask("setConfig", {"username": ""})
    assert alice.desk.snapshot.state == "unconfigured" and alice.links == {}
    assert world.exchange.registered == ()
    world.broken = {"wss://one.example/ws": "mute"}
    dave = world.phone("dave")
    promise = dave.ask("register")
    dave.ask("setConfig", {"host": ""})
    assert promise.error.code == "not_configured"


def test_auto_register_begins_when_the_last_of_the_credentials_comes(world):
    alice = world.phone("alice", host="", username="", password="", autoRegister=True)
    for changes in ({"host": "wss://one.example/ws"}, {"password": "a"}):
        alice.ask("setConfig", changes)
        assert alice.desk.snapshot.state == "unconfigured"
    alice.ask("setConfig", {"username": "alice"})
    assert alice.desk.snapshot.state == "registered"


def test_auto_register_turned_on_registers_and_turned_off_leaves_it_so(world):
    alice = world.phone("alice")
    alice.ask("setConfig", {"autoRegister": True})
    assert alice.desk.snapshot.state == "registered"
    alice.ask("setConfig", {"autoRegister": False})
    assert alice.desk.snapshot.state == "registered"
    alice.ask("setConfig", {"autoRegister": True})
    assert len(alice.told("registered")) == 1


def test_without_auto_register_a_new_password_waits_to_be_asked_for(world):
    alice = world.phone("alice", password="wrong")
    alice.ask("register")
    alice.ask("setConfig", {"password": "a"})
    assert alice.desk.snapshot.state == "failed"
    assert alice.ask("register").error is None
    assert alice.desk.snapshot.state == "registered"


def test_a_call_left_behind_on_the_old_server_is_cancelled_there(world, alice, bob):
    dave = world.stranger("dave")
    alice.ask("makeCall", "dave")
    alice.ask("setConfig", {"username": "carol", "password": "c"})
    alice.ask("hangup")
    assert len(alice.links) == 2  # the INVITE is still to be cancelled
    dave.reply(180)
    assert dave.words() == ["INVITE", "CANCEL"]
    dave.reply(200, to="CANCEL")
    dave.reply(487)
    assert len(alice.links) == 1
    assert alice.told("end")[0]["disposition"] == "cancelled"


def test_the_old_address_is_reached_for_its_call_and_for_nothing_else(world, talking, bob):
    dave = world.registered("dave")
    talking.ask("setConfig", {"username": "carol", "password": "c"})
    assert sorted(world.exchange.registered) == ["alice", "bob", "carol", "dave"]
    assert talking.told("unregistered") == [{"reason": "user", "willRetry": False}]
    dave.ask("makeCall", "alice")
    assert dave.told("end")[0]["sipCode"] == 480
    assert talking.told("ringingin") == []
    bob.ask("hangup")
    assert talking.told("end")[0]["endedBy"] == "remote"
    assert sorted(world.exchange.registered) == ["bob", "carol", "dave"]
    assert len(talking.told("unregistered")) == 1


def test_what_an_agent_reports_belongs_to_its_own_account_whoever_handles_it(world, talking, bob):
    old = talking.desk.account
    talking.ask("setConfig", {"username": "carol", "password": "c"})
    assert talking.desk.account is not old and old.retired
    world.slow = True
    bob.ask("makeCall", "alice")
    invite = next(data for user, data in world.wire if data.startswith(b"INVITE sip:alice"))
    reports = [item for item in old.received(invite, world.now) if isinstance(item, Report)]
    assert [(report.account, report.output.from_.uri.user) for report in reports] == [(old, "bob")]
    refusal = talking.desk.calls.heard(reports[0], talking.desk.config, world.now)
    [sent] = [action for action in refusal if isinstance(action, do.Send)]
    assert sent.data.startswith(b"SIP/2.0 480 ")
    assert sent.socket == old.socket != talking.desk.account.socket


def test_a_server_added_in_a_call_takes_no_registration_away(world, talking, bob):
    talking.ask("setConfig", {"host": f"wss://one.example/ws,{TWO}"})
    bob.ask("hangup")
    assert len(talking.told("end")) == 1 and len(talking.links) == 1
    assert sorted(world.exchange.registered) == ["alice", "bob"]
    assert talking.desk.snapshot.state == "registered"


def test_leaving_the_page_closes_the_old_server_too(world, talking, bob):
    talking.ask("setConfig", {"username": "carol", "password": "c"})
    assert len(talking.links) == 2
    talking.happens(on.Leaving())
    assert talking.links == {} and bob.calls == []


def test_a_number_to_prefill_is_shown_and_told(alice):
    alice.ask("setConfig", {"dial": "42"})
    assert alice.desk.snapshot.number == "42"
    alice.ask("setConfig", {"displayName": "Ann"})
    assert [told["number"] for told in alice.told("numberchange")] == ["42"]


def test_what_is_wrong_in_the_settings_is_told_to_the_page_when_nobody_waits(alice):
    alice.press("setConfig", {"host": "http://x"})
    assert alice.told("error")[0].code == "invalid_config"
    assert alice.desk.snapshot.error.code == "invalid_config"


def test_nonsense_that_comes_while_the_old_server_is_left_is_passed_over(talking):
    talking.ask("setConfig", {"username": "carol", "password": "c"})
    for socket in list(talking.links):
        talking.happens(on.Received(socket=socket, data=b"nonsense"))
    assert talking.mistakes == [] and talking.call.state == "active"


def test_of_the_trouble_of_the_server_that_was_left_nothing_is_told(world, talking, bob):
    old, new = "wss://one.example/ws", TWO
    talking.ask("setConfig", {"host": new, "realm": "one.example"})
    [link, _] = talking.links
    world.broken = {old: "dead"}
    world.disconnect(talking, link)
    talking.happens(on.SocketClosed(socket=link))
    assert talking.told("reconnecting") == talking.told("error") == []
    assert talking.desk.snapshot.state == "registered" and talking.call.state == "active"
    world.broken = {}
    world.wind(5)
    talking.ask("hangup")
    assert bob.calls == []
