"""Runs inside Pyodide: compile the regular expressions of the phone's start when building, once.

`re` is written in Python: a pattern takes a millisecond and more to parse. The sources stay as
they are; `re` only finds what it would make of their patterns. Others it compiles as ever.
"""

import marshal
import re
from array import array
from typing import Any

COMPILE = "def compile(p, flags=0):\n"
FINDS = """\
    if isstring(p) and (p, flags) in KNOWN:
        whole, code, groups, names, order = KNOWN[p, flags]
        return _sre.compile(p, whole, list(memoryview(code).cast('I')), groups, names.copy(), order)
"""


def patterns() -> dict[tuple[Any, int], tuple[Any, ...]]:
    """What `re` hands to its machine for every pattern that was compiled so far."""
    machine: Any = re._compiler._sre  # type: ignore[attr-defined]
    known: dict[tuple[Any, int], tuple[Any, ...]] = {}

    class Listening:
        def __getattr__(self, name: str) -> Any:
            return getattr(machine, name)

        def compile(self, pattern: Any, whole: int, code: list[int], *rest: Any) -> None:
            groups, names, order = rest
            told = array("I", code).tobytes(), groups, dict(names), tuple(order)
            known[pattern, int(flags)] = int(whole), *told

    re._compiler._sre = Listening()  # type: ignore[attr-defined]
    keys = list(re._cache)  # type: ignore[attr-defined]
    for _kind, pattern, flags in sorted(keys, key=repr):
        re._compiler.compile(pattern, flags)  # type: ignore[attr-defined]
    re._compiler._sre = machine  # type: ignore[attr-defined]
    return known


def finding(source: str, known: dict[tuple[Any, int], tuple[Any, ...]]) -> dict[str, str]:
    """re/_compiler.py as it finds them, and the module that holds them."""
    if source.count(COMPILE) != 1:
        raise SystemExit("re/_compiler.py compiles elsewhere: look at tools/patterns.py")
    fresh = source.replace(COMPILE, COMPILE + FINDS) + "\nfrom re._known import KNOWN\n"
    holder = f"import marshal\n\nKNOWN = marshal.loads({marshal.dumps(known)!r})\n"
    return {"re/_compiler.py": fresh, "re/_known.py": holder}
