"""A site that keeps Python's memory from one visit to the next, in a browser that has been there."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from starting import UP, put_page
from static_server import serving

PLAIN = '<script src="webphone.js"></script>'
SCRIPT = '<script src="webphone.js" data-keep-runtime></script>'
PHONE = '<web-phone id="phone" demo username="annabelle" password="sesame-17"></web-phone>'
# The image is made when the page has rested for three seconds: here at once.
AT_ONCE = """{
  const later = window.setTimeout;
  window.setTimeout = (work, time, ...given) => later(work, time === 3000 ? 0 : time, ...given);
}"""
HELD = "window.requestIdleCallback = () => {};"  # the page has never nothing else to do
KEPT = """new Promise((then, not) => {
  const look = setInterval(() => {
    if (!localStorage["webphone-kept"]) return;
    clearInterval(look);
    then(localStorage["webphone-kept"]);
  }, 20);
  setTimeout(() => not(new Error("Nothing was kept within 60 s")), 60000);
})"""
RESTORED = 'performance.getEntriesByName("webphone:restored").length'
# The one record of the database, changed by `change(record)`; what that gives takes its place.
CHANGE = """(change) => new Promise((then, not) => {
  const opening = indexedDB.open("webphone-runtime", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("images");
  opening.onerror = not;
  opening.onsuccess = async () => {
    const database = opening.result;
    const images = (mode = "readonly") => database.transaction("images", mode).objectStore("images");
    const key = await new Promise((key) => images().getAllKeys().onsuccess = ({ target }) => key(target.result[0]));
    const record = await new Promise((found) => images().get(key ?? "").onsuccess = ({ target }) => found(target.result));
    const fresh = await eval(change)(record, key);
    const asked = images("readwrite");
    if (fresh !== record) asked.clear();
    if (fresh && fresh !== record) asked.put(fresh, key ?? localStorage["webphone-kept"]);
    asked.transaction.oncomplete = () => (database.close(), then(window.told ?? null));
  };
})"""
ASK = """(code) => globalThis[Symbol.for("webphone.python")].run(code)"""


@dataclass
class Site:
    """A site in one browser profile: its pages see what others of it have kept."""

    context: BrowserContext
    address: str

    def open(self, page: str = "page.html", before: str = "") -> Page:
        opened = self.context.new_page()
        opened.complaints = []  # type: ignore[attr-defined]
        opened.on("pageerror", lambda error: opened.complaints.append(str(error)))  # type: ignore[attr-defined]
        opened.on("console", lambda said: print(said.text))
        opened.add_init_script(AT_ONCE + before)
        opened.goto(f"{self.address}/{page}")
        return opened

    def visit(self, page: str = "page.html", before: str = "") -> Page:
        opened = self.open(page, before)
        opened.evaluate(UP)
        return opened

    def change(self, how: str) -> Any:
        """On a page of the site without a phone."""
        page = self.open("empty.html")
        told = page.evaluate(CHANGE, how)
        page.close()
        return told

    def note(self, what: str) -> Any:
        page = self.open("empty.html")
        told = page.evaluate(what)
        page.close()
        return told


@pytest.fixture(scope="module")
def kept_folder(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("kept")
    put_page(dist, made, PHONE)
    page = made / "page.html"
    plain = page.read_text()
    (made / "plain.html").write_text(plain)
    page.write_text(plain.replace(PLAIN, SCRIPT))
    assert SCRIPT in page.read_text()
    (made / "empty.html").write_text('<!doctype html><link rel="icon" href="data:,">')
    return made


@pytest.fixture(scope="module")
def been_there(chromium: Any, kept_folder: Path) -> Iterator[Site]:
    """Where somebody has been once, and the image was made."""
    with serving(kept_folder) as address:
        context = chromium.new_context(timezone_id="Asia/Kolkata", locale="de-DE")
        site = Site(context, address)
        page = site.visit()
        assert page.evaluate(RESTORED) == 0
        assert page.evaluate(KEPT).startswith("interpreter.")
        page.close()
        site.change("(record) => (globalThis.spare = record, record)")
        # A copy of all that is good, for the tests that spoil it.
        site.note("""new Promise((then) => {
          const spare = indexedDB.open("spare");
          spare.onupgradeneeded = () => spare.result.createObjectStore("images");
          spare.onsuccess = () => {
            const kept = indexedDB.open("webphone-runtime");
            kept.onsuccess = () => {
              const from = kept.result.transaction("images").objectStore("images");
              const key = localStorage["webphone-kept"];
              from.get(key).onsuccess = ({ target }) => {
                const to = spare.result.transaction("images", "readwrite");
                to.objectStore("images").put(target.result, key);
                to.oncomplete = () => (kept.result.close(), spare.result.close(), then());
              };
            };
          };
        })""")
        yield site
        context.close()


@pytest.fixture
def site(been_there: Site) -> Site:
    """The same, with the image as it was made."""
    for page in been_there.context.pages:
        page.close()
    been_there.note("""new Promise((then) => {
      const spare = indexedDB.open("spare");
      spare.onsuccess = () => spare.result.transaction("images").objectStore("images").openCursor().onsuccess =
        ({ target: { result: { key, value } } }) => {
          spare.result.close();
          const kept = indexedDB.open("webphone-runtime", 1);
          kept.onupgradeneeded = () => kept.result.createObjectStore("images");
          kept.onsuccess = () => {
            const to = kept.result.transaction("images", "readwrite");
            to.objectStore("images").clear();
            to.objectStore("images").put(value, key);
            to.oncomplete = () => (kept.result.close(), localStorage.clear(), (localStorage["webphone-kept"] = key), then());
          };
        };
    })""")
    return been_there


def call(page: Page) -> None:
    page.evaluate("phone.makeCall('600')")
    page.evaluate("""new Promise((then) => {
      const look = setInterval(() => phone.activeCall?.state === "active" && (clearInterval(look), then()), 20);
    })""")
