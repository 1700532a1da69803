"""`make test-kept`: the pages of all tests begin with an image of Python's memory, as a second visit does.

Each test opens a new browser profile, which has kept nothing. So the database of what is kept is
played here: it gives the image that the build makes, from a server beside the pages. What became
of each Python is told by its page: a test fails where one did not begin with the image, unless it
says that it can't (`@pytest.mark.cold`).
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parent.parent
PLAYED = """(() => {
  const build = BUILD, head = HEAD, pages = PAGES;
  const { get } = Object.getOwnPropertyDescriptor(HTMLElement.prototype, "dataset");
  Object.defineProperty(HTMLScriptElement.prototype, "dataset", { get() {
    const own = get.call(this);
    return /[/]webphone\\.js$/.test(this.src) ? { ...own, keepRuntime: "" } : own;
  } });
  const tell = window.__began; // known to the test alone
  delete window.__began;
  const { mark } = Performance.prototype;
  const begun = [];
  Performance.prototype.mark = function (name, ...given) {
    if (name === "webphone:restored") begun.push(name);
    if (name === "webphone:python" && "kept" in WebPhone) tell(begun.length ? "restored" : "as ever");
    return mark.call(this, name, ...given);
  };
  const { getItem, setItem } = Storage.prototype;
  Storage.prototype.getItem = function (name) { return name === "webphone-kept" ? build : getItem.call(this, name); };
  Storage.prototype.setItem = function (name, value) {
    if (name === "webphone-kept" && value.startsWith("no ")) tell("refused");
    if (!/^webphone-(kept|trying)$/.test(name)) setItem.call(this, name, value);
  };
  const { open } = IDBFactory.prototype;
  const record = { head, pages: { arrayBuffer: () => fetch(pages).then((answer) => answer.arrayBuffer()) } };
  const store = { get: () => ({ result: record }) };
  const transaction = () => {
    const begun = { objectStore: () => store };
    queueMicrotask(() => begun.oncomplete());
    return begun;
  };
  IDBFactory.prototype.open = function (name, ...version) {
    if (name !== "webphone-runtime") return open.call(this, name, ...version);
    const request = { result: { transaction, close() {} } };
    queueMicrotask(() => request.onsuccess());
    return request;
  };
})()"""


class Image:
    """The image of this build, and what pages have made of it."""

    def __init__(self) -> None:
        self.told: Counter[str] = Counter()  # since the test began
        self.all: Counter[str] = Counter()
        self.opened = 0  # browser profiles
        self.pages = (ROOT / "build" / "image").read_bytes()
        self.head = (ROOT / "build" / "image.head").read_text()
        [interpreter] = (ROOT / "dist" / "runtime").glob("interpreter.*.js")
        image = hashlib.sha256(self.head.encode()).hexdigest()
        assert image in (ROOT / "dist" / "webphone.js").read_text()
        self.build = f"{interpreter.name} {image}"

    def hear(self, source: object, news: str) -> None:
        """A Python that is up was `restored` or started `as ever`; one was `refused`."""
        self.told[news] += 1
        self.all[news] += 1

    def played(self) -> str:
        """The script that a page gets before any of its own."""
        image = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Access-Control-Allow-Origin", "*")
                self.send_header("Content-Length", str(len(image.pages)))
                self.end_headers()
                self.wfile.write(image.pages)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        given = {"BUILD": self.build, "HEAD": self.head, "PAGES": address}
        return re.sub("BUILD|HEAD|PAGES", lambda name: json.dumps(given[name[0]]), PLAYED)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        result = yield
        told, self.told = self.told, Counter()
        cold = told["as ever"] and not item.get_closest_marker("cold")
        assert not told["refused"] and not cold, f"Pythons that began: {dict(told)}"
        return result

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        terminalreporter.write_line(f"Pythons: {dict(self.all)}")

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Where pages were opened and no Python was restored, nothing was tried."""
        if self.opened and not self.all["restored"]:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def play() -> Image:
    """From now on the pages of every browser profile begin with the image."""
    image = Image()
    script = image.played()
    new_context = Browser.new_context

    def seeded(self: Browser, **given: Any) -> Any:
        context = new_context(self, **given)
        image.opened += 1
        context.expose_binding("__began", image.hear)
        context.add_init_script(script)
        return context

    Browser.new_context = seeded  # type: ignore[method-assign]
    return image
