"""Texts that stand alone or come in a call, and the packages of INFO: RFC 3428 and RFC 6086."""

from __future__ import annotations

import pytest

from pair import OFFER, Pair, Solo
from webphone.sip import InfoReceived, MessageReceived, NotNow, Replied, Response, Uri
from webphone.sip.inbox import LARGEST, MOST, OF_ALL, OF_ONE

BOB = Uri.parse("sip:bob@biloxi.example")
PLAIN = ("Content-Type", "text/plain")


def last(alice: Solo) -> Response:
    message = alice.phone.sent[-1]
    assert isinstance(message, Response)
    return message


def texts(alice: Solo) -> list[str]:
    return [one.text for one in alice.phone.news(MessageReceived)]  # type: ignore[attr-defined]


def write(alice: Solo, text: str, *headers: tuple[str, str], number: int = 1, **more: str) -> None:
    alice.ask("MESSAGE", PLAIN, *headers, cseq=number, sdp=text, **more)  # type: ignore[arg-type]


@pytest.mark.rfc("3428 §4", "a MESSAGE has no Contact and makes no dialog")
@pytest.mark.rfc("3428 §7", "a MESSAGE is answered 200, without a Contact")
def test_a_text_goes_from_one_phone_to_the_other_and_is_answered() -> None:
    pair = Pair()
    outputs = pair.alice.agent.message(BOB, "text/plain", "grüß dich".encode(), "m", pair.now)
    pair.say(pair.alice, outputs)
    pair.deliver()
    [came] = pair.bob.news(MessageReceived)
    assert isinstance(came, MessageReceived)
    assert (came.call, came.text, came.content_type) == ("", "grüß dich", "text/plain")
    assert (came.from_.uri.number, came.to.uri.number) == ("alice", "bob")
    [answer] = pair.alice.news(Replied)
    assert isinstance(answer, Replied)
    assert (answer.ref, answer.status) == ("m", 200)
    for message in (*pair.alice.sent, *pair.bob.sent):
        assert "Contact" not in message.headers  # RFC 3428 §4 and §7


def test_a_text_goes_within_a_call_both_ways() -> None:
    pair = Pair()
    theirs = pair.talking()
    agent = pair.alice.agent
    pair.say(pair.alice, agent.message(BOB, "text/plain", b"psst", "m", pair.now, call="call"))
    pair.deliver()
    pair.say(
        pair.bob, pair.bob.agent.message(BOB, "text/plain", b"yes?", "n", pair.now, call=theirs)
    )
    pair.deliver()
    [at_bob], [at_alice] = pair.bob.news(MessageReceived), pair.alice.news(MessageReceived)
    assert isinstance(at_bob, MessageReceived)
    assert isinstance(at_alice, MessageReceived)
    assert (at_bob.call, at_bob.text) == (theirs, "psst")
    assert (at_alice.call, at_alice.text) == ("call", "yes?")


def test_who_rings_or_is_rung_at_may_write_already() -> None:
    pair = Pair()
    pair.call()
    [theirs] = pair.bob.agent.calls()
    pair.say(pair.bob, pair.bob.agent.ring(theirs, pair.now))
    pair.deliver()
    with pytest.raises(NotNow):
        pair.alice.agent.message(BOB, "text/plain", b"x", "m", pair.now, call="call")
    alice = Solo()
    invite = alice.call()
    alice.answer(invite, 180)
    write(alice, "one moment", dialog_of=invite)  # type: ignore[arg-type]
    assert (last(alice).status, texts(alice)) == (200, ["one moment"])
    alice = Solo()
    alice.ask("INVITE", sdp=OFFER)
    alice.say(alice.agent.ring(*alice.agent.calls(), alice.now))
    tag = last(alice).to.tag
    write(alice, "hurry", number=2, to_tag=tag)
    assert (last(alice).status, texts(alice)) == (200, ["hurry"])


@pytest.mark.rfc("3261 §8.2.2.2", "the same request sent again is told once")
def test_the_same_text_sent_again_is_told_once() -> None:
    """Its answer was lost with a socket, or a proxy sends it along two ways."""
    alice = Solo()
    write(alice, "once")
    write(alice, "once")
    assert (last(alice).status, texts(alice)) == (200, ["once"])
    write(alice, "once", number=2)
    assert texts(alice) == ["once", "once"]


@pytest.mark.deviates(
    "3428 §8",
    "Texts longer than 1300 octets are taken and sent: the bound is for UDP, and the phone has a WebSocket",
)
@pytest.mark.rfc("3261 §8.2.3", "415 with Accept to a type that nobody reads")
@pytest.mark.rfc("3428 §8", "413 to a text longer than is taken")
@pytest.mark.rfc("5621 §4.2", "of a multipart text the plain part is read")
@pytest.mark.parametrize(
    ("kind", "body", "status", "text"),
    [
        ("text/plain", "hi", 200, "hi"),
        ("text/plain;charset=UTF-8", "hi", 200, "hi"),
        ('text/plain; charset="iso-8859-1"', "hi", 200, "hi"),
        ("text/plain;charset=klingon", "hi", 415, None),
        ("application/json", "{}", 200, "{}"),
        ("image/png", "PNG", 415, None),
        (
            "multipart/mixed;boundary=b",
            "--b\r\nContent-Type: text/plain\r\n\r\nhi\r\n--b--",
            200,
            "hi",
        ),
        (
            "multipart/mixed;boundary=b",
            "--b\r\nContent-Type: image/png\r\n\r\nP\r\n--b--",
            415,
            None,
        ),
        ("text/plain", "x" * LARGEST, 200, "x" * LARGEST),
        ("text/plain", "x" * (LARGEST + 1), 413, None),
    ],
)
def test_what_can_be_read_is_taken(kind: str, body: str, status: int, text: str | None) -> None:
    alice = Solo()
    alice.ask("MESSAGE", ("Content-Type", kind), cseq=1, sdp=body)
    assert (last(alice).status, texts(alice)) == (status, [] if text is None else [text])
    assert ("text/plain" in (last(alice).headers.get("Accept") or "")) is (status == 415)


def test_a_text_in_a_packed_encoding_is_refused_and_one_without_words_is_no_news() -> None:
    alice = Solo()
    write(alice, "x", ("Content-Encoding", "gzip"))
    assert (last(alice).status, last(alice).headers.get("Accept-Encoding")) == (415, "identity")
    alice.ask("MESSAGE", cseq=2)
    assert (last(alice).status, texts(alice)) == (200, [])


def test_nobody_writes_faster_than_a_person_reads() -> None:
    alice = Solo()
    for number in range(OF_ONE + 1):
        write(alice, str(number), number=number)
    assert last(alice).status == 480
    assert "Retry-After" in last(alice).headers
    assert len(texts(alice)) == OF_ONE
    alice.wind(1)
    write(alice, "later", number=OF_ONE)  # the one that was refused comes again
    assert texts(alice)[-1] == "later"


def test_nor_do_all_together_and_of_many_senders_the_last_are_remembered() -> None:
    alice = Solo()
    for number in range(OF_ALL + 5):
        _from(alice, f"eve{number}", number)
    assert len(texts(alice)) == OF_ALL
    for number in range(MOST + 5):
        alice.wind(2)
        _from(alice, f"dan{number}", 1000 + number)
    assert len(texts(alice)) == OF_ALL + MOST + 5
    inbox = alice.agent._endpoint.inbox
    assert (len(inbox._known), len(inbox._senders)) == (MOST, MOST)


def _from(alice: Solo, who: str, number: int) -> None:
    request = alice.ask("BYE", cseq=number)  # any request that makes nothing, to be written over
    data = bytes(request).replace(b"BYE", b"MESSAGE").replace(b"<sip:bob@", f"<sip:{who}@".encode())
    data = data.replace(b"z9hG4bKbob", f"z9hG4bK{who}".encode())
    alice.take(
        data.replace(b"Content-Length: 0", b"Content-Type: text/plain\r\nContent-Length: 2") + b"hi"
    )


@pytest.mark.rfc("3261 §11.2", "OPTIONS has the status that a call would get")
def test_options_say_that_a_phone_is_busy_but_not_within_a_call() -> None:
    """RFC 3261 §11.2: the status that a call would get."""
    alice = Solo()
    alice.agent.take_calls(False)
    alice.ask("OPTIONS")
    assert (last(alice).status, "MESSAGE" in last(alice).allow) == (486, True)
    invite = alice.call()
    alice.answer(invite, 200, sdp=OFFER)
    alice.ask("OPTIONS", dialog_of=invite, cseq=2)
    assert last(alice).status == 200


# --- INFO packages --------------------------------------------------------------------------------


@pytest.mark.rfc("6086 §4.2.1", "an INFO goes only for a package that the peer takes")
def test_a_package_goes_to_who_has_offered_to_take_it() -> None:
    pair = Pair()
    pair.alice.agent.take_packages(["foo"])
    pair.bob.agent.take_packages(["bar", "baz"])
    theirs = pair.talking()
    agent = pair.alice.agent
    with pytest.raises(NotNow):
        agent.info("call", "text/plain", b"x", "i", pair.now, package="foo")
    pair.say(pair.alice, agent.info("call", "text/plain", b"x", "i", pair.now, package="baz"))
    pair.deliver()
    [came] = pair.bob.news(InfoReceived)
    assert came == InfoReceived(call=theirs, content_type="text/plain", body=b"x", package="baz")
    request = pair.alice.sent[-1]
    assert request.headers.get("Content-Disposition") == "Info-Package"
    pair.say(
        pair.bob, pair.bob.agent.info(theirs, "text/plain", b"y", "i", pair.now, package="foo")
    )
    pair.deliver()
    assert [one.package for one in pair.alice.news(InfoReceived)] == ["foo"]  # type: ignore[attr-defined]


@pytest.mark.rfc("6086 §5.2.2", "Recv-Info of the peer is followed when it changes")
@pytest.mark.rfc("6086 §5.2.3", "Recv-Info is in the answer where it was asked, be it empty")
def test_recv_info_is_answered_where_it_is_asked_and_followed_when_it_changes() -> None:
    alice = Solo()
    invite = alice.call()
    assert "Recv-Info" not in invite.headers
    alice.answer(invite, 200, sdp=OFFER)
    alice.ask("UPDATE", ("Recv-Info", "foo"), dialog_of=invite, cseq=2)
    assert last(alice).headers.get("Recv-Info") == ""
    alice.say(alice.agent.info("call", "a/b", b"", "i", alice.now, package="foo"))
    assert alice.last("INFO").headers.get("Info-Package") == "foo"
    alice.ask("UPDATE", dialog_of=invite, cseq=3)
    assert "Recv-Info" not in last(alice).headers


# --- The package of trickle ICE -------------------------------------------------------------------

TRICKLE = "trickle-ice"
TAKES = (("Supported", TRICKLE), ("Recv-Info", f"{TRICKLE}, foo"))


def trickling() -> Solo:
    alice = Solo()
    alice.agent.take_packages([TRICKLE, TRICKLE], {TRICKLE: ("a/b", lambda body: body != b"bad")})
    return alice


@pytest.mark.rfc("8840 §10.6", "who takes no such INFO does not say so, and refuses to have to")
def test_the_option_tag_stands_and_falls_with_the_package() -> None:
    for alice, known in ((Solo(), False), (trickling(), True)):
        invite = alice.call()
        assert (TRICKLE in invite.supported) is known
        assert (invite.headers.get("Recv-Info") == TRICKLE) is known
        alice.answer(invite, 200, sdp=OFFER)
        alice.ask("OPTIONS", ("Require", TRICKLE), dialog_of=invite, cseq=2)
        assert last(alice).status == (200 if known else 420)
        assert (TRICKLE in last(alice).supported) is known


def test_an_info_that_cannot_be_read_is_answered_so() -> None:
    alice = trickling()
    invite = alice.call()
    alice.answer(invite, 200, sdp=OFFER)
    package = ("Info-Package", TRICKLE)
    for number, kind, body, status in (
        (2, "a/c", "x", 415),
        (3, "a/b", "bad", 400),
        (4, "a/b", "x", 200),
    ):
        alice.ask("INFO", package, ("Content-Type", kind), dialog_of=invite, cseq=number, sdp=body)
        assert last(alice).status == status
    [came] = alice.phone.news(InfoReceived)
    assert isinstance(came, InfoReceived)
    assert (came.package, came.body) == (TRICKLE, b"x")


@pytest.mark.rfc("8840 §4.3.2", "an INFO goes in the early dialog of a phone that takes it")
def test_an_early_dialog_hears_of_what_it_takes_and_its_answer_is_told() -> None:
    alice = trickling()
    assert not alice.agent.takes("call", TRICKLE)
    invite = alice.call()
    assert not alice.agent.takes("call", TRICKLE)
    alice.answer(invite, 183, "b1", *TAKES, sdp=OFFER)
    alice.answer(invite, 183, "B2", ("Recv-Info", TRICKLE), sdp=OFFER)
    takes = [alice.agent.takes("call", TRICKLE, branch) for branch in ("", "b1", "B2", "b3")]
    assert takes == [True, True, False, False]
    alice.say(alice.agent.info("call", "a/b", b"x", "i", alice.now, package=TRICKLE, branch="b1"))
    info = alice.last("INFO")
    assert (info.to.tag, info.headers.get("Info-Package"), info.body) == ("b1", TRICKLE, b"x")
    alice.answer(info, 200)
    [reply] = alice.phone.news(Replied)
    assert isinstance(reply, Replied)
    assert (reply.ref, reply.status) == ("i", 200)
    with pytest.raises(NotNow):
        alice.agent.info("call", "a/b", b"x", "i", alice.now, package=TRICKLE, branch="B2")
    with pytest.raises(NotNow):
        alice.agent.info("call", "a/b", b"x", "i", alice.now, package=TRICKLE)


def test_what_the_other_side_takes_may_come_with_its_answer_to_a_change() -> None:
    alice = trickling()
    invite = alice.call()
    alice.answer(invite, 200, sdp=OFFER)
    assert not alice.agent.takes("call", TRICKLE)
    alice.say(alice.agent.reinvite("call", OFFER, alice.now))
    alice.answer(alice.last("INVITE"), 200, "b1", *TAKES, sdp=OFFER)
    assert alice.agent.takes("call", TRICKLE)


def test_who_rings_here_is_told_nothing_before_the_answer() -> None:
    pair = Pair()
    pair.alice.agent.take_packages([TRICKLE])
    pair.bob.agent.take_packages([TRICKLE])
    pair.call()
    assert not pair.bob.agent.takes(pair.bob.agent.calls()[0], TRICKLE)
