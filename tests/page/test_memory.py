"""Call records of other days: kept by a real browser over a reload, between tabs, or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from page.page_server import PageServer
from page.server import Server

pytestmark = pytest.mark.browser

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>A phone that remembers</title>
<script src="/dist/webphone.js"></script>
<web-phone id="anna" demo username="anna"></web-phone>
"""
AT_SERVER = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>A phone of {who}</title>
<script src="/dist/webphone.js"></script>
<web-phone id="phone" auto-register allow-insecure username="{who}" password="{password}"
  host="{url}"></web-phone>
"""
REFUSING = """Object.defineProperty(globalThis, "indexedDB", {
  get() { throw new DOMException("The operation is insecure.", "SecurityError"); },
});"""
NEVER_OPENS = """indexedDB.open = () => new EventTarget();"""
CALLED = """async (number) => {
  await new Promise((done) => {
    anna.addEventListener("end", done, {once: true});
    anna.addEventListener("answer", () => anna.hangup(), {once: true});
    anna.makeCall(number);
  });
}"""
HISTORY = "anna.history.map(({to}) => to.number)"
KEPT = """async () => {
  const database = await new Promise((then) => {
    const request = indexedDB.open("webphone");
    request.onsuccess = () => then(request.result);
  });
  const all = await new Promise((then) => {
    const request = database.transaction("calls").objectStore("calls").getAll();
    request.onsuccess = () => then(request.result);
  });
  database.close();
  return all.map(({record}) => record);
}"""


@pytest.fixture
def context(new_context: Callable[..., BrowserContext]) -> BrowserContext:
    context = new_context()
    context.set_default_timeout(30_000)
    return context


def opened(context: BrowserContext, pages: PageServer) -> Page:
    """A tab with Anna's phone, at rest."""
    page = context.new_page()
    page.goto(pages.put("/memory.html", PAGE))
    at_rest(page)
    return page


def at_rest(page: Page) -> None:
    page.wait_for_function("globalThis.anna?.state === 'registered'", timeout=60_000)


def remembers(page: Page, *numbers: str) -> None:
    try:
        page.wait_for_function(
            "(wanted) => JSON.stringify(anna.history.map(({to}) => to.number)) === wanted",
            arg=json.dumps(numbers, separators=(",", ":")),
        )
    except Exception:
        raise AssertionError(page.evaluate(HISTORY)) from None


def stored(page: Page, count: int) -> list[dict[str, Any]]:
    """The records in the database, as soon as there are so many."""
    for _ in range(50):
        records = page.evaluate(KEPT)
        if len(records) == count:
            return [json.loads(record) for record in records]
        page.wait_for_timeout(100)
    raise AssertionError(records)


def test_after_a_reload_the_calls_are_there_and_can_be_called_again_deleted_and_undone(
    context: BrowserContext, pages: PageServer
) -> None:
    page = opened(context, pages)
    page.evaluate(CALLED, "600")
    page.evaluate(CALLED, "601")
    assert [each["to"]["number"] for each in stored(page, 2)] == ["601", "600"]
    page.reload()
    at_rest(page)
    remembers(page, "601", "600")
    phone = page.locator("web-phone")
    # Where there is room for two panes they stand beside the keys.
    beside = phone.get_by_role("group", name="Calls").get_by_role("listitem")
    expect(beside).to_have_count(2)
    page.set_viewport_size({"width": 500, "height": 720})
    expect(beside).to_have_count(0)
    phone.get_by_role("button", name="More").click()
    phone.get_by_role("button", name="Calls", exact=True).click()
    rows = phone.locator("[part=history] li")
    expect(rows).to_have_count(2)
    expect(phone.get_by_role("heading", name="Today")).to_be_visible()
    # The list has the focus, so that the arrow keys scroll it.
    expect(phone.locator("[part=history]")).to_be_focused()
    phone.get_by_role("searchbox").fill("600")
    expect(rows).to_have_count(1)
    phone.get_by_role("searchbox").fill("")
    phone.locator("[part=history-kind]").select_option("missed")
    expect(rows).to_have_count(0)
    phone.locator("[part=history-kind]").select_option("")
    phone.get_by_role("button", name="Delete 601").click()
    expect(rows).to_have_count(1)
    assert [each["to"]["number"] for each in stored(page, 1)] == ["600"]
    expect(phone.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(2)
    stored(page, 2)
    with page.expect_download() as download:
        phone.get_by_role("button", name="Save as table (CSV)").click()
    assert download.value.suggested_filename == "calls.csv"
    assert '"601"' in download.value.path().read_text()
    phone.get_by_role("button", name="Call 600").click()
    page.wait_for_function(
        "anna.activeCall?.to.number === '600' && anna.activeCall.state === 'active'"
    )
    page.evaluate("anna.hangup()")
    stored(page, 3)
    # Another user of this browser finds none of it, and the first has them back.
    page.evaluate("anna.username = 'ben'")
    remembers(page)
    page.evaluate("anna.username = 'anna'")
    remembers(page, "600", "601", "600")
    page.evaluate("anna.forgetEverything()")
    assert stored(page, 0) == []


def test_a_call_that_rings_in_two_tabs_leaves_one_record(
    context: BrowserContext, pages: PageServer, server: Server
) -> None:
    alice, twin, bob = (context.new_page() for _ in range(3))
    for page, who in ((alice, "alice"), (twin, "alice"), (bob, "bob")):
        text = AT_SERVER.format(who=who, password=server.users[who], url=server.ws_url)
        page.goto(pages.put(f"/{who}.html", text))
        page.wait_for_function("phone.state === 'registered'", timeout=60_000)
    kept = "JSON.stringify(phone.history.map(({disposition}) => disposition))"

    def left(wanted: list[str]) -> None:
        for page in (alice, twin):
            page.wait_for_function(
                f"(wanted) => {kept} === wanted", arg=json.dumps(wanted, separators=(",", ":"))
            )
        records = [json.loads(each) for each in alice.evaluate(KEPT)]
        of_alice = [each for each in records if each["direction"] == "incoming"]
        assert [each["disposition"] for each in of_alice] == wanted

    for answers in (True, False):
        bob.evaluate("void phone.makeCall('alice')")
        for page in (alice, twin):
            page.wait_for_function("phone.calls[0]?.state === 'ringing'")
        if answers:
            alice.evaluate("phone.answer()")
            alice.wait_for_function("phone.activeCall?.state === 'active'")
            twin.wait_for_function("phone.calls.length === 0")
        bob.evaluate("phone.hangup()")
        for page in (alice, twin):
            page.wait_for_function("phone.calls.length === 0")
        left(["answered"] if answers else ["missed", "answered"])


def test_what_a_person_writes_after_a_call_is_there_after_a_reload(
    context: BrowserContext, pages: PageServer
) -> None:
    page = opened(context, pages)
    page.evaluate("""() => {
      globalThis.logged = [];
      anna.wrapUp = ["Order", "Call back later"];
      anna.addEventListener("beforelog", ({detail}) => logged.push(detail.note));
    }""")
    page.evaluate(CALLED, "600")
    phone = page.locator("web-phone")
    phone.get_by_role("button", name="Call back later").click()
    note = phone.get_by_label("Note")
    note.click()
    page.keyboard.type("The blue one")
    page.keyboard.press("Enter")
    page.keyboard.type("12 of them")
    # Another call covers what is typed, and does not lose it.
    page.evaluate("void anna.makeCall('600')")
    page.wait_for_function("anna.activeCall?.state === 'active'")
    page.evaluate("anna.hangup()")
    expect(note).to_have_value("The blue one\n12 of them")
    phone.get_by_role("button", name="Save").click()
    phone.get_by_role("button", name="Skip").click()
    assert page.evaluate("logged") == ["The blue one\n12 of them", ""]
    stored(page, 2)
    page.reload()
    remembers(page, "600", "600")
    phone.get_by_role("button", name="More").click()
    phone.get_by_role("button", name="Calls", exact=True).click()
    phone.get_by_role("searchbox").fill("blue")
    expect(phone.get_by_role("listitem")).to_contain_text("Call back later")


def test_two_tabs_add_to_the_same_calls_and_hear_of_each_other(
    context: BrowserContext, pages: PageServer
) -> None:
    first, second = opened(context, pages), opened(context, pages)
    first.evaluate(CALLED, "600")
    remembers(second, "600")
    second.evaluate(CALLED, "601")
    remembers(first, "601", "600")
    stored(first, 2)
    third = opened(context, pages)
    remembers(third, "601", "600")
    third.evaluate("anna.clearHistory()")
    for page in (first, second, third):
        remembers(page)
    assert stored(first, 0) == []


@pytest.mark.cold("nothing is kept either where the browser stores nothing")
@pytest.mark.parametrize("how", [REFUSING, NEVER_OPENS], ids=["refused", "never opened"])
def test_where_nothing_is_stored_the_phone_knows_its_own_calls(
    context: BrowserContext, pages: PageServer, how: str
) -> None:
    context.add_init_script(how)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.extend([said.text] if said.type == "error" else []))
    page.goto(pages.put("/memory.html", PAGE))
    at_rest(page)
    page.evaluate(CALLED, "600")
    remembers(page, "600")
    [record] = json.loads(page.evaluate("anna.exportHistory()"))
    assert record["to"]["number"] == "600" and faults == []


def test_a_database_of_a_newer_phone_is_left_alone(
    context: BrowserContext, pages: PageServer
) -> None:
    page = context.new_page()
    page.goto(pages.put("/other.html", "<!doctype html><title>Another page</title>"))
    page.evaluate("""() => new Promise((then) => {
      const request = indexedDB.open("webphone", 1000);
      request.onupgradeneeded = () => request.result.createObjectStore("later");
      request.onsuccess = () => then(request.result.close());
    })""")
    page.goto(pages.put("/memory.html", PAGE))
    at_rest(page)
    page.evaluate(CALLED, "600")
    remembers(page, "600")
    assert len(json.loads(page.evaluate("anna.exportHistory()"))) == 1
