"""The bundled build: one script tag starts PyScript's core, from any folder, without a CDN."""

import hashlib
import marshal
import re
import shutil
import string
import zipfile

import pytest

import build
import files
from webphone.words import ENGLISH, LANGUAGES

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><title>A page of a customer</title><link rel="icon" href="data:,">
{scripts}<web-phone id="phone"></web-phone>"""
IMPORT_EACH = """
import importlib
from js import document
missing = []
for name in NAMES:
    try:
        importlib.import_module(name)
    except Exception as error:
        missing.append(f"{name}: {error!r}")
document.getElementById("probe").dataset.missing = "; ".join(missing)
"""
USE_MORE = """
import encodings.cp1250, ipaddress, tomllib, urllib.request
from js import document
import pyodide_js
await pyodide_js.loadMore()
document.getElementById("probe").dataset.more = str(tomllib.loads("a = 1")["a"])
"""
RING = """url => new Promise((rang) => {
  const timer = new Worker(url);
  timer.onmessage = () => rang(true);
  timer.postMessage(1);
})"""
STRICT = "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; object-src 'none'"


def host_page(folder, *scripts):
    folder.mkdir(parents=True, exist_ok=True)
    tags = "".join(f'<script src="{source}"></script>\n' for source in scripts)
    (folder / "page.html").write_text(PAGE.format(scripts=tags))


@pytest.fixture
def at_home(dist, serve, visit, tmp_path):
    """Opens a page with the phone beside the build, and with a script of its own in Python."""

    def opened(python="", headers=None):
        shutil.copytree(dist, tmp_path, dirs_exist_ok=True)
        host_page(tmp_path, "webphone.js")
        page = tmp_path / "page.html"
        if python:
            page.write_text(page.read_text() + f'<script type="py" id="probe">{python}</script>')
        visited = visit()
        visited.page.goto(serve(tmp_path, headers) + "/page.html")
        return visited

    return opened


def test_the_demo_page_starts_python_once_and_nothing_leaves_the_origin(dist, serve, visit):
    origin = serve(dist)
    visited = visit()
    visited.page.goto(origin + "/index.html")
    assert visited.python_ran() == 1
    assert visited.outside(origin) == []
    assert visited.complaints == []


def test_a_page_in_another_folder_needs_one_script_tag(dist, serve, visit, tmp_path):
    shutil.copytree(dist, tmp_path / "assets" / "phone")
    host_page(tmp_path / "shop" / "help", "../../assets/phone/webphone.js")
    origin = serve(tmp_path)
    visited = visit()
    visited.page.goto(origin + "/shop/help/page.html")
    assert visited.python_ran() == 1
    assert visited.outside(origin) == []


def test_a_page_of_another_origin_needs_one_script_tag_and_cors(dist, serve, visit, tmp_path):
    phone = serve(dist, {"Access-Control-Allow-Origin": "*"})
    host_page(tmp_path, phone + "/webphone.js")
    host = serve(tmp_path)
    visited = visit()
    visited.page.goto(host + "/page.html")
    assert visited.python_ran() == 1
    assert visited.outside(host, phone) == []


def test_the_script_included_twice_starts_python_once(dist, serve, visit, tmp_path):
    shutil.copytree(dist, tmp_path, dirs_exist_ok=True)
    host_page(tmp_path, "webphone.js", "webphone.js")
    visited = visit()
    visited.page.goto(serve(tmp_path) + "/page.html")
    assert visited.python_ran() == 1
    assert visited.complaints == []
    asked = [url for url in visited.requests if url.endswith(".zip")]
    assert len(asked) == 1, "the library is fetched once: the preload is the one that is used"


@pytest.mark.parametrize("script", ["webphone.js", "embed.js"])
def test_a_script_leaves_the_page_s_own_names_alone(dist, serve, visit, tmp_path, script):
    # Whatever a minifier may choose: a `const` of the page forbids a `var` of the same name.
    names = ", ".join(f"{name} = 1" for name in (*string.ascii_letters, "_", "$"))
    shutil.copytree(dist, tmp_path, dirs_exist_ok=True)
    (tmp_path / "page.html").write_text(
        f"<!doctype html><title>Shop</title><script>const {names};</script>"
        f'<script src="{script}"></script>'
    )
    visited = visit()
    visited.page.goto(serve(tmp_path) + "/page.html")
    defined = "Boolean(globalThis.customElements.get('web-phone') || globalThis.WebPhoneEmbed)"
    assert visited.complaints == []
    assert visited.page.evaluate(defined)


def test_python_starts_where_the_page_forbids_eval(at_home):
    visited = at_home(headers={"Content-Security-Policy": STRICT})
    assert visited.python_ran() == 1
    assert visited.complaints == []


def test_pyscript_adds_nothing_to_the_body_of_the_host_page(at_home):
    visited = at_home()
    visited.python_ran()
    children = "[...document.body.children].map((child) => child.localName)"
    assert visited.page.evaluate(children) == ["web-phone"]


def test_everything_that_the_phone_imports_is_in_the_library(dist, at_home):
    names = sorted(build.outside_imports([dist.parent / url for url in python_files()]))
    kept = [name for name in package_names() if name not in LANGUAGES.values()]
    code = IMPORT_EACH.replace("NAMES", repr([*names, *kept, LANGUAGES[ENGLISH]]))
    visited = at_home(code)
    visited.page.wait_for_selector("#probe[data-missing]", state="attached")
    assert visited.page.get_attribute("#probe", "data-missing") == ""


def test_the_rest_of_the_library_is_there_for_a_page_that_has_python(at_home):
    visited = at_home(USE_MORE)
    visited.page.wait_for_selector("#probe[data-more]", state="attached", timeout=60_000)
    assert visited.page.get_attribute("#probe", "data-more") == "1"
    assert sum("python-more" in url for url in visited.requests) == 1


def test_a_page_without_python_asks_for_no_more_than_the_phone(at_home):
    visited = at_home()
    visited.python_ran()
    visited.page.evaluate("phone.ready()")
    asked = {re.search(r"/runtime/(\w+)", url)[1] for url in visited.requests if "/runtime/" in url}
    assert asked == {"interpreter", "pyscript", "pyodide", "python", "timer"}


def python_files():
    return [url for url in files.in_toml() if url.endswith(".py")]


def package_names():
    """Our own modules, dotted."""
    return [
        path.removeprefix("./").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for path in files.in_toml().values()
        if path.endswith(".py")
    ]


def test_the_library_holds_every_file_of_pyscript_toml(dist):
    [library] = (dist / "runtime").glob("python.*.zip")
    archive = zipfile.ZipFile(library)
    modules, _absent, _rest = marshal.loads(archive.read("modules.index"))
    held = {*archive.namelist(), *(path for path, *_ in modules.values())}
    listed = [path.removeprefix("./") for path in files.in_toml().values()]
    compiled = {path + "c" if path.endswith(".py") else path for path in listed}
    apart = {f"{name.replace('.', '/')}.pyc" for tag, name in LANGUAGES.items() if tag != ENGLISH}
    assert apart < compiled
    assert held & apart == set()  # a language is a file of its own
    assert compiled - apart <= held


def test_the_timer_worker_is_where_the_script_says(dist, serve, visit):
    visited = visit()
    origin = serve(dist)
    visited.page.goto(origin + "/index.html")
    url = visited.page.get_attribute("script[type=py]", "data-timer")
    assert url.startswith(origin + "/runtime/timer.")
    assert visited.page.evaluate(RING, url) is True


def test_builds_in_two_folders_are_the_same_bytes(dist, checkouts, built, packed):
    other = built(checkouts[1])
    for path in checkouts[1].rglob("*.py"):
        path.chmod(0o600)  # another person's umask
    for checkout in checkouts[:2]:
        assert len(list(packed(checkout).iterdir())) == 2
    assert digests(other) == digests(dist)


def test_every_runtime_file_carries_the_hash_of_its_content_in_its_name(dist):
    parts = [path for path in (dist / "runtime").glob("*.*") if path.name != "NOTICE.txt"]
    assert len(parts) == 9 + len(LANGUAGES) - 1  # English comes with Python
    for path in parts:
        found = re.search(r"\.([0-9a-f]{12})\.", path.name)
        assert found is not None, path.name
        assert hashlib.sha256(path.read_bytes()).hexdigest().startswith(found[1])


def digests(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in (".br", ".gz")  # `make dist` adds those
    }
