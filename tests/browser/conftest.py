"""The browser of a file of tests, and a page with both ends of a call in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

import one_playwright
from browser.bench import COUNT_PROXIES, Bench, bench


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with one_playwright.chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Bench]:
    modules = [Path(__file__).parent / "two_ends.py"]
    with bench(chromium, permissions=["microphone", "camera"], modules=modules) as opened:
        opened.given(COUNT_PROXIES)
        yield opened
