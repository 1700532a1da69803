"""Messages as they come to a phone, and our reader and writer of them, in CPython and Pyodide."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import count
from typing import Any, TypeVar

from sip_dialogs import OFFER, Crowd
from webphone.media import Description
from webphone.sip.dialog import Dialog
from webphone.sip.endpoint import SDP, Endpoint, Identity, Shared
from webphone.sip.entropy import Entropy
from webphone.sip.methods import ALLOW, Place, supported
from webphone.sip.wire.headers import NameAddr
from webphone.sip.wire.message import Message, Request, Response, parse
from webphone.sip.wire.uri import Uri

Item = TypeVar("Item")
MESSAGES = 20  # of each kind, no two alike
REGISTERING = (("Supported", supported(Place.REGISTER)), ("Allow", ALLOW))

# What a phone looks at in most messages; the bytes of each message differ, as those of calls do.
_ROUTE = "Record-Route: <sip:edge-{n}.example.net;transport=ws;lr;ftag=f{n}a7c21>\r\n"
_WAY = _ROUTE + "Record-Route: <sip:10.20.0.{octet}:5060;lr;nat=yes;ftag=f{n}a7c21>\r\n"
_ABOUT = (
    "Allow: INVITE, ACK, CANCEL, BYE, UPDATE, MESSAGE, OPTIONS, REFER, INFO, NOTIFY, PRACK\r\n"
    "Supported: timer, gruu, ice, replaces, outbound, 100rel, norefersub\r\n"
)
_INVITE = (
    "INVITE sip:u{n}k3v9q2@b7d2m1c9x4t8.invalid;transport=ws SIP/2.0\r\n"
    "Via: SIP/2.0/WSS edge-{n}.example.net;branch=z9hG4bK{n}.5f2c7d1e9a3b.0;rport\r\n"
    "Via: SIP/2.0/TCP 10.20.0.{octet}:5060;received=10.20.0.{octet};branch=z9hG4bK7c{n}d51\r\n"
    "Via: SIP/2.0/WSS h8r5p0c2l7w4.invalid;branch=z9hG4bK{n}4410983;received=203.0.113.{octet}\r\n"
    + _WAY
    + "Max-Forwards: 68\r\n"
    'From: "Ren\u00e9e Miller {n}" <sip:renee.{n}@example.net>;tag=f{n}a7c21\r\n'
    "To: <sip:bob.{n}@example.net>\r\n"
    "Call-ID: 0b6f2c{n}-7d1e-4c39-9a52-8e41f0c7d6b3\r\n"
    "CSeq: {n} INVITE\r\n"
    "Contact: <sip:renee.{n}@h8r5p0c2l7w4.invalid;transport=ws;ob>;+sip.ice;"
    'reg-id=1;+sip.instance="<urn:uuid:2f6c1b{n}-0d4e-4a7b-9c58-6b1e3f7a2d90>"\r\n'
    + _ABOUT
    + "Session-Expires: 1800;refresher=uac\r\n"
    "Min-SE: 90\r\n"
    "P-Asserted-Identity: <sip:renee.{n}@example.net>\r\n"
    "User-Agent: Example Phone 4.2.{n}\r\n"
    "Content-Type: application/sdp\r\n"
    "Content-Length: {length}\r\n\r\n"
)
_ANSWER = (
    "SIP/2.0 200 OK\r\n"
    "Via: SIP/2.0/WSS b7d2m1c9x4t8.invalid;branch=z9hG4bK{n}90c1ffe;received=198.51.100.{octet}\r\n"
    + _WAY
    + "From: <sip:bob.{n}@example.net>;tag=b{n}d920\r\n"
    "To: <sip:renee.{n}@example.net>;tag=r{n}61fe\r\n"
    "Call-ID: 5d17ab{n}-3c5f-4e0a-8b26-91d4c7e0f2a8\r\n"
    "CSeq: {n} INVITE\r\n"
    "Contact: <sip:renee.{n}@h8r5p0c2l7w4.invalid;transport=ws>\r\n"
    + _ABOUT
    + "Server: Example Phone 4.2.{n}\r\n"
    "Content-Type: application/sdp\r\n"
    "Content-Length: {length}\r\n\r\n"
)
_REGISTERED = (
    "SIP/2.0 200 OK\r\n"
    "Via: SIP/2.0/WSS b7d2m1c9x4t8.invalid;branch=z9hG4bK{n}55e0a1;received=198.51.100.{octet}\r\n"
    "From: <sip:bob.{n}@example.net>;tag=b{n}d920\r\n"
    "To: <sip:bob.{n}@example.net>;tag=s{n}c0de\r\n"
    "Call-ID: 8e20fd{n}-1a7c-4b93-a0d5-2c6f9e3b7d14\r\n"
    "CSeq: {n} REGISTER\r\n"
    "Contact: <sip:u{n}k3v9q2@b7d2m1c9x4t8.invalid;transport=ws>;expires=600\r\n"
    "Server: Example Registrar\r\n"
    "Content-Length: 0\r\n\r\n"
)

KINDS = {"INVITE": _INVITE, "200 of INVITE": _ANSWER, "200 of REGISTER": _REGISTERED}


def messages(kind: str, sdp: str, many: int = MESSAGES) -> list[bytes]:
    """As many of that kind, no two alike: each is of another call."""
    body = "" if kind == "200 of REGISTER" else sdp
    length = len(body.encode())
    made = (
        KINDS[kind].format(n=1000 + number, octet=number % 200, length=length) + body
        for number in range(many)
    )
    return [message.encode() for message in made]


def read(data: bytes) -> object:
    """All that is looked at in most messages."""
    message = parse(data)
    return (
        (message.via.branch, message.from_.tag, message.from_.uri, message.to.tag, message.to.uri),
        (message.call_id, message.cseq, message.readable_contacts, message.record_routes),
        (message.allow, message.supported, message.content_type, message.body),
    )


_numbers = count(1)


def _unlike(size: int) -> bytes:
    """Names that differ, at no cost."""
    return (next(_numbers) * 0x9E3779B97F4A7C15F39CC0605CEDC835 % (1 << size * 8)).to_bytes(
        size, "big"
    )


def _many_headers(size: int) -> bytes:
    """As many headers as kB: ten times as many are two hundred."""
    more = "".join([f"X-Number-{number}: {number}\r\n" for number in range(size * 3)])
    return messages("INVITE", "")[0].replace(b"User-Agent", more.encode() + b"User-Agent")


def _long_header(size: int) -> bytes:
    return messages("INVITE", "")[0].replace(b"User-Agent: ", b"User-Agent: " + b"a b" * size * 333)


def _long_body(size: int) -> bytes:
    return messages("INVITE", "a=b\r\n" * size * 200)[0]


def _description(size: int) -> str:
    line = "a=candidate:1 1 udp 2113937151 192.0.2.1 42194 typ host generation 0\r\n"
    return f"{OFFER}{line * (size * 1000 // len(line))}"


def _described(sdp: str) -> object:
    Description.parse.cache_clear()
    return Description.parse(sdp)


# In kB; the larger messages have two hundred headers, or 64 kB.
SIZES = {"small": 6, "large": 60}
GROWING: dict[str, Callable[[int], Any]] = {
    "headers": _many_headers,
    "a long header": _long_header,
    "a long body": _long_body,
    "description": _description,
}


class Writer:
    """Messages of our own: each once more, as a phone makes it."""

    def __init__(self, sdp: str) -> None:
        self._sdp = sdp
        self._endpoint = Endpoint(Entropy(_unlike), "Example Phone", "WSS", (("transport", "ws"),))
        self._me = Identity(user="bob", domain="example.net", display_name="Bob").caller
        self._target = Uri("sip", user="renee", host="example.net")
        # What stays the same for as long as the phone is registered, or the call is up.
        self._registered = Shared.of(
            Uri("sip", host="example.net"),
            (),
            self._me.with_param("tag", "b1d920c5e7f3a816"),
            self._me,
            "8e20fd1a7c4b93a0d52c6f9e3b7d14ab",
        )
        self._contact = f"{NameAddr('', self._endpoint.contact)};expires=600"
        self._number = 0
        (answer,) = messages("200 of INVITE", sdp, 1)
        invite, response = self.invite(Message()), parse(answer)
        assert isinstance(invite, Request)
        assert isinstance(response, Response)
        self._dialog = Dialog.called(invite, response)

    def invite(self, _asked: Message) -> Message:
        headers = (("Content-Type", SDP),)
        body = self._sdp.encode()
        return self._endpoint.outside("INVITE", self._me, self._target, headers=headers, body=body)

    def answer(self, asked: Message) -> Message:
        assert isinstance(asked, Request)
        return self._endpoint.success(asked, self._sdp)

    def ringing(self, asked: Message) -> Message:
        assert isinstance(asked, Request)
        return self._endpoint.ringing(asked, "")

    def register(self, _asked: Message) -> Message:
        self._number += 1
        headers = (("Contact", self._contact), ("Expires", "600"), *REGISTERING)
        return self._endpoint.within("REGISTER", self._registered, self._number, headers=headers)

    def ack(self, _asked: Message) -> Message:
        return self._dialog.request(self._endpoint, "ACK", cseq=1)

    def bye(self, _asked: Message) -> Message:
        return self._dialog.request(self._endpoint, "BYE")


_crowd = cache(Crowd)


def work(what: str, kind: str, sdp: str, times: int) -> Callable[[], None]:
    """What is timed: all messages of a kind are read that often, or as many made or written.

    Or what grows is done that often, small or ten times as large, or among so many dialogs.
    """
    if what in SIZES:
        text = GROWING[kind](SIZES[what])
        look = _described if kind == "description" else read
        return lambda: _do(look, [text], times)
    if what.endswith(" dialogs"):
        many = int(what.split()[0])
        # A timer comes once, a message as often as one likes.
        crowd = _crowd(many) if kind == "a message" else Crowd(many)
        happen = crowd.hear if kind == "a message" else lambda _caller: crowd.wake()
        return lambda: _do(happen, list(range(10)), times)
    if what == "read":
        data = messages(kind, sdp)
        return lambda: _do(read, data, times)
    writer = Writer(sdp)
    make = {
        "INVITE": writer.invite,
        "180 of INVITE": writer.ringing,
        "200 of INVITE": writer.answer,
        "ACK": writer.ack,
        "BYE": writer.bye,
        "REGISTER": writer.register,
    }[kind]
    asked = [parse(one) for one in messages("INVITE", sdp)]
    if what == "write":
        made = [make(one) for one in asked]
        return lambda: _do(bytes, made, times)
    return lambda: _do(lambda one: bytes(make(one)), asked, times)


def _do(each: Callable[[Item], object], items: list[Item], times: int) -> None:
    for _ in range(times):
        for item in items:
            each(item)
