"""One Playwright for a whole test run: a second one in the same thread is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Playwright, sync_playwright

# Chromium watches the heap of one start in a hundred, and its renderer falls over where Python is
# on a second stack (JSPI), as the whole runtime has it. The first two are Playwright's own.
HEAP_UNWATCHED = (
    "--enable-features=CDPScreenshotNewSurface,SkipListAccountsWithoutGaiaCookies,"
    "HeapProfilerReporting:stable-probability/0"
)

_started: Playwright | None = None
_borrowers = 0


def borrow() -> Playwright:
    """The one Playwright, started by its first borrower; everybody gives it back."""
    global _started, _borrowers
    if _started is None:
        _started = sync_playwright().start()
    _borrowers += 1
    return _started


def give_back() -> None:
    """It is stopped when nobody needs it any more."""
    global _started, _borrowers
    _borrowers -= 1
    if _borrowers == 0 and _started is not None:
        _started.stop()
        _started = None


@contextmanager
def borrowed() -> Iterator[Playwright]:
    """The one Playwright, for as long as this lasts."""
    playwright = borrow()
    try:
        yield playwright
    finally:
        give_back()
