"""Runs inside the built Pyodide under Node: are the methods of all dataclasses found compiled?"""

import dataclasses
import sys
from _md5 import md5
from importlib import import_module

from _dataclass_methods import KNOWN


async def main(modules):
    unknown = []
    find = dataclasses.exec

    def watch(text, *namespaces):
        if md5(text.encode()).digest() not in KNOWN:
            unknown.append(text)
        find(text, *namespaces)

    dataclasses.exec = watch
    for name in modules:
        import_module(name)
    assert unknown == [], unknown[0]

    # A page's own dataclass is compiled as ever.
    @dataclasses.dataclass(frozen=True, order=True, slots=True)
    class Unheard:
        of: int = 7

    assert len(unknown) == 1
    assert repr(Unheard()).endswith("Unheard(of=7)") and Unheard(1) < Unheard(2)
    print(len(KNOWN), "known,", sys.modules["dataclasses"].__file__)
    return 0
