"""One name for the whole of a communication, in all that is said in it (RFC 7989)."""

import re

import pytest

from phone.stage import description
from webphone.sip import parse
from webphone.sip.session_id import MOST_CALLS, MOST_PEERS, NIL, SessionIds, read
from webphone.sip.wire.message import Request

VALUE = re.compile("([0-9a-f]{32});remote=([0-9a-f]{32})")
THEIRS = "ab30317f1a784dc48ff824d0d3715d86"


def values(world, who, start=0):
    """What each message of a phone says: its own name and that of the other end."""
    found = []
    for user, data in world.wire[start:]:
        if user == who:
            [value] = parse(data).headers.all("Session-ID")
            found.append(VALUE.fullmatch(value).groups())
    return found


@pytest.mark.rfc("4122 §4.3", "the names are UUIDs of version 5")
@pytest.mark.rfc(
    "7989 §5",
    "each message has Session-ID, of 32 hexadecimal digits, and nil for a peer that is not known yet",
)
def test_all_that_two_phones_say_in_a_call_has_their_two_names(world, alice, bob):
    start = len(world.wire)
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    alice.ask("hold")
    bob.ask("sendMessage", "", "hello", {"id": bob.call.id})
    bob.ask("hangup")
    of_alice, of_bob = values(world, "alice", start), values(world, "bob", start)
    [ours] = {one for one, _ in of_alice}
    [theirs] = {one for one, _ in of_bob}
    assert ours != theirs and {remote for _, remote in of_bob} == {ours}
    assert all(name[12] == "5" and name[16] in "89ab" for name in (ours, theirs))
    assert of_alice[0] == (ours, NIL)  # the INVITE: nobody has answered yet
    assert {remote for _, remote in of_alice} == {NIL, theirs}
    assert [remote for _, remote in of_alice].count(NIL) == 1
    assert alice.history[0].session_id == f"{ours};remote={theirs}"
    assert bob.history[0].session_id == f"{theirs};remote={ours}"


def test_a_registration_and_a_question_have_names_of_their_own(world, alice):
    alice.ask("sendOptions", "bob")
    names = values(world, "alice")
    assert len({ours for ours, _ in names}) == 2 and {remote for _, remote in names} == {NIL}


def test_the_ack_to_a_refusal_and_the_cancel_have_it_too(world, alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(180)
    alice.ask("hangup")
    dave.reply(200, to="CANCEL")
    dave.reply(487, f"Session-ID: {THEIRS}")
    [invite], [cancel], [ack] = (
        [parse(data) for user, data in world.wire if user == "alice" and data.startswith(verb)]
        for verb in (b"INVITE", b"CANCEL", b"ACK")
    )
    assert cancel.headers.get("Session-ID") == invite.headers.get("Session-ID")
    assert ack.headers.get("Session-ID").endswith(f"remote={THEIRS}")


@pytest.mark.rfc("7989 §6", "each fork is called by its own name")
def test_each_fork_is_called_by_its_own_name(world, alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(180, f"Session-ID: {THEIRS};remote={NIL}", tag="one")
    dave.reply(200, f"Session-ID: {THEIRS[::-1]}", tag="two", sdp=description())
    ack = dave.last("ACK")
    assert ack.headers.get("Session-ID").endswith(f"remote={THEIRS[::-1]}")


@pytest.mark.rfc("7989 §6", "a name that the other side changes is the new one")
def test_a_name_that_the_other_side_changes_is_the_new_one(alice, dave):
    dave.call("alice", f"Session-ID: {THEIRS}", sdp=description())
    alice.ask("answer")
    dave.ack()
    dave.inside("INFO", f"Session-ID: {THEIRS[::-1]};remote={NIL}", "Content-Type: text/x")
    alice.ask("hangup")
    assert dave.last("BYE").headers.get("Session-ID").endswith(f"remote={THEIRS[::-1]}")


@pytest.mark.rfc("7989 §6", "100 has the names as well")
def test_a_100_has_it_too(world, alice, dave):
    dave.call("alice", sdp=description())
    alice.ask("answer")
    dave.ack()
    alice.slow_media = True
    dave.inside("INVITE", f"Session-ID: {THEIRS}", sdp=description(version="2"))
    world.wind(1)
    [trying] = [data for user, data in world.wire if user == "alice" and b" 100 " in data[:20]]
    assert parse(trying).headers.get("Session-ID").endswith(f"remote={THEIRS}")


def test_a_page_may_bring_the_name_from_elsewhere(alice, dave):
    alice.ask("makeCall", "dave", {"headers": {"Session-ID": THEIRS}})
    assert dave.last("INVITE").headers.all("Session-ID") == [THEIRS]


@pytest.mark.parametrize(
    ("value", "heard"),
    [
        (THEIRS, THEIRS),
        (f"{THEIRS.upper()} ;remote={NIL}", THEIRS),
        ("", NIL),
        (THEIRS[:31], NIL),
        (f"{THEIRS}0", NIL),
        ("<script>" * 9, NIL),
    ],
)
def test_what_is_no_name_is_none(value, heard):
    assert read(asking("c", "t", value)) == heard


def asking(call_id, tag, value):
    return parse(
        f"OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/WSS x.invalid;branch=z9hG4bK1\r\n"
        f"From: <sip:b@b>;tag={tag}\r\nTo: <sip:a@b>;tag=me\r\nCall-ID: {call_id}\r\n"
        f"CSeq: 1 OPTIONS\r\nSession-ID: {value}\r\n\r\n".encode()
    )


def test_strangers_fill_no_memory():
    ids = SessionIds("secret")
    for number in range(1000):
        request = asking(f"c{number}", "t", THEIRS)
        assert isinstance(request, Request)
        ids.heard(request)
        ids.heard(asking("c", f"t{number}", THEIRS))
    assert len(ids._peers) == MOST_CALLS
    assert len(ids._peers["c"]) == MOST_PEERS
    assert ids.of("c").endswith(THEIRS) and ids.of("c0").endswith(NIL)
