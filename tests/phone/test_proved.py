"""Whether a call would arrive is proved by whatever the server says, and told with its time."""

from phone.stage import SERVER
from webphone.phone.call.record import iso
from webphone.phone.readings import readings


def test_nobody_says_so_before_the_server_knows_the_phone(world):
    alice = world.phone("alice")
    assert alice.desk.snapshot.proved_at is None
    alice.ask("connect")
    assert alice.desk.snapshot.proved_at is None
    alice.ask("register")
    assert alice.desk.snapshot.proved_at == world.now


def test_every_message_of_the_server_proves_it_anew(world):
    alice = world.registered("alice")
    since = world.now
    world.wind(10)
    assert alice.desk.snapshot.proved_at == since
    world.wind(20)  # it was asked whether it is there
    assert since < alice.desk.snapshot.proved_at < world.now
    world.wind(7)
    world.registered("bob").ask("sendMessage", "alice", "hello")
    assert alice.desk.snapshot.proved_at == world.now


def test_it_is_over_with_the_connection_and_with_the_registration(world):
    alice = world.registered("alice")
    world.broken[SERVER] = "dead"
    world.cut(alice)
    assert alice.desk.snapshot.proved_at is None
    world.broken.clear()
    world.wind(3)
    assert alice.desk.snapshot.proved_at is not None
    alice.ask("unregister")
    assert alice.desk.snapshot.proved_at is None


def test_the_page_reads_it_once_a_second_at_most(world):
    alice = world.registered("alice")
    before = alice.desk.snapshot
    assert readings(before, None)["provedAt"] == iso(world.now)
    world.now += 0.1
    bob = world.registered("bob")
    bob.ask("sendMessage", "alice", "hello")
    assert "provedAt" not in readings(alice.desk.snapshot, before)
    world.now += 1
    bob.ask("sendMessage", "alice", "hello")
    assert readings(alice.desk.snapshot, before)["provedAt"] == iso(world.now)
    after = alice.desk.snapshot
    alice.ask("unregister")
    assert readings(alice.desk.snapshot, after)["provedAt"] is None


def test_a_tab_that_shows_the_phone_of_another_one_does_not_know_it(world):
    alice = world.registered("alice")
    here = alice.desk.snapshot
    assert here.showing(here.shared).proved_at is None
