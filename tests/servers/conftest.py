"""The servers of docs/servers as they are documented there, each while the tests of one file run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext

from page.phone_page import PhonePage
from page.server import Server
from servers.stories import KEEP_SOCKETS

Open = Callable[..., PhonePage]


@pytest.fixture
def phone(
    new_context: Callable[..., BrowserContext], phone_page: Open, server: Server
) -> Iterator[Open]:
    """phone("alice") opens a page with the phone of a user, who is registered at `server`.

    The certificate is the test's own, so the browser is told to ask for no other.
    """

    opened: list[PhonePage] = []

    def registered(user: str, **attributes: str | bool | None) -> PhonePage:
        context = new_context(ignore_https_errors=True)
        context.add_init_script(KEEP_SOCKETS)
        phone = phone_page(user, id=user, context=context, **attributes)
        opened.append(phone)
        phone.register()
        return phone

    yield registered
    for each in opened:
        # The next test's calls find nobody of this one's.
        each.call_method("hangupAll")
        each.call_method("unregister")
