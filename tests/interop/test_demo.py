"""What `make demo` serves, as a new user meets it: two tabs, a call, sound both ways.

The screenshots go to tests/.run/screens, or where the environment's SCREENS says
(`make screens` renews the gallery of the documentation).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from interop.chromium import Ears
from interop.demo_server import ROOT, DemoServer

pytestmark = pytest.mark.interop
SCREENS = Path(os.environ.get("SCREENS", ROOT / "tests" / ".run" / "screens"))


@pytest.fixture(scope="module", params=["dist", "unbundled"])
def demo(request: pytest.FixtureRequest, run_folder: Path) -> Iterator[DemoServer]:
    """The exchange beside the build, and beside the page that vendored PyScript runs as it is."""
    root = ROOT / "dist" if request.param == "dist" else ROOT
    server = DemoServer(run_folder / f"demo-{request.param}", root)
    server.start()
    yield server
    server.stop()


def tab(context: BrowserContext, demo: DemoServer) -> Page:
    """One more tab of the same browser, signed in by itself."""
    page = context.new_page()
    page.set_viewport_size({"width": 420, "height": 900})
    page.goto(demo.url)
    page.wait_for_function("document.querySelector('web-phone').state === 'registered'")
    return page


def picture(page: Page, name: str) -> None:
    """The phone alone, as a PNG."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    page.locator("web-phone").screenshot(path=SCREENS / f"{name}.png", animations="disabled")


def test_two_tabs_call_each_other(
    demo: DemoServer, new_context: Callable[..., BrowserContext]
) -> None:
    context = new_context()
    context.set_default_timeout(30_000)
    alice, bob = tab(context, demo), tab(context, demo)
    assert "You are alice" in alice.get_by_role("status").first.inner_text()
    picture(alice, "idle")
    alice.get_by_role("button", name="Call", exact=True).click()
    answer = bob.get_by_role("button", name="Answer", exact=True)
    expect(answer).to_be_visible()
    expect(bob.get_by_role("alertdialog")).to_contain_text("alice")
    picture(bob, "ringing-in")
    picture(alice, "ringing-out")
    answer.click()
    hang_up = alice.get_by_role("button", name="Hang up", exact=True)
    expect(hang_up).to_be_visible()
    Ears(alice).wait_sound()
    Ears(bob).wait_sound()
    picture(alice, "in-call")
    bob.get_by_role("button", name="Hang up", exact=True).click()
    expect(alice.get_by_text("Call ended.", exact=True)).to_be_visible()
    picture(alice, "ended")
    log = alice.locator("#log")
    expect(log).to_contain_text('"disposition":"answered"')
    expect(log).not_to_contain_text('"password"')
