"""INFO: news inside a call that changes nothing of it (RFC 6086)."""

from __future__ import annotations

from webphone.sip.endpoint import Endpoint, Pairs
from webphone.sip.methods import TRICKLE
from webphone.sip.outputs import InfoReceived, Output
from webphone.sip.transactions import ServerTransaction
from webphone.sip.wire.grammar import visible
from webphone.sip.wire.message import Message


def receive(endpoint: Endpoint, call: str, server: ServerTransaction, now: float) -> list[Output]:
    """Answer an INFO and pass it on."""
    request = server.request
    package = _name(request.headers.get("Info-Package") or "")
    if "Info-Package" in request.headers and package not in endpoint.packages:
        # §4.2.2: we have not offered to take it.
        offered = (("Recv-Info", ", ".join(endpoint.packages)),)
        return endpoint.answer(server, 469, now, offered)
    if package in endpoint.forms:
        kind, reads = endpoint.forms[package]
        if request.content_type != kind:
            # §4.2.2, RFC 3261 §21.4.13
            return endpoint.answer(server, 415, now, (("Accept", kind),))
        if not reads(request.body):
            return endpoint.answer(server, 400, now)
    news = InfoReceived(
        call=call,
        content_type=visible(request.content_type),
        body=request.body,
        package=visible(package),
    )
    return [*endpoint.answer(server, 200, now), news]


def packages(message: Message) -> frozenset[str]:
    """The packages that whoever wrote this message is willing to take (§5.2.2)."""
    named = frozenset(map(_name, message.headers.values("Recv-Info")))
    # RFC 8840 §4: its option tag says so as well.
    return named if TRICKLE in (*message.supported, *message.require) else named - {TRICKLE}


def headers(content_type: str, package: str) -> Pairs:
    """What an INFO of ours says of its body."""
    described = (("Content-Type", content_type),)
    if not package:
        return described
    # §6.1
    return (*described, ("Info-Package", package), ("Content-Disposition", "Info-Package"))


def _name(value: str) -> str:
    """A package without its parameters; names differ by case (§7.2)."""
    return value.partition(";")[0].strip()
