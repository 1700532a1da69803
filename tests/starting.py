"""Pages that load a build, and what can be held back, spoilt or seen of its start."""

import shutil
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

# Waits by itself: a page's policy may forbid what wait_for_function evaluates. Machines may be busy.
UP = """new Promise((up, late) => {
  const look = setInterval(() => performance.getEntriesByName("webphone:python").length && done(up), 20);
  const done = (settle) => (clearInterval(look), settle());
  setTimeout(() => done(() => late(new Error("Python did not come up within 60 s"))), 60000);
})"""
WATCH = """
window.told = [];
window.shifts = [];
window.violations = [];
addEventListener("securitypolicyviolation", (event) =>
  violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
new PerformanceObserver((list) => shifts.push(...list.getEntries().map(({ value }) => value)))
  .observe({ type: "layout-shift", buffered: true });
for (const name of ["error", "ready", "ringingout", "answer", "end", "numberchange"])
  addEventListener(name, ({ target, detail }) =>
    target.localName === "web-phone" && told.push([name, detail?.code ?? null]), true);
"""


def put_page(dist: Path, folder: Path, markup: str, name: str = "page.html") -> None:
    """A folder with the build and a page that holds this markup."""
    shutil.copytree(dist, folder, dirs_exist_ok=True)
    (folder / "watch.js").write_text(WATCH)
    head = '<link rel="icon" href="data:,"><script src="watch.js"></script>'
    script = '<script src="webphone.js"></script>'
    (folder / name).write_text(f"<!doctype html><title>Shop</title>{head}{script}{markup}")


def hold(page: Page, pattern: str) -> Callable[[], None]:
    """Keep back what is requested there until the function that this gives is called."""
    page.route(pattern, lambda route: None)

    def release() -> None:
        page.unroute(pattern)  # which lets go what is held

    return release


def py(code: str, attributes: str = "") -> str:
    """A script of the page's own Python."""
    return f'<script type="py" {attributes}>{code}</script>'


def told(page: Page, name: str = "told") -> str:
    """What the page's Python has written there into the body's data."""
    body = page.locator(f"body[data-{name}]")
    body.wait_for(state="attached", timeout=60_000)
    return body.get_attribute(f"data-{name}") or ""
