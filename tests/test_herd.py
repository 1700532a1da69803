"""A server that restarts gets all of its phones back, in no more time than it needs for them."""

import random

import pytest

from herd import JsSIP, Ours, Server, SIPjs, restart
from phone.stage import SERVER, World

PHONES, TAKES = 400, 20
LEAST = 2 * PHONES / TAKES  # seconds that the server needs, as each REGISTER is challenged once


def back(make=Ours, away=10.0, takes=TAKES, refusing=None, phones=PHONES):
    server = Server(back=away, takes=takes, refusing=refusing)
    return restart(make, server, phones)


def test_a_server_that_lets_them_wait_has_them_all_as_soon_as_it_can():
    herd = back()
    assert herd.never == 0 and LEAST - 1 <= herd.by(1) <= LEAST + 3


def test_one_that_has_time_for_all_has_them_all_two_seconds_after_its_return():
    for away in (1.0, 5.0, 15.0):
        herd = back(away=away, takes=100 * PHONES)
        assert herd.never == 0 and herd.by(1) <= 2.3


@pytest.mark.parametrize("after", [30, 5, None])
def test_one_that_sends_all_away_for_as_long_is_not_stormed_for_ever(after):
    herd = back(refusing=lambda: after)
    assert herd.never == 0 and herd.by(1) <= 4 * LEAST


def test_one_that_spreads_them_itself_has_them_sooner():
    chance = random.Random(3)
    spread, same = back(refusing=lambda: chance.randint(1, 60)), back(refusing=lambda: 30)
    assert spread.never == 0 and spread.by(0.9) < same.by(0.9)


def test_one_that_stays_away_is_asked_by_few_at_a_time():
    assert back(away=300.0, takes=100 * PHONES).peak < PHONES / 5


def test_the_others_as_their_files_have_it():
    assert back(SIPjs, away=3.0).never == 0 and back(SIPjs, away=20.0).never == PHONES
    assert back(JsSIP, away=20.0).never == 0
    assert back(JsSIP, refusing=lambda: 30).never > PHONES / 2


def test_a_whole_phone_comes_back_as_those_of_the_herd():
    world = World()
    names = ("alice", "bob", "carol", "dave", "eve")
    phones = [world.registered(name) for name in names]
    world.wind(60)
    world.broken = {SERVER: "dead"}
    for phone in phones:
        world.cut(phone)
    world.wind(10)
    assert {phone.state for phone in phones} == {"reconnecting"}
    asked = {phone.user: len(phone.told("connecting")) for phone in phones}
    world.broken = {}
    world.wind(2)
    assert {phone.state for phone in phones} == {"registered"}
    # At once, after about a second, and every one and a half: as often as the herd asked.
    assert all(7 <= times - 1 <= 10 for times in asked.values())
