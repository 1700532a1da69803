"""One Playwright for a whole test run, a second one in the same thread being refused; and Chromium."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Playwright, sync_playwright

# Features of Chromium that are on or off in all tests. Of two switches of a name the last counts, so
# that those come first which Playwright itself turns on or off. Chromium watches the heap of one
# start in a hundred, and its renderer falls over where Python is on a second stack (JSPI), as the
# whole runtime has it. And each window would load two pages for its address bar, which nobody sees:
# half the time that it takes to open one.
_ON = ("CDPScreenshotNewSurface", "SkipListAccountsWithoutGaiaCookies")
_OFF = (
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"),
    *("ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints"),
    # A page of this machine may ask another server of it (restored.py).
    "LocalNetworkAccessChecks",
    *("NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch"),
)
_UNWATCHED = "HeapProfilerReporting:stable-probability/0"
FEATURES = (
    f"--enable-features={','.join((*_ON, _UNWATCHED))}",
    f"--disable-features={','.join((*_OFF, 'WebUIOmniboxPopup', 'WebUIOmniboxAimPopup'))}",
)

# A fake microphone and camera. --use-fake-ui-for-media-stream is for those who want what a page asks
# for granted: it would also grant what a test wants refused.
ARGUMENTS: tuple[str, ...] = (
    "--use-fake-device-for-media-stream",
    # Without it no ICE candidate of 127.0.0.0/8 is offered.
    "--allow-loopback-in-peer-connection",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    *FEATURES,
)
# Where nothing is measured, WebAssembly is compiled once and not a second time for speed: a start
# takes a third less of the processors (tools/suite.py). And no second process draws, in the way of a
# graphics card that is not there: an eighth less. Nor does a page show what moves, as for a person who
# asked for that (CALM, for its context): a phone that rings is drawn anew sixty times a second.
CALM: dict[str, Any] = {}
if "WEBPHONE_COMPILED_ONCE" in os.environ:
    ARGUMENTS += ("--js-flags=--liftoff-only", "--disable-gpu")
    CALM["reduced_motion"] = "reduce"
# For what no processor is to spare for: the last of two switches of a name counts.
COMPILED_FOR_SPEED = "--js-flags=--wasm-dynamic-tiering"
GRANTED = "--use-fake-ui-for-media-stream"

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


@contextmanager
def chromium(*more: str, without: Sequence[str] = ()) -> Iterator[Browser]:
    """Chromium, for as long as this lasts; `more` are arguments, `without` those of Playwright's."""
    with borrowed() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=[*ARGUMENTS, *more],
            ignore_default_args=[*without],
        )
        yield browser
        browser.close()
