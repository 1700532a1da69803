"""The Python wheel, installed from scratch: on CPython, in somebody's own Pyodide, on their page."""

import json
import shutil
import subprocess
import sys
import zipfile

import pytest

from starting import UP

pytestmark = pytest.mark.browser
ON_A_SERVER = """
import sys
import webphone
assert not [name for name in sys.modules if name.startswith("webphone.")]
from webphone.sip import parse
invite = parse(b"OPTIONS sip:bob@example.com SIP/2.0\\r\\nVia: SIP/2.0/WSS a.invalid;branch=z9hG4bK1\\r\\n"
    b"From: <sip:a@b>;tag=1\\r\\nTo: <sip:bob@example.com>\\r\\nCall-ID: 1\\r\\nCSeq: 1 OPTIONS\\r\\n\\r\\n")
from importlib.resources import files
assert "--wp-" in (files("webphone") / "ui" / "webphone.css").read_text()
assert not [name for name in sys.modules if name.startswith("webphone.browser")]
from webphone import Phone
try:
    Phone()
except RuntimeError as told:
    print(invite.method, "-", told)
"""
IN_NODE = """
import { readFileSync } from "node:fs";
const [pyodide, wheel] = process.argv.slice(2);
const { loadPyodide } = await import(`${pyodide}/pyodide.mjs`);
const python = await loadPyodide();
python.unpackArchive(new Uint8Array(readFileSync(wheel)), "wheel");
console.log(python.runPython(`
from importlib.metadata import version
from webphone import Phone
try:
    Phone.get("phone")
except RuntimeError as told:
    said = f"{version('webphone')} - {told}"
said`));
globalThis.WebPhone = { get: (id) => ({ id, state: "registered" }) };
console.log(python.runPython("f'{Phone.get(\\"phone\\").state}'"));
"""
ON_THEIR_PAGE = """
globalThis.theirs = async (wheel) => {
  const { loadPyodide } = await import("/pyodide/pyodide.mjs");
  const python = await loadPyodide();
  python.unpackArchive(await (await fetch(wheel)).arrayBuffer(), "wheel");
  return python.runPythonAsync(`
import asyncio
from webphone import Phone
phone = Phone.get("phone")
ended = asyncio.get_running_loop().create_future()
phone.on("end", ended.set_result)
@phone.on("answer")
async def answered(call):
    await phone.hangup()
await phone.make_call("600")
(await ended)["disposition"]`);
};
"""


@pytest.fixture(scope="module")
def wheel(dist, packed):
    [found] = packed(dist.parent).glob("*.whl")
    return found


def test_a_fresh_environment_installs_it_and_has_all_but_the_browser(wheel, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "fresh"], check=True)
    python = tmp_path / "fresh" / "bin" / "python"
    pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, wheel], check=True)
    told = subprocess.run([python, "-I", "-c", ON_A_SERVER], capture_output=True, text=True)
    assert told.stdout.startswith("OPTIONS - Phone needs a browser page"), told.stderr


def test_the_wheel_is_pure_and_holds_every_file_of_the_package(wheel, root):
    package = root / "pyapp" / "webphone"
    files = {
        path.relative_to(package.parent).as_posix()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as opened:
        names = set(opened.namelist())
        [told] = [opened.read(name).decode() for name in names if name.endswith("/WHEEL")]
    assert {name for name in names if ".dist-info/" not in name} == files
    assert "Root-Is-Purelib: true" in told and "Tag: py3-none-any" in told


def test_somebodys_own_pyodide_imports_it_and_asks_for_the_element(wheel, root, tmp_path):
    script = tmp_path / "theirs.mjs"
    script.write_text(IN_NODE)
    command = ["node", script, root / "node_modules" / "pyodide", wheel]
    told = subprocess.run(command, capture_output=True, text=True)
    first, second = told.stdout.splitlines() or [told.stderr, ""]
    assert "0.1.0 - Phone needs a browser page with webphone.js" in first, told.stderr
    assert second == "registered"


def test_somebodys_own_pyodide_drives_the_phone_of_their_page(
    wheel, dist, root, serve, visit, tmp_path
):
    shutil.copytree(dist, tmp_path / "phone")
    shutil.copy(wheel, tmp_path)
    (tmp_path / "pyodide").symlink_to(root / "node_modules" / "pyodide")
    (tmp_path / "theirs.js").write_text(ON_THEIR_PAGE)
    scripts = "".join(
        f'<script src="{name}"></script>' for name in ("phone/webphone.js", "theirs.js")
    )
    phone = '<web-phone id="phone" demo auto-register></web-phone>'
    (tmp_path / "page.html").write_text(f"<!doctype html><title>Shop</title>{scripts}{phone}")
    visited = visit()
    origin = serve(tmp_path)
    visited.page.goto(origin + "/page.html")
    visited.page.evaluate(UP)
    assert visited.page.evaluate(f"theirs({json.dumps('/' + wheel.name)})") == "answered"
    assert visited.outside(origin) == []


def test_what_a_build_keeps_for_visits_without_network_leaves_the_packages_out(wheel, dist):
    assert wheel.is_relative_to(dist)
    assert "packages" not in (dist / "sw.js").read_text()
    assert wheel.name not in (dist / "webphone-offline.html").read_text()
