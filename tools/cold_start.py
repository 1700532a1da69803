"""Measure start-up: our page, PyScript and Pyodide as they come, and a JsSIP page, in one run.

A fresh browser for each cold visit and its warm second, in tabs come to rest; medians. It has a
profile that is kept, as people have one, and the first visit lasts: Chromium keeps the compiled
code of WebAssembly once a page is at rest. Files are cached as docs/hosting.md says. Absolute times
depend on the machine, so the budgets compare pages of the same run. Run it by `make bench`.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright
from websockets.sync.server import ServerConnection, serve

import bench_page
import compress
from static_server import serving

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / "build" / "bench"
NODE = """from js import document, performance
node = document.createElement("p")
document.body.append(node)
performance.mark("webphone:python")
"""
STOCK = '{"interpreter": "/vendor/pyodide/pyodide.mjs", "packages_cache": "passthrough"}'
# {sink} becomes the address of a WebSocket that accepts everything and answers nothing.
PAGES = {
    "ours": """<script src="/dist/webphone.js"></script>
<web-phone id="phone" host="{sink}" username="alice" password="x" realm="example.com" auto-register
  allow-insecure></web-phone>""",
    "PyScript": f"""<script type="module" src="/vendor/pyscript/core.js"></script>
<script type="py" config='{STOCK}'>{NODE}</script>""",
    "Pyodide": f"""<script type="module">
import {{ loadPyodide }} from "/vendor/pyodide/pyodide.mjs";
const python = await loadPyodide();
python.runPython(`{NODE}`);
</script>""",
    "JsSIP": """<script type="module">
import JsSIP from "/jssip.mjs";
const node = document.createElement("p");
document.body.append(node);
performance.mark("webphone:python");
const socket = new JsSIP.WebSocketInterface("{sink}");
const ua = new JsSIP.UA({sockets: [socket], uri: "sip:alice@example.com", password: "x"});
ua.on("connected", () => globalThis.connected?.(ua));
ua.start();
</script>""",
}
# The same, asked for a call at once: usable is who has sent its INVITE.
CALLS = {
    "ours": '<script>phone.makeCall("100").catch(() => {});</script>',
    "JsSIP": """<script>globalThis.connected = (ua) =>
  ua.call("sip:100@example.com", { mediaConstraints: { audio: true, video: false } });</script>""",
}
# The second visit begins with the memory that the browser made an image of after the first.
PAGES["ours-kept"] = PAGES["ours"].replace("></script>", " data-keep-runtime></script>")
PAGES["ours-kept-calling"] = PAGES["ours-kept"] + CALLS["ours"]
PAGES["ours-calling"] = PAGES["ours"] + CALLS["ours"]
PAGES["JsSIP-calling"] = CALLS["JsSIP"] + PAGES["JsSIP"]
WATCH = """
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
  const text = typeof data === "string" ? data : new TextDecoder().decode(data);
  if (text.startsWith("REGISTER")) performance.mark("register");
  if (text.startsWith("INVITE")) performance.mark("usable");
  return send.call(this, data);
};
"""
# What came over the wire, headers too; what the browser had kept counts nothing.
RECEIVED = """["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind))
  .reduce((sum, { transferSize }) => sum + transferSize, 0)"""
MARKS = ["webphone:shell", "webphone:python", "usable", "register", "webphone:imports"]
HEADS = ["shell", "first Python node", "usable", "REGISTER", "imports begin"]
# 20 Mbit/s and 40 ms, in the units of Chrome's protocol.
SLOW = {"offline": False, "latency": 40, "downloadThroughput": 2.5e6, "uploadThroughput": 2.5e6}
# The start of a browser and of a tab keeps both processors of a small machine busy for a while.
REST = 2.5  # seconds
STAY = 10.0  # seconds that a first visit lasts
CACHED = {"Cache-Control": "public, max-age=31536000, immutable"}
# A microphone, and leave to use it: the call that is asked for at once may go out.
ARGUMENTS = [
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
WAYS = ("cold", "warm", "20 Mbit/s")
KEPT = "localStorage['webphone-kept']?.startsWith('interpreter')"
HEAD = "Start-up, measured by `make bench`"
PART = "Single pages, measured by `tools/cold_start.py --pages`"
Measured = dict[str, float]


def prepare(sink: str, before: Path | None) -> None:
    """Lay out the pages and what they load, each file with its .br."""
    shutil.rmtree(BENCH, ignore_errors=True)
    BENCH.mkdir(parents=True)
    shutil.copytree(ROOT / "dist", BENCH / "dist", ignore=shutil.ignore_patterns("*.html"))
    if before:
        shutil.copytree(before, BENCH / "before", ignore=shutil.ignore_patterns("*.html"))
        PAGES["ours-before"] = PAGES["ours"].replace("/dist/", "/before/")
    shutil.copytree(ROOT / "web" / "vendor", BENCH / "vendor")
    bundle = ["node_modules/.bin/esbuild", "node_modules/jssip/lib/JsSIP.js", "--bundle"]
    more = ["--minify", "--format=esm", f"--outfile={BENCH / 'jssip.mjs'}", "--log-level=error"]
    subprocess.run([*bundle, *more, "--define:global=globalThis"], cwd=ROOT, check=True)
    for name, body in PAGES.items():
        head = '<!doctype html><meta charset="utf-8"><title>Start-up</title><body>\n'
        (BENCH / f"{name}.html").write_text(head + body.replace("{sink}", sink))
    compress.main(BENCH)


def visit(page: Page, protocol: CDPSession, url: str, wanted: list[str]) -> Measured:
    """Open a page and wait for the last of its marks; milliseconds since navigation, and bytes."""
    page.goto(url)
    page.wait_for_function(
        "names => names.every((name) => performance.getEntriesByName(name).length)",
        arg=wanted,
        timeout=120_000,
        polling=100,
    )
    times: Measured = page.evaluate(
        "names => Object.fromEntries(names.flatMap((name) =>"
        " performance.getEntriesByName(name).slice(0, 1).map((mark) => [name, mark.startTime])))",
        MARKS,
    )
    received: float = page.evaluate(RECEIVED)
    heap: dict[str, Any] = protocol.send("Runtime.getHeapUsage")
    memory = (heap["usedSize"] + heap.get("backingStorageSize", 0)) / 1e6
    return times | {"bytes": received, "memory": memory}


def measure(
    origin: str, profiles: str, runs: int, *, quick: bool
) -> dict[tuple[str, str], list[Measured]]:
    """Visit every page in every way, round after round, so that a busy moment hits them all."""
    found: dict[tuple[str, str], list[Measured]] = defaultdict(list)
    with sync_playwright() as playwright:
        for turn in range(runs):
            for name in PAGES:
                calling = name.endswith("-calling")
                wanted = ["webphone:python"]
                registers = not calling and (name.startswith("ours") or name == "JsSIP")
                wanted += ["register"] if registers else []
                wanted += ["usable"] if calling else []
                for way in WAYS[:2] if quick or calling or "kept" in name else WAYS:
                    if way != "warm":
                        # Who calls from this page has let it have the microphone.
                        context = playwright.chromium.launch_persistent_context(
                            tempfile.mkdtemp(dir=profiles),
                            executable_path="/usr/bin/chromium",
                            args=ARGUMENTS,
                            permissions=["microphone"],
                        )
                        context.add_init_script(WATCH)
                    page = context.new_page()
                    protocol = context.new_cdp_session(page)
                    if way == "20 Mbit/s":
                        # Only here: for each request it notes who asked for it, which takes time.
                        protocol.send("Network.enable")
                        protocol.send("Network.emulateNetworkConditions", SLOW)
                    time.sleep(REST)
                    found[name, way].append(visit(page, protocol, f"{origin}/{name}.html", wanted))
                    if "kept" in name and way == "cold":
                        page.wait_for_function(KEPT, timeout=60_000, polling=100)
                    if way == "cold":
                        time.sleep(STAY)
                    page.close()
                    if way != "cold":
                        context.close()
                print(f"  {turn + 1} of {runs}: {name}", flush=True)
    return found


def median(found: list[Measured], what: str) -> float | None:
    values = [each[what] for each in found if what in each]
    return statistics.median(values) if values else None


def table(found: dict[tuple[str, str], list[Measured]]) -> str:
    """The medians, as Markdown."""
    heads = ["page", "visit", *(f"{head}, ms" for head in HEADS), "KiB", "MB of memory"]
    rows = [heads]
    for (name, way), visits in found.items():
        marks = [median(visits, mark) for mark in MARKS]
        size = (median(visits, "bytes") or 0) / 1024
        memory = median(visits, "memory") or 0
        shown = ["" if value is None else f"{value:.0f}" for value in marks]
        rows.append([name, way, *shown, f"{size:.0f}", f"{memory:.0f}"])
    return bench_page.table(rows)


def budgets(found: dict[tuple[str, str], list[Measured]]) -> list[tuple[str, float, float]]:
    """What was promised, as far as it was measured: (sentence, measured, at most)."""

    def of(name: str, way: str, mark: str) -> float:
        return median(found.get((name, way), []), mark) or 0

    def ratio(way: str) -> float:
        return share(of("ours", way, "webphone:python"), of("PyScript", way, "webphone:python"))

    def kept(mark: str, way: str = "warm") -> float:
        return share(of("ours-kept", way, mark), of("ours", way, mark))

    all_of_them = [
        ("first Python node, cold, of PyScript as it comes", ratio("cold"), 0.35),
        ("first Python node, warm, of PyScript as it comes", ratio("warm"), 0.42),
        ("first Python node at 20 Mbit/s, of PyScript as it comes", ratio("20 Mbit/s"), 0.45),
        (
            "first Python node, warm, memory kept, of PyScript as it comes",
            share(
                of("ours-kept", "warm", "webphone:python"),
                of("PyScript", "warm", "webphone:python"),
            ),
            0.22,
        ),
        ("REGISTER, warm, memory kept, of without", kept("register"), 0.6),
        (
            "REGISTER, warm, memory kept, of the build before",
            share(
                of("ours-kept", "warm", "register"),
                of("ours-before", "warm", "register"),
            ),
            0.6,
        ),
        ("first Python node, cold, memory kept, of without", kept("webphone:python", "cold"), 1.03),
        ("ms to INVITE, warm, memory kept", of("ours-kept-calling", "warm", "usable"), 400),
        ("KiB by brotli", of("ours", "cold", "bytes") / 1024, 3100),
        (
            "ms from the interpreter to the first screen",
            of("ours", "warm", "webphone:python") - of("ours", "warm", "webphone:imports"),
            150,
        ),
    ]
    return [each for each in all_of_them if each[1]]


def share(part: float, whole: float) -> float:
    """0 where one of them was not measured."""
    return part / whole if whole else 0.0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("runs", type=int, nargs="?", default=5, help="rounds to take medians of")
    options.add_argument("--write", action="store_true", help="write docs/bench.md too")
    options.add_argument("--pages", nargs="+", choices=list(PAGES), help="these pages alone")
    help_before = "dist/ of an earlier build, for a page without memory beside these"
    options.add_argument("--before", type=Path, metavar="DIST", help=help_before)
    options.add_argument("--quick", action="store_true", help="not at 20 Mbit/s")
    chosen = options.parse_args()
    for name in set(PAGES) - set(chosen.pages or PAGES):
        del PAGES[name]

    def swallow(socket: ServerConnection) -> None:
        for _ in socket:
            pass

    with serve(swallow, "127.0.0.1", 0, subprotocols=["sip"]) as sink:  # type: ignore[list-item]
        threading.Thread(target=sink.serve_forever, daemon=True).start()
        prepare(f"ws://127.0.0.1:{sink.socket.getsockname()[1]}", chosen.before)
        with serving(BENCH, CACHED) as origin, tempfile.TemporaryDirectory() as profiles:
            found = measure(origin, profiles, chosen.runs, quick=chosen.quick)
        sink.shutdown()
    lines = [table(found), "", "| budget | measured | at most | |", "| --- | --- | --- | --- |"]
    for sentence, value, most in budgets(found):
        verdict = "kept" if value <= most else "MISSED"
        lines.append(f"| {sentence} | {value:.2f} | {most} | {verdict} |")
    said = "\n".join(lines)
    print(said)
    if chosen.write:
        chromium = subprocess.check_output(["/usr/bin/chromium", "--version"], text=True)
        machine = f"{os.cpu_count()} processors, {' '.join(chromium.split()[:2])}"
        about = f"Medians of {chosen.runs} visits; {machine}.\n\n"
        bench_page.write(PART if chosen.pages else HEAD, about + said)


if __name__ == "__main__":
    main()
