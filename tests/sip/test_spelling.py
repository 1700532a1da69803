"""A stranger's spelling costs no call: it rings, it is answered, it ends, and shows what came."""

from __future__ import annotations

import pytest

from pair import ANSWER, OFFER, Solo
from webphone.sip import (
    By,
    Confirmed,
    Dropped,
    Ended,
    Invited,
    OfferReceived,
    Registered,
    Request,
    Response,
    parse,
    reply,
)


def _with(message: Request | Response, *lines: str) -> bytes:
    """The message with these header lines in place of its own."""
    names = [line.partition(":")[0] + ":" for line in lines]
    start, *own = bytes(message).decode().split("\r\n\r\n")[0].split("\r\n")
    kept = [line for line in own if not line.startswith(tuple(names))]
    head = "\r\n".join([start, *lines, *kept])
    return head.encode("utf-8", "surrogateescape") + b"\r\n\r\n" + message.body


def _invite(*lines: str) -> bytes:
    return _with(Solo().ask("INVITE", sdp=OFFER), *lines)


def _rings(*lines: str) -> tuple[Solo, Invited]:
    alice = Solo()
    alice.take(_invite(*lines))
    (invited,) = alice.phone.news(Invited)
    assert isinstance(invited, Invited)
    return alice, invited


def _answered(alice: Solo, call: str) -> Response:
    alice.say(alice.agent.accept(call, ANSWER, alice.now))
    answer = alice.phone.sent[-1]
    assert isinstance(answer, Response)
    assert answer.status == 200
    return answer


FROM = [
    # name and number as they are shown
    ('"Anonymous" <sip:@192.0.2.9>;tag=b1', "Anonymous", ""),
    ('"Anonymous" sip:anonymous@gw-switch.example;tag=b1', "Anonymous", "anonymous"),
    ("<sip:bob@gw.example;foo=bar;>;tag=b1", "", "bob"),
    ('"Sami\\" <sip:+15551234567@gw.example>;tag=b1', "Sami\\", "+15551234567"),
    ("<sip:490312345657@mail.example@gw.example>;tag=b1", "", "490312345657@mail.example"),
    ("<sip:Unknown Caller@gw.example>;tag=b1", "", "Unknown Caller"),
    ('<sip:bob@gw.example;x="a b">;tag=b1', "", "bob"),
    ("<sip:bob@gw.example>;tag=b1;;x=1", "", "bob"),
    ("<sip:bob@gw.example>;x=1;;tag=b1", "", "bob"),
    ('Bob "the man" <sip:bob@gw.example>;tag=b1', 'Bob "the man"', "bob"),
    ("Bob <b> <sip:bob@gw.example>;tag=b1", "Bob <b>", "bob"),
    ("<sip:bob@gw.example>,;tag=b1", "", "bob"),
    ("sip:bob@gw.example?x=1;tag=b1", "", "bob"),
    ("<sip:bob@gw.example:99999>;tag=b1", "", "bob"),
    ("<sips:bob@[2001:db8::9]:5061;a=;;b>;tag=b1", "", "bob"),
    ("<sip:%zz@gw.example>;tag=b1", "", "%zz"),
    ("<bob@gw.example>;tag=b1", "<bob@gw.example>", "anonymous"),
    ("Bob;tag=b1", "Bob", "anonymous"),
    ("<<<>>>;tag=b1", "<<<>>>", "anonymous"),
    (";tag=b1", "", "anonymous"),
]


@pytest.mark.rfc("3261 §8.1.1.3", "who cannot be read in From is anonymous")
@pytest.mark.parametrize(("value", "name", "number"), FROM)
def test_of_from_a_phone_needs_the_tag(value: str, name: str, number: str) -> None:
    alice, invited = _rings(f"From: {value}")
    assert (invited.from_.display_name, invited.from_.uri.number) == (name, number)
    assert invited.from_.tag == "b1"
    answer = _answered(alice, invited.call)
    assert answer.headers.get("From") == value
    alice.ask("ACK", to_tag=answer.to.tag)
    assert alice.phone.news(Confirmed)
    alice.say(alice.agent.hang_up(invited.call, alice.now))
    assert alice.last("BYE").to.tag == "b1"
    alice.answer(alice.last("BYE"), 200)
    assert alice.agent.idle


@pytest.mark.parametrize(("value", "_name", "_number"), FROM)
def test_a_bye_ends_the_call_whatever_its_from_looks_like(
    value: str, _name: str, _number: str
) -> None:
    alice, invited = _rings()
    answer = _answered(alice, invited.call)
    alice.ask("ACK", to_tag=answer.to.tag)
    alice.take(_with(Solo().ask("BYE", to_tag=answer.to.tag, cseq=2), f"From: {value}"))
    assert alice.last_status() == 200
    assert alice.phone.news(Ended) == [Ended(call=invited.call, by=By.REMOTE)]


CONTACTS = [
    ('<sip:joe@192.0.2.7;x="a b">', "sip:joe@192.0.2.7"),
    ("Lastname, Firstname <sip:joe@192.0.2.7>", "sip:joe@192.0.2.7"),
    ("<sip:bob@192.0.2.7:5060>;", "sip:bob@192.0.2.7:5060"),
    ("<sip:@192.0.2.7:5060>", "sip:192.0.2.7:5060"),
    ("<sip:bob@192.0.2.7;ob;>;;expires=3", "sip:bob@192.0.2.7;ob"),
    ('"Bob" sip:bob@192.0.2.7', "sip:bob@192.0.2.7"),
    ('"Bob\\" <sip:bob@192.0.2.7>', "sip:bob@192.0.2.7"),
    ("sip:bob@192.0.2.7?x=1", "sip:bob@192.0.2.7"),
    ("<sip:bob@192.0.2.7", "sip:bob@192.0.2.7"),
    # Nothing of these is an address: then From is all there is.
    ("<<>>", "sip:bob@biloxi.example"),
    ("nobody", "sip:bob@biloxi.example"),
    ("*", "sip:bob@biloxi.example"),
]


@pytest.mark.parametrize(("value", "target"), CONTACTS)
def test_of_contact_a_phone_needs_the_address_once_it_sends_something(
    value: str, target: str
) -> None:
    alice, invited = _rings(f"Contact: {value}")
    answer = _answered(alice, invited.call)
    alice.ask("ACK", to_tag=answer.to.tag)
    alice.take(
        _with(
            Solo().ask("INVITE", to_tag=answer.to.tag, cseq=2, sdp=OFFER),
            f"Contact: {value}",
            "Via: SIP/2.0/WSS bob.invalid;branch=z9hG4bKagain",
        )
    )
    assert alice.phone.news(OfferReceived)
    alice.say(alice.agent.reaccept(invited.call, ANSWER, alice.now))
    alice.ask("ACK", to_tag=answer.to.tag, cseq=2)
    alice.say(alice.agent.hang_up(invited.call, alice.now))
    assert str(alice.last("BYE").uri) == target


@pytest.mark.parametrize(("value", "target"), CONTACTS)
def test_an_answer_is_acknowledged_whatever_its_contact_looks_like(value: str, target: str) -> None:
    alice = Solo()
    invite = alice.call()
    alice.take(_with(reply(invite, 200, to_tag="b1", body=ANSWER.encode()), f"Contact: {value}"))
    assert str(alice.last("ACK").uri) == target


BROKEN = [
    "Contact: <sip:bob@192.0.2.7>;",
    "Contact: <<<",
    'From: "Bob <sip:bob@biloxi.example>;tag=b1',
    "From: ?",
    "To: ,,",
    "To: <sip:alice@one.example",
    "Record-Route: <<",
    "Require: everything",
    "Call-ID: not one word",
    "CSeq: one",
    "CSeq: 1 INVITE",
    "Content-Length: 99",
    "Content-Length: -1",
    "Max-Forwards: many",
    "Content-Type: a;;;",
    "Accept: nothing",
]


@pytest.mark.parametrize("line", BROKEN)
def test_a_cancel_is_matched_by_its_branch_whatever_else_it_says(line: str) -> None:
    alice, invited = _rings()
    cancel = Solo().ask("CANCEL", branch="z9hG4bKbob1")
    alice.take(_with(cancel, line))
    assert [m.status for m in alice.phone.sent if isinstance(m, Response)] == [200, 487]
    assert [news.call for news in alice.phone.news(Ended) if isinstance(news, Ended)] == [
        invited.call
    ]


@pytest.mark.parametrize("line", [line for line in BROKEN if not line.startswith("Call-ID")])
def test_a_bye_is_matched_by_its_tags_whatever_else_it_says(line: str) -> None:
    alice, invited = _rings()
    answer = _answered(alice, invited.call)
    alice.ask("ACK", to_tag=answer.to.tag)
    if line.startswith("From: ?"):
        line = "From: ?;tag=b1"
    elif line.startswith("To"):
        line = f"{line};tag={answer.to.tag}"
    alice.take(_with(Solo().ask("BYE", to_tag=answer.to.tag, cseq=2), line))
    assert alice.last_status() == 200
    assert alice.phone.news(Ended) == [Ended(call=invited.call, by=By.REMOTE)]


@pytest.mark.parametrize(
    "uri", ["<sip:alice@a.invalid>", "sip:", "sip:alice@a.invalid?x=1", "sip: a"]
)
def test_a_bye_and_a_cancel_end_a_call_whatever_address_they_go_to(uri: str) -> None:
    for method, status in (("BYE", 200), ("CANCEL", 487)):
        alice, invited = _rings()
        to_tag = ""
        if method == "BYE":
            answer = _answered(alice, invited.call)
            alice.ask("ACK", to_tag=answer.to.tag)
            to_tag = answer.to.tag
        branch = "z9hG4bKbob1" if method == "CANCEL" else ""
        data = bytes(Solo().ask(method, to_tag=to_tag, cseq=1 + bool(to_tag), branch=branch))
        alice.take(data.replace(b"sip:alice@a.invalid", uri.encode(), 1))
        assert alice.last_status() == status
        assert len(alice.phone.news(Ended)) == 1


@pytest.mark.deviates(
    "3261 §12.2.2",
    "A BYE with a number below the last one ends the call all the same: who wants to end it, has",
)
def test_a_bye_is_taken_though_a_stranger_has_used_up_the_numbers() -> None:
    alice, invited = _rings()
    answer = _answered(alice, invited.call)
    alice.ask("ACK", to_tag=answer.to.tag)
    alice.ask("INFO", to_tag=answer.to.tag, cseq=2**31 - 1)
    alice.ask("INFO", to_tag=answer.to.tag, cseq=2)
    assert alice.last_status() == 500
    alice.ask("BYE", to_tag=answer.to.tag, cseq=3)
    assert alice.last_status() == 200
    assert alice.phone.news(Ended) == [Ended(call=invited.call, by=By.REMOTE)]


def test_a_caller_may_take_back_the_call_by_a_bye_of_any_number() -> None:
    alice, _invited = _rings("CSeq: 9 INVITE")
    (call,) = alice.agent.calls()
    alice.say(alice.agent.ring(call, alice.now))
    ringing = alice.phone.sent[-1]
    alice.ask("BYE", to_tag=ringing.to.tag, cseq=3)
    assert alice.phone.wrote("200", "487") == ["200 BYE", "487 INVITE"]


@pytest.mark.rfc(
    "3261 §17.1.3", "a response is matched by its branch, whatever else is broken in it"
)
@pytest.mark.parametrize(
    "line",
    [
        "From: ?",
        "From: <sip:alice@atlanta.example>;tag=other",
        "To: Bob <sip:bob;;>>;tag=b1",
        'To: "Bob <sip:bob@biloxi.example>;tag=b1',
        "Record-Route: <<",
        "Record-Route: <sip:192.0.2.50;lr>;",
        "Contact: ,",
        "Call-ID: two words",
        "Content-Length: 12345",
        "Max-Forwards: x\r\nMax-Forwards: y",
        "Require: ;;",
    ],
)
def test_a_response_is_matched_by_branch_and_number_alone(line: str) -> None:
    alice = Solo()
    invite = alice.call()
    final = reply(invite, 200, to_tag="b1", headers=(("Contact", "<sip:bob@b.example>"),))
    alice.take(_with(final, line))
    assert alice.phone.wrote() == ["INVITE", "ACK"]
    assert alice.last("ACK").to.tag == "b1"
    assert str(alice.last("ACK").uri) == (
        "sip:bob@biloxi.example" if line.startswith("Contact") else "sip:bob@b.example"
    )


def test_a_response_without_from_and_call_id_still_answers() -> None:
    alice = Solo()
    invite = alice.call()
    lines = bytes(reply(invite, 486)).decode().split("\r\n")
    kept = [line for line in lines if not line.startswith(("From:", "Call-ID:"))]
    alice.take("\r\n".join(kept).encode())
    (ended,) = alice.phone.news(Ended)
    assert isinstance(ended, Ended) and ended.status == 486


ROUTES = [
    "sip:192.0.2.50:5062;transport=WS;lr",
    "<sip:192.0.2.50:5062;transport=WS;lr>;",
    "<sip:192.0.2.50:5062;transport=WS;lr;>",
    "<sip:192.0.2.50:5062;transport=WS;lr>;x=;;y",
    '"Proxy" <sip:192.0.2.50:5062;transport=WS;lr>;x="',
    ", <sip:192.0.2.50:5062;transport=WS;lr>,",
    "<sip:192.0.2.50:5062;transport=WS;lr>, ;;",
]


@pytest.mark.rfc("3261 §12.1.1", "Record-Route goes back as it came, and leads the way")
@pytest.mark.parametrize("value", ROUTES)
def test_a_route_leads_to_the_proxy_however_it_is_written(value: str) -> None:
    alice = Solo()
    invite = alice.call()
    route = "sip:192.0.2.50:5062;transport=WS;lr"
    alice.answer(invite, 180, "b1", ("Record-Route", value))
    alice.answer(invite, 200, "b1", ("Record-Route", value), sdp=ANSWER)
    ack = alice.last("ACK")
    assert str(ack.uri) == "sip:bob@b1.example"
    assert [str(one.uri) for one in ack.routes] == [route]

    alice, invited = _rings(f"Record-Route: {value}")
    answer = _answered(alice, invited.call)
    assert answer.headers.all("Record-Route") == [value.strip()]
    alice.ask("ACK", to_tag=answer.to.tag)
    alice.say(alice.agent.hang_up(invited.call, alice.now))
    assert [str(one.uri) for one in alice.last("BYE").routes] == [route]


@pytest.mark.rfc("3608 §6.1", "requests outside a dialog go by the Service-Route")
@pytest.mark.parametrize("value", ROUTES)
def test_a_service_route_is_read_alike(value: str) -> None:
    alice = Solo()
    alice.say(alice.agent.register(alice.now))
    register = alice.last("REGISTER")
    headers = (("Contact", register.headers.get("Contact") or ""), ("Service-Route", value))
    alice.take(reply(register, 200, to_tag="r", headers=headers))
    assert alice.phone.news(Registered)
    alice.call()
    (route,) = alice.last("INVITE").routes
    assert str(route.uri) == "sip:192.0.2.50:5062;transport=WS;lr"


@pytest.mark.parametrize(
    "value",
    [
        "SIP/2.0/WSS edge.example;branch=z9hG4bKx;;received=1.2.3.4",
        "SIP/2.0/WSS edge.example;branch=z9hG4bKx;",
        'SIP/2.0/WSS edge.example;branch=z9hG4bKx;x="open',
        "SIP/2.0/WSS edge.example;branch=z9hG4bKx,",
        "SIP/2.0/WSS edge.example;branch=z9hG4bKx, SIP/2.0/UDP 192.0.2.1;=;branch=z9hG4bKy",
        ", SIP/2.0/WSS edge.example;branch=z9hG4bKx",
        "SIP/2.0/WSS edge.example:;branch=z9hG4bKx",
        "SIP/2.0/WSS edge.example:99999;;branch=z9hG4bKx",
        "SIP/2.0/WSS edge.example maddr=1;branch=z9hG4bKx",
        "SIP/2.0/WSS edge.example;branch=z9hG4bKx, SIP/2.0/UDP [::1;branch=z9hG4bKy",
    ],
)
def test_of_via_a_phone_needs_the_branch(value: str) -> None:
    alice, invited = _rings(f"Via: {value}")
    cancel = _with(Solo().ask("CANCEL"), "Via: SIP/2.0/WSS edge.example;branch=z9hG4bKx")
    alice.take(cancel)
    assert [m.status for m in alice.phone.sent if isinstance(m, Response)] == [200, 487]
    assert len(alice.phone.news(Ended)) == 1
    assert invited.from_.tag == "b1"


def test_what_acknowledges_is_never_answered_however_broken() -> None:
    alice, invited = _rings()
    answer = _answered(alice, invited.call)
    sent = len(alice.phone.sent)
    for line in ("CSeq: 7 ACK", "Call-ID: two words", "Via: nothing"):
        outputs = alice.take(_with(Solo().ask("ACK", to_tag=answer.to.tag), line))
        assert [type(output) for output in outputs] == [Dropped]
    assert len(alice.phone.sent) == sent
    alice.take(
        _with(Solo().ask("ACK", to_tag=answer.to.tag), "Content-Length: 7", "From: ?;tag=b1")
    )
    assert alice.phone.news(Confirmed)


@pytest.mark.parametrize("line", ["CSeq: one", "CSeq:", "From: ?", "From: <sip:bob@b.example>"])
def test_an_ack_that_bears_our_tag_is_for_what_waits(line: str) -> None:
    alice, invited = _rings()
    answer = _answered(alice, invited.call)
    alice.take(_with(Solo().ask("ACK", to_tag=answer.to.tag), line))
    assert alice.phone.news(Confirmed)


@pytest.mark.parametrize("line", ["From: ?", "From:", "From: <sip:bob@b.example>;tag="])
def test_a_bye_that_has_lost_its_tag_ends_the_call_of_ours(line: str) -> None:
    alice, invited = _rings()
    answer = _answered(alice, invited.call)
    alice.ask("ACK", to_tag=answer.to.tag)
    alice.take(_with(Solo().ask("BYE", to_tag=answer.to.tag, cseq=2), line))
    assert alice.last_status() == 200
    assert alice.phone.news(Ended) == [Ended(call=invited.call, by=By.REMOTE)]


def test_a_bye_without_a_tag_ends_no_call_that_is_not_answered_yet() -> None:
    alice = Solo()
    invite = alice.call()
    alice.take(reply(invite, 180, to_tag="b1"))
    bye = Solo().ask("BYE", to_tag=invite.from_.tag, cseq=2)
    alice.take(_with(bye, "From: ?", f"Call-ID: {invite.call_id}"))
    assert alice.last_status() == 481
    assert alice.agent.calls()


@pytest.mark.rfc("3261 §8.1.1", "400 to a request that lacks what a response has to copy")
@pytest.mark.parametrize(
    "line",
    [
        "Via: nothing",
        "Via: SIP/2.0/WSS edge.example;branch=z9hG4bKx, ;",
        'To: "Alice <sip:alice@near.example>',
        "Call-ID:",
        "CSeq: one",
        "CSeq: 1 OPTIONS",
        "Content-Length: 9999",
    ],
)
def test_what_an_answer_would_need_is_still_required(line: str) -> None:
    alice = Solo()
    outputs = alice.take(_invite(line))
    assert alice.phone.news(Invited) == []
    # To a Via that cannot be read an answer goes all the same: it is copied as it came.
    assert alice.last_status() == 400 and isinstance(outputs[-1], Dropped)


def test_a_bye_that_names_no_call_is_refused() -> None:
    alice, invited = _rings()
    answer = _answered(alice, invited.call)
    alice.ask("ACK", to_tag=answer.to.tag)
    for line in ("Call-ID:", "Call-ID: two words", "From: ?;tag=b2"):
        alice.take(_with(Solo().ask("BYE", to_tag=answer.to.tag, cseq=2), line))
    statuses = [m.status for m in alice.phone.sent if isinstance(m, Response)]
    assert statuses[-3:] == [400, 481, 481]
    assert alice.agent.calls() == (invited.call,)


@pytest.mark.parametrize(
    "contact",
    [
        "<sip:bob@[;x>",
        "<tel:+1 2>",
        "sip:",
        "<sip:bob@>",
        "<sip:bob@b.example" + ";a" * 200 + ">",
        "<sip:bob@b.example?" + "a=b&" * 200 + ">",
        "<sip:bob@b.example>" + ";a" * 200,
    ],
)
def test_a_contact_of_any_length_and_shape_rings(contact: str) -> None:
    alice, invited = _rings(f"Contact: {contact}")
    answer = _answered(alice, invited.call)
    alice.ask("ACK", to_tag=answer.to.tag)
    alice.say(alice.agent.hang_up(invited.call, alice.now))
    assert str(alice.last("BYE").uri).startswith("sip:bob@b")
    assert len(str(alice.last("BYE").uri)) < 250


@pytest.mark.deviates(
    "3261 §21.4.1",
    "No 400 for a broken header that no answer needs: an INVITE rings as long as it can be answered",
)
@pytest.mark.parametrize(
    "line",
    [
        "Max-Forwards: 69",
        "Call-ID: two words",
        'To: "Sami\\" <sip:alice@near.example>',
        'Content-Type: "application/sdp"',
        "Content-Type: application/sdp,",
        "Content-Length: none",
    ],
)
def test_what_no_answer_needs_costs_no_call(line: str) -> None:
    data = _invite(line)
    alice = Solo()
    alice.take(data.replace(b"Max-Forwards: 69\r\n", b"Max-Forwards: 69\r\nMax-Forwards: 1\r\n"))
    (invited,) = alice.phone.news(Invited)
    assert isinstance(invited, Invited) and invited.sdp == OFFER
    answer = _answered(alice, invited.call)
    assert answer.to.tag


@pytest.mark.parametrize("between", [b"\n\r\n", b"\r\n\n", b"\n\n"])
def test_lines_that_end_otherwise_are_read(between: bytes) -> None:
    alice = Solo()
    alice.take(_invite().replace(b"\r\n\r\n", between))
    (invited,) = alice.phone.news(Invited)
    assert isinstance(invited, Invited) and invited.sdp == OFFER


def test_a_message_that_lost_its_carriage_returns_keeps_its_body() -> None:
    alice = Solo()
    alice.take(_invite().replace(b"\r\n", b"\n"))
    (invited,) = alice.phone.news(Invited)
    assert isinstance(invited, Invited) and invited.sdp == OFFER.replace("\r\n", "\n")


@pytest.mark.parametrize(
    "line", ["SIP/2.0  200  OK", "SIP/2.0 200\tOK", "SIP/2.0 200", "sip/2.0 200 "]
)
def test_a_status_line_is_read_whatever_stands_between_its_words(line: str) -> None:
    alice = Solo()
    data = bytes(reply(alice.call(), 200, to_tag="b1", body=ANSWER.encode()))
    alice.take(data.replace(b"SIP/2.0 200 OK", line.encode(), 1))
    assert alice.last("ACK")


def test_what_came_is_parsed_again_as_it_was() -> None:
    data = _invite('From: "Sami\\" <sip:1@gw.example>;tag=b1')
    assert bytes(parse(data)) == data
