"""What our phone writes, as Kamailio and SIPp read it: the forms that a browser can't see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import pytest

from interop.kamailio import Kamailio, Wire
from interop.rtp import RtpPeer
from interop.sipp import Sipp
from page.phone_page import PhonePage
from page.ports import wait_until

pytestmark = pytest.mark.interop

Open = Callable[..., PhonePage]
Script = Callable[..., Sipp]

DIGEST = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')


@pytest.fixture
def answered_call(anna: PhonePage, sipp: Script, kamailio: Kamailio) -> Iterator[list[Wire]]:
    """All of a call that SIPp answered and anna ended, as Kamailio read and wrote it."""
    script = sipp("answer")
    call = anna.make_call(script.number)
    anna.wait_event("answer")
    anna.call_method("hangup")
    script.finish()
    yield wait_until(
        lambda: _ended(_messages(kamailio, call["callId"])), "the whole call in Kamailio's record"
    )


@pytest.mark.rfc("3261 §8.1.1", "what each request needs is there")
@pytest.mark.rfc("7118 §5", "Via names the WebSocket and a host in .invalid")
def test_every_request_has_the_form_of_a_browser(answered_call: Sequence[Wire]) -> None:
    """RFC 7118 section 5 and RFC 3261 section 8.1.1."""
    requests = _sent(answered_call)
    assert [_method(request) for request in requests] == ["INVITE", "ACK", "INVITE", "ACK", "BYE"]
    hosts = set()
    for request in requests:
        via = re.fullmatch(
            r"SIP/2\.0/WS ([0-9a-z]+\.invalid);branch=z9hG4bK\w+;rport", _header(request, "Via")
        )
        assert via, _header(request, "Via")
        hosts.add(via[1])
        assert _header(request, "Max-Forwards") == "70"
        assert ";tag=" in _header(request, "From")
        body = request.text.split("\r\n\r\n", 1)[1].encode()
        assert int(_header(request, "Content-Length")) == len(body)
    assert len(hosts) == 1


@pytest.mark.rfc("7118 §5", "transport=ws at an invalid host, until there is a GRUU")
@pytest.mark.rfc("5627 §4.2", "then the GRUU that the REGISTER gave")
def test_the_contact_leads_back_over_the_websocket(
    answered_call: Sequence[Wire], kamailio: Kamailio
) -> None:
    """RFC 7118 section 5: transport=ws at an invalid host; then the GRUU that REGISTER gave."""
    registers = [m for m in kamailio.wire() if m.way == "rcv" and _method(m) == "REGISTER"]
    contact = next(
        _header(message, "Contact")
        for message in registers
        if "sip:anna@" in _header(message, "To") and _header(message, "Authorization")
    )
    assert re.match(r"<sip:\w+@[0-9a-z]+\.invalid;transport=ws>", contact), contact
    assert '+sip.instance="<urn:uuid:' in contact
    assert "reg-id=1" in contact
    invite = _sent(answered_call)[0]
    assert re.match(r"<sip:anna@127\.0\.0\.1;gr=urn:uuid:", _header(invite, "Contact"))


@pytest.mark.rfc("3261 §12.2.1.1", "the Record-Route of the 200 in reverse, its Contact as target")
def test_the_dialog_goes_by_its_route_to_the_peer(answered_call: Sequence[Wire]) -> None:
    """RFC 3261 section 12.2.1.1: the Record-Route of the 200 in reverse, its Contact as target."""
    answer = next(m for m in answered_call if m.way == "snd" and _is_answer(m))
    recorded = _values(answer, "Record-Route")
    assert len(recorded) == 2
    for request in _sent(answered_call)[3:]:
        assert _values(request, "Route") == recorded[::-1]
        assert request.first_line.split()[1] in _header(answer, "Contact")


@pytest.mark.rfc("3261 §22.3", "a 407 is acknowledged and the INVITE sent again signed")
def test_the_refused_invite_is_acknowledged_and_repeated_with_a_digest(
    answered_call: Sequence[Wire], kamailio: Kamailio
) -> None:
    first, acknowledgement, second, last_ack, bye = _sent(answered_call)
    # RFC 3261 section 17.1.1.3: the ACK to a non-2xx is of the INVITE's own transaction.
    assert _header(acknowledgement, "Via") == _header(first, "Via")
    assert acknowledgement.first_line.split()[1] == first.first_line.split()[1]
    assert _number(acknowledgement) == _number(first)
    refusal = next(m for m in answered_call if m.first_line.startswith("SIP/2.0 407"))
    assert _header(acknowledgement, "To") == _header(refusal, "To")
    assert not _header(first, "Proxy-Authorization")

    # Section 22.2: the same call with a higher CSeq, and a branch of its own.
    assert _header(second, "From") == _header(first, "From")
    assert _number(second) > _number(first)
    assert _header(second, "Via") != _header(first, "Via")
    digest = _digest(_header(second, "Proxy-Authorization"))
    challenge = _digest(_header(refusal, "Proxy-Authenticate"))
    assert digest["username"] == "anna"
    assert (digest["realm"], digest["nonce"]) == (challenge["realm"], challenge["nonce"])
    assert digest["uri"] == second.first_line.split()[1]
    assert (digest["qop"], digest["nc"]) == ("auth", "00000001")
    assert len(digest["response"]) == 32
    assert digest["cnonce"]

    # Section 13.2.2.4: the ACK to the 2xx is a transaction of its own with the INVITE's number.
    assert _number(last_ack) == _number(second)
    assert _header(last_ack, "Via") != _header(second, "Via")
    assert _number(bye) > _number(second)
    assert not any(
        password in message.text
        for message in answered_call
        for password in kamailio.users.values()
    )


def test_a_refusal_that_is_no_challenge_is_acknowledged_too(
    anna: PhonePage, sipp: Script, kamailio: Kamailio
) -> None:
    script = sipp("refuse")
    call = anna.make_call(script.number)
    anna.wait_event("end")
    script.finish()
    sent = wait_until(
        lambda: _four(_sent(_messages(kamailio, call["callId"]))), "two INVITEs and two ACKs"
    )
    assert [_method(request) for request in sent] == ["INVITE", "ACK", "INVITE", "ACK"]
    assert _header(sent[3], "Via") == _header(sent[2], "Via")


@pytest.mark.rfc("3261 §9.1", "a CANCEL has the branch and the number of its INVITE")
def test_a_cancel_is_of_the_same_transaction_as_its_invite(
    anna: PhonePage, sipp: Script, kamailio: Kamailio
) -> None:
    script = sipp("ring")
    call = anna.make_call(script.number)
    anna.wait_event("ringingout")
    anna.call_method("hangup")
    script.finish()
    sent = _sent(_messages(kamailio, call["callId"]))
    invite = [request for request in sent if _method(request) == "INVITE"][-1]
    cancel = next(request for request in sent if _method(request) == "CANCEL")
    # RFC 3261 section 9.1
    assert _header(cancel, "Via") == _header(invite, "Via")
    assert _number(cancel) == _number(invite)
    assert cancel.first_line.split()[1] == invite.first_line.split()[1]
    assert _header(cancel, "To") == _header(invite, "To")


@pytest.mark.rfc("3262 §4", "a reliable 183 gets its PRACK")
def test_a_reliable_183_is_acknowledged_by_prack(
    anna: PhonePage, sipp: Script, rtp_peer: RtpPeer
) -> None:
    script = sipp("reliable_ringing", media_port=rtp_peer.port)
    anna.make_call(script.number)
    anna.wait_event("ringingout")
    anna.wait_event("answer")
    anna.ears.wait_sound()
    anna.call_method("hangup")
    script.finish()


def test_the_caller_s_number_name_and_headers_are_as_the_page_wishes(
    phone_page: Open, sipp: Script
) -> None:
    script = sipp("refuse")
    carol = phone_page("carol", display_name="Carol Ώ", cli="+15550199")
    carol.register()
    carol.make_call(script.number, headers={"X-Ticket": "4711"})
    carol.wait_event("end")
    script.finish()
    invite = script.received("INVITE")[0]
    assert invite.header("From").startswith('"Carol Ώ" <sip:+15550199@127.0.0.1>')
    assert invite.header("X-Ticket") == "4711"


def _messages(kamailio: Kamailio, call_id: str) -> list[Wire]:
    return [message for message in kamailio.wire() if _header(message, "Call-ID") == call_id]


def _sent(messages: Sequence[Wire]) -> list[Wire]:
    """The requests that came to Kamailio over a WebSocket."""
    return [
        message
        for message in messages
        if message.way == "rcv"
        and message.protocol == "ws"
        and not message.first_line.startswith("SIP/2.0")
    ]


def _ended(messages: list[Wire]) -> list[Wire]:
    return (
        messages
        if messages
        and messages[-1].first_line.startswith("SIP/2.0 200")
        and ("BYE" in _header(messages[-1], "CSeq"))
        else []
    )


def _four(messages: list[Wire]) -> list[Wire]:
    return messages if len(messages) >= 4 else []


def _is_answer(message: Wire) -> bool:
    return message.first_line.startswith("SIP/2.0 200") and "INVITE" in _header(message, "CSeq")


def _method(message: Wire) -> str:
    return message.first_line.split(" ", 1)[0]


def _number(message: Wire) -> int:
    return int(_header(message, "CSeq").split()[0])


def _header(message: Wire, name: str) -> str:
    """The first line of that header, or nothing."""
    head = message.text.split("\r\n\r\n", 1)[0]
    found = re.search(rf"^{name}\s*:\s*(.*?)\s*$", head, re.M | re.I)
    return found[1] if found else ""


def _values(message: Wire, name: str) -> list[str]:
    """All values of a header, over its lines and commas."""
    head = message.text.split("\r\n\r\n", 1)[0]
    lines = re.findall(rf"^{name}\s*:\s*(.*?)\s*$", head, re.M | re.I)
    return [value.strip() for line in lines for value in re.split(r",(?=\s*<)", line)]


def _digest(header: str) -> dict[str, str]:
    return {name: quoted or plain for name, quoted, plain in DIGEST.findall(header)}
