"""Pages with the built-in exchange as their server: Chromium is all they need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

import one_playwright
from page.demo_server import ROOT, DemoServer, served
from page.server import ExchangeServer


@pytest.fixture(scope="session")
def start_server(run_folder: Path) -> Iterator[Callable[[], ExchangeServer]]:
    """start_server() gives a running exchange of the test's own."""
    started: list[ExchangeServer] = []

    def start() -> ExchangeServer:
        started.append(ExchangeServer(run_folder / f"exchange-{len(started) + 1}"))
        started[-1].start()
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def server(start_server: Callable[[], ExchangeServer]) -> ExchangeServer:
    """The built-in exchange, at which the phones register."""
    return start_server()


@pytest.fixture(scope="module")
def granting() -> Iterator[Browser]:
    """A browser that gives a page all that it would ask a person for."""
    with one_playwright.chromium(one_playwright.GRANTED) as browser:
        yield browser


@pytest.fixture(scope="module")
def demo(run_folder: Path, request: pytest.FixtureRequest) -> Iterator[DemoServer]:
    """What `make demo` serves: the build. Each file of tests has one of its own."""
    yield from served(run_folder / f"demo-{request.path.stem}", ROOT / "dist")
