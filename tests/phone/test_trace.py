"""A trace is a test: what a phone has heard, told without secrets, makes it do the same again."""

import json

import pytest

from phone.stage import SERVER, World, description
from replay import Replay, Trace
from webphone.phone import recorder
from webphone.phone.happenings import Received


def trace(phone):
    """The trace that a page gets."""
    asked = phone.ask("getTrace")
    assert asked.settled and asked.error is None
    return asked.value


def talked(world, *, pause=40, after=700):
    """Alice has called Bob, held him, sent a digit, and he has hung up."""
    alice, bob = world.phone("alice", display_name="Ada"), world.registered("bob")
    alice.ask("register")
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    world.wind(3)
    alice.ask("hold")
    world.wind(pause)
    alice.ask("resume")
    alice.ask("sendDtmf", "5")
    bob.ask("hangup")
    world.wind(after)
    return alice, bob


def test_a_trace_makes_a_phone_do_the_same_again_to_the_letter(world):
    for phone in talked(world):
        told = Trace.read(trace(phone))
        assert told.head["leftOut"] == 0
        assert len(told.turns) > 10
        assert Replay(told).done == [turn["out"] for turn in told.turns]


def test_a_trace_that_brings_no_chance_is_played_with_the_names_that_come_up_now(world):
    told = Trace.read(trace(talked(world, pause=5, after=5)[0]))
    wanted = [[action["type"] for action in turn["out"]] for turn in told.turns]
    for turn in told.turns:
        del turn["chance"]
    done = Replay(told).done
    assert [[action["type"] for action in actions] for actions in done] == wanted


def test_a_call_that_comes_replays_as_it_came(world, dave):
    alice = world.registered("alice")
    dave.call("alice", "Diversion: <sip:desk@one.example>", sdp=description(setup="actpass"))
    alice.ask("answer")
    dave.ack()
    dave.inside("BYE")
    told = Trace.read(trace(alice))
    assert Replay(told).done == [turn["out"] for turn in told.turns]
    assert any(action["type"] == "Save" for turn in told.turns for action in turn["out"])


SECRET = "Zk-9-never-told"


def test_no_secret_is_in_a_trace(world, dave):
    world.exchange._authentication._users["alice"] = SECRET
    alice = world.phone(
        "alice",
        password=SECRET,
        host=f"{SERVER}?token={SECRET}&room=1",
        ice_servers=[{"urls": f"turn:t.example?key={SECRET}", "credential": SECRET}],
        ice_servers_url=f"/relays.json?key={SECRET}",
        extra_headers={"X-Api-Key": SECRET},
    )
    assert alice.ask("setConfig", {"host": f"wss://me:{SECRET}@one.example"}).error
    alice.ask("setConfig", {"password": SECRET, "extraHeaders": {"X-Auth-Token": SECRET}})
    assert alice.ask("register").error is None
    alice.ask("makeCall", "dave", {"headers": {"Cookie": SECRET}})
    dave.reply(200, f'Authentication-Info: rspauth="{SECRET}"', sdp=description())
    dave.call("alice", f"Proxy-Authorization: Digest response={SECRET},\r\n  cnonce={SECRET}")
    world.wind(5)
    text = trace(alice)
    assert "REGISTER" in text and "INVITE" in text and "Authorization: ***" in text
    assert SECRET not in text
    assert "response=" not in text and "ice-pwd:0123" not in text
    assert "room=***" in text and '"password": "***"' in text
    alice.ask("getTrace")
    assert SECRET not in trace(alice)


def test_the_keys_of_media_are_struck_out_and_the_lengths_hold(world, dave):
    world.registered("alice")
    alice = world.phones[-1]
    offer = description(setup="actpass") + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0\r\n"
    dave.call("alice", sdp=offer)
    text = trace(alice)
    assert "inline:c2VjcmV0" not in text and "inline:xxxxxxxx" in text
    for turn in Trace.read(text).turns:
        for action in [turn["in"], *turn["out"]]:
            head, blank, body = str(action.get("data", "")).partition("\r\n\r\n")
            if blank:
                assert f"Content-Length: {len(body)}" in head


def test_a_phone_keeps_only_so_much_and_says_how_much_is_gone(world, monkeypatch):
    monkeypatch.setattr(recorder, "TURNS", 5)
    alice = world.registered("alice")
    for number in range(20):
        alice.press("dialpadPress", str(number % 10))
    told = Trace.read(trace(alice))
    assert len(told.turns) == 5
    assert told.head["leftOut"] > 15
    assert [turn["in"]["command"]["given"] for turn in told.turns] == [[d] for d in "56789"]


def test_long_messages_push_old_turns_out(world, dave, monkeypatch):
    monkeypatch.setattr(recorder, "OCTETS", 20_000)
    alice = world.registered("alice")
    for _ in range(10):
        dave.call("alice", "Subject: " + "x" * 6_000)
    told = Trace.read(trace(alice))
    assert 1 <= len(told.turns) < 10
    assert told.head["leftOut"] > 0
    assert len(trace(alice)) < 100_000


def test_what_a_page_sets_that_is_no_data_does_not_stop_the_trace(world):
    alice = world.phone("alice")
    alice.ask("setConfig", {"iceServers": lambda: None})
    [turn] = Trace.read(trace(alice)).turns
    assert "(function)" in json.dumps(turn)


@pytest.mark.parametrize("octets", [b"\xff\xfe no SIP", b"\r\n\r\n", "grüße".encode()])
def test_whatever_came_is_told_as_it_came(world, octets):
    alice = world.registered("alice")
    alice.happens(Received(socket=next(iter(alice.links)), data=octets))
    told = Trace.read(trace(alice))
    data = told.turns[-1]["in"]["data"]
    assert data.encode("utf-8", "surrogateescape") == octets
    assert Replay(told).done == [turn["out"] for turn in told.turns]


def test_how_a_trace_is_written_is_loaded_when_one_is_asked_for(world):
    alice = World().phone("alice")
    alice.press("getTrace")
    assert alice.actions == []
