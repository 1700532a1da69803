"""A test of the phone in a real browser: by the button that `make demo` serves, and by the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from page.demo_server import DemoServer
from page.ports import free_port

pytestmark = pytest.mark.browser


@pytest.fixture
def page(demo: DemoServer, new_context: Callable[..., BrowserContext]) -> Iterator[Page]:
    context = new_context()
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.set_viewport_size({"width": 420, "height": 900})
    page.goto(demo.url)
    page.wait_for_function("document.querySelector('web-phone').state === 'registered'")
    yield page
    context.close()


def diagnosed(page: Page, host: str = "") -> dict[str, dict[str, Any]]:
    """Each step of `diagnose()` by its name, with this host."""
    script = """async (host) => {
      const phone = document.querySelector("web-phone");
      window.told = [];
      phone.addEventListener("diagnosis", (event) => window.told.push(event.detail.step));
      if (host) await phone.setConfig({ host, autoRegister: false });
      return await phone.diagnose();
    }"""
    report = page.evaluate(script, host)
    assert report["verdict"] in ("good", "poor", "blocked")
    return {step["name"]: step for step in report["steps"]}


def test_one_press_tells_what_works_and_a_page_is_told_what_does_not(
    page: Page, demo: DemoServer
) -> None:
    phone = page.locator("web-phone")
    phone.get_by_role("button", name="More").click()
    phone.get_by_role("button", name="Test the phone").click()
    again = phone.get_by_role("button", name="Test again")
    expect(phone.locator("[part=finding]")).to_have_count(14, timeout=60_000)
    expect(again).not_to_have_attribute("aria-disabled", "true", timeout=30_000)
    verdicts = phone.locator("[part=finding]").evaluate_all(
        "(rows) => rows.map((row) => [row.querySelector('strong').textContent, row.dataset.verdict])"
    )
    told = dict(verdicts)
    unknown = {name for name, verdict in told.items() if verdict == "unknown"}
    assert unknown == {"Way through the router", "Relay"}  # none is set
    assert set(told.values()) == {"good", "unknown"}, told
    expect(phone.locator("[part=verdict]")).to_have_text("Everything works")

    # What was said is shown, and copied for whoever helps.
    phone.get_by_role("button", name="Show the SIP messages").click()
    rungs = phone.locator("[part=rung]")
    expect(rungs.first).to_contain_text("REGISTER")
    expect(rungs.filter(has_text="200 OK (REGISTER)").first).to_be_attached()
    phone.get_by_role("button", name="Copy without secrets").click()
    expect(phone.get_by_text("did not allow")).to_be_visible()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    phone.get_by_role("button", name="Copy without secrets").click()
    expect(phone.get_by_text("passwords and tokens are struck out")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "received\nSIP/2.0 200 OK" in copied and "Authorization: ***" in copied

    # The server answers there, and takes no WebSocket.
    address = demo.url.replace("http", "ws", 1).rstrip("/")
    found = diagnosed(page, f"{address}/nowhere")
    assert (found["port"]["verdict"], found["path"]["verdict"]) == ("good", "blocked")
    assert found["path"]["culprit"] == "server" and "/nowhere" in found["path"]["fact"]
    assert page.evaluate("window.told.length") >= 9

    # Nothing listens there; and a relay that does not answer is not waited for.
    page.evaluate(
        "(port) => { document.querySelector('web-phone').iceServers ="
        " [{ urls: `turn:127.0.0.1:${port}`, username: 'ann', credential: 'geheim' }]; }",
        free_port(),
    )
    found = diagnosed(page, f"ws://127.0.0.1:{free_port()}/ws")
    assert (found["port"]["verdict"], found["path"]["verdict"]) == ("blocked", "unknown")
    assert (found["relay"]["verdict"], found["echo"]["verdict"]) == ("blocked", "good")
