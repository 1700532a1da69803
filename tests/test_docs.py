"""What the documents say of the project holds: their links lead somewhere, their drawings are drawn."""

import re
from enum import Enum, auto
from pathlib import Path

import pytest

import drawings

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "examples/**/*.md", ".github/**/*.md")
    for path in ROOT.glob(pattern)
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.DOTALL | re.MULTILINE)
# Paths within the project that a text names in code, such as `phone/loop.py`.
NAMED = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|js|mjs|css|md|toml|cfg))`")


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_link_of_a_page_leads_to_something_that_is_there(page: Path) -> None:
    text = CODE.sub("", page.read_text())
    lost = []
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, heading = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (heading and heading not in anchors(there)):
            lost.append(target)
    assert lost == []


def anchors(page: Path) -> set[str]:
    """The names that a page's headings have as targets of links."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def test_the_architecture_names_files_that_are_there() -> None:
    package = ROOT / "pyapp" / "webphone"
    page = (ROOT / "docs" / "architecture.md").read_text().partition("## Every file")[0]
    named = set(NAMED.findall(page))
    assert len(named) > 20
    lost = [name for name in named if not (package / name).exists() and not (ROOT / name).exists()]
    assert lost == []


def test_every_new_name_of_the_renames_is_there() -> None:
    package = ROOT / "pyapp" / "webphone"
    page = (ROOT / "docs" / "renames.md").read_text().partition("## Gone")[0]
    rows = re.findall(r"^\| .* \| `([^`]+)`(?:: `([^`]+)`)? \|$", page, re.MULTILINE)
    assert len(rows) > 80
    lost = []
    for file, name in rows:
        there = ROOT / file if file.startswith("tests/") else package / file
        if not there.exists() or not re.search(rf"\b{name}\b", there.read_text()):
            lost.append((file, name))
    assert lost == []


class Door(Enum):
    """A door."""

    OPEN = auto()
    SHUT = auto()


class Hand(Enum):
    """What is done to it."""

    PUSH = auto()
    PULL = auto()


def test_a_table_is_drawn_with_every_row_it_has() -> None:
    rows = {
        (Door.OPEN, Hand.PUSH): (Door.SHUT, (Hand.PULL,)),
        (Door.OPEN, Hand.PULL): (Door.OPEN, ()),
    }
    drawn = drawings.Drawn(
        name="door", says="A door.", file=Path("door.py"), start=Door.OPEN, rows=rows
    )
    picture = drawings.drawing(drawn)
    assert "    OPEN --> SHUT : push / pull\n" in picture
    assert "    [*] --> OPEN\n" in picture and "    SHUT --> [*]\n" in picture
    assert "- OPEN: pull\n" in picture


def test_the_tables_of_all_rooms_are_found() -> None:
    found = {drawn.name.lower() for drawn in drawings.found()}
    assert {"invite client", "session", "registration", "stages", "roles"} <= found
