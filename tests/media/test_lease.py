"""ICE servers that a page or an address gives, and how long they are good."""

import pytest

from webphone.media.lease import MOST, Unusable, read

NOW = 1_764_374_400.0
TURN = {"urls": "turn:t.example", "username": "u", "credential": "c"}


@pytest.mark.parametrize(
    "given",
    [
        [TURN],
        (TURN,),
        TURN,
        {"iceServers": [TURN]},
        {"iceServers": TURN, "ttl": 3600},
        {"ice_servers": [TURN], "ttl": "3600", "more": 1},
        {"username": "u", "password": "c", "uris": ["turn:t.example"], "ttl": 600},
    ],
)
def test_servers_are_read_in_every_shape_that_providers_give_them(given):
    assert read(given, NOW).servers == (TURN,)


@pytest.mark.parametrize("given", [None, "turn:t.example", 7, {}, {"error": "no"}, [7], [{"a": 1}]])
def test_what_are_no_servers_is_said(given):
    with pytest.raises(Unusable):
        read(given, NOW)


def test_no_servers_at_all_are_a_word_too():
    assert read([], NOW).servers == ()


def test_a_list_without_end_is_cut():
    assert len(read([{"urls": [f"stun:s{n}.example" for n in range(99)]}], NOW).servers) == MOST


def login(username):
    return [{**TURN, "username": username}]


@pytest.mark.parametrize(
    ("given", "renewed", "ended", "limited"),
    [
        ([TURN], 240, 300, False),
        ({"iceServers": [TURN], "ttl": 3600}, 3540, 3600, True),
        ({"iceServers": [TURN], "ttl": 100}, 50, 100, True),
        ({"iceServers": [TURN], "ttl": -5}, 30, 60, True),
        ({"iceServers": [TURN], "ttl": "soon"}, 240, 300, True),
        ({"iceServers": [TURN], "ttl": float("inf")}, 240, 300, True),
        (login(f"{NOW + 1000:.0f}:anna"), 940, 1000, True),
        (login(f"{NOW + 1000:.0f}"), 940, 1000, True),
        ({"iceServers": login(f"{NOW + 1000:.0f}:anna"), "ttl": 9000}, 940, 1000, True),
        (login(f"{NOW - 1000:.0f}:anna"), 30, 60, True),
        (login("4930123456"), 240, 300, False),
        (login("1001"), 240, 300, False),
        (login("anna:1764375400"), 240, 300, False),
    ],
)
def test_they_are_asked_for_again_before_they_end(given, renewed, ended, limited):
    lease = read(given, NOW)
    assert lease.fresh(NOW + renewed - 1) and not lease.fresh(NOW + renewed)
    assert lease.usable(NOW + ended - 1) and not lease.usable(NOW + ended)
    assert lease.limited is limited


def test_no_secret_shows_in_it():
    assert "turn" not in repr(read([TURN], NOW))
