"""Write the list of files in docs/architecture.md: each file with the first sentence that it says.

With --check nothing is written; the exit status is 1 when the list is stale.
"""

import ast
import sys
from pathlib import Path

from generated import settle

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
PACKAGE = ROOT / "pyapp" / "webphone"
BEGIN, END = "<!-- files: written by tools/house.py -->\n", "<!-- end of files -->\n"
# The rooms from the ground up, as the doors between them say (pyproject.toml).
ROOMS = ("words", "border", "sip", "media", "phone", "ui", "browser", "exchange")


def main() -> int:
    page = PAGE.read_text()
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    assert begin and end, "docs/architecture.md has no place for the list of files"
    fresh = before + BEGIN + listed() + "\n" + END + after
    return settle(PAGE, fresh, "docs/architecture.md has other files than there are")


def listed() -> str:
    single = sorted(path for path in PACKAGE.glob("*.py") if path.name != "__init__.py")
    text = table("Alone", [ROOT / "pyapp" / "main.py", *single], PACKAGE.parent)
    for room in ROOMS:
        folders = [PACKAGE / room, *sorted(f for f in (PACKAGE / room).rglob("*") if f.is_dir())]
        for folder in folders:
            files = sorted(path for path in folder.glob("*.py") if said(path))
            if files:
                text += table(folder.relative_to(PACKAGE).as_posix() + "/", files, folder)
    return text


def table(name: str, files: list[Path], folder: Path) -> str:
    rows = "".join(f"- `{path.relative_to(folder).as_posix()}`: {said(path)}\n" for path in files)
    return f"\n### {name}\n\n{rows}"


def said(path: Path) -> str:
    """The first paragraph of the file's docstring, in one line."""
    text = ast.get_docstring(ast.parse(path.read_text())) or ""
    return " ".join(text.split("\n\n")[0].split()).replace("<", "&lt;")


if __name__ == "__main__":
    sys.exit(main())
