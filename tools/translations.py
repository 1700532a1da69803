"""Lay out the languages anew after a change of words/en.py: same rows, same order, same comments.

A word that a language lacks, or whose values are others now, is put in in English with the mark
`# English`: it waits for somebody who speaks the language. A word that English has lost goes. With
--check nothing is written; the exit status is 1 where a file is stale. With --waiting the rows that
wait are listed; the exit status is 1 where there are any.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

WORDS = Path(__file__).resolve().parent.parent / "pyapp" / "webphone" / "words"
ENGLISH = WORDS / "en.py"
ROW = re.compile(r'    "(?P<key>[^"]+)": .*')
BEGIN = "WORDS: dict[str, str] = {\n"
WAITS = "  # English"
PLACE = re.compile(r"\{(\w+)\}")


def main() -> int:
    if "--waiting" in sys.argv:
        found = [f"{path.name}: {key}" for path in languages() for key in waiting(path)]
        print("\n".join(found) or "Every language has every word.")
        return bool(found)
    stale = 0
    for path in languages():
        text = path.read_text()
        fresh = laid_out(text)
        if fresh != text and "--check" in sys.argv:
            print(f"words/{path.name} is stale: run python tools/translations.py, then translate")
            stale = 1
        elif fresh != text:
            path.write_text(fresh)
            print(f"words/{path.name}: laid out; {len(waiting(path))} rows are still in English")
    return stale


def languages() -> list[Path]:
    """The files of all languages but English."""
    found = (path for path in WORDS.glob("*.py") if BEGIN in path.read_text())
    return sorted(path for path in found if path != ENGLISH)


def table(text: str, name: str = "WORDS") -> dict[str, str]:
    """A table of this module's text."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == name and node.value:
            found: dict[str, str] = ast.literal_eval(node.value)
            return found
    raise SystemExit(f"no {name}")


def waiting(path: Path) -> list[str]:
    """The keys that are in English as yet."""
    rows = path.read_text().partition(BEGIN)[2].splitlines()
    return [found["key"] for row in rows if row.endswith(WAITS) and (found := ROW.fullmatch(row))]


def values(text: str) -> list[str]:
    """The names of the values of a text."""
    return sorted(PLACE.findall(text.replace("{{", "").replace("}}", "")))


def laid_out(text: str) -> str:
    """The module of a language as it should stand, from what it says so far."""
    head, begin, rows = text.partition(BEGIN)
    theirs, english = table(text), table(ENGLISH.read_text())
    left = {
        found["key"]
        for row in rows.splitlines()
        if row.endswith(WAITS) and (found := ROW.fullmatch(row))
    }
    lines = []
    for line in ENGLISH.read_text().partition(BEGIN)[2].splitlines():
        if not (found := ROW.fullmatch(line)):
            lines.append(line)
            continue
        key = found["key"]
        said = theirs.get(key)
        fits = said is not None and key not in left and values(said) == values(english[key])
        lines.append(row(key, said) if said and fits else row(key, english[key]) + WAITS)
    return head + begin + "\n".join(lines) + "\n"


def row(key: str, said: str) -> str:
    """One row as ruff formats it."""
    quoted = said.replace("\\", "\\\\")
    if '"' in said and "'" not in said:
        return f"    \"{key}\": '{quoted}',"
    quoted = quoted.replace('"', '\\"')
    return f'    "{key}": "{quoted}",'


if __name__ == "__main__":
    sys.exit(main())
