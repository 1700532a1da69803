"""What a phone in a browser has gone through, played again without one."""

from __future__ import annotations

import pytest

from page.phone_page import PhonePage
from page.server import Server
from page.spec import hang_up, talk
from replay import Replay, Trace

pytestmark = pytest.mark.browser


def test_the_trace_of_a_call_in_a_browser_replays_to_the_same_actions(
    anna: PhonePage, ben: PhonePage, server: Server
) -> None:
    talk(anna, ben)
    anna.call_method("hold")
    anna.call_method("resume")
    anna.call_method("sendDtmf", "5")
    anna.wait_event("dtmf")
    hang_up(ben, anna)
    for phone in (anna, ben):
        text = phone.call_method("getTrace")
        assert server.users[str(phone.id)] not in text
        trace = Trace.read(text)
        sent = [a["data"] for turn in trace.turns for a in turn["out"] if a["type"] == "Send"]
        assert any(data.startswith("REGISTER") for data in sent)
        assert trace.head["leftOut"] == 0
        for turn, done in zip(trace.turns, Replay(trace, exact=True).done, strict=True):
            assert done == turn["out"], turn["in"]
