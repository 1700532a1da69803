"""The demo: a phone at the exchange inside its page, with nothing set and no server."""

import pytest

from phone.stage import SERVER, World
from sip.entropy import seeded
from webphone.contract import Config
from webphone.exchange import Exchange
from webphone.phone import actions as do
from webphone.sip import Entropy


@pytest.fixture
def world():
    world = World()
    world.exchange = Exchange(Entropy(seeded(99)))
    return world


def connected(phone):
    return [action.url for action in phone.actions if isinstance(action, do.Connect)]


def set_(phone, **changes):
    assert phone.ask("setConfig", changes).error is None


def test_one_setting_is_enough_to_register(world):
    alice = world.phone("you", host="", username="", password="")
    set_(alice, demo=True)
    assert connected(alice) == ["demo:"]
    assert alice.told("registered")[0]["aor"] == "sip:you@demo"
    assert alice.desk.snapshot.user == "you"


def test_a_username_that_is_set_is_kept(world):
    alice = world.phone("alice", host="", password="")
    set_(alice, demo=True)
    assert alice.told("registered")[0]["aor"] == "sip:alice@demo"


def test_while_it_is_on_the_host_is_left_alone_and_its_password_is_not_used(world):
    alice = world.phone("alice", auto_register=True)
    set_(alice, demo=True)
    set_(alice, host="wss://two.example", password="geheim")
    assert connected(alice) == ["demo:"]
    assert alice.desk.account.config.password == ""
    assert alice.desk.config.host == "wss://two.example"


def test_off_again_the_phone_goes_to_its_host(world):
    alice = world.phone("alice", realm="one.example")
    set_(alice, demo=True)
    set_(alice, demo=False)
    assert connected(alice) == ["demo:", SERVER]
    assert alice.desk.snapshot.state == "registered"
    assert alice.told("registered")[-1]["aor"] == "sip:alice@one.example"


def test_without_a_host_it_is_unconfigured_when_off_again(world):
    alice = world.phone("you", host="", username="", password="")
    set_(alice, demo=True)
    set_(alice, demo=False)
    assert alice.desk.snapshot.state == "unconfigured"


def test_a_call_survives_the_end_of_the_demo_and_ends_where_it_began(world):
    alice, bob = world.phone("alice"), world.phone("bob")
    for phone in (alice, bob):
        set_(phone, demo=True)
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    set_(alice, demo=False)
    assert alice.call.state == bob.call.state == "active"
    alice.ask("hangup")
    assert bob.told("end")[0]["endedBy"] == "remote"


def test_no_server_of_the_page_is_asked_for_network_paths(world):
    config = Config(
        demo=True,
        ice_servers=({"urls": "stun:stun.example.com"},),
        ice_policy="relay",
        ice_servers_url="/relays",
    )
    assert config.in_force().ice_servers_url == ""
    assert (config.in_force().ice_servers, config.in_force().ice_policy) == ((), "all")


def test_off_the_settings_in_force_are_the_settings_themselves(world):
    config = Config(host=SERVER, username="alice")
    assert config.in_force() is config
