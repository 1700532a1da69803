"""Runs inside Pyodide: compile the methods of the phone's dataclasses when building, once.

@dataclass writes its methods as text and compiles them, which is most of the time that importing
the phone takes. The decorator stays and does all else; it only finds its text compiled already.
Text that is not known, as of a page's own dataclasses, is compiled as ever.
"""

import builtins
import dataclasses
import importlib
import marshal
import sys
from pathlib import Path
from types import CodeType

FINDS = """
import builtins
import marshal
from _md5 import md5

KNOWN = marshal.loads({known!r})


def exec(text, *namespaces):
    builtins.exec(KNOWN.get(md5(text.encode()).digest(), text), *namespaces)
"""
# Where dataclasses would write a docstring with the signature; -OO leaves no class its own.
WITH_DOC = "    if not getattr(cls, '__doc__'):\n"
WITHOUT_DOC = "    if False:\n"
# What slots=True does with every member of a class; few are wrapped.
UNWRAPS = "        member = inspect.unwrap(member)\n"
UNWRAPS_FEW = "        if hasattr(member, '__wrapped__'):\n    " + UNWRAPS


def methods_of(sources: dict[str, str]) -> dict[bytes, CodeType]:
    """What @dataclass compiles while these modules, by path, are imported: by the text's digest."""
    from _md5 import md5  # type: ignore[import-not-found]

    texts: list[str] = []

    def remember(text: str, *namespaces: dict[str, object]) -> None:
        texts.append(text)
        builtins.exec(text, *namespaces)

    folder = Path("/sources")
    for name, text in sources.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    sys.path.append(str(folder))
    dataclasses.exec = remember  # type: ignore[attr-defined]
    for name in sorted(sources):
        module = name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        # What starts the phone needs a page.
        if (
            name.startswith("webphone/")
            and name.endswith(".py")
            and not name.endswith("__main__.py")
        ):
            try:
                importlib.import_module(module)
            except Exception as error:
                print(f"  {module}: its dataclasses stay as they are ({error!r})")
    importlib.reload(importlib.import_module("asyncio.graph"))  # imported before we listened
    del dataclasses.exec  # type: ignore[attr-defined]
    return {
        md5(text.encode()).digest(): compile(text, "<string>", "exec") for text in sorted(texts)
    }


def finding(source: str, known: dict[bytes, CodeType]) -> dict[str, str]:
    """dataclasses.py as it finds them, and the module that holds them."""
    for old, fresh in ((WITH_DOC, WITHOUT_DOC), (UNWRAPS, UNWRAPS_FEW)):
        if source.count(old) != 1:
            raise SystemExit(f"dataclasses.py no longer says {old!r}: look at tools/methods.py")
        source = source.replace(old, fresh)
    source += "\nfrom _dataclass_methods import exec\n"
    holder = FINDS.format(known=marshal.dumps(known))
    return {"dataclasses.py": source, "_dataclass_methods.py": holder}
