"""INFO: news inside a call that changes nothing of it (RFC 6086)."""

from __future__ import annotations

from webphone.sip.endpoint import Endpoint
from webphone.sip.outputs import InfoReceived, Output
from webphone.sip.transactions import ServerTransaction
from webphone.sip.wire.grammar import visible


def receive(endpoint: Endpoint, call: str, server: ServerTransaction, now: float) -> list[Output]:
    """Answer an INFO and pass it on."""
    request = server.request
    if "Info-Package" in request.headers:
        # §4.2.2: we have offered to take no package.
        response = endpoint.reply(request, 469, headers=(("Recv-Info", ""),))
        return endpoint.transactions.answer(server, response, now)
    news = InfoReceived(call=call, content_type=visible(request.content_type), body=request.body)
    return [*endpoint.transactions.answer(server, endpoint.reply(request, 200), now), news]
