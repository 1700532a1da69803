"""The trimmed runtime does what the whole one does for us, and says so where it does not."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

import files
from interop.firefox import Firefox
from starting import put_page, py, told
from tiny_wheel import write_tiny
from webphone.words import ENGLISH, LANGUAGES

pytestmark = pytest.mark.browser

# Rooms with tests that touch nothing of the browser; `make test-inside` names all of them.
# What reads, writes and signs needs most of Python; `make test-inside` takes whole rooms.
SOME = "media sip/test_message.py sip/test_headers.py sip/test_digest.py sip/test_uri.py"
PURE = os.environ.get("INSIDE", f"{SOME} sip/test_torture.py sip/test_agent.py").split()
# The last release of Hypothesis without compiled parts; Pyodide cannot load those.
INSTEAD = ["hypothesis==6.155.7", "sortedcontainers==2.4.0"]
# These start programs or sockets of the machine.
OUTSIDE = ["tests/exchange/test_serve.py", "tests/exchange/test_jssip.py"]
# The first compares with OpenSSL's hash, which Pyodide has not got; the second starts a Python.
LEFT_OUT = [
    "tests/sip/test_digest.py::test_the_pure_python_hash_is_the_real_one",
    "tests/phone/test_tabs.py::test_what_shares_the_phone_is_loaded_when_a_page_first_asks_for_it",
    "tests/phone/test_texts.py::test_a_phone_that_only_calls_never_loads_what_writes",
]


@pytest.fixture
def inside(root, dist):
    """Runs a file of this folder inside the built runtime; gives the exit status and the output."""
    work = dist.parent / "build"
    mounts = {
        "/pure": str(root / ".cache" / "inside"),
        "/project": str(root),
        "/installed": os.path.dirname(os.path.dirname(pytest.__file__)),
    }

    def run(name, arguments):
        (root / ".cache" / "inside").mkdir(parents=True, exist_ok=True)
        plan = {
            "pyodide": str(work / "trimmed"),
            "library": str(work / "python.zip"),
            "more": str(work / "python-more.zip"),
            "addMore": (root / "tools" / "boot" / "more.py").read_text(),
            "mounts": mounts,
            "code": (root / "tests" / "build" / name).read_text(),
            "arguments": arguments,
        }
        done = subprocess.run(
            ["node", root / "tests" / "build" / "inside.mjs", json.dumps(plan)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
        )
        return done.returncode, done.stdout

    return run


@pytest.fixture
def killed(root):
    """The names in the script's own list."""
    [names] = re.findall(r"KILLED = `([^`]*)`", (root / "tools/trim/trim.mjs").read_text())
    return names.split()


def test_what_the_phone_and_a_page_lean_on_works_and_what_went_raises_import_error(inside, killed):
    status, said = inside("smoke.py", killed)
    assert status == 0, said


@pytest.fixture
def smoke_page(root, dist, killed, serve, tmp_path):
    """The address of a page whose own Python checks the same."""
    put_page(dist, tmp_path, "<body>" + py("", 'src="smoke.py"'))
    said = "\nfrom js import document\n"
    said += f"document.body.dataset.told = 'still there: ' + str(await main({killed}))\n"
    (tmp_path / "smoke.py").write_text((root / "tests/build/smoke.py").read_text() + said)
    return serve(tmp_path) + "/page.html"


def test_the_same_works_in_chromium(smoke_page, visit):
    visited = visit()
    visited.page.goto(smoke_page)
    assert told(visited.page) == "still there: 0"
    assert visited.complaints == []


@pytest.mark.interop
def test_the_same_works_in_firefox(smoke_page, tmp_path):
    firefox = Firefox(tmp_path)
    page = firefox.new_context().new_page()
    page.goto(smoke_page)
    heard = """new Promise((then) => {
      const look = () => document.body.dataset.told && then(document.body.dataset.told);
      new MutationObserver(look).observe(document.body, { attributes: true });
      look();
      setTimeout(() => then("nothing within a minute"), 60000);
    })"""
    try:
        assert page.evaluate(heard) == "still there: 0", page.seen()
    finally:
        firefox.close()


INSTALL_TINY = """
import pyodide_js
from js import document
address = f"{document.location.origin}/NAME"
try:
    WAY
    import tiny
    document.body.dataset.told = str(tiny.answer)
except Exception as error:
    document.body.dataset.told = str(error)
"""
WAYS = {
    "micropip": "await pyodide_js.loadPackage('micropip'); import micropip; "
    "await micropip.install(address)",
    "loadPackage": "await pyodide_js.loadPackage(address)",
}


ASK = """async () => {
  const python = await globalThis[Symbol.for("webphone.python")].loadPyodide({});
  const asked = () => {
    try {
      return python.runPython("import unicodedata; unicodedata.normalize('NFC', 'e\\u0301')");
    } catch (error) {
      return error.type;
    }
  };
  return [asked(), await python.loadMore(), asked()];
}"""


def test_unicodedata_waits_for_its_tables(serve, visit, dist, tmp_path):
    put_page(dist, tmp_path, '<web-phone id="phone" demo></web-phone>')
    visited = visit()
    visited.page.goto(f"{serve(tmp_path)}/page.html")
    visited.python_ran()
    before, _, then = visited.page.evaluate(ASK)
    assert (before, then) == ("ModuleNotFoundError", "\u00e9")


def test_the_page_outlives_a_browser_that_watches_its_heap(chromium, serve, dist, tmp_path):
    """Chromium watches the heap of one start in a hundred; of every start here, and of half its pages."""
    put_page(dist, tmp_path, '<web-phone id="phone" demo></web-phone>')
    watched = chromium.browser_type.launch(
        executable_path="/usr/bin/chromium",
        args=["--no-sandbox", "--enable-features=HeapProfilerReporting:stable-probability/1.0"],
    )
    try:
        for _ in range(8):
            page = watched.new_page()
            page.goto(f"{serve(tmp_path)}/page.html")
            page.wait_for_function("document.getElementById('phone').state === 'registered'")
            page.close()
    finally:
        watched.close()


@pytest.fixture
def tiny_page(serve, visit, tmp_path):
    """Opens a page of a build that asks for a compiled package in a certain way."""

    def open_page(build, way):
        code = INSTALL_TINY.replace("NAME", write_tiny(tmp_path)).replace("WAY", WAYS[way])
        put_page(build, tmp_path, "<body>" + py(code))
        visited = visit()
        visited.page.goto(serve(tmp_path) + "/page.html")
        return visited

    return open_page


@pytest.mark.parametrize("way", WAYS)
def test_a_compiled_package_is_refused_with_the_remedy(dist, tiny_page, way):
    visited = tiny_page(dist, way)
    said = told(visited.page)
    assert "tiny.cpython-314-wasm32-emscripten.so is compiled code" in said
    assert "make dist TRIM=no" in said


@pytest.mark.parametrize("way", WAYS)
def test_the_whole_runtime_loads_a_compiled_package(whole, tiny_page, way):
    visited = tiny_page(whole, way)
    assert told(visited.page) == "42", visited.complaints
    assert visited.complaints == []


def test_the_pure_tests_pass_inside_the_trimmed_runtime(root, inside):
    target = root / ".cache" / "inside"
    if not (target / "hypothesis").is_dir():
        pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        only = ["--no-deps", "--python-version", "3.14", "--only-binary=:all:", "--target", target]
        subprocess.run([*pip, *only, *INSTEAD], check=True)
    left_out = [f"--ignore={path}" for path in OUTSIDE]
    left_out += [f"--deselect={test}" for test in LEFT_OUT]
    rooms = [f"tests/{room}" for room in PURE]
    status, said = inside("inside.py", [*rooms, *left_out, "-m", "not timed"])
    assert status == 0, said[-4000:]
    assert int(re.search(r"(\d+) passed", said)[1]) > 300


# A language is a file of its own.
APART = {name for tag, name in LANGUAGES.items() if tag != ENGLISH}


@pytest.fixture
def ours():
    """The phone's modules that need no page."""
    paths = [path.removeprefix("./").removesuffix(".py") for path in files.in_toml().values()]
    return [
        name.removesuffix("/__init__").replace("/", ".")
        for name in paths
        if not name.endswith(".css")
        and not name.startswith("webphone/browser")
        and name.replace("/", ".") not in APART
    ]


@pytest.mark.parametrize("script", ["methods_found.py", "enums_found.py"])
def test_no_class_of_ours_is_made_slowly_at_the_start(inside, ours, script):
    status, said = inside(script, ours)
    assert status == 0, said


def test_a_late_import_finds_what_the_written_one_would(inside, ours):
    status, said = inside("late_found.py", ours)
    assert status == 0, said


def test_another_version_of_pyodide_is_left_whole(root, tmp_path):
    shutil.copytree(root / "node_modules" / "pyodide", tmp_path / "pyodide")
    wasm = tmp_path / "pyodide" / "pyodide.asm.wasm"
    wasm.write_bytes(wasm.read_bytes() + b"\0")
    command = ["node", root / "tools/trim/trim.mjs", tmp_path / "pyodide", tmp_path / "out"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 3
    assert "pyodide.asm.wasm is not the one" in done.stderr
    assert not (tmp_path / "out").exists()


def test_the_notice_says_what_was_changed_and_by_what(dist):
    notice = (dist / "runtime" / "NOTICE.txt").read_text()
    assert "Mozilla Public License 2.0" in notice
    assert "MODIFIED" in notice
    assert "tools/trim/trim.mjs" in notice
