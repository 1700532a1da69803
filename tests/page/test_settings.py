"""The settings of a person on a page: set by hand, remembered over a reload, locked by the page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from page.page_server import PageServer

pytestmark = pytest.mark.browser

PAGE = """<!doctype html>
<html lang="en-GB">
<meta charset="utf-8">
<title>A phone with settings</title>
<script src="/dist/webphone.js"></script>
<web-phone id="anna" demo username="anna" {attributes}></web-phone>
"""
# As the first version of the database was: calls, and nothing that was chosen.
OLD = """() => new Promise((then) => {
  const request = indexedDB.open("webphone", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("calls");
  request.onsuccess = () => then(request.result.close());
})"""
KEPT = """() => new Promise((then) => {
  const request = indexedDB.open("webphone");
  request.onsuccess = () => {
    const database = request.result;
    const asked = database.transaction("settings").objectStore("settings").get("anna");
    asked.onsuccess = () => { database.close(); then(JSON.parse(asked.result ?? "null")); };
  };
})"""
REFUSING = """Object.defineProperty(globalThis, "indexedDB", {
  get() { throw new DOMException("The operation is insecure.", "SecurityError"); },
});"""
GROUND = "getComputedStyle(anna.shadowRoot.querySelector('.card')).backgroundColor"
DARK = "rgb(20, 23, 26)"


@pytest.fixture
def context(new_context: Callable[..., BrowserContext]) -> BrowserContext:
    context = new_context()
    context.set_default_timeout(30_000)
    return context


def opened(context: BrowserContext, pages: PageServer, attributes: str = "") -> Page:
    page = context.new_page()
    page.goto(pages.put("/settings.html", PAGE.replace("{attributes}", attributes)))
    registered(page)
    return page


def registered(page: Page) -> None:
    page.wait_for_function("globalThis.anna?.state === 'registered'", timeout=90_000)


def settings(page: Page) -> Locator:
    """The phone, with its settings open; found by role and name in English."""
    phone = page.locator("web-phone")
    phone.get_by_role("button", name="More").click()
    phone.get_by_role("button", name="Settings", exact=True).click()
    expect(phone.get_by_role("heading", name="Settings")).to_be_visible()
    return phone


def kept(page: Page, wanted: object) -> None:
    """The database has this of the phone, soon."""
    for _ in range(50):
        found = page.evaluate(KEPT)
        if found == wanted:
            return
        page.wait_for_timeout(100)
    raise AssertionError(found)


def test_what_is_set_is_there_after_a_reload_before_anybody_could_ring(
    context: BrowserContext, pages: PageServer
) -> None:
    blank = context.new_page()
    blank.goto(pages.put("/blank.html", "<!doctype html><title>Blank</title>"))
    blank.evaluate(OLD)
    page = opened(context, pages)
    phone = settings(page)
    # By keyboard alone: the switch, then a list.
    phone.get_by_role("button", name="Do not disturb").focus()
    page.keyboard.press("Enter")
    expect(phone.get_by_role("button", name="Do not disturb")).to_have_attribute(
        "aria-pressed", "true"
    )
    phone.get_by_role("combobox", name="Colours", exact=True).select_option(label="Dark")
    assert page.evaluate(GROUND) == DARK
    phone.get_by_role("slider", name="Volume of the ringing").fill("40")
    kept(page, {"dnd": True, "theme": "dark", "ring_volume": 40})
    assert page.evaluate("[anna.dnd, anna.theme, anna.ringVolume]") == [True, "dark", 40]
    assert page.evaluate("anna.hasAttribute('theme')") is False
    page.reload()
    registered(page)
    # Chosen before it can ring: the settings have come by the time it is registered.
    page.wait_for_function("anna.dnd")
    assert page.evaluate(GROUND) == DARK
    phone = settings(page)
    expect(phone.get_by_role("slider", name="Volume of the ringing")).to_have_value("40")
    phone.get_by_role("button", name="Put back: Volume of the ringing").click()
    expect(phone.get_by_role("slider", name="Volume of the ringing")).to_have_value("100")
    phone.get_by_role("button", name="Put all back as the page has it").click()
    kept(page, None)
    assert page.evaluate("[anna.dnd, anna.theme]") == [False, "auto"]


def test_another_language_is_spoken_at_once_and_after_a_reload(
    context: BrowserContext, pages: PageServer
) -> None:
    page = opened(context, pages)
    phone = settings(page)
    phone.get_by_role("combobox", name="Language", exact=True).select_option(label="العربية")
    expect(phone.get_by_role("heading", name="الإعدادات")).to_be_visible()
    expect(phone.locator("[part=phone]")).to_have_attribute("dir", "rtl")
    # Its countries are named and sorted as people there do; the page's own country stays.
    expect(
        phone.get_by_role("combobox", name="البلد", exact=True).locator("option[value=DE]")
    ).to_have_text("ألمانيا")
    page.reload()
    registered(page)
    expect(phone.get_by_role("button", name="المزيد")).to_be_visible()
    page.evaluate("anna.lang = 'de'")
    expect(phone.get_by_role("button", name="Mehr")).to_be_visible()
    page.evaluate("anna.removeAttribute('lang')")
    expect(phone.get_by_role("button", name="المزيد")).to_be_visible()


def test_what_the_page_sets_is_locked_until_it_takes_it_back(
    context: BrowserContext, pages: PageServer
) -> None:
    page = opened(context, pages, 'theme="light" lang="en" auto-answer')
    phone = settings(page)
    for name in ("Colours Set by this page", "Language Set by this page"):
        expect(phone.get_by_role("combobox", name=name, exact=True)).to_be_disabled()
    switch = phone.get_by_role("button", name="Answer calls by itself Set by this page")
    expect(switch).to_have_attribute("aria-disabled", "true")
    switch.click(force=True)
    assert page.evaluate("anna.autoAnswer") is True
    page.evaluate("anna.removeAttribute('theme')")
    phone.get_by_role("combobox", name="Colours", exact=True).select_option(label="Dark")
    assert page.evaluate(GROUND) == DARK
    # Moved to another place of the page for good, it knows what is the page's and what is not.
    page.evaluate("""async () => {
      const phone = anna;
      phone.remove();
      await new Promise((then) => setTimeout(then, 50));
      document.body.append(phone);
    }""")
    registered(page)
    settings(page)
    expect(phone.get_by_role("combobox", name="Colours", exact=True)).to_be_enabled()
    expect(switch).to_have_attribute("aria-disabled", "true")
    page.wait_for_function(f"{GROUND} === '{DARK}'")


def test_tabs_agree_and_forgetting_everything_is_asked_twice(
    context: BrowserContext, pages: PageServer
) -> None:
    first, second = opened(context, pages), opened(context, pages)
    phone = settings(first)
    phone.get_by_role("combobox", name="Country", exact=True).select_option(label="Switzerland")
    second.wait_for_function("anna.country === 'CH'")
    phone.get_by_role("button", name="Forget everything").click()
    assert first.evaluate("anna.country") == "CH"
    phone.get_by_role("button", name="Delete all of it").click()
    for page in (first, second):
        page.wait_for_function("anna.country === ''")
    kept(first, None)


@pytest.mark.cold("nothing is kept either where the browser stores nothing")
def test_where_nothing_is_stored_a_setting_holds_as_long_as_the_page(
    context: BrowserContext, pages: PageServer
) -> None:
    context.add_init_script(REFUSING)
    page = opened(context, pages)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    phone = settings(page)
    phone.get_by_role("combobox", name="Colours", exact=True).select_option(label="Dark")
    assert page.evaluate(GROUND) == DARK and faults == []


def test_about_names_the_build_and_all_licences_lie_beside_it(
    context: BrowserContext, pages: PageServer
) -> None:
    page = opened(context, pages)
    phone = settings(page)
    phone.get_by_role("button", name="About this phone").click()
    expect(phone.get_by_text("PSF-2.0")).to_be_visible()
    assert len(phone.get_by_text("Build").locator("xpath=../dd").inner_text()) == 12
    address = phone.get_by_role("link", name="All licences").get_attribute("href")
    assert address and "Pyodide" in page.request.get(address).text()
