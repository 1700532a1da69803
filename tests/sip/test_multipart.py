"""A session description between other parts: offered, answered, and missing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pair import ANSWER, OFFER, Solo
from webphone.sip import Answered, Invited, parse, reply
from webphone.sip.wire.multipart import part

SDP = "application/sdp"
MIXED = 'multipart/mixed; boundary="- x"'


def mixed(*parts: str, end: str = "--- x--\r\n") -> str:
    return "".join(f"--- x\r\n{each}\r\n" for each in parts) + end


PLACE = "Content-Type: application/pidf+xml\r\nContent-ID: <where>\r\n\r\n<presence/>"
SOUND = f"content-TYPE : Application/SDP ;x=y\r\nContent-Disposition: session\r\n\r\n{OFFER}"


@pytest.mark.rfc("5621 §4.2", "the offer is found among other parts")
def test_an_offer_among_other_parts_rings_with_it() -> None:
    alice = Solo()
    request = alice.ask("OPTIONS")
    data = bytes(request).replace(b"OPTIONS", b"INVITE").replace(b"z9hG4bKbob1", b"z9hG4bKbob2")
    head = data.partition(b"Content-Length")[0] + f"Content-Type: {MIXED}\r\n\r\n".encode()
    alice.take(head + mixed(PLACE, SOUND).encode())
    (invited,) = alice.phone.news(Invited)
    assert isinstance(invited, Invited) and invited.sdp == OFFER


def test_an_answer_among_other_parts_is_the_answer() -> None:
    alice = Solo()
    invite = alice.call()
    answer = f"Content-Type: {SDP}\r\n\r\n{ANSWER}"
    body = mixed(PLACE, answer).encode()
    headers = (("Contact", "<sip:b@b.example>"), ("Content-Type", MIXED))
    alice.take(reply(invite, 200, to_tag="b1", headers=headers, body=body))
    (answered,) = alice.phone.news(Answered)
    assert isinstance(answered, Answered) and answered.sdp == ANSWER


@pytest.mark.parametrize("kind", [MIXED, "multipart/mixed", "multipart/mixed;boundary"])
def test_parts_without_a_description_are_refused(kind: str) -> None:
    alice = Solo()
    alice.ask("INVITE", ("Content-Type", kind), sdp="")
    data = bytes(parse(bytes(alice.ask("INVITE", ("Content-Type", kind), call_id="2"))))
    head = data.partition(b"Content-Length")[0].replace(b"Call-ID: 2", b"Call-ID: 3")
    alice.take(head.replace(b"z9hG4bKbob2", b"z9hG4bKbob3") + b"\r\n" + mixed(PLACE).encode())
    assert alice.last_status() == 415


@pytest.mark.rfc("2046 §5.1", "what stands outside the boundaries does not count")
@pytest.mark.rfc("2046 §5.1", "a part without a type is plain text")
def test_only_what_stands_between_the_boundaries_counts() -> None:
    body = "Content-Type: application/sdp\r\n\r\nnot me\r\n" + mixed(SOUND, end="")
    assert part(body.encode(), MIXED, SDP) == OFFER.encode() + b"\r\n"
    closed = mixed("\r\njust text") + f"--- x\r\n{SOUND}"
    assert part(closed.encode(), MIXED, SDP) is None
    assert part(closed.encode(), MIXED, "text/plain") == b"just text"
    assert part(b"", 'multipart/mixed;boundary="\\', SDP) is None


@given(st.binary(), st.text())
def test_any_body_has_such_a_part_or_none(body: bytes, kind: str) -> None:
    assert part(body, kind, SDP) is None or body
