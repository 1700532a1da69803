"""A page in Chromium with Pyodide and the webphone package, for trying one adapter at a time."""

import contextlib
import io
import json
import textwrap
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent.parent
PORTS = range(9400, 9450)
TYPES = {".html": "text/html", ".wasm": "application/wasm", ".zip": "application/zip"}
START = """async () => {
  await import("/contract.js");
  await import("/webphone.js");
  const { loadPyodide } = await import("/pyodide/pyodide.mjs");
  globalThis.python = await loadPyodide({ indexURL: "/pyodide/", stdout: console.log });
  const library = await (await fetch("/library.zip")).arrayBuffer();
  python.unpackArchive(library, "zip", { extractDir: "/library" });
  python.runPython("import sys; sys.path.insert(0, '/library')");
}"""

# Run before the package is imported: `alive()` is how many of its proxies are not destroyed yet.
COUNT_PROXIES = """
import js, pyodide.ffi
made, real = [], pyodide.ffi.create_proxy

def counted(value, **more):
    made.append(real(value, **more))
    return made[-1]

pyodide.ffi.create_proxy = counted
lives = js.eval("proxy => { try { return Boolean(proxy.type) } catch { return false } }")
alive = lambda: sum(lives(proxy) for proxy in made)
"""


class Bench:
    """A page where Python runs."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def given(self, code: str) -> None:
        """Run Python on the page at its top level: what follows builds on it."""
        self.page.evaluate("code => { python.runPython(code) }", textwrap.dedent(code))

    def run(self, code: str) -> Any:
        """Run the body of an async function; gives what it returns, which must be JSON."""
        wrapped = "import json\nasync def _story():\n" + "".join(
            f"    {line}\n" for line in textwrap.dedent(code).strip().splitlines()
        )
        wrapped += "json.dumps(await _story())"
        return json.loads(self.page.evaluate("code => python.runPythonAsync(code)", wrapped))


@contextlib.contextmanager
def bench(
    browser: Browser, *, permissions: list[str], modules: list[Path] | None = None
) -> Iterator[Bench]:
    """A bench in a context of its own that has these permissions; `modules` can be imported."""
    with _serving(modules or []) as origin:
        context = browser.new_context()
        context.grant_permissions(permissions, origin=origin)
        page = context.new_page()
        page.goto(f"{origin}/index.html")
        page.evaluate(START)
        yield Bench(page)
        context.close()


@contextlib.contextmanager
def untouched(browser: Browser, code: str) -> Iterator[Page]:
    """A page that runs Python by itself: evaluating on a page counts as a person's touch.

    What the code prints comes as console messages.
    """
    alone = f"""<!doctype html><title>Untouched</title><script type="module">
      await ({START})();
      await python.runPythonAsync({json.dumps(textwrap.dedent(code))});
    </script>"""
    with _serving([], {"/alone.html": alone.encode()}) as origin:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{origin}/alone.html", wait_until="commit")
        yield page
        context.close()


@contextlib.contextmanager
def _serving(modules: list[Path], more: dict[str, bytes] | None = None) -> Iterator[str]:
    made = {
        "/library.zip": _library(modules),
        "/index.html": b"<!doctype html><title>Bench</title>",
        **(more or {}),
    }

    class Files(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            body = made.get(path)
            found = _file(path)
            if body is None and found is not None and found.is_file():
                body = found.read_bytes()
            self.send_response(404 if body is None else 200)
            kind = TYPES.get(Path(path).suffix, "text/javascript")
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: Any) -> None:
            """A missing file shows in the test that asked for it."""

    server = _listening(Files)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _file(path: str) -> Path | None:
    if path.startswith("/pyodide/"):
        return ROOT / "node_modules" / "pyodide" / Path(path).name
    return ROOT / "web" / Path(path).name


def _library(modules: list[Path]) -> bytes:
    packed = io.BytesIO()
    source = ROOT / "pyapp"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted((source / "webphone").rglob("*")):
            if path.suffix in {".py", ".css"}:
                archive.write(path, str(path.relative_to(source)))
        for path in modules:
            archive.write(path, path.name)
    return packed.getvalue()


def _listening(handler: Any) -> ThreadingHTTPServer:
    for port in PORTS:
        with contextlib.suppress(OSError):
            return ThreadingHTTPServer(("127.0.0.1", port), handler)
    raise OSError("no free port among 9400-9449")


def tell(page: Bench, prelude: str, story: str):
    """Run a story after this prelude, which makes `one` and `two`; they are closed in any case."""
    page.given(prelude)
    try:
        return page.run(story)
    finally:
        page.run("close(one, two)")
