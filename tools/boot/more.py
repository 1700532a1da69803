"""Adds the second archive of the standard library, once it lies in Pyodide's file system.

Its files `memory/<module>.<address>` are tables of built-in modules that the trimmed runtime begins
without; until now such a module could not be imported (shelf.py).
"""

import sys
from importlib import import_module
from zipfile import ZipFile

from pyodide.ffi import to_js
from pyodide_js import _module as machine

SECOND = "/lib/python-more.zip"
with ZipFile(SECOND) as archive:
    names = {name for name in archive.namelist() if not name.startswith("memory/")}
    for name in set(archive.namelist()) - names:
        module, address = name.removeprefix("memory/").split(".")
        # Reading may make the memory grow: it is looked up afterwards.
        table = to_js(archive.read(name))
        machine.HEAPU8.set(table, int(address))
        if sys.modules.get(module, ...) is None:
            del sys.modules[module]
# A package may have modules in both archives: it is imported, then told of its second folder.
for folder in sorted({name.rpartition("/")[0] for name in names if "/" in name}):
    if f"{folder}/__init__.pyc" not in names:
        import_module(folder.replace("/", ".")).__path__.append(f"{SECOND}/{folder}")
sys.path.append(SECOND)
