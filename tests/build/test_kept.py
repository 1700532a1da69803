"""What stays of Python from one visit to the next, where the page asks for it (`data-keep-runtime`)."""

import pytest

from keeping import KEPT, PHONE, PLAIN, RESTORED, SCRIPT, Site, call
from starting import UP, put_page
from static_server import serving

pytestmark = pytest.mark.browser


def test_the_second_visit_begins_where_the_first_one_had_imported_everything(site):
    page = site.visit()
    assert page.evaluate(RESTORED) == 1
    assert page.evaluate('localStorage["webphone-trying"] ?? null') is None
    call(page)
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
    "parts of no size": """(record) => ({ ...record, head: record.head.replace(/"part":\\d+/, '"part":0') })""",
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
        # A busy machine may need longer than a visit waits.
        assert any(site.visit().evaluate(RESTORED) for _ in range(3))


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


@pytest.mark.more
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


@pytest.mark.more
def test_who_saves_data_keeps_nothing(site):
    site.note("localStorage.clear()")
    page = site.visit(before=REFUSED["saving data"])
    assert page.evaluate("[WebPhone.kept, localStorage.length]") == [None, 0]


@pytest.mark.more
def test_where_the_image_can_t_be_written_it_is_not_made_again(site):
    site.change("() => null")
    site.note("localStorage.clear()")
    full = "IDBObjectStore.prototype.put = () => { throw new DOMException('', 'QuotaExceededError'); };"
    page = site.visit(before=full)
    page.wait_for_function("localStorage['webphone-kept']")
    assert page.evaluate(KEPT).startswith("no interpreter.")
    assert page.complaints == []
    page.close()
    page = site.visit()
    assert page.evaluate(RESTORED) == 0
    call(page)


def test_a_new_build_throws_away_what_an_older_one_kept(site):
    site.change("(record, key) => record")
    site.note("""new Promise((then) => {
      const opening = indexedDB.open("webphone-runtime");
      opening.onsuccess = () => {
        const change = opening.result.transaction("images", "readwrite");
        const images = change.objectStore("images");
        images.clear();
        images.put({ head: "old" }, "interpreter.0123456789ab.js ff");
        change.oncomplete = () => (opening.result.close(), (localStorage["webphone-kept"] = "interpreter.0123456789ab.js ff"), then());
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


@pytest.mark.more
def test_a_python_that_ends_for_good_is_not_restored_again(site):
    page = site.visit()
    page.evaluate(
        """() => globalThis[Symbol.for("webphone.python")].loadPyodide({})
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


@pytest.mark.more
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


@pytest.mark.more
def test_the_whole_runtime_starts_as_ever(whole, chromium, tmp_path):
    """`make dist TRIM=no` makes no image: the script knows of none."""
    put_page(whole, tmp_path, PHONE)
    page = tmp_path / "page.html"
    page.write_text(page.read_text().replace(PLAIN, SCRIPT))
    with serving(tmp_path) as address:
        context = chromium.new_context()
        site = Site(context, address)
        for _ in range(2):
            page = site.visit()
            assert page.evaluate("[WebPhone.kept, localStorage.length]") == [None, 0]
            assert page.evaluate(RESTORED) == 0
            page.close()
        context.close()


def test_the_one_file_from_disk_starts_as_ever(kept_folder, chromium):
    context = chromium.new_context()
    for _ in range(2):
        page = context.new_page()
        page.goto((kept_folder / "webphone-offline.html").as_uri())
        page.evaluate(UP)
        assert page.evaluate("[WebPhone.kept, localStorage['webphone-kept'] ?? null]") == [
            None,
            None,
        ]
        assert page.evaluate(RESTORED) == 0
        page.close()
    context.close()


def test_what_it_takes_is_what_the_documentation_says(site, root):
    """Of the visitor's disk, in megabytes; a hundred are asked for (ROOM in tools/boot/kept.js)."""
    size = site.change("(record) => (window.told = record.pages.size, record)")
    assert (
        f"It takes {size / 1e6:.0f} MB of the visitor's disk"
        in (root / "docs/hosting.md").read_text()
    )
