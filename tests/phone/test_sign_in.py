"""A person signs in by hand at a phone whose page names nobody."""

import pytest

from phone.stage import SERVER
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.sign_in import STAGES, News, Stage

ALICE = on.SignedIn(host=SERVER, username="alice", realm="", password="a")
WRONG = on.SignedIn(host=SERVER, username="alice", realm="", password="wrong")
TWO = "wss://two.example"


@pytest.fixture
def nobody(world):
    return world.phone("alice", host="", username="", password="")


def signing(phone):
    return phone.machine.snapshot.signing


def remembered(phone):
    return [action.host for action in phone.actions if isinstance(action, do.KeepServer)]


def test_the_right_password_opens_the_phone_and_its_server_is_remembered(world, nobody):
    assert (nobody.state, signing(nobody).stage) == ("unconfigured", "")
    nobody.happens(ALICE)
    assert (nobody.state, signing(nobody).stage) == ("registered", "in")
    assert nobody.told("registered")[0]["aor"] == "sip:alice@one.example"
    assert remembered(nobody) == [SERVER]
    assert set(signing(nobody).given) == {"host", "username", "password"}
    world.wind(3600)
    assert remembered(nobody) == [SERVER]  # once


def test_a_wrong_one_says_so_and_another_is_taken(nobody):
    nobody.happens(WRONG)
    assert (nobody.state, signing(nobody).stage) == ("failed", "refused")
    assert signing(nobody).error.code == "auth_failed"
    assert remembered(nobody) == []
    nobody.happens(WRONG)  # as wrong as before, and said again
    assert (signing(nobody).stage, signing(nobody).error.code) == ("refused", "auth_failed")
    nobody.happens(ALICE)
    assert (nobody.state, signing(nobody).stage) == ("registered", "in")
    assert signing(nobody).error is None and nobody.machine.snapshot.error is None


def test_a_server_that_does_not_answer_is_told_each_time(world, nobody):
    world.broken[SERVER] = "dead"
    for _ in range(2):
        nobody.happens(ALICE)
        assert (nobody.state, signing(nobody).stage) == ("reconnecting", "refused")
        assert signing(nobody).error.code == "connection_failed"
    del world.broken[SERVER]
    world.wind(60)  # it goes on trying by itself, as any phone does
    assert (nobody.state, signing(nobody).stage) == ("registered", "in")


def test_what_is_no_server_is_said_before_anything_is_sent(world, nobody):
    nobody.happens(on.SignedIn(host="wss://no server", username="alice", password="a"))
    assert (nobody.state, signing(nobody).stage) == ("unconfigured", "refused")
    assert signing(nobody).error.code == "invalid_config"
    nobody.happens(on.SignedIn(host="ws://10.1.2.3", username="alice", password="a"))
    assert signing(nobody).error.code == "invalid_config"
    assert world.wire == []


def test_while_it_waits_it_can_be_given_up(world, nobody):
    world.broken[SERVER] = "mute"
    nobody.happens(ALICE)
    assert (nobody.state, signing(nobody).stage) == ("connecting", "trying")
    nobody.happens(on.SignedOut())
    assert (nobody.state, signing(nobody).stage) == ("unconfigured", "")
    assert nobody.links == {}


def test_who_signs_out_leaves_the_server_and_nothing_of_them_stays(world, nobody):
    nobody.happens(ALICE)
    nobody.happens(on.SignedOut())
    assert (nobody.state, signing(nobody).stage) == ("unconfigured", "")
    config = nobody.desk.config
    assert (config.host, config.username, config.realm, config.password) == ("", "", "", "")
    assert nobody.told("unregistered")[-1]["reason"] == "user"
    world.wind(5)
    assert nobody.links == {}
    nobody.happens(ALICE)
    assert (nobody.state, signing(nobody).stage) == ("registered", "in")


def test_what_the_page_has_set_stays_the_pages(world):
    alice = world.phone("alice", username="", password="", auto_register=True)
    alice.happens(on.SignedIn(username="alice", realm="", password="a"))
    assert (alice.state, remembered(alice)) == ("registered", [])
    alice.happens(on.SignedOut())
    assert (alice.desk.config.host, alice.desk.config.username) == (SERVER, "")


def test_who_was_in_is_asked_again_where_the_server_takes_the_password_no_more(world, nobody):
    nobody.happens(ALICE)
    world.refusing[SERVER] = (401, 0)
    world.wind(600)
    assert (nobody.state, signing(nobody).stage) == ("failed", "refused")
    assert signing(nobody).error.code == "auth_failed"


def test_the_pages_own_password_is_asked_for_only_where_the_page_wants_that(world):
    alice = world.phone("alice", password="wrong")
    alice.press("register")
    assert (alice.state, signing(alice).stage) == ("failed", "")
    bob = world.phone("bob", password="wrong", sign_in="on")
    bob.press("register")
    assert (bob.state, signing(bob).stage, signing(bob).given) == ("failed", "refused", ())
    bob.happens(on.SignedIn(password="b"))
    assert (bob.state, signing(bob).stage) == ("registered", "in")
    bob.happens(on.SignedOut())
    assert (bob.state, bob.desk.config.username) == ("offline", "bob")


def test_a_page_that_asks_later_is_not_asked_for_what_it_had(world, nobody):
    nobody.happens(ALICE)
    nobody.happens(on.SignedOut())
    assert nobody.ask("setConfig", {"host": SERVER, "username": "bob", "password": "no"}).done
    nobody.press("register")
    assert (nobody.state, signing(nobody).stage) == ("failed", "")


def test_the_trace_says_that_somebody_signed_in_and_not_with_what(nobody):
    nobody.happens(on.SignedIn(host=SERVER, username="alice", password="s3cret-word"))
    trace = nobody.ask("getTrace").value
    assert "SignedIn" in trace and "s3cret-word" not in trace
    assert "s3cret-word" not in repr(ALICE) + repr(on.SignedIn(password="s3cret-word"))


def test_another_fault_than_the_password_leaves_who_is_in_where_they_are(world, nobody):
    nobody.happens(ALICE)
    world.broken[SERVER] = "dead"
    world.cut(nobody)
    assert (nobody.state, signing(nobody).stage) == ("reconnecting", "in")


def test_every_stage_is_reached_and_can_be_left():
    reached = {Stage.OUT}
    while more := {to for (at, _), to in STAGES.items() if at in reached} - reached:
        reached |= more
    assert reached == set(Stage)
    for stage in set(Stage) - {Stage.OUT}:
        assert STAGES[stage, News.LEFT] is Stage.OUT
