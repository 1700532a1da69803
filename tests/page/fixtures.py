"""Chromium, pages with our phone, and phones that stand open, for all tests that need a browser.

A phone registers at the fixture `server`, which each folder of tests has for itself.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from page.chromium import Chromium
from page.lasting import FAILED
from page.page_server import PageServer
from page.phone_page import PhonePage
from page.server import Server
from page.spec import at_rest, put_back, remove_phones
from page.tones import COUNT_TONES

ROOT = Path(__file__).parents[2]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report: Any = yield
    if report.when in ("setup", "call") and report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture(scope="session")
def run_folder() -> Path:
    """tests/.run/<pid>: the configuration, logs and recordings of this run.

    Those of runs that are over are removed first.
    """
    runs = ROOT / "tests" / ".run"
    for old in runs.glob("[0-9]*"):
        if not Path("/proc", old.name).exists():
            shutil.rmtree(old, ignore_errors=True)
    folder = runs / str(os.getpid())
    folder.mkdir(parents=True, exist_ok=True)
    return folder


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


@pytest.fixture
def phone_page(
    request: pytest.FixtureRequest,
    new_context: Callable[..., BrowserContext],
    pages: PageServer,
    server: Server,
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
        at: Server = server,
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
def standing_phones(chromium: Chromium) -> Iterator[dict[tuple[str, str], PhonePage]]:
    """The phones that stay open from test to test, by user and server."""
    phones: dict[tuple[str, str], PhonePage] = {}
    yield phones
    for phone in phones.values():
        phone.close()


@pytest.fixture
def standing_phone(
    request: pytest.FixtureRequest,
    standing_phones: dict[tuple[str, str], PhonePage],
    chromium: Chromium,
    pages: PageServer,
    server: Server,
) -> Iterator[Callable[[str], PhonePage]]:
    """standing_phone("anna") lends a registered phone without calls and without past events.

    It is used again by later tests, unless this one fails.
    """
    lent: dict[str, PhonePage] = {}

    def lend(user: str) -> PhonePage:
        phone = standing_phones.pop((user, server.ws_url), None) or _registered_phone(
            user, chromium, pages, server
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
            standing_phones[user, server.ws_url] = phone


@pytest.fixture
def anna(standing_phone: Callable[[str], PhonePage]) -> PhonePage:
    return standing_phone("anna")


@pytest.fixture
def ben(standing_phone: Callable[[str], PhonePage]) -> PhonePage:
    return standing_phone("ben")


@pytest.fixture
def phone(anna: PhonePage, server: Server) -> Iterator[PhonePage]:
    """anna, who gets her settings back."""
    at_rest(anna)
    yield anna
    remove_phones(anna)
    put_back(anna, server, "anna")


def _registered_phone(
    user: str, chromium: Chromium, pages: PageServer, server: Server
) -> PhonePage:
    account = {"host": server.ws_url, "realm": server.domain, "username": user}
    url = PhonePage.write(
        pages, "/dist/webphone.js", {**account, "password": server.users[user]}, id=user
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
