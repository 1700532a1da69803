"""Calls over a relay: two phones that reach each other by a real TURN server only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from interop.coturn import Coturn
from interop.kamailio import Kamailio
from page.page_server import PageServer
from page.phone_page import PhonePage

pytestmark = [pytest.mark.interop, pytest.mark.timed]

Open = Callable[..., PhonePage]


@pytest.fixture(scope="module")
def coturn(run_folder: Path) -> Iterator[Coturn]:
    server = Coturn(run_folder / "coturn")
    server.start()
    yield server
    server.stop()


def kinds_of_candidates(sdp: str) -> set[str]:
    return {line.split()[7] for line in sdp.splitlines() if line.startswith("a=candidate:")}


def test_a_call_goes_over_a_relay_alone_whose_login_a_page_gives_for_a_while(
    coturn: Coturn, phone_page: Open, ben: PhonePage, kamailio: Kamailio, pages: PageServer
) -> None:
    """carol's login comes from an address; one that is wrong is said in words, and then mended."""
    address = pages.put("/relays.json", coturn.servers())
    carol = phone_page("carol", ice_servers_url=address, ice_policy="relay", log_level="info")
    carol.register()
    began = len(kamailio.wire())
    carol.make_call("ben")
    ben.wait_event("ringingin")
    ben.call_method("answer")
    carol.wait_event("answer")
    carol.ears.wait_sound()
    ben.ears.wait_sound()
    sent = [
        m.text for m in kamailio.wire()[began:] if m.text.startswith("INVITE") and "carol" in m.text
    ]
    assert sent and {kind for sdp in sent for kind in kinds_of_candidates(sdp)} == {"relay"}
    assert "ALLOCATE processed, success" in coturn.log()
    ben.call_method("hangup")
    carol.wait_event("end")

    wrong = coturn.login() | {"credential": "made-up"}
    carol.call_method("setConfig", {"iceServersUrl": "", "iceServers": [wrong]})
    refused = carol.rejection("makeCall", "ben")
    assert refused.code == "media_failed"
    assert "refuses the login" in str(refused.message) and coturn.url.partition("?")[0] in str(
        refused.message
    )
    shown = carol.page.content() + json.dumps(carol.console.lines)
    assert "made-up" not in shown and coturn.login()["credential"] not in shown

    pages.put("/relays.json", coturn.servers())
    carol.call_method("setConfig", {"iceServersUrl": address, "iceServers": []})
    carol.make_call("ben")
    ben.wait_event("ringingin")
    carol.call_method("hangup")
