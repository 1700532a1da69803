"""What a phone in a browser has gone through, played again without one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from page.phone_page import PhonePage
from page.server import Server
from page.spec import hang_up, talk
from replay import Replay, Trace

pytestmark = pytest.mark.browser


def test_the_trace_of_a_call_in_a_browser_replays_to_the_same_actions(
    phone_page: Callable[..., PhonePage], server: Server
) -> None:
    # Phones of its own: in a trace of those that stand open there is no room for their start.
    carol, dave = (phone_page(user, id=user, auto_register="true") for user in ("carol", "dave"))
    for phone in (carol, dave):
        phone.wait_event("registered")
    talk(carol, dave)
    carol.call_method("hold")
    carol.call_method("resume")
    carol.call_method("sendDtmf", "5")
    carol.wait_event("dtmf")
    hang_up(dave, carol)
    for phone in (carol, dave):
        text = phone.call_method("getTrace")
        assert server.users[str(phone.id)] not in text
        trace = Trace.read(text)
        sent = [a["data"] for turn in trace.turns for a in turn["out"] if a["type"] == "Send"]
        assert any(data.startswith("REGISTER") for data in sent)
        assert trace.head["leftOut"] == 0
        for turn, done in zip(trace.turns, Replay(trace, exact=True).done, strict=True):
            assert done == turn["out"], turn["in"]
