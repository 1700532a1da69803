"""The 49 messages of RFC 4475 at an agent's door, each with what it must lead to."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pair import names
from webphone.sip import (
    Agent,
    Dropped,
    Invited,
    Malformed,
    Request,
    Response,
    Send,
    parse,
)
from webphone.sip.wire.message import Unreadable
from webphone.sip.wire.rules import validate
from webphone.sip.wire.uri import unescape

FOLDER = Path(__file__).parent / "torture"
MANIFEST = json.loads((FOLDER / "manifest.json").read_text("utf-8"))["messages"]

Check = Callable[[Request, Response], bool]


def _anything(request: Request, answer: Response) -> bool:
    return True


def _allow(request: Request, answer: Response) -> bool:
    return "INVITE" in answer.allow


# What the manifest says of a request: the status of our answer and what must be true of both.
# `INVITED` is an INVITE that rings; anything else is answered at once.
INVITED = 0
REQUESTS: dict[str, tuple[int, Check]] = {
    # Well-formed, but with a To tag of a dialog we do not have: §12.2.2.
    "wsinv": (
        481,
        lambda request, answer: (
            request.headers.get("NewFangledHeader") == "newfangled value continued newfangled value"
            and request.headers.get("UnknownHeaderWithUnusualValue") == ";;,,;;,;"
            and request.to.tag == "1918181833n"
            and request.cseq.number == 9
            and len(request.vias) == 3
        ),
    ),
    "intmeth": (
        501,
        lambda request, answer: (
            "INVITE" in answer.allow and request.from_.param("fromParam''~+*_!.-%") == "работающий"
        ),
    ),
    "esc01": (
        INVITED,
        lambda request, answer: (
            unescape(request.uri.user or "") == "sips:user@example.com"
            and request.contacts[0].uri.param("name") == "value%41"
        ),
    ),
    "escnull": (
        405,
        lambda request, answer: (
            request.to.uri.user == "null-%00-null"
            and [c.uri.user for c in request.contacts] == ["%00", "%00%00"]
            and not request.contacts[0].uri.equivalent(request.contacts[1].uri)
        ),
    ),
    "esc02": (
        501,
        lambda request, answer: (
            request.method == "RE%47IST%45R"
            and len(request.contacts) == 2
            and "C%6Fntact" in request.headers
        ),
    ),
    "lwsdisp": (200, lambda request, answer: request.from_.display_name == "caller"),
    "longreq": (INVITED, lambda request, answer: len(request.vias) > 30),
    "dblreq": (405, lambda request, answer: request.body == b""),
    "semiuri": (
        200,
        lambda request, answer: unescape(request.uri.user or "") == "user;par=u@example.net",
    ),
    "transports": (
        200,
        lambda request, answer: (
            [via.transport for via in answer.vias] == ["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"]
        ),
    ),
    "mpart01": (200, lambda request, answer: len(request.body) == 553 and b"\0" in request.body),
    "badinv01": (400, _anything),
    "clerr": (400, _anything),
    "ncl": (400, _anything),
    "scalar02": (400, _anything),
    "quotbal": (400, _anything),
    "ltgtruri": (400, _anything),
    "lwsruri": (400, _anything),
    "lwsstart": (400, _anything),
    "trws": (400, _anything),
    # Refused, so the escaped header never becomes one.
    "escruri": (400, lambda request, answer: "Route" not in answer.headers),
    # Date says nothing to a phone.
    "baddate": (INVITED, _anything),
    # No registrar, whatever the Contact is.
    "regbadct": (405, _allow),
    "badaspec": (200, lambda request, answer: request.to.uri.user == "t.watson"),
    "baddn": (200, lambda request, answer: request.from_.display_name == "Bell, Alexander"),
    "badvers": (505, _anything),
    "mismatch01": (400, _anything),
    "mismatch02": (400, _anything),
    # Matched in the manner of RFC 2543.
    "badbranch": (200, lambda request, answer: answer.via.branch == "z9hG4bK"),
    "insuf": (400, _anything),
    "unkscm": (416, _anything),
    "novelsc": (416, _anything),
    "unksm2": (
        405,
        lambda request, answer: (
            request.to.uri.scheme == "isbn"
            and request.from_.uri.scheme == "http"
            and request.contacts[0].uri.scheme == "name"
        ),
    ),
    "bext01": (
        420,
        lambda request, answer: (
            answer.headers.values("Unsupported")
            == ["nothingSupportsThis", "nothingSupportsThisEither"]
        ),
    ),
    "invut": (415, lambda request, answer: answer.headers.get("Accept") == "application/sdp"),
    "regaut01": (405, _allow),
    "multi01": (400, _anything),
    "mcl01": (400, _anything),
    # Max-Forwards is for proxies.
    "zeromf": (200, lambda request, answer: request.max_forwards == 0),
    "cparam01": (
        405,
        lambda request, answer: (
            request.contacts[0].param("unknownparam") == ""
            and not request.contacts[0].uri.has("unknownparam")
        ),
    ),
    "cparam02": (
        405,
        lambda request, answer: (
            request.contacts[0].param("unknownparam") is None
            and request.contacts[0].uri.has("unknownparam")
        ),
    ),
    "regescrt": (
        405,
        lambda request, answer: (
            request.contacts[0].uri.header("Route") == "<sip:sip.example.com>"
            and "Route" not in request.headers
        ),
    ),
    "sdp01": (
        406,
        lambda request, answer: (answer.headers.get("Warning") or "").startswith("399 "),
    ),
    "inv2543": (
        INVITED,
        lambda request, answer: (
            request.via.branch == "" and request.from_.tag == "" and len(request.body) == 105
        ),
    ),
}

# Responses are never answered; ours would have reached the one who asked.
RESPONSES: dict[str, Callable[[bytes], bool]] = {
    "unreason": lambda data: (
        _response(data).reason == "= 2**3 * 5**2 но сто девяносто девять - простое"
    ),
    "noreason": lambda data: _response(data).status == 100 and _response(data).reason == "",
    "scalarlg": lambda data: _unreadable(data),
    "bigcode": lambda data: _unreadable(data),
    "bcast": lambda data: len(_response(data).vias) == 2,
}


def _octets(name: str) -> bytes:
    row = next(row for row in MANIFEST if row["name"] == name)
    return (FOLDER / row.get("wire_file", row["file"])).read_bytes()


def _response(data: bytes) -> Response:
    message = parse(data)
    assert isinstance(message, Response)
    return message


def _unreadable(data: bytes) -> bool:
    with pytest.raises(Malformed) as fault:
        validate(parse(data))
    return fault.value.status is None


def _request(data: bytes) -> Request:
    message: Request | Response | None
    try:
        message = parse(data)
    except Unreadable as fault:
        message = fault.message
    assert isinstance(message, Request)
    return message


def test_every_message_of_rfc_4475_has_its_row() -> None:
    assert len(MANIFEST) == 49
    assert {row["name"] for row in MANIFEST} == REQUESTS.keys() | RESPONSES.keys()
    assert {row["name"] for row in MANIFEST if row["kind"] == "response"} == RESPONSES.keys()


@pytest.mark.rfc("4475 §3", "each request gets the answer that it deserves")
@pytest.mark.rfc("4475 §3.3.15", "406 where no description is accepted that we could write")
@pytest.mark.parametrize("name", REQUESTS)
def test_a_tortuous_request_gets_the_answer_it_deserves(name: str) -> None:
    status, holds = REQUESTS[name]
    agent, data = Agent(names()), _octets(name)
    outputs = agent.receive(data, 0.0)
    if status == INVITED:
        (invited,) = outputs
        assert isinstance(invited, Invited)
        assert invited.sdp is not None
        outputs = agent.reject(invited.call, 603, 0.0)
        status = 603
    answers = [parse(output.data) for output in outputs if isinstance(output, Send)]
    assert [answer.status for answer in answers if isinstance(answer, Response)] == [status]
    assert isinstance(answers[0], Response)
    assert holds(_request(data), answers[0])
    assert bool(agent.calls()) is False


@pytest.mark.rfc("4475 §3.1.2.19", "a status that no grammar knows is dropped")
@pytest.mark.parametrize("name", RESPONSES)
def test_a_tortuous_response_is_dropped_and_never_answered(name: str) -> None:
    outputs = Agent(names()).receive(_octets(name), 0.0)
    assert [type(output) for output in outputs] == [Dropped]
    assert RESPONSES[name](_octets(name))


def test_an_answer_to_what_cannot_be_read_is_itself_readable() -> None:
    for row in MANIFEST:
        for output in Agent(names()).receive(_octets(row["name"]), 0.0):
            if isinstance(output, Send):
                assert isinstance(parse(output.data), Response)
