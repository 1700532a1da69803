"""One Chromium for the build's tests, and pages that report what they asked for."""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import one_playwright
from keeping import been_there, kept_folder, site
from starting import put_page
from static_server import serving

__all__ = ["been_there", "kept_folder", "site"]  # fixtures
ROOT = Path(__file__).resolve().parent.parent.parent


def pytest_itemcollected(item: pytest.Item) -> None:
    """What asks for a build of its own is no pure test, whether it says so or not."""
    if "checkouts" in getattr(item, "fixturenames", ()):
        item.add_marker("build")


# Counts py:ready; `pythonRan` resolves with that count when main.py has run.
WATCH = """
let ready = 0;
addEventListener("py:ready", () => { ready += 1; }, true);
window.pythonRan = new Promise((resolve, reject) => {
  addEventListener("py:done", () => resolve(ready), { capture: true, once: true });
  setTimeout(() => reject(new Error("Python did not run within 30 s")), 30000);
});
"""


@dataclass(slots=True, kw_only=True)
class Visit:
    """A page, and what was requested and complained about while it was open."""

    page: Page
    origin: str = ""
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def python_ran(self) -> int:
        """Wait until main.py has run; gives how often PyScript said py:ready."""
        # Not wait_for_function: its predicate is evaluated, which a page's policy may forbid.
        count: int = self.page.evaluate("window.pythonRan")
        return count

    def outside(self, *origins: str) -> list[str]:
        """The requests that went anywhere else."""
        return [url for url in self.requests if not url.startswith((*origins, "data:", "blob:"))]


# For a module, not the session: while Playwright is up, nobody else in this run can start it.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with one_playwright.chromium(one_playwright.GRANTED) as browser:
        yield browser


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[[], Visit]]:
    """Opens fresh pages, each in a context of its own with an empty cache."""
    contexts = []

    def open_page() -> Visit:
        context = chromium.new_context(**one_playwright.CALM)
        contexts.append(context)
        page = context.new_page()
        visited = Visit(page=page)
        context.on("request", lambda request: visited.requests.append(request.url))
        page.on("pageerror", lambda error: visited.complaints.append(str(error)))
        page.on(
            "console",
            lambda said: visited.complaints.append(said.text) if said.type == "error" else None,
        )
        page.add_init_script(WATCH)
        return visited

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Serves a folder until the test ends and gives its origin; headers may be added."""
    with contextlib.ExitStack() as stack:
        yield lambda root, headers=None: stack.enter_context(serving(root, headers))


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's own folder."""
    return ROOT


@contextlib.contextmanager
def alone(folder: Path, what: str) -> Iterator[bool]:
    """Of the workers one does this in the folder, the others wait; gives whether it is to be done."""
    done = folder / f"{what}.done"
    with (folder / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not done.exists()
        done.touch()


@pytest.fixture(scope="session")
def checkouts(tmp_path_factory):
    """Three copies of the sources, in three folders; all workers of a run share them."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "builds"
    copies = [shared / place for place in ("first/a", "second/other", "third/whole")]
    ignore = shutil.ignore_patterns("vendor", "__pycache__")
    shared.mkdir(exist_ok=True)
    with alone(shared, "copies") as missing:
        for folder in copies if missing else ():
            for name in ("pyapp", "tools", "web", "examples", "docs/screens/examples"):
                shutil.copytree(ROOT / name, folder / name, ignore=ignore)
            for name in ("index.html", "pyscript.toml", "pyproject.toml", "README.md", "LICENSE"):
                shutil.copy(ROOT / name, folder / name)
            for name in ("node_modules", ".cache"):  # what was fetched from elsewhere
                (ROOT / name).mkdir(exist_ok=True)
                (folder / name).symlink_to(ROOT / name)
    return copies


@pytest.fixture(scope="session")
def built():
    """Builds in a copy of the sources; gives its dist/."""

    def build(checkout, *options):
        with alone(checkout.parent, "built") as missing:
            if missing:
                command = [sys.executable, "tools/build.py", *options]
                subprocess.run(command, cwd=checkout, check=True)
        return checkout / "dist"

    return build


@pytest.fixture(scope="session")
def packed():
    """Makes the packages of a copy that is built; gives the folder with the two."""

    def pack(checkout):
        with alone(checkout.parent, "packed") as missing:
            if missing:
                command = [sys.executable, "tools/packages.py"]
                subprocess.run(command, cwd=checkout, check=True)
        return checkout / "dist" / "packages"

    return pack


@pytest.fixture(scope="session")
def dist(checkouts, built):
    """What these sources build: a copy of what make has built of them, or a build of its own."""
    checkout = checkouts[0]
    if not up_to_date():
        return built(checkout)
    more = shutil.ignore_patterns("*.br", "*.gz", "packages")  # `make dist` adds those
    with alone(checkout.parent, "built") as missing:
        for name in ("dist", "build") if missing else ():
            shutil.copytree(ROOT / name, checkout / name, ignore=more)
    return checkout / "dist"


def up_to_date() -> bool:
    """Whether dist/ is what make would build now, with the runtime trimmed."""
    ready = ROOT / "build" / "dist.ready"
    if not ready.exists() or ready.read_text() != "trimmed":
        return False
    asked = subprocess.run(
        ["make", "--question", "build/dist.ready"], cwd=ROOT, capture_output=True
    )
    return asked.returncode == 0


@pytest.fixture(scope="session")
def whole(checkouts, built):
    """A build with Pyodide's runtime whole."""
    return built(checkouts[2], "--no-trim")


@pytest.fixture
def shop(dist, tmp_path):
    """A folder with the build, a stock PyScript and Pyodide in `theirs`, and our package as a file."""
    put_page(dist, tmp_path, "")
    shutil.copytree(ROOT / "web" / "vendor", tmp_path / "theirs")
    with zipfile.ZipFile(tmp_path / "webphone.zip", "w") as archive:
        for path in (ROOT / "pyapp" / "webphone").rglob("*.py"):
            archive.write(path, path.relative_to(ROOT / "pyapp"))
    return tmp_path


@pytest.fixture
def open_page(shop, serve, visit):
    """Opens a page in the shop whose head and body are these."""

    def open_one(head: str, body: str, headers: dict[str, str] | None = None) -> Visit:
        icon = '<link rel="icon" href="data:,">'
        (shop / "page.html").write_text(
            f'<!doctype html><title>Shop</title><script src="watch.js"></script>{icon}{head}'
            f"<body>{body}</body>"
        )
        visited = visit()
        visited.origin = serve(shop, headers)
        visited.page.goto(visited.origin + "/page.html")
        return visited

    return open_one
