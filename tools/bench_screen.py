"""How fast the screen follows the phone with 10,000 past calls and 5 living. `make bench-screen`.

A Chromium page with the built phone at the built-in exchange. The calls of the past lie in its
IndexedDB as the phone itself writes them. Measured are the time that Python takes from an event to
the changed page, the longest tasks while the past calls are read, searched, filtered, turned and
scrolled, and what is done while nothing changes.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import shutil
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

import bench_calls
import bench_page
from webphone.contract import CallRecord, Party, Quality
from webphone.phone.memory import written
from webphone.sip.wire.digest import Credentials, answer
from webphone.sip.wire.headers import Challenge
from webphone.sip.wire.message import Response, parse
from webphone.words import say

ROOT = Path(__file__).resolve().parent.parent
HEAD = "The screen, measured by `make bench-screen`"
PAST, LIVING = 10_000, 5
OWNER = "anna@bench.test"
MEDIAN, P99, TASK = 1.0, 4.0, 50.0  # ms: what is promised
QUIET = 10.0  # seconds in which nothing changes
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>The screen</title>
<style>html, body { margin: 0; block-size: 100% } web-phone { block-size: 100% }</style>
<script src="/dist/webphone.js"></script>
<web-phone id="phone" auto-register allow-insecure username="anna" password="demo"
  realm="bench.test"></web-phone>
<script>phone.setConfig({ host: `ws://${location.host}/ws` });</script>
"""
SEED_PAGE = "<!doctype html><title>Calls of other days</title>"
SEED = """async ([version, stores, owner, rows]) => {
  const database = await new Promise((then) => {
    const request = indexedDB.open("webphone", version);
    request.onupgradeneeded = () =>
      stores.forEach((name) => request.result.createObjectStore(name));
    request.onsuccess = () => then(request.result);
  });
  const transaction = database.transaction("calls", "readwrite");
  const store = transaction.objectStore("calls");
  for (const [at, id, record] of rows) store.put({ at, id, record }, [owner, at, id]);
  await new Promise((then) => (transaction.oncomplete = then));
  database.close();
}"""
# What runs in the page, by the name of its event, and whether the phone's screen is another one
# after it. `bench.took` holds milliseconds; a task of our own is one listener, timer or promise.
WATCH = """
(() => {
  const bench = (globalThis.bench = { took: [], work: {}, changes: 0, gaps: [], tasks: 0 });
  const count = (what) => (bench.work[what] = (bench.work[what] ?? 0) + 1);
  let observer = null;
  bench.watch = () => {
    observer = new MutationObserver((records) => (bench.changes += records.length));
    const all = { subtree: true, childList: true, attributes: true, characterData: true };
    observer.observe(phone.shadowRoot, all);
  };
  const timed = (name, heard) => function (...given) {
    if (!observer) return heard.apply(this, given);
    bench.changes += observer.takeRecords().length;
    const task = (bench.tasks += 1), begun = performance.now();
    performance.mark(`begin ${task}`);
    try {
      return heard.apply(this, given);
    } finally {
      const took = performance.now() - begun, changed = observer.takeRecords().length;
      performance.mark(`end ${task}`);
      bench.changes += changed;
      bench.took.push({ name, task, took, changed });
      count(name);
    }
  };
  const wrapped = new WeakMap();
  const add = EventTarget.prototype.addEventListener;
  const remove = EventTarget.prototype.removeEventListener;
  // Pyodide's proxies are functions; those of the page itself are left alone.
  EventTarget.prototype.addEventListener = function (name, heard, ...more) {
    const ours = typeof heard === "function" && "destroy" in heard;
    if (!ours) return add.call(this, name, heard, ...more);
    const kind = this instanceof WebSocket ? "message" : this instanceof Worker ? "clock" : name;
    if (!wrapped.has(heard)) wrapped.set(heard, timed(kind, heard));
    return add.call(this, name, wrapped.get(heard), ...more);
  };
  EventTarget.prototype.removeEventListener = function (name, heard, ...more) {
    return remove.call(this, name, wrapped.get(heard) ?? heard, ...more);
  };
  for (const name of ["setTimeout", "setInterval", "requestAnimationFrame"]) {
    const set = globalThis[name];
    globalThis[name] = (...given) => { count(name); return set.apply(globalThis, given); };
  }
  let last = 0;
  bench.frames = (on) => {
    bench.gaps = [];
    bench.running = on;
    const frame = (now) => {
      if (last) bench.gaps.push(now - last);
      last = bench.running ? now : 0;
      if (bench.running) requestAnimationFrame(frame);
    };
    if (on) requestAnimationFrame(frame);
  };
  bench.clear = () => Object.assign(bench, { took: [], work: {}, changes: 0, gaps: [] });
  bench.part = (name) => phone.shadowRoot.querySelector(`[part~="${name}"]`);
})();
"""
TYPE = """async (text) => {
  const rest = (ms) => new Promise((then) => setTimeout(then, ms));
  for (let end = 1; end <= text.length; end += 1) {
    const field = bench.part("history-search");
    field.value = text.slice(0, end);
    field.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
    await rest(120);
  }
  const field = bench.part("history-search");
  await rest(600);
  for (let end = text.length - 1; end >= 0; end -= 1) {
    field.value = text.slice(0, end);
    field.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
    await rest(120);
  }
  await rest(600);
}"""
FILTER = """async () => {
  for (const kind of ["missed", "incoming", "outgoing", ""]) {
    const field = bench.part("history-kind");
    field.value = kind;
    field.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
    await new Promise((then) => setTimeout(then, 600));
  }
}"""
SCROLL = """async () => {
  const list = bench.part("history");
  for (let round = 0; round < 4; round += 1) {
    for (let at = 0; at < list.scrollHeight; at += 120) {
      list.scrollTop = at;
      await new Promise(requestAnimationFrame);
    }
    list.scrollTop = 0;
  }
}"""
TURN = """async () => {
  for (let round = 0; round < 12; round += 1) {
    bench.part("older").click();
    await new Promise((then) => setTimeout(then, 150));
  }
}"""
OPEN = """async () => {
  bench.part("menu").click();
  await new Promise((then) => setTimeout(then, 300));
  bench.part("open-history").click();
  const counted = () => bench.part("history").textContent.includes("of 10000");
  for (let round = 0; round < 600 && !counted(); round += 1)
    await new Promise((then) => setTimeout(then, 100));
}"""
DESCRIPTION = "\r\n".join([
    "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "m=audio 9 UDP/TLS/RTP/SAVPF 111",
    "c=IN IP4 0.0.0.0", "a=rtcp-mux", "a=ice-ufrag:abcd", "a=ice-pwd:abcdefghijklmnopqrstuvwx",
    "a=fingerprint:sha-256 " + ":".join(["AB"] * 32), "a=setup:actpass", "a=mid:0", "a=sendrecv",
    "a=rtpmap:111 opus/48000/2", "",
])  # fmt: skip
NAMES = ("Anna Berg", "Bob Marsh", "Clara Nowak", "Dimitri Orlov", "Élodie Faure", "Fatma Yıldız")


def past(number: int) -> CallRecord:
    """One of the calls of the past, each some minutes before the one before it."""
    moment = (datetime.now(UTC) - timedelta(minutes=7 * number + 1)).isoformat(
        timespec="milliseconds"
    )
    incoming, name = number % 3 > 0, f"{NAMES[number * 7 % len(NAMES)]} {number % 997}"
    own = Party(uri="sip:anna@bench.test", number="anna")
    digits = f"+4420{79460000 + number * 31 % 9973}"
    peer = Party(
        uri=f"sip:{digits}@bench.test", number=digits, display_name=f"{name} {number % 997}"
    )
    answered = number % 4 > 0
    return CallRecord(
        id=f"past-{number}", call_id=f"past-{number}@bench.test", session_id=secrets.token_hex(16),
        direction="incoming" if incoming else "outgoing", from_=peer if incoming else own,
        to=own if incoming else peer, display_name=name, started_at=moment,
        ringing_at=moment, answered_at=moment if answered else None, ended_at=moment,
        post_dial_delay_ms=120, ring_seconds=4.0, talk_seconds=61.0 if answered else 0.0,
        hold_seconds=0.0,
        disposition="answered" if answered else "missed" if incoming else "no-answer",
        ended_by="remote", sip_code=200, sip_reason="OK", q850=16,
        explanation=say("ended_answered"),
        transferred_to=None, server="wss://bench.test/ws", codec="opus", quality=Quality(),
        recording_id=None, note="Wants the blue one by Friday" if number % 50 == 0 else "",
    )  # fmt: skip


def rows() -> list[list[Any]]:
    """These calls as the phone keeps them: milliseconds before 1970, id, text."""
    records = [past(number) for number in range(PAST)]

    def before(record: CallRecord) -> int:
        return -round(datetime.fromisoformat(record.ended_at).timestamp() * 1000)

    return [[before(record), record.id, written(record)] for record in records]


class Caller:
    """Somebody at the exchange who calls Anna and gives up, again and again."""

    def __init__(self, host: str) -> None:
        self._socket: ClientConnection = connect(
            f"ws://{host}/ws", subprotocols=[Subprotocol("sip")], compression=None
        )
        self._say("REGISTER sip:bench.test", "reg1", 1, "REGISTER", to="zoe")
        challenges = Challenge.parse_many(self._until(401).headers.get("WWW-Authenticate") or "")
        proof = answer(
            challenges, Credentials(username="zoe", password="demo"), method="REGISTER",
            uri="sip:bench.test", cnonce="c", nonce_count=lambda _nonce: 1,
        )  # fmt: skip
        more = [f"Authorization: {proof}"]
        self._say("REGISTER sip:bench.test", "reg2", 2, "REGISTER", to="zoe", more=more)
        self._until(200)

    def ring(self, number: int) -> None:
        """Until it rings."""
        self._say("INVITE sip:anna@bench.test", f"b{number}", 1, "INVITE", body=DESCRIPTION)
        self._until(180)

    def give_up(self, number: int) -> None:
        """Until it is over."""
        self._say("CANCEL sip:anna@bench.test", f"b{number}", 1, "CANCEL")
        self._until(487)
        self._say("ACK sip:anna@bench.test", f"b{number}", 1, "ACK", tag=self._tag)

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _say(
        self, line: str, branch: str, number: int, method: str,
        *, body: str = "", to: str = "anna", tag: str = "", more: Sequence[str] = (),
    ) -> None:  # fmt: skip
        theirs = f";tag={tag}" if tag and method == "ACK" else ""
        lines = [
            f"{line} SIP/2.0",
            f"Via: SIP/2.0/WS zoe.invalid;branch=z9hG4bK{branch}",
            "Max-Forwards: 70",
            f'From: "Zoe {branch}" <sip:zoe@bench.test>;tag=z',
            f"To: <sip:{to}@bench.test>{theirs}",
            f"Call-ID: {branch}@zoe.invalid",
            f"CSeq: {number} {method}",
            "Contact: <sip:zoe@zoe.invalid;transport=ws>",
            *more,
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self._socket.send("\r\n".join([*lines, "", body]))

    def _until(self, status: int) -> Response:
        """Hear until this response."""
        while True:
            heard = self._socket.recv(timeout=15)
            data = heard.encode() if isinstance(heard, str) else heard
            if not data.strip():
                continue
            message = parse(data)
            if isinstance(message, Response) and message.status == status:
                self._tag = message.to.tag
                return message


@contextlib.contextmanager
def opened() -> Iterator[tuple[Page, str]]:
    """A page whose phone is registered and has 10,000 calls behind it; its host."""
    root = ROOT / "build" / "bench-screen"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    for name, text in (("phone.html", PAGE), ("seed.html", SEED_PAGE)):
        (root / name).write_text(text)
    shutil.copytree(ROOT / "dist", root / "dist", ignore=shutil.ignore_patterns("*.html"))
    with bench_calls.exchange(root) as host, sync_playwright() as playwright:
        browser = bench_calls.chromium(playwright)
        context = browser.new_context(
            permissions=["microphone"], viewport={"width": 320, "height": 600}
        )
        page = context.new_page()
        page.goto(f"http://{host}/seed.html")
        page.evaluate(SEED, [3, ["calls", "settings", "people"], OWNER, rows()])
        page.add_init_script(WATCH)
        page.goto(f"http://{host}/phone.html")
        page.wait_for_function("phone.state === 'registered'", timeout=60_000)
        page.wait_for_function("phone.history.length === 200", timeout=60_000)
        page.evaluate("bench.watch()")
        page.wait_for_timeout(3000)
        yield page, host
        browser.close()


# --- What is measured -----------------------------------------------------------------------------


@dataclass
class Longest:
    """Milliseconds of the longest task in each round, or of an event: on the clock, and of the
    processor alone, whatever else the machine does.
    """

    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    frame: list[float] = field(default_factory=list)  # the longest wait for a picture


def press(page: Page, part: str) -> None:
    page.wait_for_function("(part) => bench.part(part)", arg=part)
    page.evaluate("(part) => bench.part(part).click()", part)


def make_calls(page: Page) -> None:
    """The living ones."""
    for number in range(LIVING):
        page.evaluate("void phone.makeCall('600')")
        page.wait_for_function(f"phone.calls.length === {number + 1}")
        page.wait_for_function("phone.activeCall?.state === 'active'", timeout=60_000)
    page.wait_for_timeout(3000)


def quiet(page: Page) -> str:
    """What is done in a time in which nothing changes."""
    page.evaluate("bench.clear()")
    time.sleep(QUIET)
    work, changes = page.evaluate("[bench.work, bench.changes]")
    said = [f"{count} {name}" for name, count in sorted(work.items())]
    return ", ".join([*said, f"{changes} changes of the page"] if changes else said) or "nothing"


def doing(page: Page, deed: str, longest: Longest) -> None:
    """Run this in the page: the longest that it keeps the page from anything else."""
    browser = page.context.browser
    assert browser is not None
    page.evaluate("bench.clear(); bench.frames(true)")
    browser.start_tracing(page=page, categories=["toplevel", "__metadata"])
    page.evaluate(deed)
    page.wait_for_timeout(200)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    main = {
        (each["pid"], each["tid"])
        for each in events
        if each["name"] == "thread_name" and each["args"]["name"] == "CrRendererMain"
    }
    tasks = [each for each in events if "dur" in each and (each["pid"], each["tid"]) in main]
    longest.clock.append(max(each["dur"] for each in tasks) / 1000)
    longest.processor.append(max(each.get("tdur", 0) for each in tasks) / 1000)
    longest.frame.append(max(page.evaluate("bench.running = false, bench.gaps")))


DEEDS = {
    "searched key by key": f"({TYPE})('clara nowak 7')",
    "searched for what is not there": f"({TYPE})('qqqq')",
    "filtered": f"({FILTER})()",
    "turned page by page": f"({TURN})()",
    "scrolled": f"({SCROLL})()",
}


def events(page: Page, host: str, rounds: int) -> dict[str, Longest]:
    """Milliseconds of Python from an event of a call to the changed page, by event."""
    took: dict[str, Longest] = defaultdict(Longest)
    tasks: dict[str, list[int]] = defaultdict(list)

    def hear(name: str, kind: str, most: int | None = 1) -> None:
        heard = page.evaluate("bench.took.filter(({changed}) => changed)")
        for each in [each for each in heard if each["name"] == kind][:most]:
            took[name].clock.append(each["took"])
            tasks[name].append(each["task"])
        page.evaluate("bench.clear()")

    browser = page.context.browser
    assert browser is not None
    browser.start_tracing(page=page, categories=["blink.user_timing"])
    with Caller(host) as caller:
        for number in range(rounds):
            page.evaluate("bench.clear()")
            caller.ring(number)
            hear("another call rings", "message")
            caller.give_up(number)
            hear("it is given up", "message")
            press(page, "mute")
            hear("the microphone is switched", "click")
            page.wait_for_timeout(100)
    page.evaluate("bench.clear()")
    time.sleep(QUIET)
    hear("a second goes by", "clock", None)
    marks = json.loads(browser.stop_tracing())["traceEvents"]
    at = {mark["name"]: mark["tts"] for mark in marks if "tts" in mark}
    for name, several in tasks.items():
        spent = [at[f"end {task}"] - at[f"begin {task}"] for task in several]
        took[name].processor += [each / 1000 for each in spent]
    return took


def measure(rounds: int, repeats: int) -> str:
    """All of it, as text."""
    longest: dict[str, Longest] = defaultdict(Longest)
    idle: list[list[str]] = [["", f"in {QUIET:g} s"]]
    with opened() as (page, host):
        idle.append(["no call", quiet(page)])
        doing(page, f"({OPEN})()", longest["opened, and all of them read"])
        for _ in range(repeats):
            for name, deed in DEEDS.items():
                doing(page, deed, longest[name])
        idle.append(["no call, past calls open", quiet(page)])
        press(page, "page-close")
        press(page, "page-close")
        make_calls(page)
        idle.append([f"{LIVING} calls", quiet(page)])
        took = events(page, host, rounds)
    rows = [
        ["ms of Python", "events", "median", "p99", "longest", "of the processor: median", "p99"]
    ]
    whole = Longest()
    for each in took.values():
        whole.clock += each.clock
        whole.processor += each.processor
    for name, found in [*took.items(), ("all", whole)]:
        clock, processor = _figures(found.clock), _figures(found.processor)[:2]
        figures = [f"{figure:.1f}" for figure in (*clock, *processor)]
        rows.append([name, str(len(found.clock)), *figures])
    tasks = [["longest task, ms", "on the clock", "of the processor", "longest wait for a frame"]]
    for name, found in longest.items():
        several = (found.clock, found.processor, found.frame)
        tasks.append([name, *(f"{min(each):.0f} to {max(each):.0f}" for each in several)])
    return "\n\n".join(bench_page.table(each) for each in (rows, tasks, idle))


def _figures(several: Sequence[float]) -> tuple[float, float, float]:
    """Their median, p99, and the longest."""
    each = sorted(several)
    last = each[min(len(each) - 1, int(len(each) * 0.99))]
    return statistics.median(each), last, each[-1]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("rounds", nargs="?", type=int, default=150, help="calls that come and go")
    options.add_argument("--repeats", type=int, default=3, help="of searching and scrolling")
    options.add_argument("--write", action="store_true", help="write docs/bench.md too")
    given = options.parse_args()
    text = measure(given.rounds, given.repeats)
    print(text)
    if given.write:
        about = (
            f"{PAST} past calls, {LIVING} living ones; {os.cpu_count()} processors. Promised are a"
            f" median of {MEDIAN:g} ms and a p99 of {P99:g} ms of Python for an event of a call,"
            f" and no task over {TASK:g} ms while past calls are searched or scrolled."
        )
        bench_page.write(HEAD, f"{about}\n\n{text}")


if __name__ == "__main__":
    main()
