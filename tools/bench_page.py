"""docs/bench.md: a part for each benchmark, which writes its own and leaves the others alone."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "bench.md"


def write(head: str, text: str) -> None:
    """Put the part with that heading, written anew, in its place on the page, or last."""
    parts = re.split(r"^(?=# )", PAGE.read_text() if PAGE.exists() else "", flags=re.MULTILINE)
    part = f"# {head}\n\n{text.strip()}\n"
    kept = {one.partition("\n")[0]: one.strip() + "\n" for one in parts if one.strip()}
    kept[f"# {head}"] = part
    PAGE.write_text("\n".join(kept.values()))


def table(rows: list[list[str]]) -> str:
    """Rows as Markdown, the first of them the heads."""
    heads, *others = rows
    return "\n".join(
        "| " + " | ".join(row) + " |" for row in [heads, ["---"] * len(heads), *others]
    )
