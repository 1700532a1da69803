"""Adds the second archive of the standard library, once it lies in Pyodide's file system."""

import sys
from importlib import import_module
from zipfile import ZipFile

SECOND = "/lib/python-more.zip"
with ZipFile(SECOND) as archive:
    names = set(archive.namelist())
# A package may have modules in both archives: it is imported, then told of its second folder.
for folder in sorted({name.rpartition("/")[0] for name in names if "/" in name}):
    if f"{folder}/__init__.pyc" not in names:
        import_module(folder.replace("/", ".")).__path__.append(f"{SECOND}/{folder}")
sys.path.append(SECOND)
