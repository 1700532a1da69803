"""The npm package, installed into an empty folder: by script tag, by import, by bundlers, typed."""

import re
import shutil
import subprocess
import tarfile

import pytest

from page.ports import free_port
from page.program import Program
from starting import UP

pytestmark = pytest.mark.browser
SOON = 60_000  # milliseconds, on a busy machine
PHONE = '<web-phone id="phone" demo auto-register></web-phone>'
MODULE = '<!doctype html><title>Shop</title><link rel="icon" href="data:,">'
MODULE += f'<script type="module" src="{{}}"></script>{PHONE}'
BESIDE = 'import { loaded } from "webphone";\nglobalThis.up = loaded;\n'
ELSEWHERE = 'import { load } from "webphone/load";\nglobalThis.up = load("/phone/webphone.js");\n'
STRICT = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; "
    "style-src 'self'; connect-src 'self'; img-src 'self' data:; media-src 'self' blob:; "
    "trusted-types webphone webphone-load; require-trusted-types-for 'script'"
)
TSC = ["--noEmit", "--strict", "--target", "es2022", "--jsx", "react-jsx", "--types"]
TYPED = """
import { loaded, type CallRecord, type WebPhone } from "webphone";
import { load } from "webphone/load";

const phone: WebPhone = document.createElement("web-phone");
phone.addEventListener("end", ({ detail }) => console.info((detail satisfies CallRecord).talkSeconds));
const found: WebPhone | null | undefined = (await loaded)?.get("phone");
await (await load("/phone/webphone.js"))?.get("phone")?.makeCall("100", { video: true });
console.info(found?.state === "registered");
"""
DRAWN = """
import "webphone";
import type { WebPhone } from "webphone";
import { createRef } from "react";

const phone = createRef<WebPhone>();
export const drawn = (
  <web-phone ref={phone} className="big" host="wss://sip.example.com" auto-register layout="bar"
    onanswer={({ detail }) => console.info(detail.to.number)} />
);
"""


@pytest.fixture(scope="module")
def tarball(dist, packed):
    [found] = packed(dist.parent).glob("*.tgz")
    return found


@pytest.fixture(scope="module")
def shop(tarball, tmp_path_factory):
    """A folder in which somebody said `npm install`, and nothing else."""
    folder = tmp_path_factory.mktemp("shop")
    command = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", tarball]
    subprocess.run(command, cwd=folder, check=True)
    return folder


@pytest.fixture(scope="module")
def installed(shop):
    return shop / "node_modules" / "webphone"


@pytest.fixture
def site(installed, tmp_path):
    """site(name) gives a folder of a new site that holds a copy of the package below that name."""

    def made(name):
        target = tmp_path / "public" / name
        shutil.copytree(installed, target, dirs_exist_ok=True)
        return tmp_path

    return made


@pytest.fixture
def node(root, tmp_path):
    """Runs a program of the project's own node_modules in the new site; gives what it said."""

    def run(program, *arguments, folder=tmp_path, fails=False):
        command = [root / "node_modules" / ".bin" / program, *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        assert bool(done.returncode) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


def call_the_echo(page):
    page.evaluate(UP)
    page.evaluate("void phone.makeCall('600')")
    page.locator("[data-screen=active]").wait_for(timeout=SOON)
    page.evaluate("phone.hangup()")
    page.locator("[data-screen=ended]").wait_for(timeout=SOON)


def test_a_page_that_serves_the_folder_needs_one_script_tag(shop, serve, visit):
    script = '<script src="node_modules/webphone/webphone.js"></script>'
    (shop / "page.html").write_text(f"<!doctype html><title>Shop</title>{script}{PHONE}")
    visited = visit()
    origin = serve(shop)
    visited.page.goto(origin + "/page.html")
    call_the_echo(visited.page)
    assert visited.outside(origin) == []


def test_a_bundle_by_esbuild_finds_the_files_beside_itself(
    shop, site, node, serve, visit, tmp_path
):
    folder = site("app")
    entry = shop / "entry.js"
    entry.write_text(BESIDE)
    bundle = folder / "public" / "app" / "bundle.js"
    node("esbuild", entry, "--bundle", "--format=esm", f"--outfile={bundle}", "--log-level=error")
    (folder / "public" / "page.html").write_text(MODULE.format("app/bundle.js"))
    visited = visit()
    origin = serve(folder / "public", {"Content-Security-Policy": STRICT})
    visited.page.goto(origin + "/page.html")
    assert visited.page.evaluate("up.then((WebPhone) => WebPhone.get('phone') === phone)")
    call_the_echo(visited.page)
    assert visited.outside(origin) == []
    assert visited.complaints == []


def shop_for_vite(shop, folder, text):
    """A new site as Vite wants it, with the package installed."""
    (folder / "node_modules").symlink_to(shop / "node_modules")
    (folder / "index.html").write_text(MODULE.format("/entry.js"))
    (folder / "entry.js").write_text(text)


@pytest.mark.parametrize(("text", "place"), [(BESIDE, "assets"), (ELSEWHERE, "phone")])
def test_a_build_by_vite_runs_the_phone(shop, site, node, serve, visit, text, place):
    folder = site(place)
    shop_for_vite(shop, folder, text)
    node("vite", "build", "--logLevel", "error")
    visited = visit()
    visited.page.goto(serve(folder / "dist") + "/index.html")
    assert visited.page.evaluate("up.then((WebPhone) => WebPhone.get('phone') === phone)")
    call_the_echo(visited.page)


def test_vites_own_server_runs_the_phone_from_its_public_folder(shop, site, visit, root, tmp_path):
    folder = site("phone")
    shop_for_vite(shop, folder, ELSEWHERE)
    port = free_port()
    command = ["node", root / "node_modules/vite/bin/vite.js", folder]
    options = ["--host", "127.0.0.1", "--port", str(port), "--strictPort"]
    vite = Program("vite", tmp_path / "log")
    vite.start([*command, *options], lambda: "ready in" in vite.log(), seconds=60)
    try:
        visited = visit()
        visited.page.goto(f"http://127.0.0.1:{port}/")
        visited.page.wait_for_function("globalThis.up", timeout=SOON)
        assert visited.page.evaluate("up.then((WebPhone) => WebPhone.get('phone') === phone)")
        call_the_echo(visited.page)
    finally:
        vite.stop()


def test_the_wrong_address_is_told_in_words_and_the_right_one_still_works(site, serve, visit):
    folder = site("phone") / "public"
    (folder / "page.html").write_text(f"<!doctype html>{PHONE}")
    (folder / "other.js").write_text("// A server that answers everything.")
    page = visit().page
    page.goto(serve(folder) + "/page.html")
    told = page.evaluate(
        """async () => {
          const { load } = await import("/phone/load.mjs");
          const say = (address) => load(address).then(String, ({ message }) => message);
          return [await say("phones/webphone.js"), await say("other.js")];
        }"""
    )
    assert [text.partition(" ")[0].partition("/p")[2] for text in told] == ["hones/webphone.js", ""]
    assert all("is not the phone. Copy the files" in text for text in told)
    same = page.evaluate(
        """async () => {
          const { load } = await import("/phone/load.mjs");
          const both = [load("phone/webphone.js"), load("phone/webphone.js")];
          const { loaded } = await import("/phone/webphone.mjs");
          const found = await Promise.all([...both, loaded]);
          return [new Set(found).size, found[0] === WebPhone];
        }"""
    )
    assert same == [1, True]
    assert (
        page.evaluate("document.querySelectorAll('script[src$=\"phone/webphone.js\"]').length") == 1
    )


@pytest.mark.parametrize("text", [BESIDE, ELSEWHERE])
def test_a_page_drawn_on_a_server_may_import_it(shop, text):
    (shop / "server.mjs").write_text(text + "console.log('drawn', await globalThis.up);\n")
    done = subprocess.run(["node", "server.mjs"], cwd=shop, capture_output=True, text=True)
    assert done.stdout == "drawn undefined\n", done.stderr


@pytest.mark.parametrize("way", ["bundler", "nodenext"])
def test_the_types_come_with_the_import(shop, node, tmp_path, way):
    resolution = ["--moduleResolution", way, "--module", way.replace("bundler", "esnext")]
    (shop / "typed.mts").write_text(TYPED)
    # With nothing else installed: the package's own declarations are checked, too.
    node("tsc", *TSC, "", *resolution, "typed.mts", folder=shop)
    (shop / "typed.mts").write_text(TYPED.replace("makeCall", "makeCal"))
    said = node("tsc", *TSC, "", *resolution, "typed.mts", folder=shop, fails=True)
    assert len(re.findall(r"error TS", said)) == 1 and "'makeCal' does not exist" in said


def test_react_knows_the_element_its_attributes_and_its_events(installed, node, root, tmp_path):
    modules = tmp_path / "node_modules"
    shutil.copytree(installed, modules / "webphone")
    (modules / "@types").mkdir()
    (modules / "@types" / "react").symlink_to(root / "node_modules" / "@types" / "react")
    resolution = ["--moduleResolution", "bundler", "--module", "esnext"]
    (tmp_path / "drawn.tsx").write_text(DRAWN)
    node("tsc", *TSC, "react", *resolution, "drawn.tsx")
    wrongs = (("bar", "barr"), ("number", "nummer"), ("onanswer", "onAnswer"))
    for right, wrong in (*wrongs, ("auto-register", "show-hold={false}")):
        (tmp_path / "drawn.tsx").write_text(DRAWN.replace(right, wrong))
        said = node("tsc", *TSC, "react", *resolution, "drawn.tsx", fails=True)
        assert wrong.partition("=")[0] in said


def test_its_service_worker_asks_for_no_file_that_the_package_has_not(installed):
    # One that is missing, and nothing is kept.
    kept = re.findall(r'"([^"]+\.(?:m?js|wasm|zip|html|css))"', (installed / "sw.js").read_text())
    assert "webphone.js" in kept and any(name.endswith(".wasm") for name in kept)
    assert [name for name in kept if not (installed / name).is_file()] == []


def test_the_package_holds_the_phone_and_neither_the_demo_nor_what_servers_compress(tarball, dist):
    with tarfile.open(tarball) as packed:
        names = {member.name.removeprefix("package/") for member in packed}
    files = [path for path in (dist / "runtime").rglob("*") if path.is_file()]
    ours = {
        path.relative_to(dist).as_posix() for path in files if path.suffix not in (".br", ".gz")
    }
    assert ours <= names
    assert {"webphone.js", "embed.js", "embed.html", "embed.css", "sw.js", "LICENSE"} <= names
    assert {"webphone.d.ts", "custom-elements.json", "README.md", "package.json"} <= names
    assert not [name for name in names if name.endswith((".br", ".gz", ".map"))]
    assert not names & {"index.html", "demo.js", "webphone-offline.html"}
