"""Messages written by hand, for what no phone of ours would send."""

from __future__ import annotations

from webphone.exchange import Exchange, Send
from webphone.sip.wire.message import Request, Response, parse


def request(method: str, uri: str = "sip:town.example", *lines: str, branch: str = "1") -> bytes:
    """A request of alice; `lines` replace the usual header of that name or come after it."""
    usual = {
        "Via": f"SIP/2.0/WS alice.invalid;branch=z9hG4bK{branch}",
        "Max-Forwards": "70",
        "From": "<sip:alice@town.example>;tag=a",
        "To": "<sip:alice@town.example>",
        "Call-ID": "c1",
        "CSeq": f"1 {method}",
    }
    for line in lines:
        name, _colon, value = line.partition(": ")
        usual[name] = value
    head = "\r\n".join([f"{method} {uri} SIP/2.0", *(f"{n}: {v}" for n, v in usual.items())])
    return (head + "\r\n\r\n").encode()


def responses(exchange: Exchange, link: int, data: bytes, now: float = 0.0) -> list[Response]:
    """The responses that come back over the same link."""
    sends = [one for one in exchange.receive(link, data, now) if isinstance(one, Send)]
    answers = [parse(send.data) for send in sends if send.link == link]
    return [answer for answer in answers if isinstance(answer, Response)]


def requests(actions: object) -> list[tuple[int, Request]]:
    """The requests among what the exchange sends, with their links."""
    found = []
    for action in actions:  # type: ignore[attr-defined]
        message = parse(action.data)
        if isinstance(message, Request):
            found.append((action.link, message))
    return found
