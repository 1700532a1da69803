"""The servers of docs/servers as they are documented there, each while the tests of one file run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from page.chromium import Chromium
from page.phone_page import PhonePage
from page.server import Server
from servers.asterisk import Asterisk
from servers.stories import KEEP_SOCKETS

Open = Callable[..., PhonePage]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """The certificate is the tests' own, so nobody asks for another one, in pages and workers."""
    browser = Chromium("--ignore-certificate-errors")
    browser.start()
    yield browser
    browser.stop()


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest, run_folder: Path) -> Iterator[Server]:
    """Asterisk, where a file has no server of its own."""
    asterisk = Asterisk(run_folder / request.module.__name__.rpartition("test_")[2])
    asterisk.start()
    yield asterisk
    asterisk.stop()


@pytest.fixture
def phone(
    new_context: Callable[..., BrowserContext], phone_page: Open, server: Server
) -> Iterator[Open]:
    """phone("alice") opens a page with the phone of a user, who is registered at `server`."""
    opened: list[PhonePage] = []

    def registered(user: str, **attributes: str | bool | None) -> PhonePage:
        context = new_context()
        context.add_init_script(KEEP_SOCKETS)
        phone = phone_page(user, id=user, context=context, **attributes)
        opened.append(phone)
        phone.register()
        return phone

    yield registered
    for each in opened:
        if each.page.is_closed():
            continue
        # The next test's calls find nobody of this one's.
        each.call_method("hangupAll")
        each.call_method("unregister")
