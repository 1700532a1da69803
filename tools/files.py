"""Rewrite what lists the sources: the [files] table of pyscript.toml, and two pages of docs.

The languages are laid out as `words/en.py` is, too (translations.py).

With --check nothing is written; the exit status is 1 when one is stale.
"""

import sys
import tomllib
from pathlib import Path

import conformance
import drawings
import house
import translations

ROOT = Path(__file__).resolve().parent.parent
TOML = ROOT / "pyscript.toml"
PACKAGE = ROOT / "pyapp" / "webphone"
# The exchange's entry as a server of its own: the one file that no browser can run.
SERVER_ONLY = PACKAGE / "exchange" / "serve.py"


def on_disk() -> dict[str, str]:
    """Each file the browser loads: its URL, relative to pyscript.toml, to its path in Pyodide."""
    found = sorted(
        path
        for path in PACKAGE.rglob("*")
        if path.suffix in {".py", ".css"} and path != SERVER_ONLY
    )
    return {
        "./" + path.relative_to(ROOT).as_posix(): "./" + path.relative_to(PACKAGE.parent).as_posix()
        for path in found
    }


def in_toml() -> dict[str, str]:
    """The [files] table as pyscript.toml has it."""
    table: dict[str, str] = tomllib.loads(TOML.read_text())["files"]
    return table


def rewritten(text: str, files: dict[str, str]) -> str:
    """The text of pyscript.toml with its last table, [files], replaced."""
    head, _, _ = text.partition("[files]\n")
    return head + "[files]\n" + "".join(f'"{url}" = "{path}"\n' for url, path in files.items())


def main() -> int:
    return max(listed(), house.main(), drawings.main(), conformance.main(), translations.main())


def listed() -> int:
    """The [files] table, from the Python and CSS files on disk."""
    current = TOML.read_text()
    fresh = rewritten(current, on_disk())
    if fresh == current:
        return 0
    if "--check" in sys.argv:
        print("pyscript.toml [files] is stale: run python tools/files.py")
        return 1
    TOML.write_text(fresh)
    print("pyscript.toml: [files] rewritten")
    return 0


if __name__ == "__main__":
    sys.exit(main())
