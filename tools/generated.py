"""A page that a tool writes: put in its place, or compared with what stands there."""

import sys
from pathlib import Path


def settle(path: Path, fresh: str, stale: str) -> int:
    """Write the page, or with --check say that it is stale; gives the exit status."""
    if path.exists() and path.read_text() == fresh:
        return 0
    if "--check" in sys.argv[1:]:
        print(f"{stale}: run make contract")
        return 1
    path.write_text(fresh)
    return 0


def within(path: Path, name: str, text: str) -> str:
    """The page with this part of it, which stands between two marks, written anew."""
    head, mark, rest = path.read_text().partition(f"<!-- {name} -->\n")
    _, end, tail = rest.partition(f"<!-- end of {name} -->\n")
    if not (mark and end):
        raise SystemExit(f"{path.name} has no marks for {name}")
    return f"{head}{mark}{text.strip()}\n{end}{tail}"
