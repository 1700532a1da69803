"""The files of docs/hosting/ as they are, run by nginx and Caddy; and a server that knows nothing."""

import os
import re
import subprocess
import sys
import urllib.request

import pytest

from page.ports import free_port
from page.program import Program, require
from starting import UP, put_page

pytestmark = [pytest.mark.browser, pytest.mark.interop]
# What `make dist` takes a minute for is done in seconds, and is a ninth larger than what it makes.
QUALITY, LARGER = 9, 1.115
SOON = 60_000  # milliseconds, on a busy machine
PHONE = '<web-phone id="phone" demo auto-register></web-phone>'
# What a distribution's own nginx.conf does around the files of its sites, for anybody to run.
AROUND_NGINX = """
include /etc/nginx/modules-enabled/*.conf;
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include /etc/nginx/mime.types;
    include {site};
}}
"""
# Without the door by which a running Caddy is told of a new configuration.
AROUND_CADDY = "{{\n\tadmin off\n}}\nimport {site}\n"
# What alone is changed in the files of the docs: the address, and the folder of the site.
OURS = {
    "nginx.conf": {"listen 8080;": "listen 127.0.0.1:{port};", "root /srv/www;": "root {www};"},
    "Caddyfile": {"\n:8080 {": "\nhttp://127.0.0.1:{port} {{", "* /srv/www\n": "* {www}\n"},
}


@pytest.fixture(scope="module")
def www(dist, root, tmp_path_factory):
    """A site with the phone in a folder of it, as `make dist` leaves it, but less tightly packed."""
    folder = tmp_path_factory.mktemp("www")
    put_page(dist, folder / "phone", PHONE)
    # The file for a disk is a third of all there is to pack; here it is asked for its headers alone.
    taken_home = folder / "phone" / "webphone-offline.html"
    beginning = taken_home.read_bytes()[:100_000]
    taken_home.unlink()
    taken_home.write_bytes(beginning)
    command = [root / "tools" / "compress.py", folder / "phone", f"--quality={QUALITY}"]
    subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
    return folder


@pytest.fixture
def start(www, root, tmp_path):
    """start(server) runs it on a free port and gives the address of the phone's folder."""
    programs = []

    def configured(name, port, around):
        text = (root / "docs" / "hosting" / name).read_text()
        for written, here in OURS[name].items():
            assert text.count(written) == 1, f"{name}: {written}"
            text = text.replace(written, here.format(port=port, www=www))
        site, main = tmp_path / f"site-{name}", tmp_path / name
        site.write_text(text)
        main.write_text(around.format(folder=tmp_path, site=site))
        return main

    def command(server, port):
        match server:
            case "nginx":
                main = configured("nginx.conf", port, AROUND_NGINX)
                return [require("nginx", "nginx"), "-e", tmp_path / "error.log", "-c", main]
            case "caddy":
                main = configured("Caddyfile", port, AROUND_CADDY)
                return [
                    require("caddy", "caddy"),
                    "run",
                    "--config",
                    main,
                    "--adapter",
                    "caddyfile",
                ]
            case _:
                only = ["--bind", "127.0.0.1", "--directory", www, str(port)]
                return [sys.executable, "-m", "http.server", *only]

    def started(server):
        port = free_port()
        address = f"http://127.0.0.1:{port}/phone/"
        program = Program(server, tmp_path / "log")
        programs.append(program)
        homes = {name: str(tmp_path) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}

        def answers():
            try:
                return urllib.request.urlopen(address + "webphone.js", timeout=5).status == 200
            except OSError:
                return False

        program.start(command(server, port), answers, environment=homes)
        return address

    yield started
    for program in programs:
        program.stop()


def headers(address, accepts="gzip, deflate, br"):
    request = urllib.request.Request(address, headers={"Accept-Encoding": accepts})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.headers


def one(www, pattern):
    """The name of a runtime file, by what stands before and after its hash."""
    [found] = (www / "phone" / "runtime").glob(pattern)
    return f"runtime/{found.name}"


def call_the_echo(page):
    page.evaluate(UP)
    page.evaluate("void phone.makeCall('600')")
    page.locator("[data-screen=active]").wait_for(timeout=SOON)
    page.evaluate("phone.hangup()")
    page.locator("[data-screen=ended]").wait_for(timeout=SOON)


@pytest.mark.parametrize("server", ["nginx", "caddy", "http.server"])
def test_the_phone_calls_from_a_folder_of_the_site(start, www, visit, server):
    address = start(server)
    visited = visit()
    answers = {}
    visited.page.on("response", lambda answer: answers.setdefault(answer.url, answer.all_headers()))
    visited.page.goto(address + "page.html")
    call_the_echo(visited.page)
    assert visited.outside(address) == []
    assert visited.complaints == []
    assert visited.page.evaluate("violations") == []
    for pattern in ("pyodide.*.wasm", "python.*.zip"):
        encoding = answers[address + one(www, pattern)].get("content-encoding")
        assert encoding == (None if server == "http.server" else "br")


@pytest.mark.parametrize("server", ["nginx", "caddy"])
def test_everything_is_sent_packed_typed_and_kept_as_long_as_it_lasts(start, www, server):
    address = start(server)
    kinds = {
        "text/html": ["index.html"],
        "text/javascript": ["webphone.js", "sw.js", one(www, "timer.*.js")],
        "application/wasm": [one(www, "pyodide.*.wasm")],
        "application/zip": [one(www, "python.*.zip"), one(www, "python-more.*.zip")],
        "text/css": ["demo.css"],
        "application/json": ["custom-elements.json"],
    }
    kinds["text/javascript"] += [one(www, "interpreter.*.js"), one(www, "pyscript.*.mjs")]
    for kind, names in kinds.items():
        for name in names:
            for accepts, encoding in (("gzip, deflate, br", "br"), ("gzip", "gzip"), ("", None)):
                told = headers(address + name, accepts)
                assert told["Content-Type"].partition(";")[0] == kind, name
                assert told["Content-Encoding"] == encoding, name
                assert "Accept-Encoding" in (told["Vary"] or "") or encoding is None, name
                lasting = "immutable" in told["Cache-Control"]
                assert lasting == name.startswith("runtime/"), name
                assert lasting or told["Cache-Control"] == "no-cache", name


@pytest.mark.parametrize("server", ["nginx", "caddy"])
def test_the_policy_of_the_docs_is_sent_with_all_but_what_people_take_home(start, root, server):
    address = start(server)
    written = (root / "docs" / "hosting.md").read_text()
    policy = headers(address + "page.html")["Content-Security-Policy"]
    assert "require-trusted-types-for 'script'" in policy
    for rule in policy.replace("wss:", "wss://sip.example.com").split("; "):
        assert rule in written, rule
    home = headers(address + "webphone-offline.html")
    assert home["Content-Security-Policy"] is None
    assert home["Content-Disposition"] == "attachment"


def test_the_sizes_in_the_docs_are_those_of_a_build(www, root):
    table = (root / "docs" / "hosting.md").read_text()
    runtime = (www / "phone" / "runtime").iterdir()
    first = [path for path in runtime if path.suffix in {".mjs", ".wasm", ".zip", ".js"}]
    files = [path for path in first if not path.name.startswith("python-more.")]
    files.append(www / "phone" / "webphone.js")

    def size(*ending):
        """Of all that a visitor loads, in MB; without the ending for a .zip if there are two."""
        ends = [ending[path.suffix == ".zip"] if ending[1:] else ending[0] for path in files]
        return sum(os.path.getsize(f"{path}{end}") for path, end in zip(files, ends)) / 1e6

    sizes = {
        "brotli": size(".br") / LARGER,
        "gzip": size(".gz"),
        "gzip, but not `.zip`": size(".gz", ""),
        "nothing": size(""),
    }
    for way, real in sizes.items():
        [told] = re.findall(rf"\| {re.escape(way)} \| ([\d.]+) MB", table)
        assert float(told) == pytest.approx(real, rel=0.07), way
