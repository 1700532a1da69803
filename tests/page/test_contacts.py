"""The page's own `contactLookup` in a real browser: the caller's name, picture and note are shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from page.demo_server import DemoServer

pytestmark = pytest.mark.browser

LOOKUP = """() => {
  const phone = document.querySelector("web-phone");
  const canvas = document.createElement("canvas");
  window.popped = [];
  phone.addEventListener("screenpop", (event) => window.popped.push(event.detail.contact?.name));
  phone.contactLookup = async (number) => {
    if (number === "601") throw null; // what a page may do
    return { name: `Echo ${number}`, note: "Open 24 h", photo: canvas.toDataURL("image/png") };
  };
}"""


def test_a_page_names_whom_a_call_is_with(
    demo: DemoServer, new_context: Callable[..., BrowserContext]
) -> None:
    context = new_context()
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(demo.url)
    page.wait_for_function("document.querySelector('web-phone').state === 'registered'")
    page.evaluate(LOOKUP)
    phone = page.locator("web-phone")
    page.evaluate("document.querySelector('web-phone').makeCall('600')")
    expect(phone.locator("[part=peer-name]")).to_have_text("Echo 600", timeout=30_000)
    expect(phone.locator("[part=peer-note]")).to_have_text("Open 24 h")
    picture = phone.locator("[part=avatar] > img")
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("(image) => image.naturalWidth") > 0
    page.wait_for_function("document.querySelector('web-phone').activeCall?.state === 'active'")
    page.evaluate("document.querySelector('web-phone').hangup()")
    page.evaluate("document.querySelector('web-phone').makeCall('601')")
    page.wait_for_function("window.popped.length === 2")
    assert page.evaluate("window.popped") == ["Echo 600", None]
    assert page.evaluate("document.querySelector('web-phone').history[0].displayName") == "Echo 600"
    context.close()
