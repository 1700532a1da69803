"""At the agent's door: strangers' bytes, requests that stand alone, and questions of our own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pair import ANSWER, OFFER, Pair, Solo, names
from webphone.sip import (
    Agent,
    Dropped,
    Identity,
    Invited,
    NotNow,
    Replied,
    Request,
    Response,
    Send,
    Uri,
    parse,
    reply,
)

BOB = Uri.parse("sip:bob@biloxi.example")


def _last(alice: Solo) -> Response:
    message = alice.phone.sent[-1]
    assert isinstance(message, Response)
    return message


@pytest.mark.rfc(
    "3261 §11.2",
    "OPTIONS is answered with Allow, Accept, Accept-Encoding, Accept-Language and Supported",
)
@pytest.mark.rfc("3261 §20.5", "Allow lists every method that is taken")
@pytest.mark.rfc("3261 §20.37", "Supported lists every extension that is kept")
@pytest.mark.rfc("3891 §6", "`replaces` is among what is supported")
def test_options_are_answered_with_what_the_phone_can_do() -> None:
    """RFC 3261 §11.2."""
    alice = Solo()
    alice.ask("OPTIONS")
    assert _last(alice).status == 200
    methods = "INVITE ACK CANCEL BYE OPTIONS INFO UPDATE PRACK MESSAGE NOTIFY REFER"
    assert _last(alice).allow == methods.split()
    assert _last(alice).headers.get("Accept") == (
        "application/sdp, text/plain, text/*, application/*"
    )
    assert _last(alice).headers.get("Accept-Encoding") == "identity"
    assert _last(alice).headers.get("Accept-Language") == "en"
    extensions = "100rel gruu outbound timer replaces norefersub from-change record-aware"
    assert _last(alice).supported == extensions.split()
    assert _last(alice).to.tag != ""


@pytest.mark.rfc("3261 §7.1", "methods are case-sensitive: invite is unknown")
@pytest.mark.rfc("3261 §8.2.1", "405 with Allow for a method that we know and do not take")
@pytest.mark.rfc("3261 §21.5.2", "501 for a method that nobody here knows")
@pytest.mark.rfc("6665 §4.2.1.1", "489 to a SUBSCRIBE: nobody subscribes to a phone")
@pytest.mark.parametrize(
    ("method", "status"),
    [
        ("MESSAGE", 200),
        ("PUBLISH", 405),
        ("REGISTER", 405),
        ("SUBSCRIBE", 489),
        ("NOTIFY", 489),
        ("REFER", 603),
        ("BYE", 481),
        ("INFO", 481),
        ("PRACK", 481),
        ("UPDATE", 481),
        ("NEWMETHOD", 501),
        ("invite", 501),
    ],
)
def test_what_makes_no_call_is_answered_as_it_must(method: str, status: int) -> None:
    alice = Solo()
    alice.ask(method)
    assert _last(alice).status == status
    assert bool(_last(alice).allow) is (status in (405, 501))
    assert alice.agent.calls() == ()
    assert alice.agent.deadline is None


@pytest.mark.rfc("3261 §8.2.2.3", "420 with Unsupported for an extension that we lack")
@pytest.mark.rfc("3261 §8.2.3", "415 for a body in an encoding that we lack")
@pytest.mark.parametrize(
    ("headers", "status", "told"),
    [
        ([("Require", "precondition")], 420, ("Unsupported", "precondition")),
        ([("Require", "100rel, timer")], 0, None),
        ([("Require", "gruu")], 0, None),
        ([("Content-Encoding", "gzip")], 415, ("Accept-Encoding", "identity")),
        ([("Content-Encoding", "gzip"), ("Content-Disposition", "x;handling=optional")], 0, None),
        ([("Accept", "text/plain")], 406, ("Warning", None)),
        ([("Accept", "text/plain, application/*;q=0.1")], 0, None),
        ([("Contact", "<<>>")], 0, None),
    ],
)
def test_an_invite_is_refused_for_what_it_asks_too_much(
    headers: list[tuple[str, str]], status: int, told: tuple[str, str | None] | None
) -> None:
    alice = Solo()
    alice.ask("INVITE", *headers, sdp=OFFER)
    assert bool(alice.phone.news(Invited)) is (status == 0)
    if status:
        assert _last(alice).status == status
    if told:
        value = _last(alice).headers.get(told[0])
        assert value is not None
        assert told[1] in (None, value)


@pytest.mark.rfc("3261 §8.2.2.2", "482 where the same request comes by a second way")
def test_the_same_invite_by_two_ways_rings_once() -> None:
    """RFC 3261 §8.2.2.2."""
    alice = Solo()
    alice.ask("INVITE", branch="z9hG4bKone", sdp=OFFER)
    alice.ask("INVITE", branch="z9hG4bKtwo", sdp=OFFER)
    assert _last(alice).status == 482
    assert len(alice.phone.news(Invited)) == 1
    alice.ask("INVITE", branch="z9hG4bKone", sdp=OFFER)
    assert len(alice.phone.news(Invited)) == 1


@pytest.mark.rfc("3261 §12.2.2", "481 to a request in a dialog that we do not know")
def test_a_request_in_a_dialog_nobody_knows_is_answered_481() -> None:
    alice = Solo()
    for method in ("INVITE", "BYE", "OPTIONS", "NOTIFY"):
        alice.ask(method, to_tag="nobody")
        assert _last(alice).status == 481


def test_what_can_be_answered_is_and_the_rest_is_dropped() -> None:
    agent = Agent(names())
    bad = b"OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/WSS b.invalid;branch=z9hG4bK1\r\n\r\n"
    answer, dropped = agent.receive(bad, 0.0)
    assert isinstance(answer, Send)
    assert answer.data.startswith(b"SIP/2.0 400 ")
    assert isinstance(dropped, Dropped)
    web = b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"
    for data in (b"x", b"hello", b"\xff\x00", web, bad.replace(b"OPTIONS", b"ACK")):
        outputs = agent.receive(data, 0.0)
        assert [type(output) for output in outputs] == [Dropped]


@pytest.mark.rfc("5626 §3.5.1", "the pong of a keep-alive is no message")
def test_the_pong_of_a_keep_alive_is_no_message() -> None:
    """RFC 5626 §3.5.1."""
    for data in (b"", b"\r\n", b"\r\n\r\n"):
        assert Agent(names()).receive(data, 0.0) == []


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("From", '<sip:bob@b.example>;tag="a\\\0b"', 0),
        ("Record-Route", '<sip:p.example;lr>;x="\\\0"', 0),
        ("Require", "a\0b", 420),
        ("From", '<sip:bob@b.example>;x="\\\0";tag=b1', 0),
        ("From", '<sip:bob@b.example>;x="\\\1";tag="b 1"', 0),
        ("From", '"Bob \\\0" <sip:bob@b.example>;tag=b1', 0),
        ("From", "<sip:bob@b.example>", 0),
    ],
)
def test_a_control_character_is_never_sent_back(name: str, value: str, status: int) -> None:
    data = bytes(Solo().ask("INVITE", sdp=OFFER)).decode()
    lines = [line for line in data.split("\r\n") if not line.startswith(f"{name}:")]
    data = "\r\n".join([lines[0], f"{name}: {value}", *lines[1:]])
    alice = Solo()
    alice.take(data.encode())
    if status:
        assert alice.last_status() == status
        return
    (call,) = alice.agent.calls()
    alice.say(alice.agent.accept(call, ANSWER, alice.now))
    alice.say(alice.agent.hang_up(call, alice.now))
    alice.wind(33)
    assert b"\0" not in bytes(alice.last("BYE"))


@given(st.binary(max_size=400))
def test_no_bytes_of_a_stranger_raise(data: bytes) -> None:
    Agent(names()).receive(data, 0.0)


NASTY = st.binary(max_size=4) | st.sampled_from(
    [
        b"\0",
        b'"',
        b'\\"',
        b"\\\0",
        b";",
        b",",
        b"<",
        b">",
        b"@",
        b"%",
        b"=",
        b":",
        b"\r\n ",
        b"99999999999",
    ]
)


@st.composite
def mangled(draw: st.DrawFn) -> list[bytes]:
    """A call's own messages, cut, doubled and changed in a few places."""
    pair = Pair()
    call = pair.talking()
    pair.say(pair.alice, pair.alice.agent.reinvite("call", OFFER, pair.now))
    pair.deliver()
    pair.say(pair.bob, pair.bob.agent.reaccept(call, ANSWER, pair.now))
    pair.deliver()
    pair.say(pair.bob, pair.bob.agent.hang_up(call, pair.now))
    pair.deliver()
    found = []
    for message in [*pair.alice.sent, *pair.bob.sent]:
        data = bytearray(bytes(message))
        for _change in range(draw(st.integers(0, 3))):
            place = draw(st.integers(0, len(data) - 1))
            data[place : place + draw(st.integers(0, 4))] = draw(NASTY)
        found.append(bytes(data))
    return draw(st.permutations(found))


@given(mangled())
def test_a_mangled_conversation_raises_nothing_and_leaves_nothing_for_ever(
    conversation: list[bytes],
) -> None:
    # The same names as Bob's and Alice's, so that what is meant for them is taken as such.
    for seed in (1, 2):
        solo = Solo()
        solo.agent = Agent(names(seed))
        solo.agent.account = Identity(user="alice", domain="atlanta.example", password="secret")
        if seed == 1:
            solo.say(solo.agent.invite("call", BOB, OFFER, solo.now))
        for data in conversation:
            solo.take(data)
        for call in solo.agent.calls():
            solo.say(solo.agent.hang_up(call, solo.now))
        solo.wind(200)
        assert solo.agent.calls() == ()
        assert solo.agent.deadline is None


@pytest.mark.rfc("3261 §11.1", "OPTIONS asks a phone or a server")
def test_options_ask_a_phone_or_our_own_server() -> None:
    alice = Solo()
    alice.say(alice.agent.options(None, "ping", alice.now))
    request = alice.last("OPTIONS")
    assert str(request.uri) == "sip:atlanta.example"
    alice.answer(request, 100, "")
    alice.answer(request, 200, "s1", ("Server", "x"), ("Server", "y"))
    (replied,) = alice.phone.news(Replied)
    assert isinstance(replied, Replied)
    assert (replied.ref, replied.status, replied.reason) == ("ping", 200, "OK")
    assert replied.headers["server"] == "x"
    alice.say(alice.agent.options(BOB, "bob", alice.now))
    assert alice.last("OPTIONS").uri == BOB


@pytest.mark.rfc("3261 §8.1.3.1", "a time-out is a 408")
def test_a_question_without_an_answer_is_answered_408() -> None:
    alice = Solo()
    alice.say(alice.agent.options(BOB, "bob", alice.now))
    alice.wind(33)
    (replied,) = alice.phone.news(Replied)
    assert isinstance(replied, Replied)
    assert (replied.status, replied.reason) == (408, "Request Timeout")


def test_a_message_is_sent_signed_when_asked() -> None:
    alice = Solo()
    alice.say(alice.agent.message(BOB, "text/plain", b"hello", "m1", alice.now))
    challenge = ("WWW-Authenticate", 'Digest realm="x", nonce="n", qop="auth-int"')
    alice.answer(alice.last("MESSAGE"), 401, "s1", challenge)
    request = alice.last("MESSAGE")
    assert (request.body, request.content_type) == (b"hello", "text/plain")
    assert "qop=auth-int" in (request.headers.get("Authorization") or "")
    assert request.cseq.number == 2
    alice.answer(request, 202, "s1")
    (replied,) = alice.phone.news(Replied)
    assert isinstance(replied, Replied)
    assert (replied.ref, replied.status) == ("m1", 202)


def test_nothing_is_asked_without_an_account() -> None:
    agent = Agent(names())
    for wish in (
        lambda: agent.options(None, "r", 0.0),
        lambda: agent.message(BOB, "text/plain", b"", "r", 0.0),
        lambda: agent.invite("c", BOB, OFFER, 0.0),
    ):
        with pytest.raises(NotNow, match="no account"):
            wish()


def test_a_cli_is_the_from_user_and_the_user_stays_the_account() -> None:
    agent = Agent(names(), transport="WS", contact_params=(("transport", "ws"), ("x", "1")))
    agent.account = Identity(
        user="al ice", domain="a.example", cli="+15551234", display_name="Ali", expires=60
    )
    send = next(o for o in agent.invite("c", BOB, OFFER, 0.0) if isinstance(o, Send))
    invite = parse(send.data)
    assert isinstance(invite, Request)
    assert str(invite.from_.uri) == "sip:+15551234@a.example"
    assert invite.from_.display_name == "Ali"
    assert invite.via.transport == "WS"
    assert invite.contacts[0].uri.param("x") == "1"
    (send,) = [o for o in agent.register(0.0) if isinstance(o, Send)]
    register = parse(send.data)
    assert str(register.to.uri) == "sip:al%20ice@a.example"
    assert register.contacts[0].param("expires") == "60"


@pytest.mark.rfc(
    "3261 §17.2.1", "an INVITE that comes again gets its last provisional answer again"
)
def test_an_unanswered_invite_that_comes_again_is_answered_again() -> None:
    alice = Solo()
    alice.ask("INVITE", branch="z9hG4bKone", sdp=OFFER)
    alice.wind(0.3)
    assert alice.phone.wrote() == ["100 INVITE"]
    alice.ask("INVITE", branch="z9hG4bKone", sdp=OFFER)
    assert alice.phone.wrote() == ["100 INVITE", "100 INVITE"]


def test_a_response_whose_number_cannot_be_read_is_dropped_and_the_next_one_counts() -> None:
    alice = Solo()
    invite = alice.call()
    broken = bytes(reply(invite, 200, to_tag="b1")).replace(b"CSeq: 1", b"CSeq: one")
    assert [type(output) for output in alice.take(broken)] == [Dropped]
    alice.answer(invite, 200, "b1", sdp=ANSWER)
    assert alice.phone.wrote() == ["INVITE", "ACK"]
