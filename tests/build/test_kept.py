"""What stays of Python from one visit to the next, where the page asks for it (`data-keep-runtime`)."""

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from starting import UP, put_page

pytestmark = pytest.mark.browser
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
ASK = """async (code) => {
  const { interpreter } = JSON.parse(document.querySelector("#webphone-python").dataset.config);
  return (await import(interpreter)).run(code);
}"""


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
def folder(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("kept")
    put_page(dist, made, PHONE)
    page = made / "page.html"
    plain = page.read_text()
    (made / "plain.html").write_text(plain)
    page.write_text(plain.replace('<script src="webphone.js"></script>', SCRIPT))
    assert SCRIPT in page.read_text()
    (made / "empty.html").write_text('<!doctype html><link rel="icon" href="data:,">')
    return made


@pytest.fixture(scope="module")
def first(chromium: Any, folder: Path) -> Iterator[Site]:
    """Where somebody has been once, and the image was made."""
    from static_server import serving

    with serving(folder) as address:
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
def site(first: Site) -> Site:
    """The same, with the image as it was made."""
    for page in first.context.pages:
        page.close()
    first.note("""new Promise((then) => {
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
    return first


def call(page: Page) -> None:
    page.evaluate("phone.makeCall('600')")
    page.evaluate("""new Promise((then) => {
      const look = setInterval(() => phone.activeCall?.state === "active" && (clearInterval(look), then()), 20);
    })""")


def test_the_second_visit_begins_where_the_first_one_had_imported_everything(site):
    page = site.visit()
    assert page.evaluate(RESTORED) == 1
    assert page.evaluate('localStorage["webphone-trying"] ?? null') is None
    call(page)
    loaded = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    assert not [name for name in loaded if name.endswith(".wasm")]
    assert page.complaints == []


def test_a_page_that_does_not_ask_for_it_starts_as_ever_and_keeps_nothing(site):
    site.note("localStorage.clear()")
    page = site.visit("plain.html")
    assert page.evaluate(RESTORED) == 0
    assert page.evaluate("[WebPhone.kept, localStorage.length]") == [None, 0]


SPOILT = {
    "one bit is another": """async (record) => {
      const pages = new Uint8Array(await record.pages.arrayBuffer());
      pages[5_000_000] ^= 1;
      return { ...record, pages: new Blob([pages]) };
    }""",
    "shortened": "(record) => ({ ...record, pages: record.pages.slice(0, 3_000_000) })",
    "empty": "(record) => ({ ...record, pages: new Blob([]) })",
    "of another build": "(record) => ({ ...record, head: record.head.replace(/[0-9a-f]{64}/, '0'.repeat(64)) })",
    "a head that is none": "(record) => ({ ...record, head: '{}' })",
    "half written": "({ head }) => ({ head })",
    "not what it should be": "() => 'nonsense'",
    "evicted": "() => null",
}


@pytest.mark.parametrize("fault", SPOILT)
def test_what_is_not_whole_is_thrown_away_and_the_phone_starts_as_ever(site, fault):
    site.change(SPOILT[fault])
    page = site.visit()
    assert page.evaluate(RESTORED) == 0
    call(page)
    assert page.complaints == []
    if fault in ("one bit is another", "evicted"):
        page.close()
        page = site.visit()
        assert page.evaluate(KEPT).startswith("interpreter.")  # made anew, by now or by this visit
        page.close()
        assert site.visit().evaluate(RESTORED) == 1


def test_a_machine_that_was_changed_is_fetched_again(site):
    site.change("""async (record) => {
      const wasm = new Uint8Array(await record.wasm.arrayBuffer());
      wasm[2_000_000] ^= 1;
      return { ...record, wasm: new Blob([wasm], { type: "application/wasm" }) };
    }""")
    page = site.visit()
    assert page.evaluate(RESTORED) == 1
    call(page)


REFUSED = {
    "no database": "IDBFactory.prototype.open = () => { throw new DOMException('', 'SecurityError'); };",
    "a database that never opens": "IDBFactory.prototype.open = () => ({});",
    "no storage": "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError'); } });",
    "saving data": "Object.defineProperty(navigator, 'connection', { value: { saveData: true } });",
}


@pytest.mark.parametrize("refusal", REFUSED)
def test_where_the_browser_refuses_the_phone_starts_as_ever(site, refusal):
    page = site.visit(before=REFUSED[refusal])
    assert page.evaluate(RESTORED) == 0
    call(page)
    assert page.complaints == []


def test_where_little_room_is_left_nothing_is_made(site):
    site.note("localStorage.clear()")
    page = site.visit(
        before="""
      navigator.storage.estimate = async () => (window.estimated = true, { quota: 200e6, usage: 150e6 });
      window.Worker = class extends Worker { constructor(...given) { super(...given); (window.hired ??= []).push(given[1]?.type); } };
    """
    )
    page.wait_for_function("window.estimated")
    page.evaluate("new Promise((then) => requestIdleCallback(then))")
    assert page.evaluate("window.hired ?? []") in ([], [None])


def test_a_new_build_throws_away_what_an_older_one_kept(site):
    site.change("(record, key) => record")
    site.note("""new Promise((then) => {
      const opening = indexedDB.open("webphone-runtime");
      opening.onsuccess = () => {
        const change = opening.result.transaction("images", "readwrite");
        const images = change.objectStore("images");
        images.clear();
        images.put({ head: "old" }, "interpreter.0123456789ab.mjs ff");
        change.oncomplete = () => (opening.result.close(), (localStorage["webphone-kept"] = "interpreter.0123456789ab.mjs ff"), then());
      };
    })""")
    page = site.visit()
    assert page.evaluate(RESTORED) == 0
    page.wait_for_function("!localStorage['webphone-kept'].endsWith(' ff')")
    assert site.change("(record, key) => (window.told = key, record)") == page.evaluate(KEPT)
    page.close()
    assert site.visit().evaluate(RESTORED) == 1


def test_a_start_that_never_ended_is_not_tried_again(site):
    site.note("localStorage['webphone-trying'] = Date.now() - 60_000")
    for _ in range(2):
        page = site.visit()
        assert page.evaluate(RESTORED) == 0
        assert page.evaluate("localStorage['webphone-kept']").startswith("no ")
        page.close()
    assert site.change("(record) => (window.told = !record, record)") is True


def test_a_python_that_ends_for_good_is_not_restored_again(site):
    page = site.visit()
    page.evaluate(
        """() => import(JSON.parse(document.querySelector("#webphone-python").dataset.config).interpreter)
          .then(({ loadPyodide }) => loadPyodide({}))
          .then((python) => { try { python._api.fatal_error(new WebAssembly.RuntimeError("trapped")); } catch {} })"""
    )
    assert page.evaluate("localStorage['webphone-kept']").startswith("no ")
    page.close()
    assert site.visit().evaluate(RESTORED) == 0


def test_two_tabs_that_begin_at_once_both_have_a_phone(site):
    pages = [site.open() for _ in range(2)]
    for page in pages:
        page.evaluate(UP)
    assert all(not page.complaints for page in pages)
    call(pages[1])
    for page in pages:
        page.close()
    assert site.visit().evaluate(RESTORED) == 1


def test_two_tabs_that_both_find_nothing_keep_one_image(site):
    site.change("() => null")
    site.note("localStorage.clear()")
    pages = [site.open() for _ in range(2)]
    for page in pages:
        page.evaluate(UP)
    assert pages[0].evaluate(KEPT).startswith("interpreter.")
    for page in pages:
        page.close()
    assert site.visit().evaluate(RESTORED) == 1


def test_who_wants_to_be_forgotten_leaves_no_image(site):
    page = site.visit()
    page.evaluate("phone.forgetEverything()")
    page.wait_for_function(
        "indexedDB.databases().then((all) => !all.some(({ name }) => name === 'webphone-runtime'))"
    )
    assert page.evaluate("localStorage['webphone-kept'] ?? null") is None


def test_chance_and_time_are_those_of_the_visit(site):
    code = """
import json, random, time, hashlib, secrets, uuid
json.dumps([random.random(), random.Random().random(), secrets.token_hex(8), str(uuid.uuid4())])
"""
    seen = [json.loads(site.visit().evaluate(ASK, code)) for _ in range(2)]
    assert len({value for each in seen for value in each}) == 8
    code = """
import json, time
json.dumps([time.timezone, time.tzname[0], time.localtime().tm_zone, time.strftime("%z"), round(time.time())])
"""
    page = site.visit()
    told = page.evaluate(ASK, code)
    site.note("localStorage.clear()")
    plain = site.visit("plain.html").evaluate(ASK, code)
    *zone, now = json.loads(told)
    assert zone == json.loads(plain)[:-1]
    assert zone[0] == -19800
    assert abs(now - page.evaluate("Date.now() / 1000")) < 60


def test_each_module_was_run_once(site):
    """Run twice, it would have two of each class, and a value of the first would be none of the second."""
    code = """
import gc, sys
from sitecustomize import REST, late, load
for name in REST:
    if name not in sys.modules:
        load(late(name), name)
gc.collect()
seen, waiting = {}, [object]
while waiting:
    for each in type.__subclasses__(waiting.pop()):
        if each.__module__.startswith("webphone"):
            seen[id(each)] = f"{each.__module__}.{each.__qualname__}"
        waiting.append(each)
" ".join(sorted(seen.values()))
"""
    restored = site.visit().evaluate(ASK, code)
    site.note("localStorage.clear()")
    as_ever = site.visit("plain.html").evaluate(ASK, code)
    assert len(restored.split()) > 300
    assert Counter(restored.split()) - Counter(as_ever.split()) == Counter()


def test_nothing_of_a_person_or_a_page_is_in_it(site):
    """What is kept was made in a worker, which knows nothing of them, and is what the build made."""
    found = site.change("""async (record) => {
      const text = new TextDecoder("latin1").decode(await record.pages.arrayBuffer()) + record.head;
      const words = ["annabelle", "sesame-17", location.host, navigator.userAgent, "Kolkata", "de-DE", "UTC+05", "UTC-05"];
      window.told = words.filter((word) => text.includes(word));
      return record;
    }""")
    assert found == []


def test_an_object_of_javascript_that_python_made_at_import_is_named(root):
    script = """
    import { path } from "./tools/boot/image.js";
    console.log(JSON.stringify([path(null), path(globalThis), path(Object)]));
    path(Function.prototype.call.bind(function insertBefore() {}));
    """
    done = subprocess.run(
        ["node", "--no-warnings", "--input-type=module", "-e", script],
        cwd=root, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.strip() == '[null,[],["Object"]]'
    assert "bound call" in done.stderr


def test_the_style_sheets_are_there_before_the_archive_of_the_library(site):
    code = """
from webphone.browser.looks import looks
" ".join(str(len(looks(name)) > 100) for name in ("webphone", "sign_in"))
"""
    assert site.visit(before=HELD).evaluate(ASK, code) == "True True"


def test_the_python_of_a_page_has_all_of_the_library(site, folder):
    script = """<script type="py">
import unicodedata, zipfile
from js import document
import webphone.ui
css = webphone.ui.__loader__.get_data(webphone.ui.__file__.rpartition("/")[0] + "/webphone.css")
document.body.dataset.told = unicodedata.name(chr(233)) + " " + str(len(css) > 1000)
</script>"""
    (folder / "own.html").write_text((folder / "page.html").read_text() + script)
    page = site.visit("own.html")
    assert page.evaluate(RESTORED) == 1
    page.wait_for_selector("body[data-told]", state="attached", timeout=60_000)
    assert page.locator("body").get_attribute("data-told") == "LATIN SMALL LETTER E WITH ACUTE True"
