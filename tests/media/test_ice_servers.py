"""STUN and TURN servers as providers and pages write them."""

import pytest

from webphone.media.ice_servers import one_by_one


def urls(*servers):
    return [server["urls"] for server in one_by_one(servers)]


@pytest.mark.rfc("7064 §3.1", "a stun address has no query")
@pytest.mark.parametrize(
    "written",
    [
        "stun:stun.example.com:3478?transport=udp",
        " stun:stun.example.com:3478 ",
        "stun:stun.example.com:3478?transport=tcp&x=1",
    ],
)
def test_a_stun_address_has_no_query(written: str):
    assert urls({"urls": written}) == ["stun:stun.example.com:3478"]


def test_a_turn_address_keeps_its_transport():
    assert urls({"urls": "turn:t.example:443?transport=tcp"}) == [
        "turn:t.example:443?transport=tcp"
    ]


def test_each_address_stands_by_itself_with_its_credentials():
    login = {"username": "u", "credential": "c"}
    assert one_by_one([{"urls": ["stun:a.example", "turn:b.example"], **login}]) == [
        {"urls": "stun:a.example", **login},
        {"urls": "turn:b.example", **login},
    ]


def test_the_older_spelling_of_url_counts():
    assert urls({"url": "stuns:a.example?x"}) == ["stuns:a.example"]


@pytest.mark.parametrize("nothing", [None, 7, "stun:a.example", {}, {"urls": None}, {"urls": [3]}])
def test_what_is_no_server_is_left_out(nothing: object):
    assert urls(nothing, {"urls": "stun:b.example"}) == ["stun:b.example"]
