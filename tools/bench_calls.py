"""Measure how long calls take to be set up: ours, JsSIP and SIP.js in turns. `make bench-calls`.

Two pages of the same phone call each other over the built-in exchange, in fresh pages each time:
the first call of a page counts apart from those that follow. One pair is answered by itself, the
other by a press of the button after it has rung. All of it once more with a microphone that takes
300 ms to open, and with a TURN server (coturn), where the connections that were ready before they
were needed are counted.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

import bench_page

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / "build" / "bench-calls"
HEAD = "Calls, measured by `make bench-calls`"
PHONES = ("ours", "JsSIP", "SIP.js")
OURS = """<!doctype html>
<meta charset="utf-8">
<title>Calls</title>
<script src="/dist/webphone.js"></script>
<web-phone id="phone" auto-register allow-insecure></web-phone>
<script>
const asked = new URLSearchParams(location.search);
phone.setConfig({ host: asked.get("url"), username: asked.get("name"), password: "demo",
  realm: "bench.test", autoAnswer: asked.has("automatic"),
  iceServers: JSON.parse(asked.get("turn") ?? "[]") });
const part = (name) => phone.shadowRoot.querySelector(`[part~=${name}]`);
globalThis.bench = {
  get up() { return phone.state === "registered"; },
  get rings() { return Boolean(part("answer")); },
  get talks() { return phone.calls.some(({ state }) => state === "active"); },
  set target(number) { phone.dial = number; },
  hangUp: () => phone.hangup(),
};
</script>
"""
OTHERS = """<!doctype html>
<meta charset="utf-8">
<title>Calls</title>
<audio autoplay></audio><button id="dial">Dial</button><button id="answer">Answer</button>
<script type="module" src="/others.mjs"></script>
"""
# Milliseconds by a clock that all pages share. The first packet of a track unmutes it.
WATCH = """
(() => {
  const seen = (globalThis.seen = {});
  const note = (step) => (seen[step] ??= performance.timeOrigin + performance.now());
  globalThis.forget = () => Object.keys(seen).forEach((step) => delete seen[step]);
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    const text = typeof data === "string" ? data : new TextDecoder().decode(data);
    if (text.startsWith("INVITE ")) note("invite");
    if (text.startsWith("SIP/2.0 180 ")) note("ringing");
    if (text.startsWith("SIP/2.0 200 ") && /^CSeq: *\\d+ INVITE/im.test(text)) note("ok");
    return send.call(this, data);
  };
  const Peer = RTCPeerConnection;
  globalThis.RTCPeerConnection = class RTCPeerConnection extends Peer {
    made = performance.timeOrigin + performance.now();
    setLocalDescription(...given) {
      seen.made ??= this.made;
      return super.setLocalDescription(...given);
    }
    constructor(...given) {
      super(...given);
      this.addEventListener("track", ({ track }) =>
        track.addEventListener("unmute", () => note("sound")));
    }
  };
  addEventListener("click", () => note("click"), true);
  const held = new URLSearchParams(location.search).get("held");
  const open = MediaDevices.prototype.getUserMedia;
  if (held) MediaDevices.prototype.getUserMedia = async function (wishes) {
    await new Promise((opened) => setTimeout(opened, Number(held)));
    return open.call(this, wishes);
  };
  globalThis.tasks = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map((each) => each.duration)))
    .observe({ type: "longtask" });
})();
"""
PRESS = """(name) => (document.getElementById(name)
  ?? phone.shadowRoot.querySelector(`[part~=${name}]`)).click()"""
REST = 6.0  # seconds that fresh pages have until their first call
PAUSE = 1.5  # and all of them between two calls
RINGS = 1.2
ROWS = (
    ("answered by itself", "click to INVITE", "caller", "click", "caller", "invite"),
    ("answered by itself", "INVITE to 180", "caller", "invite", "called", "ringing"),
    ("answered by itself", "INVITE to 200", "caller", "invite", "called", "ok"),
    ("answered by itself", "click to first sound, called", "caller", "click", "called", "sound"),
    ("answered by itself", "click to first sound, caller", "caller", "click", "caller", "sound"),
    ("answered by a person", "Answer to 200", "called", "click", "called", "ok"),
    ("answered by a person", "Answer to first sound, called", "called", "click", "called", "sound"),
    ("answered by a person", "Answer to first sound, caller", "called", "click", "caller", "sound"),
)  # fmt: skip
HELD = 300  # ms that the slow microphone takes
Seen = dict[str, dict[str, float]]


@dataclass
class Found:
    """Milliseconds by phone, row and which call; whether a connection was ready; long tasks."""

    took: dict[tuple[str, str, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    ready: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    tasks: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


def prepare() -> None:
    """Lay out the pages and what they load."""
    shutil.rmtree(BENCH, ignore_errors=True)
    BENCH.mkdir(parents=True)
    shutil.copytree(ROOT / "dist", BENCH / "dist", ignore=shutil.ignore_patterns("*.html"))
    bundle = ["node_modules/.bin/esbuild", "tools/bench_calls.mjs", "--bundle", "--minify"]
    more = ["--format=esm", f"--outfile={BENCH / 'others.mjs'}", "--log-level=error"]
    subprocess.run([*bundle, *more, "--define:global=globalThis"], cwd=ROOT, check=True)
    (BENCH / "ours.html").write_text(OURS)
    (BENCH / "others.html").write_text(OTHERS)


@contextlib.contextmanager
def exchange(root: Path = BENCH) -> Iterator[str]:
    """The built-in exchange beside the pages of this folder; gives its host and port."""
    command = [sys.executable, "-m", "webphone.exchange.serve", "--root", str(root), "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "pyapp")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stdout is not None
        try:
            found = None
            while found is None:
                line = server.stdout.readline()
                assert line, "the exchange did not start"
                found = re.search(r"http://([^/]+)/", line)
            yield found[1]
        finally:
            server.terminate()
            server.stdout.read()


class Pair:
    """Two fresh pages of one phone, registered."""

    def __init__(self, browser: Browser, host: str, phone: str, more: str, *, by_person: bool):
        self.context = browser.new_context(permissions=["microphone"])
        self.context.add_init_script(WATCH)
        self.pages: dict[str, Page] = {}
        for name in ("called", "caller"):
            page = self.pages[name] = self.context.new_page()
            file = "ours" if phone == "ours" else "others"
            asked = f"who={phone}&name={name}&url=ws://{host}/ws{more}"
            asked += "&automatic" if name == "called" and not by_person else ""
            page.goto(f"http://{host}/{file}.html?{asked}")
        for page in self.pages.values():
            page.wait_for_function("bench.up", timeout=60_000)
            page.mouse.click(2, 2)  # whoever calls has touched the page
            page.evaluate("tasks.length = 0")
        time.sleep(REST)
        # Of more than 50 ms, while they rest and ours rehearse their first call.
        self.tasks = [task for page in self.pages.values() for task in page.evaluate("tasks")]

    def call(self, *, by_person: bool) -> Seen:
        """What was seen of one call."""
        caller, called = self.pages["caller"], self.pages["called"]
        for page in self.pages.values():
            page.evaluate("forget()")
        caller.evaluate("bench.target = 'called'")
        time.sleep(PAUSE)
        caller.evaluate(PRESS, "dial")
        if by_person:
            called.wait_for_function("bench.rings", timeout=20_000)
            time.sleep(RINGS)
            called.evaluate("forget()")
            caller.evaluate("delete seen.sound")
            called.evaluate(PRESS, "answer")
        for page in self.pages.values():
            page.wait_for_function("bench.talks && seen.sound", timeout=20_000)
        seen: Seen = {name: page.evaluate("seen") for name, page in self.pages.items()}
        time.sleep(0.3)
        caller.evaluate("void bench.hangUp()")
        for page in self.pages.values():
            page.wait_for_function("!bench.talks", timeout=20_000)
        return seen


def chromium(playwright: Playwright) -> Browser:
    """A Chromium with devices that are none, which a call may use unasked."""
    return playwright.chromium.launch(
        executable_path="/usr/bin/chromium",
        args=["--use-fake-device-for-media-stream", "--allow-loopback-in-peer-connection",
              "--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
    )  # fmt: skip


@contextlib.contextmanager
def turn_server() -> Iterator[str]:
    """A coturn beside the pages; gives its RTCIceServers, as JSON."""
    port, login = "34780", {"username": "bench", "credential": "made-up"}
    command = ["turnserver", "-n", "--lt-cred-mech", "--user=bench:made-up", "--realm=bench.test",
               "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", f"--listening-port={port}",
               "--allow-loopback-peers", "--no-tls", "--no-dtls", "--no-cli", "--log-file=stdout",
               f"--pidfile={BENCH / 'coturn.pid'}", f"--userdb={BENCH / 'coturn.db'}"]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            time.sleep(1)
            assert server.poll() is None, "turnserver did not start"
            yield json.dumps([{"urls": f"turn:127.0.0.1:{port}?transport=udp", **login}])
        finally:
            server.terminate()


def measure(
    rounds: int, calls: int, phones: list[str], more: str, tell: Callable[[str], None]
) -> Found:
    """Round after round: a busy moment hits all phones. `more` is added to the pages' addresses."""
    found = Found()
    with exchange() as host, sync_playwright() as playwright:
        browser = chromium(playwright)
        for turn in range(rounds):
            for phone in phones:
                for way in ("answered by itself", "answered by a person"):
                    by_person = way == "answered by a person"
                    pair = Pair(browser, host, phone, more, by_person=by_person)
                    found.tasks[phone] += pair.tasks
                    for number in range(calls + 1):
                        which = "warm" if number else "first"
                        seen = pair.call(by_person=by_person)
                        for kind, row, from_, begun, to, done in ROWS:
                            if kind == way:
                                took = seen[to][done] - seen[from_][begun]
                                found.took[phone, row, which].append(took)
                        pressed = "called" if by_person else "caller"
                        ready = seen[pressed]["made"] < seen[pressed]["click"]
                        found.ready[phone].append(ready)
                    pair.context.close()
                tell(f"  {turn + 1} of {rounds}: {phone}")
        browser.close()
    return found


def table(found: Found, phones: list[str]) -> str:
    """The medians, and ours beside the first of the others."""
    heads = ["ms", "call", *phones]
    compared = phones[:2] if phones[0] == "ours" and len(phones) > 1 else []
    rows = [[*heads, *([f"ours, times {compared[1]}"] if compared else [])]]
    for _, row, *_ in ROWS:
        for which in ("first", "warm"):
            medians = [statistics.median(found.took[phone, row, which]) for phone in phones]
            ratio = [f"{medians[0] / medians[1]:.2f}"] if compared else []
            rows.append([row, which, *(f"{median:.0f}" for median in medians), *ratio])
    return bench_page.table(rows)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("rounds", nargs="?", type=int, default=5, help="pairs of fresh pages")
    options.add_argument("--calls", type=int, default=4, help="calls after the first of a pair")
    options.add_argument("--phones", nargs="+", choices=PHONES, default=list(PHONES))
    options.add_argument("--plain", action="store_true", help="neither a slow microphone nor TURN")
    options.add_argument("--write", action="store_true", help="write docs/bench.md too")
    given = options.parse_args()
    prepare()

    def measured(more: str = "") -> Found:
        return measure(given.rounds, given.calls, given.phones, more, print)

    said: list[str] = []

    def say(text: str) -> None:
        """Who ends it early has seen what was measured by then."""
        said.append(text)
        print(f"{text}\n", flush=True)

    plain = measured()
    say(table(plain, given.phones))
    if "ours" in given.phones:
        long = plain.tasks["ours"]
        say(
            f"Tasks of more than 50 ms in {given.rounds * 4} pages while each rehearsed its first"
            f" call: {len(long)}{f', of {max(long):.0f} ms at most' if long else ''}."
        )
    if not given.plain:
        say(f"The same with a microphone that takes {HELD} ms to open:")
        say(table(measured(f"&held={HELD}"), given.phones))
        with turn_server() as servers:
            found = measured(f"&turn={quote(servers)}")
        counts = ", ".join(f"{name} {sum(found.ready[name])}" for name in given.phones)
        most = len(found.ready[given.phones[0]])
        say(
            f"The same with a TURN server. Of {most} connections were ready, with their candidates"
            f" asked for, before Dial or Answer was pressed: {counts}."
        )
        say(table(found, given.phones))
    if given.write:
        chromium = subprocess.check_output(["/usr/bin/chromium", "--version"], text=True)
        machine = f"{os.cpu_count()} processors, {' '.join(chromium.split()[:2])}"
        about = (
            f"Medians; pairs of fresh pages: {given.rounds}, after the first call"
            f" {given.calls} more of each; {machine}. No ICE server, where nothing else is said."
        )
        bench_page.write(HEAD, "\n\n".join([about, *said]))


if __name__ == "__main__":
    main()
