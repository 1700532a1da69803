"""Draw docs/states.md from the tables of the state machines: every table, found by its shape.

`--check` says whether the page is what the tables say now, and writes nothing.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import ModuleType

from generated import settle

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "states.md"
ROOMS = ("sip", "media", "phone", "ui", "exchange")
# Parts of the server that `make demo` starts: it runs on sockets and has no tables.
LEFT_OUT = ("webphone.exchange.serve",)
HEAD = """# State machines

Every state machine of the phone is a table: (state, event) leads to a state and what is done on the
way. This page is drawn from the tables by `tools/drawings.py`; `make check` says when it is not
what they say. An event that has no row in a state changes nothing there.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One table: (state, event) to the next state and the actions on the way."""

    name: str
    says: str
    file: Path
    start: Enum
    rows: Mapping[tuple[Enum, Enum], tuple[Enum, tuple[Enum, ...]]]


def main() -> int:
    page = HEAD + "".join(map(drawing, found()))
    return settle(PAGE, page, "docs/states.md is not what the tables say")


def found() -> list[Drawn]:
    """The tables of all rooms, in the order of the rooms and their files."""
    sys.path.insert(0, str(ROOT / "pyapp"))
    return [drawn for room in ROOMS for module in modules(room) for drawn in tables(module)]


def modules(room: str) -> Iterator[ModuleType]:
    package = importlib.import_module(f"webphone.{room}")
    yield package
    for info in pkgutil.walk_packages(package.__path__, f"webphone.{room}."):
        if info.name not in LEFT_OUT:
            yield importlib.import_module(info.name)


def tables(module: ModuleType) -> Iterator[Drawn]:
    """The tables that this module itself assigns, in its order."""
    file = Path(module.__file__ or "")
    tree = ast.parse(file.read_text())
    names = [
        target.id
        for line in tree.body
        if isinstance(line, ast.Assign | ast.AnnAssign)
        for target in (line.targets if isinstance(line, ast.Assign) else [line.target])
        if isinstance(target, ast.Name)
    ]
    for name in names:
        value = getattr(module, name, None)
        rows = getattr(value, "table", value)
        if not is_table(rows):
            continue
        first = next(iter(type(next(iter(rows))[0])))
        yield Drawn(
            name=getattr(value, "name", spoken(name)),
            says=(module.__doc__ or "").split("\n\n")[0].replace("\n", " "),
            file=file.relative_to(ROOT),
            start=getattr(value, "start", first),
            rows={key: outcome(row) for key, row in rows.items()},
        )


def is_table(value: object) -> bool:
    return (
        isinstance(value, Mapping)
        and bool(value)
        and all(
            isinstance(key, tuple)
            and len(key) == 2
            and all(isinstance(part, Enum) for part in key)
            and isinstance(outcome(row)[0], type(key[0]))
            for key, row in value.items()
        )
    )


def outcome(row: object) -> tuple[Enum, tuple[Enum, ...]]:
    """A row's next state and actions; some tables name the state alone."""
    if isinstance(row, tuple):
        return row  # type: ignore[return-value]
    return row, ()  # type: ignore[return-value]


def drawing(drawn: Drawn) -> str:
    edges: dict[tuple[Enum, Enum], list[str]] = {}
    stays: dict[Enum, list[str]] = {}
    for (state, event), (target, actions) in drawn.rows.items():
        label = spoken(event.name)
        if actions:
            label += " / " + ", ".join(spoken(action.name) for action in actions)
        if target is state:
            stays.setdefault(state, []).append(label)
        else:
            edges.setdefault((state, target), []).append(label)
    lines = [f"    [*] --> {drawn.start.name}"]
    lines += [
        f"    {source.name} --> {target.name} : {'<br>'.join(labels)}"
        for (source, target), labels in edges.items()
    ]
    left = {state for state, _ in edges}
    entered = {target for _, target in edges}
    lines += [f"    {state.name} --> [*]" for state in type(drawn.start) if state in entered - left]
    text = f"\n## {drawn.name[0].upper()}{drawn.name[1:]}\n\n"
    text += f"`{drawn.file}`: {drawn.says}\n\n"
    text += "```mermaid\nstateDiagram-v2\n" + "\n".join(lines) + "\n```\n"
    if stays:
        text += "\nWithout leaving the state:\n\n"
        text += "".join(f"- {state.name}: {'; '.join(labels)}\n" for state, labels in stays.items())
    return text


def spoken(name: str) -> str:
    return name.lower().replace("_", " ")


if __name__ == "__main__":
    raise SystemExit(main())
