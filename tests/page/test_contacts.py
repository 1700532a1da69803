"""The page's own `contactLookup` in a real browser: the caller's name, picture and note are shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from page.demo_server import DemoServer
from page.page_server import PageServer

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


PAGE_OF_OWN = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>A phone with contacts</title>
<script src="/dist/webphone.js"></script>
<web-phone id="anna" demo username="anna"></web-phone>
"""


NOBODY = """async () => {
  const database = await new Promise((then) => {
    const request = indexedDB.open("webphone");
    request.onsuccess = () => then(request.result);
  });
  const count = await new Promise((then) => {
    const request = database.transaction("people").objectStore("people").count();
    request.onsuccess = () => then(request.result);
  });
  database.close();
  return count === 0;
}"""


def test_contacts_are_typed_imported_and_there_after_a_reload(
    new_context: Callable[..., BrowserContext], pages: PageServer, tmp_path: Path
) -> None:
    context = new_context()
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(pages.put("/contacts.html", PAGE_OF_OWN))
    page.wait_for_function("globalThis.anna?.state === 'registered'", timeout=60_000)
    phone = page.locator("web-phone")

    def opened() -> None:
        phone.get_by_role("button", name="More").click()
        phone.get_by_role("button", name="Contacts").click()

    opened()
    phone.get_by_role("button", name="New contact").click()
    phone.get_by_label("Name").fill("Echo Ltd")
    phone.get_by_label("Numbers").fill("600")
    phone.get_by_role("button", name="Save").click()
    cards = tmp_path / "some.vcf"
    cards.write_text("BEGIN:VCARD\r\nFN:Callback & Sons\r\nTEL:601\r\nEND:VCARD\r\n")
    phone.get_by_label("Import").set_input_files(cards)
    expect(phone.get_by_text("Contacts added: 1")).to_be_visible()
    cards.write_text("BEGIN:VCARD\nFN:x\nTEL:1\nrubbish\nEND:VCARD\n")
    phone.get_by_label("Import").set_input_files(cards)
    expect(phone.get_by_text("Line 4 of the file is none of a vCard")).to_be_visible()
    page.reload()
    page.wait_for_function("globalThis.anna?.state === 'registered'", timeout=60_000)
    opened()
    expect(phone.get_by_role("listitem")).to_have_count(2)
    phone.get_by_role("searchbox").fill("call")
    expect(phone.get_by_role("listitem")).to_have_count(1)
    phone.get_by_role("button", name="Call Callback & Sons").click()
    page.wait_for_function("anna.activeCall?.displayName === 'Callback & Sons'")
    page.evaluate("anna.hangup()")
    page.evaluate("anna.forgetEverything()")
    page.wait_for_function(NOBODY)
    page.reload()
    page.wait_for_function("globalThis.anna?.state === 'registered'", timeout=60_000)
    opened()
    expect(phone.get_by_text("No contacts yet.")).to_be_visible()
