"""The call records as a file: JSON for programs, CSV for tables. Loaded when first asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from webphone.contract import CallRecord, encode
from webphone.words import Language

# A cell that begins so is a formula to a spreadsheet, and a caller writes his own name.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def exported(records: Sequence[CallRecord], format: str, language: Language) -> str:
    """The records, newest first, as `json` or `csv` (RFC 4180), their sentences in a language."""
    data = [encode(record, language) for record in records]
    if format == "json":
        return json.dumps(data, ensure_ascii=False, indent=2)
    rows = [dict(_cells(record)) for record in data]
    # Every record has the same columns; without one there are no columns either.
    lines = [list(rows[0]), *(list(row.values()) for row in rows)] if rows else []
    return "".join(",".join(map(_cell, line)) + "\r\n" for line in lines)


def _cells(data: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Each value by its name; one within another as `from.number`."""
    for name, value in data.items():
        if isinstance(value, dict):
            yield from _cells(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    text = f"'{value}" if value.startswith(FORMULAS) else value
    return '"' + text.replace('"', '""') + '"'
