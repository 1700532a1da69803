"""Network paths that are found after the descriptions have left: they follow by INFO (RFC 8840)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from interop.coturn import Coturn
from interop.firefox import Firefox
from interop.kamailio import Kamailio
from interop.slow_line import SlowLine
from page.page_server import PageServer
from page.phone_page import PhonePage
from page.ports import wait_until
from page.test_pictures import CALL

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

# Two phones of one page, which find their relays by and by.
TWO = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Two behind a wall</title>
{walled}<script src="/dist/webphone.js"></script>
<web-phone id="anna" {shared} username="carol" password="{carol}"></web-phone>
<web-phone id="ben" {shared} username="ben" password="{ben}"></web-phone>
<script>
  for (const phone of [anna, ben]) phone.setConfig({{ iceServers: [{login}] }});
</script>
"""

CHOSEN = """async () => {
  const report = [...(await __peer.getStats()).values()];
  const of = (id) => report.find((entry) => entry.id === id);
  const chosen = of(report.find((entry) => entry.type === "transport").selectedCandidatePairId);
  return [of(chosen.localCandidateId), of(chosen.remoteCandidateId)].map((one) => one.candidateType);
}"""

# Firefox says it of the pair itself.
CHOSEN_IN_FIREFOX = """async () => {
  const report = [...(await __peer.getStats()).values()];
  const of = (id) => report.find((entry) => entry.id === id).candidateType;
  const chosen = report.find((entry) => entry.type === "candidate-pair" && entry.selected);
  return chosen ? [of(chosen.localCandidateId), of(chosen.remoteCandidateId)] : [];
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


@pytest.fixture
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    # It asks no relay of its own machine unless it is told so.
    settings = {"media.peerconnection.ice.loopback": True}
    browser = Firefox(tmp_path_factory.mktemp("firefox"), settings=settings)
    yield browser
    browser.close()


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


@pytest.mark.rfc("8838 §9", "Firefox conveys each candidate, and takes each")
def test_firefox_tells_and_takes_what_is_found_late(
    slow_coturn: tuple[Coturn, SlowLine], firefox: Firefox, kamailio: Kamailio, pages: PageServer
) -> None:
    coturn, line = slow_coturn
    login = coturn.login() | {"urls": f"turn:127.0.0.1:{line.port}?transport=udp"}
    shared = f'host="{kamailio.ws_url}" realm="{kamailio.domain}" auto-register'
    users = {name: kamailio.users[name] for name in ("carol", "ben")}
    page = firefox.new_context().new_page()
    given = {"walled": WALLED, "shared": shared, "login": json.dumps(login), **users}
    page.goto(pages.put("/two-in-firefox.html", TWO.format(**given)))
    wait_until(
        lambda: page.evaluate("() => [anna, ben].every(({state}) => state === 'registered')"),
        "both to be registered",
        60,
    )
    began = len(kamailio.wire())
    page.evaluate(CALL)
    relays = ["relay", "relay"]
    wait_until(lambda: page.evaluate(CHOSEN_IN_FIREFOX) == relays, "the relays", 60)
    wire = [each.text for each in kamailio.wire()[began:]]
    [invite, *_] = [text for text in wire if text.startswith("INVITE")]
    assert "a=ice-options:trickle" in invite and candidates(invite) == []
    infos = [text for text in wire if text.startswith("INFO")]
    assert {one.split()[7] for text in infos for one in candidates(text)} == {"relay"}
    assert page.seen()["errors"] == []
