"""The real components: Kamailio, rtpengine, baresip, SIPp, Chromium and a page that runs JsSIP."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from interop.baresip import Baresip
from interop.chromium import Chromium
from interop.jssip_page import JssipPage, build_jssip_page
from interop.kamailio import Kamailio
from interop.page_server import PageServer
from interop.phone_page import PhonePage
from interop.rtp import RtpPeer
from interop.rtpengine import Rtpengine
from interop.sipp import Sipp
from interop.tones import COUNT_TONES

ROOT = Path(__file__).parents[2]
FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests with real components run last.

    The quick ones fail first; and while Playwright is up, its event loop is the running one of
    this thread, so that asyncio.run() of another test would be refused.
    """
    items.sort(key=lambda item: item.get_closest_marker("interop") is not None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report: Any = yield
    if report.when in ("setup", "call") and report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture(scope="session")
def run_folder() -> Path:
    """tests/.run/interop/<pid>: the configuration, logs and recordings of this run.

    Those of runs that are over are removed first.
    """
    runs = ROOT / "tests" / ".run" / "interop"
    for old in runs.glob("*"):
        if not Path("/proc", old.name).exists():
            shutil.rmtree(old, ignore_errors=True)
    folder = runs / str(os.getpid())
    folder.mkdir(parents=True, exist_ok=True)
    return folder


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
def chromium() -> Iterator[Chromium]:
    browser = Chromium()
    browser.start()
    yield browser
    browser.stop()


@pytest.fixture
def new_context(chromium: Chromium) -> Iterator[Callable[..., BrowserContext]]:
    """new_context() gives a new browser profile that may use microphone and camera."""
    opened: list[BrowserContext] = []

    def context(**settings: Any) -> BrowserContext:
        opened.append(chromium.context(**settings))
        return opened[-1]

    yield context
    for each in opened:
        each.close()


@pytest.fixture(scope="session")
def pages(run_folder: Path) -> Iterator[PageServer]:
    """The web server of the test pages; `/dist` is the build."""
    server = PageServer()
    server.folder("/dist", ROOT / "dist")
    server.start()
    yield server
    server.stop()


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


@pytest.fixture
def phone_page(
    request: pytest.FixtureRequest,
    new_context: Callable[..., BrowserContext],
    pages: PageServer,
    kamailio: Kamailio,
) -> Iterator[Callable[..., PhonePage]]:
    """phone_page("alice", **attributes) opens a page with our phone, set up for a user.

    `context` is a browser profile other than a new one that may use microphone and camera. `url`
    opens a page as it is instead; `script` is the phone's script on the page server.
    Attribute names are given with underscores: auto_register="true".
    """
    opened: list[PhonePage] = []

    def open_phone(
        user: str | None = None,
        *,
        url: str | None = None,
        script: str = "/dist/webphone.js",
        id: str = "phone",
        at: Kamailio = kamailio,
        ready: bool = True,
        before: str = "",
        after: str = "",
        context: BrowserContext | None = None,
        **attributes: str | bool | None,
    ) -> PhonePage:
        account = (
            {"host": at.ws_url, "realm": at.domain, "username": user, "password": at.users[user]}
            if user
            else {}
        )
        given = {name.replace("_", "-"): value for name, value in attributes.items()}
        address = url or PhonePage.write(
            pages, script, {**account, **given}, id=id, before=before, after=after
        )
        phone = PhonePage(context or new_context(), address, id)
        opened.append(phone)
        return phone.open(ready=ready)

    yield open_phone
    if request.node.stash.get(FAILED, False):
        for phone in opened:
            print(phone.report())


@pytest.fixture(scope="session")
def standing_phones(chromium: Chromium) -> Iterator[dict[str, PhonePage]]:
    """The phones that stay open from test to test, by user."""
    phones: dict[str, PhonePage] = {}
    yield phones
    for phone in phones.values():
        phone.close()


@pytest.fixture
def standing_phone(
    request: pytest.FixtureRequest,
    standing_phones: dict[str, PhonePage],
    chromium: Chromium,
    pages: PageServer,
    kamailio: Kamailio,
) -> Iterator[Callable[[str], PhonePage]]:
    """standing_phone("anna") lends a registered phone without calls and without past events.

    It is used again by later tests, unless this one fails.
    """
    lent: dict[str, PhonePage] = {}

    def lend(user: str) -> PhonePage:
        phone = standing_phones.pop(user, None) or _registered_phone(
            user, chromium, pages, kamailio
        )
        phone.forget_events()
        lent[user] = phone
        return phone

    yield lend
    failed = request.node.stash.get(FAILED, False)
    for user, phone in lent.items():
        if failed:
            print(phone.report())
        if failed or not _tidied(phone):
            phone.close()
        else:
            standing_phones[user] = phone


@pytest.fixture
def anna(standing_phone: Callable[[str], PhonePage]) -> PhonePage:
    return standing_phone("anna")


@pytest.fixture
def ben(standing_phone: Callable[[str], PhonePage]) -> PhonePage:
    return standing_phone("ben")


def _registered_phone(
    user: str, chromium: Chromium, pages: PageServer, kamailio: Kamailio
) -> PhonePage:
    account = {"host": kamailio.ws_url, "realm": kamailio.domain, "username": user}
    url = PhonePage.write(
        pages, "/dist/webphone.js", {**account, "password": kamailio.users[user]}, id=user
    )
    context = chromium.context()
    context.add_init_script(COUNT_TONES)
    phone = PhonePage(context, url, user).open()
    phone.register()
    return phone


def _tidied(phone: PhonePage) -> bool:
    """Without calls and still registered."""
    if phone.calls():
        phone.call_method("hangupAll")
    return not phone.calls() and phone.state() == "registered"
