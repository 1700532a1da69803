"""Event listeners with an owner: what was added is removed, and its proxy destroyed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from js import Object
from pyodide.ffi import create_proxy, to_js

# Always addEventListener: a proxy set as `pc.onX` never fires in Firefox.


class Listeners:
    """The listeners of one owner, who calls `close` when done with them."""

    def __init__(self) -> None:
        self._added: list[tuple[Any, str, Any, bool]] = []

    def add(
        self, target: Any, name: str, heard: Callable[[Any], object], *, capture: bool = False
    ) -> None:
        """Call `heard(event)` on every such event of the target."""
        proxy = create_proxy(heard)
        target.addEventListener(name, proxy, capture)
        self._added.append((target, name, proxy, capture))

    def close(self) -> None:
        """Remove all of them; may be repeated."""
        while self._added:
            target, name, proxy, capture = self._added.pop()
            target.removeEventListener(name, proxy, capture)
            proxy.destroy()


def plain(value: object) -> Any:
    """Python data as a JavaScript value, dicts as objects."""
    return to_js(value, dict_converter=Object.fromEntries)


def fault_name(fault: BaseException) -> str:
    """The name of the JavaScript error that a Python exception stands for."""
    return str(getattr(fault, "name", "") or type(fault).__name__)


def said(fault: BaseException) -> str:
    """One short line of what a fault says."""
    lines = (str(getattr(fault, "message", "") or fault)).strip().splitlines()
    return lines[-1][:200] if lines else fault_name(fault)


def data(value: Any) -> Any:
    """A JavaScript value as Python data; Python data as it is, tuples and mappings made plain."""
    if hasattr(value, "to_py"):
        return value.to_py()
    if isinstance(value, Mapping):
        return {key: data(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [data(each) for each in value]
    return value
