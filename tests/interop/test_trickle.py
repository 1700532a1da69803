"""Network paths that are found after the descriptions have left: they follow by INFO (RFC 8840)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from interop.coturn import Coturn
from interop.kamailio import Kamailio
from interop.slow_line import SlowLine
from page.phone_page import PhonePage

pytestmark = [pytest.mark.interop, pytest.mark.timed]

Open = Callable[..., PhonePage]

# A network in which nothing but a relay leads anywhere, and nobody has told the phone so.
WALLED = """<script>
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(config) { super({...config, iceTransportPolicy: "relay"}); window.__peer = this; }
  setConfiguration(config) { super.setConfiguration({...config, iceTransportPolicy: "relay"}); }
};
</script>
"""

CHOSEN = """async () => {
  const report = [...(await __peer.getStats()).values()];
  const of = (id) => report.find((entry) => entry.id === id);
  const chosen = of(report.find((entry) => entry.type === "transport").selectedCandidatePairId);
  return [of(chosen.localCandidateId), of(chosen.remoteCandidateId)].map((one) => one.candidateType);
}"""


@pytest.fixture
def slow_coturn(run_folder: Path) -> Iterator[tuple[Coturn, SlowLine]]:
    """A TURN server that first answers when every description has left (1 s at the longest)."""
    server = Coturn(run_folder / "coturn")
    server.start()
    line = SlowLine(server.port, 1.3)
    line.start()
    yield server, line
    line.stop()
    server.stop()


def candidates(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("a=candidate:")]


@pytest.mark.rfc(
    "8840 §4.4", "a relay that is found late reaches the other end, and carries the call"
)
def test_a_call_is_heard_over_relays_that_both_ends_find_too_late_for_their_descriptions(
    slow_coturn: tuple[Coturn, SlowLine], phone_page: Open, kamailio: Kamailio
) -> None:
    coturn, line = slow_coturn
    login = coturn.login() | {"urls": f"turn:127.0.0.1:{line.port}?transport=udp"}
    phones = []
    for user in ("carol", "ben"):
        phone = phone_page(user, before=WALLED, log_level="info")
        phone.register()
        phone.call_method("setConfig", {"iceServers": [login]})
        phones.append(phone)
    carol, ben = phones
    began = len(kamailio.wire())
    carol.make_call("ben")
    ben.wait_event("ringingin")
    ben.call_method("answer")
    carol.wait_event("answer")
    carol.ears.wait_sound()
    ben.ears.wait_sound()
    wire = [each.text for each in kamailio.wire()[began:]]
    [invite, *_] = [text for text in wire if text.startswith("INVITE")]
    assert "a=ice-options:trickle" in invite and candidates(invite) == []
    infos = [text for text in wire if text.startswith("INFO")]
    assert infos and all("Info-Package: trickle-ice" in text for text in infos)
    assert {one.split()[7] for text in infos for one in candidates(text)} == {"relay"}
    for phone in phones:
        assert phone.page.evaluate(CHOSEN) == ["relay", "relay"]
    carol.call_method("hangup")
    ben.wait_event("end")
