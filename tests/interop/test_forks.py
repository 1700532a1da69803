"""A number that rings at two phones: one plays early media, the other one answers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import BrowserContext

from interop.kamailio import Kamailio
from page.early import EarlyMedia
from page.page_server import PageServer
from page.phone_page import PhonePage
from page.ports import wait_until

pytestmark = [pytest.mark.interop, pytest.mark.timed]

ROUNDS = 3  # without new network paths every second one has six seconds of silence
PATIENCE = 3500.0  # milliseconds; a fifth of a second is usual, each further try takes 0.75 s

# Notes every 20 ms how many packets of sound the call has got from the end it now hears.
COUNT = """
() => {
  const peer = window.__peers.findLast((one) => one.signalingState !== "closed");
  window.__counted = [];
  const look = async () => {
    let packets = 0;
    for (const row of (await peer.getStats()).values())
      if (row.type === "inbound-rtp" && row.kind === "audio") packets += row.packetsReceived;
    window.__counted.push([performance.now(), packets]);
    if (peer.signalingState !== "closed") setTimeout(look, 20);
  };
  look();
}
"""


def silence(phone: PhonePage) -> float | None:
    """Milliseconds from the answer to the first sound of who answered; None: none yet."""
    [since] = [event["at"] for event in phone.events() if event["name"] == "answer"]
    counted = phone.page.evaluate("__counted")
    changes = [(at, packets - before) for (_, before), (at, packets) in pairwise(counted)]
    # The browser counts anew for a new end.
    anew = next((at for at, more in changes if at >= since and more < 0), None)
    if anew is None:
        return None
    return next((at - since for at, more in changes if at > anew and more > 0), None)


@pytest.mark.rfc("3960 §3.1", "who answers is heard, whoever sounded before")
def test_the_phone_that_answers_is_heard_at_once_though_another_one_sounded_before(
    anna: PhonePage,
    phone_page: Callable[..., PhonePage],
    new_context: Callable[..., BrowserContext],
    pages: PageServer,
    kamailio: Kamailio,
) -> None:
    dave = phone_page("dave")
    dave.register()
    for _ in range(ROUNDS):
        for phone in (anna, dave):
            phone.forget_events()
        other = EarlyMedia(new_context(), pages, kamailio, "dave")
        with other.registered():
            anna.make_call("dave")
            other.play()
            anna.wait_event("ringingout", lambda detail: detail["stage"] == "earlymedia")
            dave.wait_event("ringingin")
            anna.ears.wait_sound()
            anna.page.evaluate(COUNT)
            dave.call_method("answer")
            anna.wait_event("answer")
            other.fall_silent()
            wait_until(lambda: silence(anna) is not None, "sound of who answered", 12.0)
            quiet = silence(anna)
            assert quiet is not None and quiet < PATIENCE
            anna.ears.wait_sound()
            dave.ears.wait_sound()
        anna.call_method("hangup")
        dave.wait_event("end")
        assert anna.details("error") == [] and dave.details("error") == []
        assert anna.wait_event("end")["disposition"] == "answered"
