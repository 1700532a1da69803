"""Measure what 200 calls in a row leave behind in a page. Run it by `make bench-leaks`.

The phone calls the echo of the demo inside its page; of five calls one is muted, one held and taken
back, one has the noise filter on and off, and in one the pages of the screen are opened. What lives
after the first 20 calls, which load and keep what a phone needs, is counted again after 200 more.
"""

import argparse
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

import bench_calls
import bench_page
from static_server import serving

ROOT = Path(__file__).resolve().parent.parent
HEAD = "What calls leave behind, measured by `make bench-leaks`"
ADDRESS = "/build/bench/leaks.html"
PAGE = """<!doctype html>
<html lang="en">
<title>Leaks</title>
<script src="/dist/webphone.js"></script>
<web-phone id="phone" demo></web-phone>
"""
# Seconds after which the sound rests, and the patience with every promise of the browser is over:
# its timer and the proxy in it last as long, also where the promise came at once. That for the
# microphone takes 120.
REST = 125
# Pyodide registers every proxy of a Python object here, and takes it off when it is destroyed.
COUNT = """
(() => {
  const Registry = FinalizationRegistry, Peer = RTCPeerConnection, Context = AudioContext;
  const peers = [], tracks = [], contexts = [];
  let proxies = 0;
  globalThis.FinalizationRegistry = class extends Registry {
    constructor(gone) { super((held) => { proxies -= 1; gone(held); }); }
    register(...given) { proxies += 1; return super.register(...given); }
    unregister(token) {
      const was = super.unregister(token);
      if (was) proxies -= 1;
      return was;
    }
  };
  globalThis.RTCPeerConnection = class extends Peer {
    constructor(...given) { super(...given); peers.push(new WeakRef(this)); }
  };
  globalThis.AudioContext = class extends Context {
    constructor(...given) { super(...given); contexts.push(new WeakRef(this)); }
  };
  const open = MediaDevices.prototype.getUserMedia;
  MediaDevices.prototype.getUserMedia = async function (wishes) {
    const stream = await open.call(this, wishes);
    tracks.push(...stream.getTracks().map((track) => new WeakRef(track)));
    return stream;
  };
  const clone = MediaStreamTrack.prototype.clone;
  MediaStreamTrack.prototype.clone = function () {
    const copy = clone.call(this);
    tracks.push(new WeakRef(copy));
    return copy;
  };
  const many = (all, lives) => all.filter((each) => each.deref() && lives(each.deref())).length;
  globalThis.counted = () => ({
    proxies,
    connections: many(peers, ({signalingState}) => signalingState !== "closed"),
    tracks: many(tracks, ({readyState}) => readyState === "live"),
    contexts: many(contexts, ({state}) => state !== "closed"),
  });
})();
"""
CALL = """async (kind) => {
  const told = (name) => new Promise((done) => phone.addEventListener(name, done, {once: true}));
  const until = async (what) => { while (!what()) await new Promise(requestAnimationFrame); };
  const control = (part) => phone.shadowRoot.querySelector(`[part~="${part}"]`);
  const press = async (part) => { await until(() => control(part)); control(part).click(); };
  const answered = told("answer"), ended = told("end");
  await phone.makeCall("600");
  await answered;
  if (kind === 0) await phone.mute(true);
  if (kind === 1) {
    await phone.setConfig({noiseSuppression: "strong"});
    await until(() => phone.shadowRoot.textContent.includes("The noise filter is on."));
    await phone.setConfig({noiseSuppression: "browser"});
  }
  // The screen: More and a page behind it, the keypad, and back to the call.
  if (kind === 2) {
    for (const part of ["menu", "open-devices", "menu", "keypad-open", "hide-keypad"])
      await press(part);
    await until(() => control("keypad-open"));
  }
  if (kind === 3) { await phone.hold(); await phone.resume(); }
  await phone.hangup();
  await ended;
}"""


def counted(page: Page, session: CDPSession, rest: int) -> dict[str, float]:
    """What lives in the page now that nothing is under way."""
    page.wait_for_timeout(rest * 1000)
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
        page.wait_for_timeout(300)
    metrics: list[dict[str, Any]] = session.send("Performance.getMetrics")["metrics"]
    said = {each["name"]: each["value"] for each in metrics}
    return {
        "heap, MB": round(said["JSHeapUsedSize"] / 1e6, 1),
        "nodes": said["Nodes"],
        "listeners": said["JSEventListeners"],
        **page.evaluate("counted()"),
    }


def measure(calls: int, first: int, rest: int) -> tuple[dict[str, float], dict[str, float]]:
    """What lived after the first calls, and after so many more."""
    file = ROOT / ADDRESS.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(PAGE)
    with serving(ROOT) as origin, sync_playwright() as playwright:
        browser = bench_calls.chromium(playwright)
        page = browser.new_context(permissions=["microphone"]).new_page()
        page.add_init_script(COUNT)
        page.goto(origin + ADDRESS)
        page.wait_for_function("phone.state === 'registered'", timeout=60_000)
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        seen = []
        for many in (first, calls):
            for number in range(many):
                page.evaluate(CALL, number % 5)
            seen.append(counted(page, session, rest))
        browser.close()
    return seen[0], seen[1]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("calls", nargs="?", type=int, default=200)
    options.add_argument("--rest", type=int, default=REST, help="seconds before it is counted")
    options.add_argument("--write", action="store_true", help="write docs/bench.md too")
    given = options.parse_args()
    before, after = measure(given.calls, 20, given.rest)
    rows = [["", "after 20 calls", f"after {given.calls} more", "each call"]]
    for name, value in before.items():
        each = (after[name] - value) / given.calls
        rows.append([name, f"{value:g}", f"{after[name]:g}", f"{each:.3f}"])
    text = f"Counted {given.rest} s after the last call.\n\n{bench_page.table(rows)}"
    print(text)
    if given.write:
        bench_page.write(HEAD, text)


if __name__ == "__main__":
    main()
