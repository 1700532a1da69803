"""How long a description waits for network paths."""

import pytest

from webphone.media.gathering import (
    LONGEST_WAIT,
    QUIET,
    RELAY_WAIT,
    SERVER_WAIT,
    Wait,
    awaited,
    enough,
    no_relay,
    patience,
)

STUN = {"urls": "stun:s.example"}
TURN = {"urls": ["turn:t.example:3478?transport=udp"], "username": "u", "credential": "c"}


def told(**news):
    usual = {"elapsed": 0.02, "quiet": 0.02, "complete": False, "kinds": (), "plain": True}
    return enough(**usual | {"wait": Wait.HOST} | news)


@pytest.mark.parametrize("wait", Wait)
def test_a_finished_search_is_enough_even_with_nothing_found(wait):
    assert told(complete=True, wait=wait)


@pytest.mark.parametrize("wait", [Wait.HOST, Wait.REFLEXIVE, Wait.RELAY])
def test_nothing_found_waits_to_the_longest_wait_and_no_longer(wait):
    assert not told(elapsed=LONGEST_WAIT - 0.01, quiet=LONGEST_WAIT - 0.01, wait=wait)
    assert told(elapsed=LONGEST_WAIT, quiet=LONGEST_WAIT, wait=wait)


@pytest.mark.rfc("8445 §7.3.1.3", "paths that are not described are found by their own checks")
def test_the_first_path_found_is_enough():
    assert told(kinds=["host"], quiet=0.0)


def test_a_path_of_ipv6_alone_waits_a_moment_for_one_that_every_server_can_read():
    assert not told(kinds=["host"], plain=False, quiet=QUIET - 0.01)
    assert told(kinds=["host"], plain=False, quiet=QUIET)


@pytest.mark.parametrize(("wait", "kind"), [(Wait.REFLEXIVE, "srflx"), (Wait.RELAY, "relay")])
def test_where_a_server_is_asked_its_word_is_awaited_for_half_a_second(wait, kind):
    asked = {"kinds": ["host"], "quiet": QUIET, "wait": wait}
    assert not told(**asked, elapsed=SERVER_WAIT - 0.01)
    assert told(**asked, elapsed=SERVER_WAIT)
    assert told(**asked | {"kinds": ["host", kind]}, elapsed=0.1)


def test_a_relay_that_is_set_is_worth_waiting_for_when_our_own_address_is_known():
    assert not told(kinds=["host", "srflx"], wait=Wait.RELAY, elapsed=0.1)


def test_where_only_a_relay_will_do_it_has_five_seconds():
    only = {"wait": Wait.RELAY_ONLY}
    assert not told(**only, kinds=["host", "srflx"], elapsed=RELAY_WAIT - 0.01)
    assert told(**only, kinds=["relay"])
    assert told(**only, elapsed=RELAY_WAIT)


@pytest.mark.parametrize(
    ("servers", "policy", "wait"),
    [
        ([], "all", Wait.HOST),
        ([STUN], "all", Wait.REFLEXIVE),
        ([STUN, TURN], "all", Wait.RELAY),
        ([{"urls": "TURNS:t.example"}], "all", Wait.RELAY),
        ([STUN], "relay", Wait.RELAY_ONLY),
    ],
)
def test_what_is_waited_for_is_what_the_servers_can_give(servers, policy, wait):
    assert awaited(servers, policy) is wait


@pytest.mark.parametrize("wait", Wait)
def test_one_who_only_waits_is_told_enough_within_a_few_looks(wait):
    elapsed, looks = 0.0, 0
    while not told(elapsed=elapsed, quiet=elapsed, kinds=["host"], plain=False, wait=wait):
        elapsed += patience(elapsed=elapsed, quiet=elapsed)
        looks += 1
    ends = {Wait.HOST: QUIET, Wait.RELAY_ONLY: RELAY_WAIT}
    assert ends.get(wait, SERVER_WAIT) <= elapsed < ends.get(wait, SERVER_WAIT) + 0.05
    assert looks <= 5
    assert patience(elapsed=9.0, quiet=9.0) > 0


@pytest.mark.rfc("8489 §9.2.4", "a relay that answers 401 does not know the login")
@pytest.mark.parametrize(
    ("servers", "errors", "key", "named"),
    [
        ([STUN], {}, "relay_none_set", "ice-servers"),
        ([STUN, TURN], {}, "relay_silent", "turn:t.example:3478"),
        ([TURN], {"turn:a.example?key=geheim": 701}, "relay_silent", "turn:a.example"),
        ([TURN], {"turn:a.example": 701, "turn:b.example": 401}, "relay_login", "turn:b.example"),
    ],
)
def test_a_missing_relay_is_named_with_what_to_do(servers, errors, key, named):
    sentence = no_relay(servers, errors)
    assert sentence.key == key and named in sentence
    assert "geheim" not in sentence and "transport" not in sentence
