"""How an event and a read-only property of the outside are declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class EventKind:
    """One row of the events table; `spec` is the handler property of the specification."""

    name: str
    help: str
    detail: str  # a TypeScript type
    spec: str = ""
    cancelable: bool = False
    built: bool = True

    @property
    def bubbles(self) -> bool:
        """Only the specification's own events bubble; `error` would reach window.onerror."""
        return bool(self.spec) and self.name != "error"


@dataclass(frozen=True, slots=True)
class Reading:
    """A read-only property of the element; `initial` is what it tells before Python is up."""

    name: str
    type: str  # a TypeScript type
    help: str
    initial: Any
    built: bool = True
