"""The real components: Kamailio, rtpengine, baresip, SIPp, Chromium and a page that runs JsSIP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from interop.baresip import Baresip
from interop.jssip_page import JssipPage, build_jssip_page
from interop.kamailio import Kamailio
from interop.rtp import RtpPeer
from interop.rtpengine import Rtpengine
from interop.sipp import Sipp
from page.fixtures import FAILED
from page.page_server import PageServer

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def rtpengine(run_folder: Path) -> Iterator[Rtpengine]:
    engine = Rtpengine(run_folder / "rtpengine")
    engine.start()
    yield engine
    engine.stop()


@pytest.fixture(scope="session")
def start_kamailio(run_folder: Path, rtpengine: Rtpengine) -> Iterator[Callable[..., Kamailio]]:
    """start_kamailio(algorithm="SHA-256", ...) gives a running Kamailio of the test's own."""
    started: list[Kamailio] = []

    def start(**settings: Any) -> Kamailio:
        folder = run_folder / f"kamailio-{len(started) + 1}"
        kamailio = Kamailio(folder, rtpengine.control_port, **settings)
        started.append(kamailio)
        kamailio.start()
        return kamailio

    yield start
    for kamailio in started:
        kamailio.stop()


@pytest.fixture(scope="session")
def kamailio(start_kamailio: Callable[..., Kamailio]) -> Kamailio:
    """A registrar and proxy with MD5 digests."""
    return start_kamailio()


@pytest.fixture(scope="session")
def server(kamailio: Kamailio) -> Kamailio:
    """The server at which the phones register here."""
    return kamailio


@pytest.fixture(scope="session")
def kamailio_sha256(start_kamailio: Callable[..., Kamailio]) -> Kamailio:
    """A registrar and proxy with SHA-256 digests."""
    return start_kamailio(algorithm="SHA-256")


@pytest.fixture(scope="session")
def running_baresip(run_folder: Path, kamailio: Kamailio) -> Iterator[Baresip]:
    phone = Baresip(run_folder / "baresip", kamailio)
    phone.start()
    yield phone
    phone.stop()


@pytest.fixture
def baresip(running_baresip: Baresip) -> Iterator[Baresip]:
    """baresip, registered at `kamailio`, answering by itself, with no call at begin and end."""
    yield running_baresip
    running_baresip.hang_up()


@pytest.fixture
def start_baresip(
    request: pytest.FixtureRequest, run_folder: Path, kamailio: Kamailio
) -> Iterator[Callable[..., Baresip]]:
    """start_baresip("dave", auto_answer=False) gives a running phone of the test's own."""
    started: list[Baresip] = []

    def start(user: str, *, at: Kamailio = kamailio, **settings: Any) -> Baresip:
        folder = run_folder / "baresips" / f"{request.node.name}-{len(started) + 1}"
        started.append(Baresip(folder, at, user=user, **settings))
        started[-1].start()
        return started[-1]

    yield start
    for phone in started:
        phone.stop()


@pytest.fixture
def sipp(
    request: pytest.FixtureRequest, run_folder: Path, kamailio: Kamailio
) -> Iterator[Callable[..., Sipp]]:
    """sipp("refuse", status="603", reason="Decline") starts a scenario of data/sipp."""
    started: list[Sipp] = []

    def start(scenario: str, *, at: Kamailio = kamailio, **settings: Any) -> Sipp:
        folder = run_folder / "sipp" / f"{request.node.name}-{len(started) + 1}"
        script = Sipp(folder, at, scenario)
        started.append(script)
        script.start(**settings)
        return script

    yield start
    for script in started:
        script.stop()
        if request.node.stash.get(FAILED, False):
            print(f"--- SIPp {script.scenario}: {script.folder}\n{script.errors()}")


@pytest.fixture
def rtp_peer() -> Iterator[RtpPeer]:
    """A plain RTP end point that sends a tone, for the SDP of a SIPp scenario."""
    with RtpPeer() as peer:
        yield peer


@pytest.fixture(scope="session")
def jssip_built(run_folder: Path, pages: PageServer) -> None:
    pages.folder("/jssip", build_jssip_page(run_folder / "jssip"))


@pytest.fixture
def jssip_page(
    request: pytest.FixtureRequest,
    new_context: Callable[..., BrowserContext],
    pages: PageServer,
    jssip_built: None,
    kamailio: Kamailio,
) -> Iterator[Callable[..., JssipPage]]:
    """jssip_page("alice") opens the JsSIP phone of a user; it is not registered yet."""
    opened: list[JssipPage] = []

    def open_page(user: str, *, at: Kamailio = kamailio) -> JssipPage:
        opened.append(JssipPage(new_context(), pages, at, user))
        return opened[-1]

    yield open_page
    for page in opened:
        if request.node.stash.get(FAILED, False):
            print(page.console.text())
